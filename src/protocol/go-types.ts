/** Go's types, as its JSON decoder reads values into them. */

import type { GoInput, GoRecord, GoType } from "./go-struct.ts";

/** Digits that are exact as a number, and with a sign within every type of 64 bits. */
const SAFE_LENGTH = 15;
/** More than the numbers of 64 bits have, with a sign. Longer ones are slow to compare. */
const LENGTH_MAX = 20;
const INTEGER = /^-?\d+$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const NO_BASE64 = /[^A-Za-z0-9+/]/;
/** Numbers that Go's floats might not hold. */
const MAY_BE_HUGE = /\d[eE]\+?\d|\d{300}/;
const NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

export function goString(name = "string"): GoType<string> {
  return {
    name,
    zero: () => "",
    read: (input) => (input.peek() === '"' ? input.string() : input.misfit(name)),
  };
}

export const goBool: GoType<boolean> = {
  name: "bool",
  zero: () => false,
  read(input) {
    const raw = input.raw();
    return raw === "true" || (raw === "false" ? false : input.misfit("bool", raw));
  },
};

/** Whole numbers; those beyond 2^53 lose their last digits. */
function goInteger(name: string, least: bigint, most: bigint): GoType<number> {
  const isWide = most > BigInt(Number.MAX_SAFE_INTEGER);
  return {
    name,
    zero: () => 0,
    read(input) {
      const raw = input.raw();
      if (!/^[-\d]/.test(raw)) return input.misfit(name, raw);
      const isInteger =
        raw.length <= LENGTH_MAX && INTEGER.test(raw) && !(least === 0n && raw.startsWith("-"));
      const isShort = isWide && raw.length <= SAFE_LENGTH;
      const fits = isInteger && (isShort || (BigInt(raw) >= least && BigInt(raw) <= most));
      // The only value that is shown: it may stand where a secret belongs in every other field.
      return fits ? Number(raw) + 0 : input.misfit(name, raw, ` ${raw}`);
    },
  };
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** An integer of the size of `int` whose type has a name of its own. */
export function goIntNamed(name: string): GoType<number> {
  return goInteger(name, INT64_MIN, INT64_MAX);
}

export const goInt = goIntNamed("int");
export const goInt64 = goInteger("int64", INT64_MIN, INT64_MAX);
/** Nanoseconds. */
export const goDuration = goInteger("time.Duration", INT64_MIN, INT64_MAX);
export const goUint = goInteger("uint", 0n, 2n ** 64n - 1n);
export const goUint64 = goInteger("uint64", 0n, 2n ** 64n - 1n);
export const goUint8 = goInteger("uint8", 0n, 255n);

/** Bytes, as base64. Null and bytes of length 0 are not the same. */
export const goBytes: GoType<Buffer> = {
  name: "[]uint8",
  zero: () => Buffer.alloc(0),
  isNullable: true,
  read(input) {
    if (input.peek() !== '"') return input.misfit("[]uint8");
    const text = input.string().replace(/[\r\n]/g, "");
    if (BASE64.test(text) && text.length % 4 === 0) return Buffer.from(text, "base64");
    const at = Math.max(text.search(NO_BASE64), 0);
    return input.misfit(`[]uint8: illegal base64 data at input byte ${at}`, '"');
  },
};

/** Null items of structs are structs without fields, of pointers null. */
export function goSlice<T>(name: string, item: GoType<T>): GoType<T[]> {
  return {
    name,
    zero: () => [],
    isNullable: true,
    read(input, previous = []) {
      if (input.peek() !== "[") return input.misfit(name);
      let length = 0;
      // Go reads repeated lists item by item on top of what is there.
      input.items((index) => {
        previous[index] = input.value(item, previous[index]) ?? item.zero();
        length++;
      });
      previous.length = length;
      return previous;
    },
  };
}

export function goMap<T>(name: string, item: GoType<T>): GoType<Map<string, T>> {
  return {
    name,
    zero: () => new Map(),
    isNullable: true,
    read(input, previous = new Map()) {
      if (input.peek() !== "{") return input.misfit(name);
      input.members((key) => {
        previous.set(key, input.value(item, undefined) ?? item.zero());
      });
      return previous;
    },
  };
}

/** @param fields by their names in lower case. */
export function goStruct(name: string, fields: Readonly<Record<string, GoType>>): GoType<GoRecord> {
  return {
    name,
    zero: () => ({}),
    read(input, previous = {}) {
      if (input.peek() !== "{") return input.misfit(name);
      input.members((key) => readField(input, fields, key, previous));
      return previous;
    },
  };
}

function readField(
  input: GoInput,
  fields: Readonly<Record<string, GoType>>,
  key: string,
  record: GoRecord,
): void {
  const field = Object.hasOwn(fields, key) ? key : foldCase(key);
  if (!Object.hasOwn(fields, field)) {
    input.raw();
    return;
  }
  const value = input.value(fields[field]!, record[field]);
  if (value === undefined) delete record[field];
  else record[field] = value;
}

/** Go compares names by simple folding, to which two letters beyond ASCII belong. */
function foldCase(name: string): string {
  return name.toLowerCase().replaceAll("\u017f", "s");
}

/** A struct that may be null. */
export function goPointer<T>(type: GoType<T>): GoType<T | null> {
  return {
    name: type.name,
    zero: () => null,
    isNullable: true,
    read: (input, previous) => type.read(input, previous ?? undefined),
  };
}

/**
 * A type with rules of its own.
 *
 * @param decode gets the text of a value, null too, and may throw, which is what the whole document
 *   then fails with.
 */
export function goCustom<T>(
  name: string,
  zero: () => T,
  decode: (raw: string, previous: T | undefined) => T | undefined,
): GoType<T> {
  return { name, zero, readsNull: true, read: (input, previous) => decode(input.raw(), previous) };
}

/** An object with anything in it. */
export const goObject: GoType<GoRecord> = {
  name: "map[string]interface {}",
  zero: () => ({}),
  isNullable: true,
  read(input) {
    const raw = input.raw();
    if (!raw.startsWith("{")) return input.misfit("map[string]interface {}", raw);
    return anyOf(input, raw) as GoRecord;
  },
};

/** A list of anything. */
export const goArray: GoType<unknown[]> = {
  name: "[]interface {}",
  zero: () => [],
  isNullable: true,
  read(input) {
    const raw = input.raw();
    if (!raw.startsWith("[")) return input.misfit("[]interface {}", raw);
    return anyOf(input, raw) as unknown[];
  },
};

function anyOf(input: GoInput, raw: string): unknown {
  if (MAY_BE_HUGE.test(raw)) {
    const huge = raw.match(NUMBER)?.find((each) => each[0] !== '"' && !Number.isFinite(+each));
    if (huge !== undefined) input.misfit("float64", huge, ` ${huge}`);
  }
  return JSON.parse(raw);
}
