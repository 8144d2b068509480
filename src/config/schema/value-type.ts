/** Types that the value of an option may have. */

import { type ConfigNode, goTypeName } from "../language/node.ts";
import { CLUSTER_NAME_IS_RESERVED, RESERVED_CLUSTER_NAME } from "../options/cluster-name.ts";
import { parseGoDuration, quantityOr } from "./go-quantities.ts";
import type { Reader } from "./reader.ts";

const NS_PER_SECOND = 1_000_000_000n;
const NS_PER_MS = 1_000_000;

export interface ValueType<T> {
  /** For people, as `nats-server config explain` shows it: `duration`, `true or false`. */
  readonly name: string;
  /**
   * The value, or undefined after the reader has been told what is wrong with it.
   *
   * @param key as it is spelt in the file; only messages that name it need it.
   */
  read(node: ConfigNode, reader: Reader, key?: string): T | undefined;
}

export const text: ValueType<string> = {
  name: "text",
  read: (node, reader) => (node.kind === "string" ? node.value : reader.wrongType(node, "string")),
};

export const flag: ValueType<boolean> = {
  name: "true or false",
  read: (node, reader) => (node.kind === "boolean" ? node.value : reader.wrongType(node, "bool")),
};

/** Any 64-bit integer. Beyond 2^53 neighbours are one, which no limit minds. */
export const integer: ValueType<number> = {
  name: "integer",
  read: (node, reader) =>
    node.kind === "integer" ? Number(node.value) : reader.wrongType(node, "int64"),
};

/** Milliseconds. As in nats-server an integer counts seconds, and draws a warning. */
export function duration(name: string): ValueType<number> {
  return {
    name: "duration",
    read(node, reader) {
      if (node.kind === "string") return readDuration(node, node.value, name, reader);
      // nats-server gives this advice also for what is no number at all.
      const hint = node.kind === "integer" ? `write ${name}: "${node.value}s"` : undefined;
      reader.doubtfulUse(node, name, `${name} should be converted to a duration`, hint);
      return node.kind === "integer" ? secondsToMs(node.value) : reader.wrongType(node, "int64");
    },
  };
}

/** As in nats-server, nanoseconds that are too many begin anew at the other end. */
export function secondsToMs(seconds: bigint): number {
  return Number(BigInt.asIntN(64, seconds * NS_PER_SECOND)) / NS_PER_MS;
}

/** Milliseconds; an integer is refused. */
export function durationText(name: string): ValueType<number> {
  return {
    name: "duration",
    read(node, reader) {
      const value = text.read(node, reader);
      return value === undefined ? undefined : readDuration(node, value, name, reader);
    },
  };
}

function readDuration(
  node: ConfigNode,
  value: string,
  name: string,
  reader: Reader,
): number | undefined {
  return quantityOr(
    () => parseGoDuration(value),
    (problem) => reader.error(node, `error parsing ${name}: ${problem}`, 'write it like "1m30s"'),
  );
}

/** One text, or an array of them. */
export function texts(name: string): ValueType<string[]> {
  return {
    name: "text or list of texts",
    read(node, reader) {
      if (node.kind === "string") return [node.value];
      if (node.kind !== "array") {
        return reader.error(node, `error parsing ${name}: unsupported type ${goTypeName(node)}`);
      }
      const values: string[] = [];
      for (const item of node.value) {
        if (item.kind === "string") values.push(item.value);
        else {
          const problem = `unsupported type in array ${goTypeName(item)}`;
          reader.error(item, `error parsing ${name}: ${problem}`);
        }
      }
      return values;
    },
  };
}

/** The name of a server or of a cluster. */
export function nameOf(what: "server" | "cluster" | "gateway"): ValueType<string> {
  return checked(text, (name, node, reader) => {
    if (name.includes(" ")) return reader.error(node, `${what} name cannot contain spaces`);
    const isReserved = what !== "server" && name === RESERVED_CLUSTER_NAME;
    return isReserved ? reader.error(node, CLUSTER_NAME_IS_RESERVED) : name;
  });
}

/** A type whose values must also pass `check`, which reports what is wrong with them. */
export function checked<T>(
  type: ValueType<T>,
  check: (value: T, node: ConfigNode, reader: Reader, key?: string) => T | undefined,
  name = type.name,
): ValueType<T> {
  return {
    name,
    read(node, reader, key) {
      const value = type.read(node, reader, key);
      return value === undefined ? undefined : check(value, node, reader, key);
    },
  };
}
