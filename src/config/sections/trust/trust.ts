/** Whom the server trusts to speak for accounts, users and connections. */

import { goQuoteText } from "../../../protocol/go-quote.ts";
import { decodeJwt, type Jwt } from "../../../protocol/jwt.ts";
import { isPublicNkey, NkeyKind } from "../../../protocol/nkeys.ts";
import { type ConfigNode, goTypeName } from "../../language/node.ts";
import type { Options } from "../../options/options.ts";
import type { SentinelUser } from "../../options/trust.ts";
import type { Field, FieldRow } from "../../schema/section.ts";
import { checked, text, texts, type ValueType } from "../../schema/value-type.ts";
import { tlsField } from "../tls/tls.ts";
import { operatorsField } from "./operators.ts";
import { proxiesField } from "./proxies.ts";
import { resolverField } from "./resolver.ts";

const trustedKeys = checked(texts("trusted"), (keys, node, reader) => {
  const nodes = node.kind === "array" ? node.value : [node];
  const places = nodes.filter(({ kind }) => kind === "string");
  // nats-server shows the place of the last key, whichever is wrong.
  const place = nodes.at(-1) ?? node;
  for (const [index, key] of keys.entries()) {
    if (isPublicNkey(key, NkeyKind.Operator)) continue;
    const problem = "required to be a valid public operator nkey";
    reader.errorWithin(place, places[index] ?? place, `trust key ${goQuoteText(key)} ${problem}`);
  }
  return keys;
});

/** What each account's JWT is, which is known only once it has been decoded. */
const preload: Field<Options> = {
  names: ["resolver_preload"],
  about: "Accounts that are known from the start: public keys with JWTs",
  reload: "silent",
  needs: "operator mode",
  to: "resolverPreload",
  type: "block of JWTs",
  read(node, options, reader) {
    if (node.kind !== "map") {
      return reader.error(node, "preload should be a map of account_public_key:account_jwt");
    }
    options.resolverPreload = {};
    const found: [string, ConfigNode, string][] = [];
    for (const [key, item] of node.value) {
      if (item.kind === "string") found.push([key, item, item.value]);
      else reader.error(item, "preload map value should be a string JWT");
    }
    reader.later.push(async () => {
      for (const [key, item, jwt] of found) {
        if (await isAccount(jwt)) options.resolverPreload[key] = jwt;
        else reader.error(item, "invalid account JWT");
      }
    });
  },
};

async function isAccount(jwt: string): Promise<boolean> {
  return (await tryDecode(jwt))?.kind === "account";
}

async function tryDecode(jwt: string): Promise<Jwt | null> {
  try {
    return await decodeJwt(jwt);
  } catch {
    return null;
  }
}

/** Whether it is fit for its purpose nats-server says only when it starts. */
const sentinel: Field<Options> = {
  names: ["default_sentinel"],
  about: "JWT of the user of clients that give none, in operator mode",
  reload: "live",
  needs: "operator mode",
  to: "defaultSentinel",
  type: "JWT",
  read(node, options, reader) {
    const jwt = text.read(node, reader);
    if (jwt === undefined) return;
    options.defaultSentinel = jwt;
    reader.later.push(async () => {
      const decoded = await tryDecode(jwt);
      options.sentinelUser = decoded?.kind === "user" ? sentinelUser(decoded) : null;
    });
  },
};

/** What a user of a scoped signing key leaves to that key. */
const LIMITS: readonly string[] = [
  "pub",
  "sub",
  "resp",
  "src",
  "times",
  "times_location",
  "subs",
  "data",
  "payload",
  "bearer_token",
  "proxy_required",
  "allowed_connection_types",
];

function sentinelUser({ nats }: Jwt): SentinelUser {
  const isSigned = (nats.issuer_account ?? "") !== "";
  return {
    isBearer: nats.bearer_token === true,
    isScoped: isSigned && LIMITS.every((name) => saysNothing(nats[name])),
  };
}

function saysNothing(value: unknown): boolean {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.keys(value).length === 0;
  }
  return value === undefined || value === null || value === 0 || value === false || value === "";
}

const domains: ValueType<Record<string, string>> = {
  name: "block of texts",
  read(node, reader) {
    if (node.kind !== "map") {
      const problem = `unsupported type ${goTypeName(node)}`;
      return reader.error(node, `error default_js_domain config: ${problem}`);
    }
    const found: [string, string][] = [];
    reader.placingTypeErrorsAt(node, () => {
      for (const [account, item] of node.value) {
        const domain = text.read(item, reader);
        if (domain !== undefined) found.push([account, domain]);
      }
    });
    return Object.fromEntries(found);
  },
};

export const trustFields: readonly FieldRow<Options>[] = [
  operatorsField,
  {
    names: ["trusted_keys", "trusted"],
    about: "Public keys of operators whose accounts are served, without their JWTs",
    reload: "restart",
    needs: "operator mode",
    to: "trustedKeys",
    type: trustedKeys,
  },
  resolverField,
  tlsField<Options, "resolverTls">({
    names: ["resolver_tls"],
    about: "TLS for requests to the address that account JWTs come from",
    reload: "live",
    needs: "operator mode",
    to: "resolverTls",
  }),
  preload,
  {
    names: ["resolver_pinned_accounts"],
    about: "Accounts that are served, and no others",
    reload: "silent",
    needs: "operator mode",
    to: "resolverPinnedAccounts",
    type: texts("resolver_pinned_accounts"),
  },
  sentinel,
  {
    names: ["default_js_domain"],
    about: "JetStream domains of accounts whose clients name none",
    reload: "restart",
    needs: "JetStream",
    to: "defaultJsDomain",
    type: domains,
  },
  proxiesField,
];
