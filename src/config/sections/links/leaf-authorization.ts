/** Who may connect as a leafnode. */

import { isPublicNkey, NkeyKind } from "../../../protocol/nkeys.ts";
import type { ConfigNode } from "../../language/node.ts";
import type { LeafAuthorization, LeafnodesOptions, LeafUser } from "../../options/cluster.ts";
import { goValue } from "../../schema/go-value.ts";
import type { Reader } from "../../schema/reader.ts";
import { type Field, Section } from "../../schema/section.ts";
import { flag, text } from "../../schema/value-type.ts";
import { leafUserFaults } from "../../validate/leafnodes.ts";
import { authTimeout } from "../access/auth-timeout.ts";

const USER = new Section<LeafUser>("leafnodes.authorization.users", [
  {
    names: ["user", "username"],
    about: "Name to connect with",
    reload: "restart",
    to: "user",
    type: text,
  },
  {
    names: ["password", "pass"],
    about: "Password, in clear or hashed with bcrypt",
    reload: "restart",
    to: "password",
    type: text,
  },
  {
    names: ["account"],
    about: "Account that the leafnode is bound to",
    reload: "restart",
    to: "account",
    type: text,
  },
  {
    names: ["proxy_required"],
    about: "Accept the user from trusted proxies only",
    reload: "restart",
    to: "proxyRequired",
    type: flag,
  },
]);

function createUser(): LeafUser {
  return { user: "", password: "", account: "", proxyRequired: false };
}

function readUsers(node: ConfigNode, reader: Reader): LeafUser[] | undefined {
  if (node.kind !== "array") {
    return reader.error(node, `Expected users field to be an array, got ${goValue(node)}`);
  }
  const users: LeafUser[] = [];
  for (const item of node.value) {
    if (item.kind !== "map") {
      reader.error(item, `Expected user entry to be a map/struct, got ${goValue(item)}`);
      continue;
    }
    const user = createUser();
    USER.read(item, user, reader);
    users.push(user);
  }
  return users;
}

const AUTHORIZATION = new Section<LeafAuthorization>("leafnodes.authorization", [
  {
    names: ["user", "username"],
    about: "Name of the only user",
    reload: "restart",
    to: "user",
    type: text,
  },
  {
    names: ["password", "pass"],
    about: "Password of the only user, in clear or hashed with bcrypt",
    reload: "restart",
    to: "password",
    type: text,
  },
  {
    names: ["nkey"],
    about: "Public key of the only user",
    reload: "restart",
    to: "nkey",
    type: text.name,
    read(node, authorization, reader) {
      const value = text.read(node, reader);
      if (value === undefined) return;
      if (!isPublicNkey(value, NkeyKind.User)) {
        reader.error(node, "Not a valid public nkey for leafnode authorization");
      }
      authorization.nkey = value;
    },
  },
  {
    names: ["account"],
    about: "Account that the leafnode of the only user is bound to",
    reload: "restart",
    to: "account",
    type: text,
  },
  {
    names: ["timeout"],
    about: "How long a leafnode has to say who it is",
    reload: "restart",
    to: "timeoutMs",
    type: authTimeout("leafnode authorization"),
  },
  {
    names: ["users"],
    about: "Who may connect",
    reload: "restart",
    to: "users",
    type: "list of blocks",
    section: USER as Section<never>,
    defaults: createUser,
    read(node, authorization, reader) {
      const users = readUsers(node, reader);
      if (users !== undefined) authorization.users = users;
    },
  },
  {
    names: ["proxy_required"],
    about: "Accept leafnodes from trusted proxies only",
    reload: "restart",
    to: "proxyRequired",
    type: flag,
  },
]);

function createAuthorization(): LeafAuthorization {
  return {
    user: "",
    password: "",
    nkey: "",
    account: "",
    timeoutMs: 0,
    users: [],
    proxyRequired: false,
  };
}

export const leafAuthorizationField: Field<LeafnodesOptions> = {
  names: ["authorization"],
  about: "Who may connect as a leafnode",
  reload: "restart",
  to: "authorization",
  type: "block",
  section: AUTHORIZATION as Section<never>,
  defaults: createAuthorization,
  read(node, leafnodes, reader) {
    if (node.kind !== "map") return reader.wrongType(node, "map[string]interface {}");
    const authorization = createAuthorization();
    AUTHORIZATION.read(node, authorization, reader);
    leafnodes.authorization = authorization;
    // nats-server says no more than the first.
    const [fault] = leafUserFaults(authorization);
    if (fault !== undefined) reader.error(node, fault);
  },
};
