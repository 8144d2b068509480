/**
 * The parsing of a configuration with all that it includes, in steps: it stops where it needs a
 * file, and where it has run for long enough, so that neither reading nor parsing blocks a server.
 *
 * It does not stop at what is wrong. The first problem is the one that nats-server reports.
 */

import { Expansion } from "./expansion.ts";
import { Frame, type Mistake } from "./frame.ts";
import { END, FAULT, INCLUDE, VARIABLE } from "./items.ts";
import type { ConfigNode, MapNode } from "./node.ts";
import { Notes } from "./notes.ts";
import { besidePath, cleanPath } from "./paths.ts";
import type { Problem } from "./problem.ts";
import { Source } from "./source.ts";

/** Of a file with more than that nobody reads the rest. */
const PROBLEMS_MAX = 1000;
/** What all included files may hold together, each counted as one page at least. */
const INCLUDED_BYTES_MAX = 2 ** 28;
const PAGE_BYTES = 4096;
/** `$2a$...` is the text of a password's hash. */
const BCRYPT = "2a$";
/** Key that nats-server parses an environment variable under, and what it puts before its value. */
const ENVIRONMENT_KEY = "pk";
const ENVIRONMENT_PREFIX = "pk=";
/** It includes files as if it stood in one of the working directory. */
const ENVIRONMENT_FILE = "environment";

/** What a step of the parsing ended with: `file` asks for `wanted`. */
export type Progress = "done" | "file" | "more";

/** A text on the way to the innermost one that is being parsed. */
interface Level {
  readonly frame: Frame;
  readonly around: Level | null;
  /** Name of the variable or path as written that led here; "" for the main file. */
  readonly name: string;
  /** Where it is referred to, in the text around. */
  readonly offset: number;
  /** Path of the file, without detours; "" for an environment variable. */
  readonly path: string;
}

export class Parsing {
  readonly problems: Problem[] = [];
  readonly notes = new Notes();
  readonly root: MapNode;
  /** Path of the file to be supplied next. */
  wanted = "";
  readonly #variable: (name: string) => string | undefined;
  readonly #expansion = new Expansion();
  #level: Level | null;
  #includedBytes = 0;

  /** @param variable an environment variable's value. */
  constructor(source: Source, variable: (name: string) => string | undefined) {
    const frame = new Frame(source, this.notes);
    this.#variable = variable;
    this.#level = { frame, around: null, name: "", offset: 0, path: cleanPath(source.path) };
    this.root = { kind: "map", value: frame.root, source, offset: 0, used: false };
  }

  /** Goes on for about so many items. */
  run(items: number): Progress {
    for (let level = this.#level; level !== null; level = this.#level) {
      const item = level.frame.read(items);
      if (item === VARIABLE) this.#refer(level);
      else if (item === INCLUDE) {
        if (this.#include(level)) return "file";
      } else if (item === END) this.#finish(level);
      else if (item === FAULT) this.#collect(level);
      else return "more";
    }
    return "done";
  }

  /** Takes the wanted file, or the reason why it cannot be read. */
  supply(file: Buffer | Error): void {
    const level = this.#level;
    if (level === null) return;
    const { frame } = level;
    const place = { name: frame.value, offset: frame.offset };
    const isLarge = !(file instanceof Error) && !this.#countIncluded(file.length);
    if (file instanceof Error || isLarge) {
      const reason = isLarge ? "included files are too large together" : (file as Error).message;
      // nats-server reads the files that an environment variable includes in another way.
      const detail =
        isEnvironment(level) && !isLarge ? `error opening config file: ${reason}` : reason;
      this.#problem(level, {
        text: `error parsing include file '${place.name}', ${detail}`,
        offset: place.offset,
        isFinal: isLarge,
      });
      return;
    }
    const source = new Source(this.wanted, file);
    this.#level = {
      ...place,
      frame: new Frame(source, this.notes),
      around: level,
      path: this.wanted,
    };
  }

  #countIncluded(bytes: number): boolean {
    this.#includedBytes += Math.max(bytes, PAGE_BYTES);
    return this.#includedBytes <= INCLUDED_BYTES_MAX;
  }

  /** @returns false when the file cannot be included: nats-server crashes on a cycle. */
  #include(level: Level): boolean {
    const { value: name, offset } = level.frame;
    this.wanted = besidePath(level.path || ENVIRONMENT_FILE, name);
    const chain: string[] = [];
    for (let outer: Level | null = level; outer !== null; outer = outer.around) {
      if (outer.path !== "") chain.unshift(outer.path);
      if (outer.path !== this.wanted) continue;
      const cycle = [...chain, this.wanted].join(" -> ");
      const text = `error parsing include file '${name}', include cycle: ${cycle}`;
      this.#problem(level, { text, offset, hint: "a file cannot include itself" });
      return false;
    }
    return true;
  }

  #refer(level: Level): void {
    const { frame } = level;
    const { value: name, offset } = frame;
    if (name.startsWith(BCRYPT)) {
      frame.set("string", `$${name}`, offset);
      return;
    }
    const node = frame.find(name);
    if (node === undefined) {
      this.#referToEnvironment(level, name, offset);
      return;
    }
    node.used = true;
    if (this.#expansion.add(node)) {
      const copy = frame.set(node.kind, node.value, offset);
      if (this.notes.isFromEnvironment(node)) this.#noteFromEnvironment(copy);
    } else {
      const text = `${reference(level, name, offset)} makes the configuration too large`;
      this.#problem(level, { text, offset, isFinal: true });
    }
  }

  #referToEnvironment(level: Level, name: string, offset: number): void {
    if (isCycle(level, name)) {
      const text = `${reference(level, name, offset)} could not be parsed: variable reference cycle for '${name}'`;
      this.#problem(level, { text, offset }, true);
      return;
    }
    const text = this.#variable(name);
    if (text === undefined) {
      this.#problem(level, { text: notFound(level, name, offset), offset }, true);
      return;
    }
    const { source: around, valueOffset } = level.frame;
    const origin = around.origin ?? { source: around, offset: valueOffset };
    const frame = new Frame(new Source(`$${name}`, Buffer.from(text), origin), this.notes);
    frame.startWithValue(ENVIRONMENT_KEY);
    this.#level = { frame, around: level, name, offset, path: "" };
  }

  /** The end of a text: its values go where it was referred to. */
  #finish(level: Level): void {
    const { frame, around } = level;
    const key = frame.keyWithoutValue;
    if (key !== undefined) {
      const text = `config is invalid (${formatEnd(level)})`;
      this.#problem(level, { text, offset: frame.offset, hint: `"${key}" has no value` });
    }
    // A problem may have ended more than this text.
    if (this.#level !== level) return;
    this.#level = around;
    if (around === null) return;
    if (!isEnvironment(level)) around.frame.merge(frame.root);
    else this.#setFromEnvironment(around, level);
  }

  #setFromEnvironment(level: Level, { frame, name, offset }: Level): void {
    const node = frame.root.get(ENVIRONMENT_KEY);
    if (node === undefined) {
      this.#problem(level, { text: notFound(level, name, offset), offset }, true);
      return;
    }
    this.#noteFromEnvironment(level.frame.set(node.kind, node.value, offset));
    const { environment } = this.notes;
    if (!environment.has(name)) environment.set(name, { source: level.frame.source, offset });
  }

  #noteFromEnvironment(node: ConfigNode | undefined): void {
    if (node !== undefined) this.notes.addFromEnvironment(node);
  }

  #collect(level: Level): void {
    for (const mistake of level.frame.mistakes) {
      this.#problem(level, mistake);
      if (this.#level !== level) break;
    }
    level.frame.mistakes.length = 0;
  }

  /** @param leavesGap the value that should stand here is missing. */
  #problem(level: Level, mistake: Mistake, leavesGap = false): void {
    const { text, offset, hint, isFinal } = mistake;
    this.problems.push({
      severity: "error",
      place: { source: level.frame.source, offset },
      text: prefixOf(level) + text,
      unplaced: true,
      ...(hint === undefined ? {} : { hint }),
    });
    if (leavesGap) level.frame.skipValue();
    if (isFinal || this.problems.length >= PROBLEMS_MAX) this.#level = null;
    else this.#leaveEnvironment(level);
  }

  /** Gives up an environment variable's value, and all that led to it from another's. */
  #leaveEnvironment(level: Level): void {
    let outermost: Level | null = null;
    for (let outer: Level | null = level; outer !== null; outer = outer.around) {
      if (isEnvironment(outer)) outermost = outer;
    }
    if (outermost === null || outermost.around === null) return;
    outermost.around.frame.skipValue();
    this.#level = outermost.around;
  }
}

function isEnvironment(level: Level): boolean {
  return level.path === "";
}

/** What nats-server puts in front of a message about an inner text. */
function prefixOf(level: Level): string {
  let prefix = "";
  let inner = level;
  for (let outer = inner.around; outer !== null; outer = inner.around) {
    const reason = isEnvironment(inner)
      ? `${reference(outer, inner.name, inner.offset)} could not be parsed: `
      : `error parsing include file '${inner.name}', `;
    prefix = reason + prefix;
    inner = outer;
  }
  return prefix;
}

function reference({ frame }: Level, name: string, offset: number): string {
  return `variable reference for '${name}' on line ${frame.source.lineAt(offset)}`;
}

function notFound(level: Level, name: string, offset: number): string {
  return `${reference(level, name, offset)} can not be found`;
}

/** As in nats-server the line is the one that was reached, also where a string began before it. */
function formatEnd(level: Level): string {
  const { source, offset, reached } = level.frame;
  const line = source.lineAt(reached);
  const isInEnvironment = isEnvironment(level);
  const before = isInEnvironment && line === 1 ? ENVIRONMENT_PREFIX.length : 0;
  return `${isInEnvironment ? "" : source.path}:${line}:${source.columnAt(offset) + before}`;
}

/** The value of an environment variable leads to itself. */
function isCycle(level: Level, name: string): boolean {
  for (let outer: Level | null = level; outer !== null; outer = outer.around) {
    if (isEnvironment(outer) && outer.name === name) return true;
  }
  return false;
}
