/**
 * Random configuration files out of the options that there are: each section's own, under any of their
 * names, with values of any kind.
 */

import type { Field, Section } from "../../src/config/schema/section.ts";
import { ROOT } from "../../src/config/sections/root.ts";
import type { Prng } from "../support/prng.ts";
import { randomShares } from "./option-shares.ts";
import { RandomValues, text, type Value } from "./option-values.ts";

type AnyField = Field<never>;
type AnySection = Section<never>;

/**
 * Options that are not written beside each other: nats-server reads them in random order, and what it
 * says, if anything, depends on which one is the later.
 */
const RIVALS: readonly (readonly [string, string])[] = [
  ["credentials", "nkey"],
  ["store_dir", "jetstream"],
  ["stream", "response_threshold"],
  ["prefix", "to"],
  ["accounts", "no_system_account"],
  ["accounts", "mappings"],
  ["certs", "cert_file"],
];

/** Options of this server's own, by the property that they set. */
const OWN: readonly string[] = [
  "logFormat",
  "noWildcards",
  "maxWildcardDepth",
  "oidc",
  "otlp",
  "monitorAuth",
  "monitorHosts",
];

/** Deepest block in which further blocks are written. */
const DEPTH_MAX = 6;
const CERTIFICATES = "cert.pem key.pem ca.pem other-key.pem rsa-cert.pem garbage.pem missing.pem";
const ACCOUNTS = ["A", "B", "C"];

/** First and last line of an entry, from 0. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** A file of lines in which every option and every item of a list begins a line of its own. */
export class OptionFile {
  readonly lines: string[] = [];
  /** For each line, the entry that it begins or ends. */
  readonly spans: Span[] = [];

  get text(): string {
    return this.lines.join("\n");
  }

  add(indent: string, head: string, value: Value): void {
    const first = this.lines.length;
    if (value.kind === "text") this.#line(`${indent}${head}${value.text}`);
    else {
      const [open, close] = value.kind === "map" ? ["{", "}"] : ["[", "]"];
      this.#line(`${indent}${head}${open}`);
      if (value.kind === "map") {
        for (const [key, inner] of value.entries) this.add(`${indent} `, `${key}: `, inner);
      } else for (const item of value.items) this.add(`${indent} `, "", item);
      this.#line(`${indent}${close}`);
      this.spans[this.lines.length - 1] = { first, last: this.lines.length - 1 };
    }
    this.spans[first] = { first, last: this.lines.length - 1 };
  }

  /** Puts lines in front of what is there. */
  preface(lines: readonly string[]): void {
    const spans = lines.map((_, at) => ({ first: at, last: at }));
    const moved = this.spans.map(({ first, last }) => ({
      first: first + lines.length,
      last: last + lines.length,
    }));
    this.lines.unshift(...lines);
    this.spans.splice(0, this.spans.length, ...spans, ...moved);
  }

  #line(line: string): void {
    this.lines.push(line);
  }
}

/** Writes one file. */
class Writer {
  readonly #random: Prng;
  readonly #values: RandomValues;
  readonly #shared: string;
  readonly #variables: string[] = [];
  /** Accounts are read in random order: a name is used in one list of users only. */
  #lists = 0;
  #takesAccountUsers = true;
  #isInAccount = false;
  /** Accounts import only from those before them: circles are found at a random place. */
  #account = 0;

  constructor(random: Prng, shared: string) {
    this.#random = random;
    this.#shared = shared;
    // What depends on several options shows only in files that are right in most.
    this.#values = new RandomValues(random, shared, random.pick([5, 15, 60]));
  }

  write(): OptionFile {
    const file = new OptionFile();
    const fields = this.#choose(ROOT as unknown as AnySection, this.#random.between(1, 4));
    // With both, what nats-server says depends on the one that it happens to read first.
    this.#takesAccountUsers = !fields.some(({ names }) => names[0] === "authorization");
    for (const [key, value] of this.#entries(ROOT as unknown as AnySection, fields, 0)) {
      file.add("", `${key}${this.#random.pick([": ", " = ", " "])}`, value);
    }
    file.preface(this.#variables);
    return file;
  }

  /** Options of a section, no two of them for the same thing. */
  #choose(section: AnySection, count: number): AnyField[] {
    const chosen: AnyField[] = [];
    for (let i = 0; i < count; i++) {
      const field = this.#pickField(section);
      if (!hasRival(field, chosen)) chosen.push(field);
    }
    return chosen;
  }

  /** Blocks are worth more than what is inside one line. */
  #pickField(section: AnySection): AnyField {
    const fields = (section.fields as readonly AnyField[]).filter(({ to }) => !OWN.includes(to));
    const blocks = fields.filter((field) => field.section !== undefined);
    return this.#random.pick(blocks.length > 0 && this.#random.chance(2) ? blocks : fields);
  }

  #entries(
    section: AnySection,
    fields: readonly AnyField[],
    depth: number,
  ): (readonly [string, Value])[] {
    const entries: (readonly [string, Value])[] = fields.map(
      (field) => [this.#name(field), this.#valueOf(field, depth)] as const,
    );
    if (this.#values.isWrong()) entries.push([this.#misspelt(section), this.#values.any()]);
    if (this.#random.chance(20) && entries.length > 0) {
      // The later of two options with one spelling counts.
      const [name, value] = this.#random.pick(entries);
      const field = section.find(name.replaceAll('"', "")) as AnyField | undefined;
      const isSafe = field === undefined || !isRisky(field);
      if (isSafe && value.kind === "text") entries.push([name, this.#values.any()]);
    }
    if (this.#random.chance(20)) {
      const field = this.#random.pick(section.fields as readonly AnyField[]);
      if (!hasRival(field, fields) && !OWN.includes(field.to) && !isRisky(field)) {
        const name = `LOCAL${depth}`;
        entries.push([name, this.#values.any()], [this.#name(field), text(`$${name}`)]);
      }
    }
    return entries;
  }

  #name(field: AnyField): string {
    const name = this.#random.pick(field.names);
    switch (this.#random.below(8)) {
      case 0:
        return name.toUpperCase();
      case 1:
        return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
      case 2:
        return `"${name}"`;
      default:
        return name;
    }
  }

  #misspelt(section: AnySection): string {
    const name = this.#random.pick(this.#random.pick(section.fields as readonly AnyField[]).names);
    const at = this.#random.below(name.length);
    const isKnown = (candidate: string) => section.find(candidate) !== undefined;
    const candidates = [
      `${name.slice(0, at)}${name.slice(at + 1)}`,
      `${name.slice(0, at)}x${name.slice(at)}`,
      name.replaceAll("_", "-"),
      `${name}s`,
      "foo",
    ];
    return candidates.find((candidate) => candidate !== "" && !isKnown(candidate)) ?? "foo";
  }

  /** Mostly of the right kind. */
  #valueOf(field: AnyField, depth: number): Value {
    if (isRisky(field)) return this.#safe(field);
    if (depth > 0 && depth < 4 && this.#random.chance(30)) return this.#variable();
    const isWrong =
      this.#values.isWrong() && (field.section === undefined || this.#random.chance(3));
    if (isWrong) return this.#values.any();
    return this.#rightValue(field, depth);
  }

  #variable(): Value {
    const name = `V${this.#variables.length}`;
    const value = this.#values.any();
    this.#variables.push(`${name}: ${value.kind === "text" ? value.text : "1"}`);
    return text(`$${name}`);
  }

  #safe(field: AnyField): Value {
    const folders = ["1", "true", "''", `${this.#shared}/made`, `${this.#shared}/cert.pem`];
    const positions = ["0", "1", "2", "3", "9223372036854775807", "x", "true", "[]"];
    return text(this.#random.pick((field.to as string) === "dir" ? folders : positions));
  }

  #block(section: AnySection, depth: number): Value {
    if (depth > DEPTH_MAX) return { kind: "map", entries: [] };
    const most = depth === 0 ? 4 : 5;
    const count = this.#random.chance(15) ? 0 : this.#random.between(1, most);
    const fields = this.#withNeeded(section, this.#choose(section, count));
    return { kind: "map", entries: this.#entries(section, fields, depth) };
  }

  /** With what the block is of no use without, mostly. */
  #withNeeded(section: AnySection, fields: AnyField[]): AnyField[] {
    const needed = NEEDED[section.name] ?? [];
    for (const names of needed) {
      if (this.#values.isWrong()) continue;
      const field = section.find(this.#random.pick(names)) as AnyField | undefined;
      if (field !== undefined && !hasRival(field, fields)) fields.push(field);
    }
    return fields;
  }

  #list(section: AnySection, depth: number): Value {
    if (section.name === "users") this.#lists++;
    const items = Array.from({ length: this.#random.below(4) }, () =>
      this.#values.isWrong() ? this.#values.any() : this.#block(section, depth + 1),
    );
    return { kind: "list", items };
  }

  #listOf(item: () => Value): Value {
    const length = this.#random.below(4);
    return {
      kind: "list",
      items: Array.from({ length }, () => (this.#values.isWrong() ? this.#values.any() : item())),
    };
  }

  #rightValue(field: AnyField, depth: number): Value {
    const { section, type } = field;
    const name = field.names[0];
    if (name === "accounts" && section !== undefined) return this.#accounts(section, depth);
    if (name === "users" && this.#isInAccount && !this.#takesAccountUsers) return text("[]");
    const special = this.#special(field);
    if (special !== undefined) return special;
    if (section !== undefined && !this.#random.chance(type === "block" ? 1000 : 3)) {
      if (type === "block of subjects") return this.#mappings(section, depth);
      if (type.startsWith("list of blocks")) return this.#list(section, depth);
      return this.#block(section, depth + 1);
    }
    return this.#ofType(type);
  }

  #accounts(section: AnySection, depth: number): Value {
    if (this.#random.chance(8)) return this.#listOf(() => text(this.#random.pick(ACCOUNTS)));
    if (this.#random.chance(3)) return randomShares(this.#random);
    this.#isInAccount = true;
    const entries = ACCOUNTS.slice(0, this.#random.between(1, 3)).map((name, index) => {
      this.#account = index;
      const value = this.#values.isWrong() ? this.#values.any() : this.#block(section, depth + 1);
      return [name, value] as const;
    });
    this.#isInAccount = false;
    this.#account = 0;
    return { kind: "map", entries };
  }

  #mappings(section: AnySection, depth: number): Value {
    const seen = new Set<string>();
    const entries: [string, Value][] = [];
    for (let i = this.#random.below(3); i > 0; i--) {
      const subject = this.#values.subjectText();
      if (seen.has(subject) || subject === "") continue;
      seen.add(subject);
      const kind = this.#random.below(3);
      const value =
        kind === 0
          ? this.#destination()
          : kind === 1
            ? this.#block(section, depth + 1)
            : this.#list(section, depth);
      entries.push([JSON.stringify(subject), this.#values.isWrong() ? this.#values.any() : value]);
    }
    return { kind: "map", entries };
  }

  #destination(): Value {
    const texts =
      "x|x.$1|x.{{wildcard(1)}}|x.{{wildcard(2)}}|x.*|{{partition(3,1)}}|x.{{split(1,-)}}|x..y|$2|x.{{foo(1)}}|x.{{ }}|a.{{right(1,2)}}";
    return text(JSON.stringify(this.#random.pick(texts.split("|"))));
  }

  /** Values for options that only few texts suit. */
  #special(field: AnyField): Value | undefined {
    const values = this.#values;
    const account = () => text(this.#random.pick(["A", "B", "$G", "Z"].map((each) => `'${each}'`)));
    switch (field.to as string) {
      case "user":
        return values.quoted(`u${this.#lists}-${this.#random.below(4)}`);
      case "issuer":
        return values.key("A");
      case "xkey":
        return values.key("X");
      case "key":
        return values.key("N");
      case "trustedKeys":
        return this.#random.chance(2) ? values.key("O") : this.#listOf(() => values.key("O"));
      case "nkey":
        if (this.#random.chance(3)) return values.seed();
        return field.type === "public key" ? values.key("A") : values.key("U", this.#lists);
      case "account":
        return this.#account === 0
          ? account()
          : text(this.#random.pick(ACCOUNTS.slice(0, this.#account)));
      case "allowedAccounts":
      case "accounts":
        return this.#listOf(account);
      case "authUsers":
        return this.#listOf(() => values.quoted("u0-1"));
      case "allowedConnectionTypes":
        return this.#listOf(() => values.oneOf("standard websocket leafnode mqtt in_process"));
      case "urls":
        return this.#random.chance(3) ? values.url() : this.#listOf(() => values.url());
      case "url":
        return values.url();
      case "cipherSuites":
        return this.#listOf(() => values.oneOf("TLS_AES_128_GCM_SHA256 TLS_RSA_WITH_RC4_128_SHA"));
      case "curvePreferences":
        return this.#listOf(() => values.oneOf("X25519 CurveP256 CurveP384"));
      case "pinnedCerts":
        return this.#listOf(() => values.quoted(this.#random.pick(["a1", "B2"]).repeat(32)));
      case "timeoutMs":
        return this.#ofType(this.#random.chance(2) ? "duration" : "integer");
      case "operators":
        return values.file("operator.jwt garbage.jwt missing.jwt");
      case "resolver":
        if (this.#random.chance(2)) return undefined;
        return values.oneOf("MEMORY URL(http://a/) URL(%) url mem");
      case "certs":
        return this.#listOf(() => this.#keyPair());
      case "destination":
        return this.#destination();
      default:
        return WORDS_FOR[field.to as string] === undefined
          ? undefined
          : values.oneOf(WORDS_FOR[field.to as string]!);
    }
  }

  #keyPair(): Value {
    const names = ["cert_file", "key_file", "KEY_FILE", "nope"].slice(
      0,
      this.#random.between(1, 3),
    );
    return {
      kind: "map",
      entries: names.map((name) => [name, this.#values.file(CERTIFICATES)] as const),
    };
  }

  #ofType(type: string): Value {
    const values = this.#values;
    const items = type.match(/^(?:(\w+) or )?list of (\w+)/);
    if (items !== null && (items[1] === undefined || this.#random.chance(2))) {
      return this.#listOf(() => this.#ofType(items[2]!.replace(/s$/, "")));
    }
    if (/^duration|seconds$/.test(type)) {
      return this.#random.chance(4) ? values.integer() : values.duration();
    }
    if (type === "integer") return values.integer();
    if (type === "size") return values.size();
    if (type.startsWith("port or")) return values.address();
    if (type.startsWith("true") && !this.#random.chance(4)) return values.flag();
    if (type.startsWith("subject")) return values.subject();
    if (/^(?:URL)/i.test(type)) return values.url();
    if (type === "file") return values.file(CERTIFICATES);
    if (type.startsWith("percent")) {
      return text(
        this.#random.pick(["50", "'50%'", "0", "100", "101", "-1", "'x'", "'10'", "HEADERS", "''"]),
      );
    }
    if (type.startsWith('"1.2"'))
      return text(`"${this.#random.pick("1.2 1.3 1.0 1.1 1.4".split(" "))}"`);
    if (type.startsWith("block of")) return this.#looseBlock(type);
    return values.word();
  }

  #looseBlock(type: string): Value {
    const entries = ["a", "B-c"].map((name) => {
      if (this.#values.isWrong()) return [name, this.#values.any()] as const;
      return [name, type.includes("true") ? this.#values.flag() : this.#values.word()] as const;
    });
    return { kind: "map", entries };
  }
}

/** Whether an option is there already, or one that it is not written beside. */
function hasRival(field: AnyField, fields: readonly AnyField[]): boolean {
  return fields.some(
    ({ to, names }) =>
      to === field.to ||
      RIVALS.some((pair) => pair.includes(names[0]) && pair.includes(field.names[0])),
  );
}

/**
 * A resolver makes its folder while it is read: other values would make folders anywhere. And of a
 * negative position nats-server reports a runtime error.
 */
function isRisky({ to }: AnyField): boolean {
  return ["dir", "accountTokenPosition"].includes(to);
}

/** What a block needs for its other options to be looked at. */
const NEEDED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  users: [["user", "username", "nkey"]],
  "authorization.auth_callout": [["issuer"], ["auth_users", "users"]],
  "accounts.exports": [["stream", "service"]],
  "accounts.imports": [["stream", "service"], ["account"], ["subject"]],
  mappings: [["destination", "dest"], ["weight"]],
  resolver: [["type"], ["dir"]],
  tls: [["cert_file"], ["key_file"]],
};

/** Words by the property that an option sets. */
const WORDS_FOR: Readonly<Record<string, string>> = {
  mode: "off accept s2_fast s2_auto must always auto",
  writeTimeout: "default close retry",
  cipher: "chacha aes chachapoly",
  kind: "full cache mem memory",
  type: "none local",
  responseType: "single singleton stream chunked chunk",
  clusterTraffic: "system owner",
  minVersion: "2.8.0 2.12.0 v2.9.1 1.2 1.3 1.0",
  certStore: "WindowsCurrentUser WindowsLocalMachine",
  certMatchBy: "Subject Issuer Thumbprint",
  syncIntervalMs: "always 2m 10s",
  extensionHint: "will_extend no_extend",
  name: "A cluster-1 c.d",
};

/** @param shared folder with the files that options may name. */
export function randomOptionFile(random: Prng, shared: string): OptionFile {
  return new Writer(random, shared).write();
}
