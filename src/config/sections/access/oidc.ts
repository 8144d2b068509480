/**
 * The `oidc` block: identity providers whose tokens clients may log in with. nats-server has no such
 * thing, so the messages are ours.
 */

import { goQuoteText } from "../../../protocol/go-quote.ts";
import { readWholeFile } from "../../files/whole-file.ts";
import { type ConfigNode, goTypeName, type MapNode } from "../../language/node.ts";
import type { Place } from "../../language/source.ts";
import {
  DEFAULT_OIDC,
  OIDC_ALGORITHMS,
  type OidcAlgorithm,
  type OidcOptions,
} from "../../options/oidc.ts";
import type { Options } from "../../options/options.ts";
import { goValue } from "../../schema/go-value.ts";
import type { Reader } from "../../schema/reader.ts";
import { type Field, Section } from "../../schema/section.ts";
import { didYouMean } from "../../schema/suggest.ts";
import {
  checked,
  durationText,
  flag,
  text,
  texts,
  type ValueType,
} from "../../schema/value-type.ts";
import { addressFault, missingAccounts, missingAccountText } from "../../validate/oidc.ts";
import { jwks } from "./oidc-keys.ts";
import { rulesField, templatePermissionsField } from "./oidc-rules.ts";

const DISCOVERY_PATH = "/.well-known/openid-configuration";
const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;

const name: ValueType<string> = checked(text, (value, node, reader, key) =>
  value === "" ? reader.error(node, `${key} has no value`) : value,
);

/** An empty list would let in tokens for anybody, which is said by leaving it out. */
const audience: ValueType<string[]> = checked(texts("audience"), (values, node, reader) =>
  values.length === 0 || values.includes("") ? reader.error(node, "audience has no value") : values,
);

/** Algorithms of shared secrets are no choice: keys of providers are public. */
const algorithms: ValueType<OidcAlgorithm[]> = {
  name: texts("algorithms").name,
  read(node, reader) {
    const values = texts("algorithms").read(node, reader);
    if (values === undefined) return undefined;
    if (values.length === 0) return reader.error(node, "algorithms has no values");
    return values.flatMap((value) => {
      const algorithm = OIDC_ALGORITHMS.find((each) => each === value);
      if (algorithm !== undefined) return algorithm;
      const problem = `algorithm ${goQuoteText(value)} cannot be used`;
      reader.error(node, problem, didYouMean(value, OIDC_ALGORITHMS));
      return [];
    });
  },
};

/** Milliseconds. */
function durationOf(option: string, least: number, most: number): ValueType<number> {
  const range = `must be between ${least / SECOND_MS}s and ${most / HOUR_MS}h`;
  return checked(durationText(option), (value, node, reader) =>
    value < least || value > most ? reader.error(node, `${option} ${range}`) : value,
  );
}

const OIDC: Section<OidcOptions> = new Section<OidcOptions>(
  "authorization.oidc",
  [
    {
      names: ["issuer"],
      about: "Who the tokens are from, exactly as they say it",
      reload: "live",
      to: "issuer",
      type: name,
    },
    {
      names: ["audience", "aud"],
      about: "Whom tokens have to be for, any of several; without it for anybody",
      reload: "live",
      to: "audience",
      type: audience,
    },
    {
      names: ["jwks", "jwks_uri"],
      about:
        "Where the provider's keys are, or the keys; by default the issuer's description says it",
      reload: "live",
      to: "keys",
      type: jwks,
    },
    {
      names: ["ca_file"],
      about: "Authorities, in PEM, to trust when keys are fetched; by default those of the system",
      reload: "live",
      to: "caFile",
      type: name,
    },
    {
      names: ["allow_insecure_http"],
      about: "Fetch keys by http from other machines too, where anyone in between can forge them",
      reload: "live",
      to: "allowInsecure",
      type: flag,
    },
    {
      names: ["algorithms"],
      about: "How tokens may be signed",
      reload: "live",
      to: "algorithms",
      type: algorithms,
    },
    {
      names: ["clock_skew"],
      about: "How far the clocks of provider and server may be apart",
      reload: "live",
      to: "clockSkewMs",
      type: durationOf("clock_skew", 0, HOUR_MS),
    },
    {
      names: ["refresh"],
      about: "How often the keys are read anew",
      reload: "live",
      to: "refreshMs",
      type: durationOf("refresh", SECOND_MS, 24 * HOUR_MS),
    },
    {
      names: ["max_stale"],
      about: "How long keys count when they cannot be read anew",
      reload: "live",
      to: "maxStaleMs",
      type: durationOf("max_stale", SECOND_MS, 30 * 24 * HOUR_MS),
    },
    {
      names: ["name_claim"],
      about: "Claim that is the name of the user",
      reload: "live",
      to: "nameClaim",
      type: name,
    },
    {
      names: ["account"],
      about: "Account of the clients, where no rule names another",
      reload: "live",
      to: "account",
      type: name,
    },
    {
      names: ["account_claim"],
      about: "Claim that names the account, one of allowed_accounts",
      reload: "live",
      to: "accountClaim",
      type: name,
    },
    {
      names: ["allowed_accounts"],
      about: "Accounts that account_claim may name",
      reload: "live",
      to: "allowedAccounts",
      type: texts("allowed_accounts"),
    },
    templatePermissionsField,
    rulesField,
  ],
  { unknown: (field) => `Unknown field ${goQuoteText(field)} parsing oidc` },
);

function create(): OidcOptions {
  return structuredClone(DEFAULT_OIDC);
}

function readProvider(node: ConfigNode, reader: Reader): OidcOptions | undefined {
  if (node.kind !== "map") {
    return reader.error(node, `Expected oidc to be a map/struct, got ${goValue(node)}`);
  }
  const provider = create();
  if (!OIDC.read(node, provider, reader)) return undefined;
  if (provider.issuer === "") return reader.error(node, "oidc requires an issuer to be specified");
  if (provider.keys.kind === "discovery") {
    const url = provider.issuer.replace(/\/$/, "") + DISCOVERY_PATH;
    provider.keys = { kind: "discovery", url };
  }
  checkAddress(provider, node, reader);
  checkAccounts(provider, node, reader);
  if (provider.maxStaleMs < provider.refreshMs) {
    const place = placeOf(
      node,
      provider.maxStaleMs === DEFAULT_OIDC.maxStaleMs ? "refreshMs" : "maxStaleMs",
    );
    reader.error(place, "max_stale must not be shorter than refresh");
  }
  const { caFile } = provider;
  if (caFile !== "") reader.later.push(() => checkFile(caFile, placeOf(node, "caFile"), reader));
  return provider;
}

function checkAddress({ keys, allowInsecure }: OidcOptions, node: MapNode, reader: Reader): void {
  if (keys.kind !== "url" && keys.kind !== "discovery") return;
  const fault = addressFault(keys.url, allowInsecure);
  if (fault === null) return;
  const isKeys = keys.kind === "url";
  const what = isKeys ? "jwks" : "issuer, without jwks,";
  reader.error(placeOf(node, isKeys ? "keys" : "issuer"), `oidc ${what} cannot be used: ${fault}`);
}

function checkAccounts(provider: OidcOptions, node: MapNode, reader: Reader): void {
  const { account, accountClaim, allowedAccounts } = provider;
  if (accountClaim === "") {
    if (allowedAccounts.length === 0) return;
    reader.error(placeOf(node, "allowedAccounts"), "allowed_accounts requires an account_claim");
  } else if (account !== "") {
    reader.error(placeOf(node, "accountClaim"), "oidc cannot have an account and an account_claim");
  } else if (allowedAccounts.length === 0) {
    // Otherwise the provider could let anybody into any account, that of the system too.
    reader.error(placeOf(node, "accountClaim"), "account_claim requires allowed_accounts");
  }
}

async function checkFile(path: string, place: Place, reader: Reader): Promise<void> {
  const file = await readWholeFile(path);
  if (file instanceof Error) reader.error(place, `error reading ca_file: ${file.message}`);
  else if (!file.includes("-----BEGIN CERTIFICATE-----")) {
    reader.error(place, `ca_file ${goQuoteText(path)} has no certificates in PEM`);
  }
}

function placeOf(block: MapNode, property: keyof OidcOptions): Place {
  for (const [key, node] of block.value) if (OIDC.find(key)?.to === property) return node;
  return block;
}

function readProviders(node: ConfigNode, reader: Reader): OidcOptions[] {
  if (node.kind !== "map" && node.kind !== "array") {
    const problem = "Expected oidc to be a map/struct, or a list of them";
    reader.error(node, `${problem}, got ${goTypeName(node)}`);
    return [];
  }
  const issuers = new Set<string>();
  return (node.kind === "map" ? [node] : node.value).flatMap((entry) => {
    const provider = readProvider(entry, reader);
    if (provider === undefined) return [];
    const { issuer } = provider;
    if (issuers.has(issuer))
      reader.error(entry, `Duplicate issuer ${goQuoteText(issuer)} detected`);
    issuers.add(issuer);
    return provider;
  });
}

export const oidcField: Field<{ oidc: OidcOptions[] }> = {
  names: ["oidc"],
  about:
    "Identity providers whose tokens clients may log in with, a block or a list; not in nats-server",
  reload: "live",
  to: "oidc",
  type: "block or list of blocks",
  section: OIDC as Section<never>,
  defaults: create,
  read(node, target, reader) {
    target.oidc = readProviders(node, reader);
  },
};

/** Reports accounts that there are not; to be asked when all accounts have been read. */
export function checkOidcAccounts(options: Options, place: Place, reader: Reader): void {
  for (const provider of options.authorization?.oidc ?? []) {
    for (const account of missingAccounts(provider, options)) {
      reader.errorWithoutPlace(place, missingAccountText(account));
    }
  }
}
