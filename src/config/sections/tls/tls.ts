/** The `tls` block, wherever it may stand. */

import { goQuoteText } from "../../../protocol/go-quote.ts";
import { checkTlsFiles } from "../../files/tls-files.ts";
import type { MapNode } from "../../language/node.ts";
import type { Options } from "../../options/options.ts";
import { DEFAULT_TLS, type TlsOptions } from "../../options/tls.ts";
import type { Feature } from "../../schema/features.ts";
import type { Reader } from "../../schema/reader.ts";
import { type Field, type FieldRow, type ReloadRule, Section } from "../../schema/section.ts";
import {
  CIPHER_SUITES,
  CURVES,
  INSECURE_CIPHER_SUITES,
  isAvailable,
} from "../../schema/tls-names.ts";
import { ocspPeerField } from "./ocsp-peer.ts";
import {
  caCertsMatch,
  certMatchBy,
  certStore,
  fileName,
  handshakeFirst,
  keyPairs,
  minVersion,
  namesFrom,
  pinnedCerts,
  rateLimit,
  storeFlag,
  storeText,
  tlsFlag,
  tlsTimeout,
} from "./tls-values.ts";

const files: readonly FieldRow<TlsOptions>[] = [
  {
    names: ["cert_file"],
    about: "Certificate, and those that lead from it to an authority, in PEM",
    reload: "live",
    to: "certFile",
    type: fileName,
  },
  {
    names: ["key_file"],
    about: "Private key of the certificate, in PEM",
    reload: "live",
    to: "keyFile",
    type: fileName,
  },
  {
    names: ["ca_file"],
    about: "Certificates of the authorities that others' certificates must come from, in PEM",
    reload: "live",
    to: "caFile",
    type: fileName,
  },
  {
    names: ["certs", "certificates"],
    about: "Several certificates with their keys, in place of one",
    reload: "live",
    to: "certs",
    type: keyPairs,
  },
];

/** Options that turn on verification when they are true. */
function verifying(
  name: string,
  to: "verifyAndMap" | "verifyCertAndCheckKnownUrls",
  about: string,
  isRefused: boolean,
): Field<TlsOptions> {
  return {
    names: [name],
    about,
    reload: "restart",
    to,
    type: tlsFlag.name,
    read(node, options, reader, key) {
      const value = tlsFlag.read(node, reader, key);
      if (value === undefined) return;
      if (value && isRefused) return reader.error(node, `${name} not supported in this context`);
      options[to] = value;
      options.verify ||= value;
    },
  };
}

function verification(checksKnownUrls: boolean): readonly FieldRow<TlsOptions>[] {
  return [
    {
      names: ["verify"],
      about: "Require a certificate of clients",
      reload: "live",
      to: "verify",
      type: tlsFlag.name,
      read(node, options, reader, key) {
        const value = tlsFlag.read(node, reader, key);
        if (value !== undefined) options.verify ||= value;
      },
    },
    verifying(
      "verify_and_map",
      "verifyAndMap",
      "Require a certificate of clients, and take the user from it",
      false,
    ),
    verifying(
      "verify_cert_and_check_known_urls",
      "verifyCertAndCheckKnownUrls",
      "Require certificates that name a host among the configured URLs; cluster and gateway only",
      !checksKnownUrls,
    ),
    {
      names: ["insecure"],
      about: "Accept any certificate of a server that is dialled",
      reload: "live",
      to: "insecure",
      type: tlsFlag,
    },
    {
      names: ["pinned_certs"],
      about: "SHA-256 of the public keys that are accepted",
      reload: "live",
      to: "pinnedCerts",
      type: pinnedCerts,
    },
    ocspPeerField,
  ];
}

const negotiation: readonly FieldRow<TlsOptions>[] = [
  {
    names: ["cipher_suites"],
    about: "Cipher suites in IANA's spelling, the preferred one first",
    reload: "live",
    to: "cipherSuites",
    type: namesFrom(CIPHER_SUITES, "cipher"),
  },
  {
    names: ["allow_insecure_cipher_suites"],
    about: "Allow cipher suites that are known to be weak",
    reload: "live",
    to: "allowInsecureCipherSuites",
    type: tlsFlag,
  },
  {
    names: ["curve_preferences"],
    about: "Curves for the key exchange, the preferred one first",
    reload: "live",
    to: "curvePreferences",
    type: namesFrom(CURVES, "curve preference"),
  },
  {
    names: ["min_version"],
    about: "Oldest version of TLS that is spoken",
    reload: "live",
    to: "minVersion",
    type: minVersion,
  },
  {
    names: ["timeout"],
    about: "How long a handshake may take",
    reload: "live",
    to: "timeoutMs",
    type: tlsTimeout,
  },
  {
    names: ["handshake_first", "first", "immediate"],
    about:
      "Begin with the handshake, and not with INFO: a duration, or auto for 50ms, says when a silent client gets INFO after all",
    reload: "live",
    to: "handshakeFirst",
    also: ["handshakeFirstFallbackMs"],
    type: handshakeFirst.name,
    read(node, options, reader, key) {
      Object.assign(options, handshakeFirst.read(node, reader, key));
    },
  },
  {
    names: ["connection_rate_limit"],
    about: "Handshakes with clients per second, 0 for any number",
    reload: "restart",
    to: "connectionRateLimit",
    type: rateLimit,
  },
];

const windows: readonly FieldRow<TlsOptions>[] = [
  {
    names: ["cert_store"],
    about: "Certificate store of Windows to take the certificate from",
    reload: "live",
    needs: "certificate store",
    to: "certStore",
    type: certStore,
  },
  {
    names: ["cert_match_by"],
    about: "What a certificate in the store is chosen by",
    reload: "live",
    to: "certMatchBy",
    type: certMatchBy,
  },
  {
    names: ["cert_match"],
    about: "What the certificate in the store must say there",
    reload: "live",
    to: "certMatch",
    type: storeText,
  },
  {
    names: ["ca_certs_match"],
    about: "Subjects of authorities in the store",
    reload: "live",
    to: "caCertsMatch",
    type: caCertsMatch,
  },
  {
    names: ["cert_match_skip_invalid"],
    about: "Pass over certificates in the store that are not valid now",
    reload: "live",
    to: "certMatchSkipInvalid",
    type: storeFlag,
  },
];

function createSection(checksKnownUrls: boolean): Section<TlsOptions> {
  const rows = [...files, ...verification(checksKnownUrls), ...negotiation, ...windows];
  return new Section<TlsOptions>("tls", rows, {
    unknown: (name) => `error parsing tls config, unknown field ${goQuoteText(name)}`,
    refusesVariables: true,
  });
}

const FOR_CLIENTS = createSection(false);
const FOR_SERVERS = createSection(true);

/** The row of a block that may have TLS. Its files are read once everything else has been. */
export function tlsField<
  Target extends Record<Key, TlsOptions | null>,
  Key extends keyof Target & string,
>(details: {
  names?: readonly [string, ...string[]];
  about: string;
  reload: ReloadRule;
  to: Key;
  /** Between servers certificates can be held against the configured URLs. */
  checksKnownUrls?: boolean;
  needs?: Feature;
}): Field<Target> {
  const { names = ["tls"], checksKnownUrls = false, ...base } = details;
  const section = checksKnownUrls ? FOR_SERVERS : FOR_CLIENTS;
  return {
    ...base,
    names,
    type: "block",
    section: section as Section<never>,
    defaults: createTls,
    read(node, target, reader) {
      if (node.kind !== "map") return reader.wrongType(node, "map[string]interface {}");
      const options = createTls();
      Object.assign(target, { [details.to]: options });
      const problems = reader.problems.length;
      section.read(node, options, reader);
      checkTogether(options, node, reader);
      if (!reader.hasErrorsSince(problems)) leaveOutMissing(options, node, reader);
      // What is wrong with the files of a block that is wrong itself, would only confuse.
      const isFaulty = reader.hasErrorsSince(problems);
      if (!isFaulty) reader.later.push(() => checkTlsFiles(options, node, reader));
    },
  };
}

function createTls(): TlsOptions {
  return structuredClone(DEFAULT_TLS);
}

function checkTogether(options: TlsOptions, block: MapNode, reader: Reader): void {
  const { certs, certFile, cipherSuites, allowInsecureCipherSuites } = options;
  if (certs.length > 0 && certFile !== "") {
    const problem = "cannot combine 'cert_file' option with 'certs' option";
    reader.error(block, `error parsing tls config, ${problem}`);
    return;
  }
  const insecure = cipherSuites.filter((name) => INSECURE_CIPHER_SUITES.includes(name));
  if (insecure.length > 0 && !allowInsecureCipherSuites) {
    const option = "'allow_insecure_cipher_suites' option set";
    reader.error(
      block,
      `insecure cipher suites configured without ${option}: ${insecure.join(", ")}`,
    );
  }
}

/** What the TLS library lacks is not asked of it. A list of nothing else would mean its defaults. */
function leaveOutMissing(options: TlsOptions, block: MapNode, reader: Reader): void {
  for (const [key, node] of block.value) {
    const property = FOR_CLIENTS.find(key)?.to;
    if (property !== "cipherSuites" && property !== "curvePreferences") continue;
    const given = options[property];
    const missing = given.filter((name) => !isAvailable(name)).join(", ");
    options[property] = given.filter(isAvailable);
    if (missing === "") continue;
    if (options[property].length > 0) {
      reader.lint(node, `left out, as this server's TLS library does not have it: ${missing}`);
    } else {
      reader.error(node, `${key} holds nothing that this server's TLS library has: ${missing}`);
    }
  }
}

export const tlsFields: readonly FieldRow<Options>[] = [
  tlsField<Options, "tls">({ about: "TLS for clients", reload: "live", needs: "TLS", to: "tls" }),
];
