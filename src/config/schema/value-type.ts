/** Types that the value of an option may have. */

import { type ConfigNode, goTypeName } from "../language/node.ts";
import { parseGoDuration, QuantityError } from "./go-quantities.ts";
import type { Reader } from "./reader.ts";

export interface ValueType<T> {
  /** For people, as `nats-server config explain` shows it: `duration`, `true or false`. */
  readonly name: string;
  /** The value, or undefined after the reader has been told what is wrong with it. */
  read(node: ConfigNode, reader: Reader): T | undefined;
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
      const value = integer.read(node, reader);
      const advice = `${name} should be converted to a duration`;
      if (value === undefined) return undefined;
      reader.doubtfulUse(node, name, advice, `write ${name}: "${value}s"`);
      return value * 1000;
    },
  };
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
  try {
    return parseGoDuration(value);
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    return reader.error(node, `error parsing ${name}: ${error.message}`, 'write it like "1m30s"');
  }
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

/** A type whose values must also pass `check`, which reports what is wrong with them. */
export function checked<T>(
  type: ValueType<T>,
  check: (value: T, node: ConfigNode, reader: Reader) => T | undefined,
  name = type.name,
): ValueType<T> {
  return {
    name,
    read(node, reader) {
      const value = type.read(node, reader);
      return value === undefined ? undefined : check(value, node, reader);
    },
  };
}
