/** Identity providers whose tokens are good for more than may be meant. */

import { type ConfigNode, type MapNode, mapsIn } from "../language/node.ts";
import type { Permissions } from "../options/auth.ts";
import type { OidcOptions } from "../options/oidc.ts";
import type { Options } from "../options/options.ts";
import type { Finding, Rule } from "./finding.ts";
import { LOOPBACK } from "./open-access.ts";
import { optionOf } from "./tree.ts";

export const oidcProviders: Rule = {
  finds: "doubts about identity providers",
  needsOptions: true,
  *find({ root, options }) {
    const node = optionOf(optionOf(root, "authorization"), "oidc");
    if (node === undefined) return;
    const providers = options.authorization?.oidc ?? [];
    for (const [i, block] of mapsIn(node).entries()) {
      const provider = providers[i];
      if (provider === undefined) return;
      yield* trust(provider, block);
      yield* permissions(provider, block, options);
      yield* unreachable(provider, block);
    }
    yield* tokensInClear(options, node);
  },
};

function* trust({ audience, allowInsecure }: OidcOptions, block: MapNode): Iterable<Finding> {
  if (audience.length === 0) {
    yield {
      place: optionOf(block, "issuer") ?? block,
      text: "tokens that the issuer has made for any other application are good here too",
      hint: "add an audience",
    };
  }
  if (allowInsecure) {
    yield {
      place: optionOf(block, "allow_insecure_http") ?? block,
      text: "whoever is between this server and the provider can forge tokens",
      hint: "use https, with a ca_file if need be",
    };
  }
}

function* permissions(provider: OidcOptions, block: MapNode, options: Options): Iterable<Finding> {
  const { rules } = provider;
  if (rules === null) {
    const text = "every client with a token of this issuer may";
    yield* openWays(provider.permissions, options, block, text);
    return;
  }
  const list = optionOf(block, "rules");
  const nodes = list === undefined ? [] : mapsIn(list);
  for (const [i, rule] of rules.entries()) {
    const given = rule.permissions ?? provider.permissions;
    yield* openWays(given, options, nodes[i] ?? block, "clients that this rule fits may");
  }
}

/** What nothing is said about is allowed. Whoever means that can say `">"`. */
function* openWays(
  given: Permissions | null,
  options: Options,
  place: ConfigNode,
  who: string,
): Iterable<Finding> {
  if (given === null && hasDefaults(options)) return;
  const ways = (["publish", "subscribe"] as const).filter((way) => (given?.[way] ?? null) === null);
  if (ways.length === 0) return;
  const hint = `add permissions for ${ways.join(" and ")}, if only ">"`;
  yield { place, text: `${who} ${ways.join(" and ")} to everything`, hint };
}

function hasDefaults({ authorization, accounts }: Options): boolean {
  const isSet = accounts.some((account) => account.defaultPermissions !== null);
  return isSet || (authorization?.defaultPermissions ?? null) !== null;
}

function* unreachable({ rules }: OidcOptions, block: MapNode): Iterable<Finding> {
  const last = rules?.findIndex(({ when }) => when.length === 0) ?? -1;
  if (rules === null || last < 0 || last === rules.length - 1) return;
  const list = optionOf(block, "rules");
  const place: ConfigNode = (list === undefined ? [] : mapsIn(list))[last + 1] ?? block;
  yield {
    place,
    text: "no token gets as far as this rule: one before it fits them all",
    hint: "put the rule without `when` last",
  };
}

/** Whoever has a token can use it. */
function* tokensInClear({ tls, host }: Options, place: ConfigNode): Iterable<Finding> {
  if (tls !== null || LOOPBACK.test(host)) return;
  yield {
    place,
    text: "clients send their tokens in clear, and whoever sees one can use it",
    hint: "add a tls block, or listen on 127.0.0.1 only",
  };
}
