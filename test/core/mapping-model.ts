/** Subject transforms as one would write them down: on texts, with arrays. */

import { hashBytes } from "../../src/bytes/hash.ts";
import { Mapped } from "../../src/core/mapping/mapping-selector.ts";
import type { Mappings } from "../../src/core/mapping/mappings.ts";
import { readTransform, type TransformToken } from "../../src/protocol/subject-transform.ts";

/** What becomes of a subject, one character per byte; null when it is mapped to nothing. */
export function mappedSubject(mappings: Mappings, subject: string): string | null {
  const bytes = Buffer.from(subject, "latin1");
  const found = mappings.select(bytes, 0, bytes.length, hashBytes(bytes, 0, bytes.length));
  if (found === Mapped.Not) return subject;
  return found === Mapped.To ? mappings.subject.toString("latin1", 0, mappings.end) : null;
}

/** UTF-8, one character per byte. */
export function binary(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** Tells whether a subject, one character per byte, is one of the source's. */
export function modelMatches(source: string, subject: string): boolean {
  const wanted = binary(source).split(".");
  const tokens = subject.split(".");
  const isOpen = wanted.at(-1) === ">";
  if (isOpen ? tokens.length < wanted.length : tokens.length !== wanted.length) return false;
  return wanted.every((token, index) => {
    const given = tokens[index]!;
    if (isOpen && index === wanted.length - 1) return true;
    if (given === "" || given === ">") return false;
    if (given === "*") return token === "*";
    return token.startsWith("*") || token === given;
  });
}

/** What a transform without `random` makes of a subject that matches; one character per byte. */
export function modelTransform(source: string, destination: string, subject: string): string {
  const { tokens, isOpen, sourceLength } = readTransform(source, destination);
  const given = subject.split(".");
  const written = tokens.map((token) => (token.text === ">" ? "" : writeToken(token, given)));
  return written.join(".") + (isOpen ? given.slice(sourceLength - 1).join(".") : "");
}

function writeToken(token: TransformToken, given: readonly string[]): string {
  const { call, positions, amount } = token;
  const values = positions.map((position) => given[position]!);
  const value = values[0] ?? "";
  const fits = amount > 0 && amount < value.length;
  switch (call) {
    case null:
      return binary(token.text);
    case "wildcard":
      return value;
    case "partition":
      return partition(values.length === 0 ? given.join(".") : values.join(""), amount);
    case "left":
      return fits ? value.slice(0, amount) : value;
    case "right":
      return fits ? value.slice(-amount) : value;
    case "splitFromLeft":
      return fits ? `${value.slice(0, amount)}.${value.slice(amount)}` : value;
    case "splitFromRight":
      return fits ? `${value.slice(0, -amount)}.${value.slice(-amount)}` : value;
    case "sliceFromLeft":
      return fits ? slices(value, amount).join(".") : value;
    case "sliceFromRight": {
      if (!fits) return value;
      const rest = value.slice(0, value.length % amount);
      return [...(rest === "" ? [] : [rest]), ...slices(value.slice(rest.length), amount)].join(
        ".",
      );
    }
    case "split":
      return split(value, binary(token.separator));
    default:
      throw new Error(`no one outcome of ${call}`);
  }
}

function partition(key: string, count: number): string {
  if (count === 0) return "0";
  let hash = 2166136261n;
  for (const byte of Buffer.from(key, "latin1")) {
    hash = BigInt.asUintN(32, (hash ^ BigInt(byte)) * 16777619n);
  }
  return String(hash % BigInt.asUintN(32, BigInt(count)));
}

function slices(text: string, size: number): string[] {
  const count = Math.ceil(text.length / size);
  return Array.from({ length: count }, (_, index) => text.slice(index * size, (index + 1) * size));
}

function split(text: string, separator: string): string {
  const pieces = separator === "" ? characters(text) : text.split(separator);
  return pieces
    .map((piece, index) => {
      const next = pieces[index + 1] ?? "";
      const isEmptyFirst = index === 0 && piece === "";
      return next === "" || isEmptyFirst ? piece : `${piece}.`;
    })
    .join("");
}

/** UTF-8 characters; a byte that begins none is one of its own. */
function characters(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; at += found.at(-1)!.length) {
    const length = [1, 2, 3, 4].find((each) => isCharacter(text.slice(at, at + each))) ?? 1;
    found.push(text.slice(at, at + length));
  }
  return found;
}

function isCharacter(text: string): boolean {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    return [...decoder.decode(Buffer.from(text, "latin1"))].length === 1;
  } catch {
    return false;
  }
}
