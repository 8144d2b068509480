/** OCSP: what issuers say about the server's own certificates, and where answers are kept. */

import { goQuoteText } from "../../../protocol/go-quote.ts";
import { goTypeName } from "../../language/node.ts";
import type { Options } from "../../options/options.ts";
import {
  DEFAULT_OCSP,
  DEFAULT_OCSP_CACHE,
  type OcspCacheOptions,
  type OcspOptions,
} from "../../options/tls.ts";
import { quantityOr } from "../../schema/go-quantities.ts";
import { millisecondsOf } from "../../schema/seconds.ts";
import { type FieldRow, Section } from "../../schema/section.ts";
import { checked, text, type ValueType } from "../../schema/value-type.ts";

const SAVE_INTERVAL_MS_MIN = 1000;
const MODES: readonly string[] = [
  "auto",
  "always",
  "must",
  "never",
] satisfies OcspOptions["mode"][];
const TYPES: readonly string[] = ["none", "local"] satisfies OcspCacheOptions["type"][];

const mode = checked(text, (value, node, reader) =>
  MODES.includes(value.toLowerCase())
    ? value.toLowerCase()
    : reader.error(node, "error parsing ocsp config: unsupported ocsp mode string"),
) as ValueType<OcspOptions["mode"]>;

const OCSP = new Section<OcspOptions>(
  "ocsp",
  [
    {
      names: ["mode"],
      about:
        "Certificates that staples are got for: auto and must for those that ask for it, always, never",
      reload: "live",
      exactCase: true,
      to: "mode",
      type: mode,
    },
    {
      names: ["url"],
      about: "Address to ask in place of the one in the certificate",
      reload: "live",
      exactCase: true,
      to: "url",
      type: text,
    },
    {
      names: ["urls"],
      about: "Of no use, as in nats-server, which refuses every value",
      reload: "live",
      exactCase: true,
      to: "url",
      type: "list of texts",
      read: (node, _, reader) => reader.wrongType(node, "[]string"),
    },
  ],
  {
    unknown: () => "error parsing ocsp config: unsupported field string",
    refusesVariables: true,
  },
);

const unknownCacheField = (name: string): string =>
  `error parsing OCSP peer cache config, unknown field [${goQuoteText(name)}]`;

/** nats-server calls an option of the wrong type unknown. */
const cacheText: ValueType<string> = {
  name: "text",
  read: (node, reader, key = "") =>
    node.kind === "string" ? node.value : reader.error(node, unknownCacheField(key)),
};

const cacheFlag: ValueType<boolean> = {
  name: "true or false",
  read: (node, reader, key = "") =>
    node.kind === "boolean" ? node.value : reader.error(node, unknownCacheField(key)),
};

const cacheType = checked(cacheText, (value, node, reader) => {
  if (TYPES.includes(value.toLowerCase())) return value.toLowerCase();
  return reader.error(node, `error parsing OCSP peer cache config, unknown type [${value}]`);
}) as ValueType<OcspCacheOptions["type"]>;

/** Whole seconds count. */
const saveInterval: ValueType<number> = {
  name: "duration or seconds",
  read(node, reader) {
    const fail = (what: string): undefined => reader.error(node, `error parsing ${what}`);
    const value = quantityOr(
      () =>
        millisecondsOf(node) ?? fail("OCSP peer cache config, conversion error: unexpected type"),
      (problem) => fail(`tls peer config, conversion error: ${problem}`),
    );
    if (value === undefined) return undefined;
    return Math.max(value - (value % 1000), SAVE_INTERVAL_MS_MIN);
  },
};

const OCSP_CACHE = new Section<OcspCacheOptions>(
  "ocsp_cache",
  [
    {
      names: ["type"],
      about: "Where issuers' answers are kept: local or none",
      reload: "live",
      to: "type",
      type: cacheType,
    },
    {
      names: ["local_store"],
      about: "Folder for them",
      reload: "live",
      to: "localStore",
      type: cacheText,
    },
    {
      names: ["preserve_revoked"],
      about: "Keep answers that say that a certificate is revoked, even when they are too old",
      reload: "live",
      to: "preserveRevoked",
      type: cacheFlag,
    },
    {
      names: ["save_interval"],
      about: "How often they are written to disk",
      reload: "live",
      to: "saveIntervalMs",
      type: saveInterval,
    },
  ],
  { unknown: unknownCacheField, refusesVariables: true },
);

export const ocspFields: readonly FieldRow<Options>[] = [
  {
    names: ["ocsp"],
    about: "Staple what issuers say about the server's certificates: true, false or how",
    reload: "live",
    needs: "OCSP",
    to: "ocsp",
    type: "true, false or block",
    section: OCSP as Section<never>,
    defaults: () => ({ ...DEFAULT_OCSP }),
    read(node, options, reader) {
      const ocsp: OcspOptions = { ...DEFAULT_OCSP };
      if (node.kind === "boolean") ocsp.mode = node.value ? "auto" : "never";
      else if (node.kind === "map") {
        reader.placingTypeErrorsAt(node, () => OCSP.read(node, ocsp, reader));
      } else {
        const problem = `unsupported type ${goTypeName(node)}`;
        return reader.error(node, `error parsing ocsp config: ${problem}`);
      }
      options.ocsp = ocsp;
    },
  },
  {
    names: ["ocsp_cache"],
    about: "Keep issuers' answers about others' certificates: true, false or how",
    reload: "live",
    needs: "OCSP",
    to: "ocspCache",
    type: "true, false or block",
    section: OCSP_CACHE as Section<never>,
    defaults: () => ({ ...DEFAULT_OCSP_CACHE }),
    read(node, options, reader) {
      const cache: OcspCacheOptions = { ...DEFAULT_OCSP_CACHE };
      if (node.kind === "boolean") cache.type = node.value ? "local" : "none";
      else if (node.kind === "map") OCSP_CACHE.read(node, cache, reader);
      else return reader.error(node, `error parsing tags: unsupported type ${goTypeName(node)}`);
      options.ocspCache = cache;
    },
  },
];
