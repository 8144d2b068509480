/** Users, in the `authorization` block and in accounts. */

import { goQuoteText } from "../../../protocol/go-quote.ts";
import { isPublicNkey, NkeyKind } from "../../../protocol/nkeys.ts";
import type { ConfigNode, MapNode } from "../../language/node.ts";
import type { Place } from "../../language/source.ts";
import { type ConnectionType, emptyUser, type User } from "../../options/auth.ts";
import { goValue } from "../../schema/go-value.ts";
import type { Reader } from "../../schema/reader.ts";
import { Section } from "../../schema/section.ts";
import { checked, flag, integer, text, texts, type ValueType } from "../../schema/value-type.ts";
import { permissionsField } from "./permissions.ts";

const CONNECTION_TYPES: ReadonlySet<string> = new Set<ConnectionType>([
  "STANDARD",
  "WEBSOCKET",
  "LEAFNODE",
  "LEAFNODE_WS",
  "MQTT",
  "MQTT_WS",
  "IN_PROCESS",
]);

const connectionTypes = checked(texts("allowed connection types"), (names, node, reader) => {
  const types = names.map((name) => name.toUpperCase());
  const unknown = types.filter((type) => !CONNECTION_TYPES.has(type));
  if (unknown.length === 0) return types;
  return reader.error(node, `invalid connection types [${unknown.map(goQuoteText).join(" ")}]`);
}) as ValueType<ConnectionType[]>;

/** More tokens than that no subject has. */
const DEPTH_MAX = 2 ** 31 - 1;

const wildcardDepth = checked(integer, (depth, node, reader) =>
  depth < 0
    ? reader.error(node, "max_wildcard_depth has to be 0 or more", "0 stands for no limit")
    : Math.min(depth, DEPTH_MAX),
);

const USER: Section<User> = new Section<User>("users", [
  {
    names: ["user", "username"],
    about: "Name to connect with",
    reload: "live",
    to: "user",
    type: text,
  },
  {
    names: ["password", "pass"],
    about: "Password, in clear or hashed with bcrypt",
    reload: "live",
    to: "password",
    type: text,
  },
  {
    names: ["nkey"],
    about: "Public key to connect with, in place of name and password",
    reload: "live",
    to: "nkey",
    type: text,
  },
  permissionsField({
    names: ["permissions", "permission", "authorization"],
    about: "Subjects that the user may use",
    reload: "live",
    to: "permissions",
  }),
  {
    names: ["allowed_connection_types", "connection_types", "clients"],
    about: "Kinds of connection that the user may open, any when there are none",
    reload: "live",
    to: "allowedConnectionTypes",
    type: connectionTypes,
  },
  {
    names: ["proxy_required"],
    about: "Accept the user from trusted proxies only",
    reload: "live",
    to: "proxyRequired",
    type: flag,
  },
  {
    names: ["no_wildcards"],
    about: "Refuse the user subscriptions with wildcards, except to an inbox; not in nats-server",
    reload: "live",
    to: "noWildcards",
    type: flag,
  },
  {
    names: ["max_wildcard_depth"],
    about:
      "Tokens that a subscription may have from its first wildcard on, 0 for any number; not in nats-server",
    reload: "live",
    to: "maxWildcardDepth",
    type: wildcardDepth,
  },
]);

export const USER_SECTION = USER as Section<never>;

/** Users, and where each of them stands. */
export interface UserList {
  readonly users: User[];
  readonly places: Place[];
}

/**
 * Reads a list of users. Undefined when nats-server takes the file to have none: they may be defined
 * beside other things then.
 *
 * @param isPlaced nats-server says where a value that is no list is.
 */
export function readUsers(
  node: ConfigNode,
  account: string,
  reader: Reader,
  isPlaced: boolean,
): UserList | undefined {
  if (node.kind !== "array") {
    const problem = `Expected users field to be an array, got ${goValue(node)}`;
    return isPlaced ? reader.error(node, problem) : reader.errorWithoutPlace(node, problem);
  }
  const list: UserList = { users: [], places: [] };
  let isWhole = true;
  for (const entry of node.value) {
    if (entry.kind !== "map") {
      const problem = `Expected user entry to be a map/struct, got ${goValue(entry)}`;
      reader.error(entry, problem);
      continue;
    }
    const user = readUser(entry, account, reader);
    if (user === undefined) isWhole = false;
    else {
      list.users.push(user);
      list.places.push(entry);
    }
  }
  return isWhole ? list : undefined;
}

function readUser(entry: MapNode, account: string, reader: Reader): User | undefined {
  const user = emptyUser(account);
  USER.read(entry, user, reader);
  reader.places?.addUser(user, entry);
  // A value of the wrong type has been reported, and is no name that is missing.
  if (isMistyped(entry)) return undefined;
  const fault = userFault(user);
  if (fault === null) return user;
  return reader.errorWithin(lastValue(entry), entry, fault);
}

function userFault({ user, password, nkey }: User): string | null {
  if (nkey === "") return user === "" ? "User entry requires a user" : null;
  if (!isPublicNkey(nkey, NkeyKind.User)) return "Not a valid public nkey for a user";
  const isNamed = user !== "" || password !== "";
  return isNamed ? "Nkey users do not take usernames or passwords" : null;
}

const TEXTS: readonly string[] = ["user", "password", "nkey"] satisfies (keyof User)[];

function isMistyped(entry: MapNode): boolean {
  for (const [name, { kind }] of entry.value) {
    const property = USER.find(name)?.to ?? "";
    if (TEXTS.includes(property) && kind !== "string") return true;
    if (property === "proxyRequired" && kind !== "boolean") return true;
  }
  return false;
}

/** nats-server places what is wrong with a block as a whole at the value that it has read last. */
export function lastValue(block: MapNode): Place {
  return [...block.value.values()].at(-1) ?? block;
}

/**
 * Adds the names and keys of users to `taken`, and reports those which are there already.
 *
 * @param property users have either, and each block begins with another one.
 * @param place where nats-server reports all of them.
 */
export function takeNames(
  property: "user" | "nkey",
  { users, places }: UserList,
  taken: Set<string>,
  place: Place,
  reader: Reader,
): void {
  for (let i = 0; i < users.length; i++) {
    const name = users[i]![property];
    if (name === "") continue;
    if (!taken.has(name)) taken.add(name);
    else
      reader.errorWithin(place, places[i]!, `Duplicate ${property} ${goQuoteText(name)} detected`);
  }
}

/** Names and keys of users. */
export function namesOf(users: readonly User[]): Set<string> {
  return new Set(users.map(({ user, nkey }) => nkey || user));
}
