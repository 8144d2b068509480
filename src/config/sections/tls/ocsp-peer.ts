/** The `ocsp_peer` option of a `tls` block: asking issuers about the certificates of others. */

import { goQuoteText } from "../../../protocol/go-quote.ts";
import type { ConfigNode, MapNode } from "../../language/node.ts";
import { headline } from "../../language/problem.ts";
import { DEFAULT_OCSP_PEER, type OcspPeerOptions, type TlsOptions } from "../../options/tls.ts";
import { quantityOr } from "../../schema/go-quantities.ts";
import { Reader } from "../../schema/reader.ts";
import { millisecondsOf } from "../../schema/seconds.ts";
import { type Field, Section } from "../../schema/section.ts";
import type { ValueType } from "../../schema/value-type.ts";

const unknown = (name: string): string =>
  `error parsing tls peer config, unknown field [${goQuoteText(name)}]`;

/** nats-server calls an option of the wrong type unknown. */
const flag: ValueType<boolean> = {
  name: "true or false",
  read: (node, reader, key = "") =>
    node.kind === "boolean" ? node.value : reader.error(node, unknown(key)),
};

/** Milliseconds; a negative value leaves the default. */
function time(explainsFaults: boolean): ValueType<number> {
  return {
    name: "duration or seconds",
    read(node, reader) {
      const value = readTime(node, explainsFaults);
      if (typeof value === "number") return value < 0 ? undefined : value;
      return reader.error(node, `error parsing tls peer config, conversion error: ${value}`);
    },
  };
}

function readTime(node: ConfigNode, explainsFaults: boolean): number | string {
  return quantityOr(
    () => millisecondsOf(node) ?? "unexpected type",
    (problem) => (explainsFaults ? problem : "unexpected type"),
  );
}

const OCSP_PEER = new Section<OcspPeerOptions>(
  "ocsp_peer",
  [
    {
      names: ["verify"],
      about: "Ask the issuers of others' certificates whether they are still good",
      reload: "live",
      to: "verify",
      type: flag,
    },
    {
      names: ["ca_timeout"],
      about: "How long an issuer's answer is waited for",
      reload: "live",
      to: "caTimeoutMs",
      type: time(true),
    },
    {
      names: ["allowed_clockskew"],
      about: "How far an issuer's clock may be off",
      reload: "live",
      to: "allowedClockskewMs",
      type: time(false),
    },
    {
      names: ["warn_only"],
      about: "Accept certificates that are not good, and say so in the log",
      reload: "live",
      to: "warnOnly",
      type: flag,
    },
    {
      names: ["unknown_is_good"],
      about: "Accept certificates that their issuer does not know",
      reload: "live",
      to: "unknownIsGood",
      type: flag,
    },
    {
      names: ["allow_when_ca_unreachable"],
      about: "Accept certificates whose issuer gives no answer",
      reload: "live",
      to: "allowWhenCaUnreachable",
      type: flag,
    },
    {
      names: ["cache_ttl_when_next_update_unset"],
      about: "How long an answer counts that does not say so itself",
      reload: "live",
      to: "cacheTtlWhenNextUpdateUnsetMs",
      type: time(true),
    },
  ],
  { unknown, refusesVariables: true },
);

export const ocspPeerField: Field<TlsOptions> = {
  names: ["ocsp_peer"],
  about: "Ask issuers about others' certificates: true, false or how",
  reload: "live",
  needs: "OCSP",
  to: "ocspPeer",
  type: "true, false or block",
  section: OCSP_PEER as Section<never>,
  defaults: createPeer,
  read(node, options, reader) {
    const peer = createPeer();
    if (node.kind === "boolean") peer.verify = node.value;
    else if (node.kind === "map") readBlock(node, peer, reader);
    else {
      // nats-server names the type of the block around it here.
      const problem = "unsupported type map[string]interface {}";
      return reader.error(node, `error parsing ocsp peer config: ${problem}`);
    }
    options.ocspPeer = peer;
  },
};

function createPeer(): OcspPeerOptions {
  return { ...DEFAULT_OCSP_PEER };
}

/** nats-server gives the place of the block, and that of the mistake behind it. */
function readBlock(block: MapNode, peer: OcspPeerOptions, reader: Reader): void {
  const inside = new Reader(reader.environment);
  OCSP_PEER.read(block, peer, inside);
  for (const problem of inside.problems) {
    reader.errorWithin(block, problem.place ?? block, headline(problem), problem.hint);
  }
}
