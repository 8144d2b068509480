/** The `authorization` block: of the server itself, and of listeners for other servers. */

import { GLOBAL_ACCOUNT } from "../../../protocol/account-names.ts";
import { goQuoteText } from "../../../protocol/go-quote.ts";
import type { ConfigNode } from "../../language/node.ts";
import type { Place } from "../../language/source.ts";
import {
  type AuthorizationOptions,
  DEFAULT_AUTHORIZATION,
  type Permissions,
  type SimpleAuth,
} from "../../options/auth.ts";
import type { Options } from "../../options/options.ts";
import type { Reader } from "../../schema/reader.ts";
import { type Field, type FieldRow, Section } from "../../schema/section.ts";
import { flag, text } from "../../schema/value-type.ts";
import { authCalloutField } from "./auth-callout.ts";
import { authTimeout } from "./auth-timeout.ts";
import { checkOidcAccounts, oidcField } from "./oidc.ts";
import { clusterPermissionFault, clusterPermissions, permissionsField } from "./permissions.ts";
import { namesOf, readUsers, takeNames, USER_SECTION, type UserList } from "./users.ts";

/** The block as it is read, with the places of its users. */
interface Draft extends AuthorizationOptions {
  list?: UserList;
}

const AUTHORIZATION: Section<Draft> = new Section<Draft>("authorization", [
  {
    names: ["user", "username"],
    about: "Name of the only user",
    reload: "live",
    to: "user",
    type: text,
  },
  {
    names: ["password", "pass"],
    about: "Password of the only user, in clear or hashed with bcrypt",
    reload: "live",
    to: "password",
    type: text,
  },
  {
    names: ["token"],
    about: "Secret that takes the place of user and password, in clear or hashed with bcrypt",
    reload: "live",
    to: "token",
    type: text,
  },
  {
    names: ["timeout"],
    about: "How long a client has to say who it is",
    reload: "live",
    to: "timeoutMs",
    type: authTimeout("authorization"),
  },
  {
    names: ["users"],
    about: "Who may connect",
    reload: "live",
    to: "users",
    type: "list of blocks",
    section: USER_SECTION,
    read(node, draft, reader) {
      const list = readUsers(node, "", reader, true);
      if (list === undefined) return;
      draft.users = list.users;
      draft.list = list;
    },
  },
  permissionsField({
    names: ["default_permissions", "default_permission", "permissions"],
    about: "Permissions of users without any of their own",
    reload: "live",
    to: "defaultPermissions",
  }),
  authCalloutField,
  oidcField,
  {
    names: ["proxy_required"],
    about: "Accept clients from trusted proxies only",
    reload: "restart",
    needs: "trusted proxies",
    to: "proxyRequired",
    type: flag,
  },
]);

/** The same of gateways, which are not made anew when it changes. */
const FIXED_AUTHORIZATION = new Section<Draft>(
  AUTHORIZATION.name,
  AUTHORIZATION.fields.map((field) => ({ ...field, reload: "restart" })),
);

function read(node: ConfigNode, reader: Reader): Draft | undefined {
  if (node.kind !== "map") return reader.wrongType(node, "map[string]interface {}");
  const draft: Draft = { ...DEFAULT_AUTHORIZATION };
  AUTHORIZATION.read(node, draft, reader);
  return draft;
}

/** What may not be said together with what the file has said before. */
function checkUsers(draft: Draft, options: Options, place: Place, reader: Reader): void {
  const taken = namesOf(options.accounts.flatMap((account) => account.users));
  const fault = usersFault(draft, taken.size > 0);
  if (fault !== null) reader.error(place, fault);
  else if (draft.list !== undefined) {
    takeNames("user", draft.list, taken, place, reader);
    takeNames("nkey", draft.list, taken, place, reader);
  }
}

function usersFault(draft: Draft, hasAccountUsers: boolean): string | null {
  const { user, password, token, users } = draft;
  if ((user !== "" || password !== "") && token !== "") return "Cannot have a user/pass and token";
  if (users === null && !hasAccountUsers) return null;
  if (user !== "") return "Can not have a single user/pass and a users array";
  return token === "" ? null : "Can not have a token and a users array";
}

function checkAllowedAccounts(options: Options, place: Place, reader: Reader): void {
  const known = new Set(options.accounts.map(({ name }) => name));
  if (options.mappings !== null) known.add(GLOBAL_ACCOUNT);
  for (const name of options.authorization?.authCallout?.allowedAccounts ?? []) {
    if (known.has(name)) continue;
    const problem = `auth_callout allowed account ${goQuoteText(name)}`;
    reader.errorWithoutPlace(place, `${problem} not found in configured accounts`);
  }
}

export const authorizationFields: readonly FieldRow<Options>[] = [
  {
    names: ["authorization"],
    about: "Who may connect, and what they may do",
    reload: "live",
    needs: "authentication",
    to: "authorization",
    type: "block",
    section: AUTHORIZATION as Section<never>,
    defaults: () => ({ ...DEFAULT_AUTHORIZATION }),
    read(node, options, reader) {
      const draft = read(node, reader);
      if (draft === undefined) return;
      checkUsers(draft, options, node, reader);
      const { list: _, ...authorization } = draft;
      options.authorization = authorization;
      // Accounts may follow later in the file.
      reader.later.push(async () => {
        checkAllowedAccounts(options, node, reader);
        checkOidcAccounts(options, node, reader);
      });
    },
  },
  {
    names: ["no_auth_user"],
    about: "User of clients that give none",
    reload: "restart",
    needs: "authentication",
    to: "noAuthUser",
    type: text,
  },
];

interface LinkTarget {
  authorization: SimpleAuth | null;
  /** Clusters have them. */
  permissions?: Permissions | null;
}

/** The row of a listener for other servers, which share one user. */
export function linkAuthorizationField<Target extends LinkTarget>(
  kind: "Cluster" | "Gateway",
): Field<Target> {
  const isLive = kind === "Cluster";
  return {
    names: ["authorization"],
    about: "User and password that the other servers give",
    reload: isLive ? "live" : "restart",
    to: "authorization",
    type: "block",
    section: (isLive ? AUTHORIZATION : FIXED_AUTHORIZATION) as Section<never>,
    defaults: () => ({ ...DEFAULT_AUTHORIZATION }),
    read(node, target, reader, key) {
      const draft = read(node, reader);
      if (draft === undefined) return;
      const fault = linkFault(draft);
      if (fault !== null) return reader.error(node, `${kind} authorization ${fault}`);
      const { user, password, token, timeoutMs } = draft;
      target.authorization = { user, password, token, timeoutMs };
      if (kind === "Cluster") useAsPermissions(draft, target, node, reader, key);
    },
  };
}

function linkFault({ users, token, authCallout, oidc }: Draft): string | null {
  if (users !== null) return "does not allow multiple users";
  if (token !== "" || oidc.length > 0) return "does not support tokens";
  return authCallout === null ? null : "does not support callouts";
}

/** The old way to say what a cluster imports and exports. */
function useAsPermissions(
  { defaultPermissions }: Draft,
  target: LinkTarget,
  place: Place,
  reader: Reader,
  key: string,
): void {
  if (defaultPermissions === null) return;
  const fault = clusterPermissionFault(defaultPermissions);
  if (fault !== null) {
    reader.error(place, fault);
    return;
  }
  const problem = 'setting "permissions" within cluster authorization block is deprecated';
  reader.doubtfulUse(place, key, problem);
  target.permissions ??= clusterPermissions(defaultPermissions);
}
