/** Types of the options in a `tls` block. Each complains in its own words of a wrong type. */

import { goQuoteText } from "../../../protocol/go-quote.ts";
import { type ConfigNode, goTypeName, type MapNode } from "../../language/node.ts";
import type { KeyPairFiles, TlsOptions } from "../../options/tls.ts";
import { parseGoDuration, quantityOr } from "../../schema/go-quantities.ts";
import { goValue } from "../../schema/go-value.ts";
import type { Reader } from "../../schema/reader.ts";
import { millisecondsOf } from "../../schema/seconds.ts";
import { text, type ValueType } from "../../schema/value-type.ts";

const FALLBACK_MS = 50;
const CERT_STORES: readonly string[] = ["windowscurrentuser", "windowslocalmachine"];
const CERT_MATCHES: readonly string[] = ["issuer", "subject", "thumbprint"];
const PIN = /^[0-9a-f]{64}$/;
const PIN_FORM = "hex-encoded sha256 of DER encoded SubjectPublicKeyInfo";

/** A value of one kind, or a message. */
function simple<T>(
  name: string,
  take: (node: ConfigNode) => T | undefined,
  complaint: (key: string) => string,
): ValueType<T> {
  return {
    name,
    read: (node, reader, key = "") =>
      take(node) ?? reader.error(node, complaint(key.toLowerCase())),
  };
}

const textOf = (node: ConfigNode): string | undefined =>
  node.kind === "string" ? node.value : undefined;
const flagOf = (node: ConfigNode): boolean | undefined =>
  node.kind === "boolean" ? node.value : undefined;

export const fileName = simple(
  "file",
  textOf,
  (key) => `error parsing tls config, expected '${key}' to be filename`,
);

export const tlsFlag = simple(
  "true or false",
  flagOf,
  (key) => `error parsing tls config, expected '${key}' to be a boolean`,
);

/** Windows only, but told apart everywhere. */
export const storeText = simple(
  "text",
  (node) => textOf(node) || undefined,
  (key) => `expected '${key}' to be a valid non-empty string`,
);

export const storeFlag = simple(
  "true or false",
  flagOf,
  (key) => `expected '${key}' to be a boolean`,
);

export const certStore: ValueType<string> = {
  name: "WindowsCurrentUser or WindowsLocalMachine",
  read(node, reader, key) {
    const value = storeText.read(node, reader, key);
    if (value === undefined) return undefined;
    if (!CERT_STORES.includes(value.toLowerCase())) {
      return reader.error(node, "cert store type not implemented");
    }
    if (process.platform === "win32") return value;
    return reader.error(node, "cert_store not compatible with current operating system");
  },
};

export const certMatchBy: ValueType<string> = {
  name: "Subject, Issuer or Thumbprint",
  read(node, reader, key) {
    const value = storeText.read(node, reader, key);
    if (value === undefined || CERT_MATCHES.includes(value.toLowerCase())) return value;
    return reader.error(node, "cert match by type not implemented");
  },
};

/** Values of other types count as none. */
export const caCertsMatch: ValueType<string[]> = {
  name: "text or list of texts",
  read(node, reader) {
    if (node.kind === "string") return [node.value];
    const items = node.kind === "array" ? node.value : [];
    if (items.every((item) => item.kind === "string")) return items.map((item) => item.value);
    // nats-server names the type of its own wrapper here, whatever the item is.
    const problem = "unsupported type *conf.token where string is expected";
    return reader.error(node, `error parsing ca_cert_match: ${problem}`);
  },
};

export const minVersion: ValueType<TlsOptions["minVersion"]> = {
  name: '"1.2" or "1.3"',
  read(node, reader) {
    const fault = (what: string): undefined =>
      reader.error(node, `error parsing tls config: ${what}`, 'write min_version: "1.2"');
    if (node.kind !== "string") return fault(`'min_version' wrong type: ${goValue(node)}`);
    const version = node.value;
    if (version === "1.2" || version === "1.3") return version;
    const isOld = version === "1.0" || version === "1.1";
    return fault(isOld ? `unsupported TLS version: TLS ${version}` : `unknown version: ${version}`);
  },
};

/** Names out of a list, which must not be empty. */
export function namesFrom(known: readonly string[], what: string): ValueType<string[]> {
  return {
    name: "list of names",
    read(node, reader, key = "") {
      if (node.kind !== "array") return reader.wrongType(node, "[]interface {}");
      if (node.value.length === 0) {
        const problem = `error parsing tls config, '${key.toLowerCase()}' cannot be empty`;
        return reader.error(node, problem);
      }
      const names: string[] = [];
      for (const item of node.value) {
        const name = text.read(item, reader);
        if (name === undefined) continue;
        if (known.includes(name)) names.push(name);
        else reader.error(item, `unrecognized ${what} ${name}`);
      }
      return names;
    },
  };
}

export const pinnedCerts: ValueType<string[]> = {
  name: "list of hexadecimal texts",
  read(node, reader) {
    if (node.kind !== "array") {
      const problem = `expected 'pinned_certs' to be a list of ${PIN_FORM}`;
      return reader.error(node, `error parsing tls config, ${problem}`);
    }
    const pins = new Set<string>();
    for (const item of node.value) {
      const pin = text.read(item, reader)?.toLowerCase();
      if (pin === undefined) continue;
      if (PIN.test(pin)) pins.add(pin);
      else {
        const problem = `'pinned_certs' key ${pin} does not look like ${PIN_FORM}`;
        reader.error(item, `error parsing tls config, ${problem}`);
      }
    }
    return [...pins];
  },
};

export const rateLimit = simple(
  "integer",
  (node) => (node.kind === "integer" ? Number(node.value) : undefined),
  (key) => `error parsing tls config, '${key}' wrong type`,
);

/** Milliseconds. */
export const tlsTimeout: ValueType<number> = {
  name: "duration or seconds",
  read(node, reader) {
    const fail = (problem: string): undefined =>
      reader.error(node, `error parsing tls config, 'timeout' ${problem}`);
    return quantityOr(() => millisecondsOf(node) ?? fail("wrong type"), fail);
  },
};

/** Whether the handshake comes first, and after which silence it does not; 0 for never. */
export type HandshakeFirst = Pick<TlsOptions, "handshakeFirst" | "handshakeFirstFallbackMs">;

export const handshakeFirst: ValueType<HandshakeFirst> = {
  name: "true, false, auto or duration",
  read(node, reader, key = "") {
    if (node.kind === "boolean") return handshake(node.value);
    const field = `field ${goQuoteText(key)}`;
    if (node.kind !== "string") {
      const problem = `should be a boolean or a string, got ${goTypeName(node)}`;
      return reader.error(node, `${field} ${problem}`);
    }
    switch (node.value.toLowerCase()) {
      case "true":
      case "on":
        return handshake(true);
      case "false":
      case "off":
        return handshake(false);
      case "auto":
      case "auto_fallback":
        return handshake(true, FALLBACK_MS);
      default:
        return (
          readFallback(node.value) ??
          reader.error(node, `${field}'s value ${goQuoteText(node.value)} is invalid`)
        );
    }
  },
};

function handshake(isFirst: boolean, fallbackMs = 0): HandshakeFirst {
  return { handshakeFirst: isFirst, handshakeFirstFallbackMs: fallbackMs };
}

function readFallback(value: string): HandshakeFirst | undefined {
  return quantityOr(
    () => handshake(true, parseGoDuration(value)),
    () => undefined,
  );
}

export const keyPairs: ValueType<KeyPairFiles[]> = {
  name: "list of blocks with cert_file and key_file",
  read(node, reader) {
    // nats-server names the type of the block around it here.
    if (node.kind !== "array") return wrongPair(node, "map[string]interface {}", reader);
    const pairs: KeyPairFiles[] = [];
    for (const item of node.value) {
      const pair =
        item.kind === "map" ? readPair(item, reader) : wrongPair(item, goTypeName(item), reader);
      if (pair !== undefined) pairs.push(pair);
    }
    return pairs;
  },
};

function readPair(block: MapNode, reader: Reader): KeyPairFiles | undefined {
  const pair: KeyPairFiles = { certFile: "", keyFile: "" };
  const faults = reader.problems.length;
  // nats-server says where the last option of the pair is.
  let last: ConfigNode = block;
  for (const [name, node] of block.value) {
    last = node;
    if (node.kind !== "string") wrongPair(node, goTypeName(node), reader);
    else if (name === "cert_file") pair.certFile = node.value;
    else if (name === "key_file") pair.keyFile = node.value;
    else reader.error(node, `error parsing tls certs config, unknown field ${goQuoteText(name)}`);
  }
  if (reader.problems.length > faults) return undefined;
  if (pair.certFile !== "" && pair.keyFile !== "") return pair;
  const problem = "both 'cert_file' and 'cert_key' options are required";
  return reader.error(last, `error parsing certificates config: ${problem}`);
}

function wrongPair(node: ConfigNode, got: string, reader: Reader): undefined {
  return reader.error(node, `error parsing certificates config: unsupported type ${got}`);
}
