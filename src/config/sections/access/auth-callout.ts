/** The `auth_callout` block: a service of the operator's own decides who may connect. */

import { GLOBAL_ACCOUNT } from "../../../protocol/account-names.ts";
import { goQuoteText } from "../../../protocol/go-quote.ts";
import { isPublicNkey, NkeyKind } from "../../../protocol/nkeys.ts";
import type { ConfigNode, MapNode } from "../../language/node.ts";
import type { AuthCallout } from "../../options/auth.ts";
import { goValue } from "../../schema/go-value.ts";
import type { Reader } from "../../schema/reader.ts";
import { type Field, Section } from "../../schema/section.ts";
import { checked, text, type ValueType } from "../../schema/value-type.ts";
import { lastValue } from "./users.ts";

function publicKey(kind: NkeyKind, problem: string): ValueType<string> {
  return checked(text, (key, node, reader) =>
    isPublicNkey(key, kind) ? key : reader.error(node, `${problem}, got ${goQuoteText(key)}`),
  );
}

const issuer = publicKey(
  NkeyKind.Account,
  "Expected callout user to be a valid public account nkey",
);
const xkey = publicKey(NkeyKind.Curve, "Expected callout xkey to be a valid public xkey");

function names(what: string): ValueType<string[]> {
  return {
    name: "list of texts",
    read(node, reader) {
      if (node.kind !== "array") {
        // nats-server names the type of its own wrapper here, whatever the value is.
        return reader.error(node, `Expected ${what} field to be an array, got *conf.token`);
      }
      return node.value.flatMap((item) => text.read(item, reader) ?? []);
    },
  };
}

const AUTH_CALLOUT = new Section<AuthCallout>(
  "authorization.auth_callout",
  [
    {
      names: ["issuer"],
      about: "Public key of the account that signs the answers",
      reload: "restart",
      to: "issuer",
      type: issuer,
    },
    {
      names: ["account", "acc"],
      about: "Account that the service is in",
      reload: "restart",
      to: "account",
      type: text,
    },
    {
      names: ["auth_users", "users"],
      about: "Users of the service, who are not asked about themselves",
      reload: "restart",
      to: "authUsers",
      type: names("auth_users"),
    },
    {
      names: ["xkey", "key"],
      about: "Public curve key of the service, to encrypt what it is asked",
      reload: "restart",
      to: "xkey",
      type: xkey,
    },
    {
      names: ["allowed_accounts"],
      about: "Accounts that the service may put clients into",
      reload: "restart",
      to: "allowedAccounts",
      type: names("allowed accounts"),
    },
  ],
  { unknown: (name) => `Unknown field ${goQuoteText(name)} parsing authorization callout` },
);

/** What the block lacks, in nats-server's words. What has been reported is not missing. */
function missing(block: MapNode, callout: AuthCallout): string | null {
  const given = new Map([...block.value].map(([key, node]) => [AUTH_CALLOUT.find(key)?.to, node]));
  if (!given.has("issuer")) return "Authorization callouts require an issuer to be specified";
  const users = given.get("authUsers");
  const isEmpty = users === undefined || (users.kind === "array" && users.value.length === 0);
  return isEmpty && callout.issuer !== ""
    ? "Authorization callouts require authorized users to be specified"
    : null;
}

function create(): AuthCallout {
  return { issuer: "", account: GLOBAL_ACCOUNT, authUsers: [], xkey: "", allowedAccounts: [] };
}

function readCallout(node: ConfigNode, reader: Reader): AuthCallout | undefined {
  if (node.kind !== "map") {
    const problem = `Expected authorization callout to be a map/struct, got ${goValue(node)}`;
    return reader.error(node, problem);
  }
  const callout = create();
  const isRight = AUTH_CALLOUT.read(node, callout, reader);
  const fault = missing(node, callout);
  if (fault !== null) return reader.errorWithin(lastValue(node), node, fault);
  // After a wrong value nats-server goes on as if there were no block.
  if (!isRight) return undefined;
  if (callout.account === "") callout.account = GLOBAL_ACCOUNT;
  return callout;
}

export const authCalloutField: Field<{ authCallout: AuthCallout | null }> = {
  names: ["auth_callout", "auth_hook"],
  about: "A service that is asked who may connect",
  reload: "restart",
  needs: "authorization callout",
  to: "authCallout",
  type: "block",
  section: AUTH_CALLOUT as Section<never>,
  defaults: create,
  read(node, target, reader) {
    const callout = readCallout(node, reader);
    if (callout !== undefined) target.authCallout = callout;
  },
};
