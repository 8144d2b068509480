/** Fields of decoded claims, or what Go has in their place when they were not given. */

import type { GoRecord } from "../../protocol/go-struct.ts";
import type { ShareKind } from "./claims.ts";

/** Decoding has made sure of the types. */
export function textOf(record: Readonly<GoRecord>, name: string): string {
  return typeof record[name] === "string" ? record[name] : "";
}

export function numberOf(record: Readonly<GoRecord>, name: string, otherwise = 0): number {
  return typeof record[name] === "number" ? record[name] : otherwise;
}

export function isTrue(record: Readonly<GoRecord>, name: string): boolean {
  return record[name] === true;
}

export function textsOf(record: Readonly<GoRecord>, name: string): readonly string[] {
  return Array.isArray(record[name]) ? record[name] : [];
}

export function recordOf(record: Readonly<GoRecord>, name: string): Readonly<GoRecord> {
  return recordOrNull(record, name) ?? {};
}

export function recordOrNull(record: Readonly<GoRecord>, name: string): Readonly<GoRecord> | null {
  return (record[name] as GoRecord | null | undefined) ?? null;
}

/** Null for an item that is null. */
export function recordsOf(record: Readonly<GoRecord>, name: string): readonly (GoRecord | null)[] {
  return Array.isArray(record[name]) ? record[name] : [];
}

export function mapOf<T>(record: Readonly<GoRecord>, name: string): ReadonlyMap<string, T> {
  return record[name] instanceof Map ? record[name] : new Map();
}

export function shareKindOf(record: Readonly<GoRecord>, name: string): ShareKind {
  return (record[name] as ShareKind | undefined) ?? "unknown";
}
