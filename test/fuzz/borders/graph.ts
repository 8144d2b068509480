/** Accounts that share streams and services in every way that a configuration allows, at random. */

import type { Prng } from "../../support/prng.ts";
import { covers, overlap } from "./subjects.ts";

export type Kind = "stream" | "service";

export interface GraphExport {
  readonly kind: Kind;
  readonly subject: string;
  /** Who may import it; everybody when empty. */
  readonly accounts: readonly string[];
  /** Place of the importer's name in the subject, from 1; 0 for none. */
  readonly tokenPosition: number;
  readonly response: "singleton" | "stream" | "chunked";
}

export interface GraphImport {
  readonly kind: Kind;
  readonly account: string;
  readonly subject: string;
  /** With `$1` and so on for the subject's stars; "" for the same subject. */
  readonly to: string;
  /** Of streams; "" for none. */
  readonly prefix: string;
}

export interface GraphClient {
  readonly echo: boolean;
  readonly noResponders: boolean;
  readonly subscriptions: readonly { readonly subject: string; readonly queue: string }[];
}

export interface GraphAccount {
  readonly name: string;
  readonly exports: readonly GraphExport[];
  imports: readonly GraphImport[];
  /** Sources never overlap: which of them wins would be a matter of luck. */
  readonly mappings: readonly { readonly source: string; readonly destination: string }[];
  readonly clients: readonly GraphClient[];
}

export type Graph = readonly GraphAccount[];

const WORDS = ["a", "b", "c"] as const;
const QUEUES = ["q", "w"] as const;
/** Where answers go: the same names in all accounts. */
const INBOXES = ["in.1", "in.2", "a.in", "b.c"] as const;

export function randomGraph(random: Prng, prefix = ""): Graph {
  const names = Array.from({ length: random.between(2, 8) }, (_, i) => `${prefix}T${i}`);
  const accounts = names.map((name) => ({
    name,
    exports: randomExports(random, names),
    imports: [] as readonly GraphImport[],
    mappings: randomMappings(random),
    clients: Array.from({ length: random.between(1, 3) }, () => randomClient(random)),
  }));
  for (const account of accounts) account.imports = randomImports(random, account.name, accounts);
  return accounts;
}

/** One subject to publish to, among those that mean something to some account. */
export function randomSubject(random: Prng, graph: Graph): string {
  const names = graph.map(({ name }) => name);
  if (random.chance(3)) return literal(random, names, random.between(1, 4)).join(".");
  const account = random.pick(graph);
  const shared = [
    ...account.imports.flatMap(localPatterns),
    ...account.exports.map((e) => e.subject),
  ];
  const wild = [...shared, ...account.mappings.map(({ source }) => source)];
  return wild.length === 0 ? "a.b" : filled(random, random.pick(wild), names);
}

export function randomReply(random: Prng, graph: Graph): string {
  return random.chance(5) ? randomSubject(random, graph) : random.pick(INBOXES);
}

/** Subjects of an import as the importing account sees them. */
export function localPatterns({ subject, to, prefix }: GraphImport): string[] {
  if (prefix !== "") return [`${prefix}.${subject}`];
  return [to === "" ? subject : to.replace(/\$\d+/g, "*")];
}

function filled(random: Prng, pattern: string, names: readonly string[]): string {
  const words = pattern.split(".").flatMap((word) => {
    if (word === ">") return literal(random, names, random.between(1, 2));
    return word === "*" ? literal(random, names, 1) : [word];
  });
  return words.join(".");
}

function literal(random: Prng, names: readonly string[], length: number): string[] {
  return Array.from({ length }, () => (random.chance(6) ? random.pick(names) : random.pick(WORDS)));
}

/** @param wildness one word in so many is a star. */
function pattern(random: Prng, wildness: number): string {
  const words = Array.from({ length: random.between(1, 3) }, () =>
    random.chance(wildness) ? "*" : random.pick(WORDS),
  ) as string[];
  if (random.chance(4)) words.push(">");
  return words.join(".");
}

function randomExports(random: Prng, names: readonly string[]): GraphExport[] {
  const found: GraphExport[] = [];
  for (let i = random.between(0, 4); i > 0; i--) {
    const kind = random.pick(["stream", "service"] as const);
    const subject = random.chance(12) ? ">" : pattern(random, 3);
    if (found.some((each) => each.kind === kind && each.subject === subject)) continue;
    const stars = subject.split(".").flatMap((word, at) => (word === "*" ? [at + 1] : []));
    const isByToken = stars.length > 0 && random.chance(3);
    const isPrivate = !isByToken && random.chance(3);
    found.push({
      kind,
      subject,
      accounts: isPrivate ? names.filter(() => random.chance(2)) : [],
      tokenPosition: isByToken ? random.pick(stars) : 0,
      response: random.pick(["singleton", "stream", "chunked"] as const),
    });
  }
  return found;
}

function randomMappings(random: Prng): { source: string; destination: string }[] {
  const found: { source: string; destination: string }[] = [];
  for (let i = random.below(3); i > 0; i--) {
    const words = [random.pick(WORDS), ...(random.chance(2) ? [random.chance(2) ? "*" : "b"] : [])];
    const source = words.join(".");
    if (found.some((each) => overlap(each.source, source))) continue;
    const star = source.includes("*") && random.chance(2) ? [random.pick(["$1", "x.$1"])] : [];
    found.push({ source, destination: [random.pick(WORDS), ...star].join(".") });
  }
  return found;
}

function randomClient(random: Prng): GraphClient {
  const subscriptions = Array.from({ length: random.between(1, 5) }, () => ({
    subject: random.chance(8) ? ">" : pattern(random, 2),
    queue: random.chance(3) ? random.pick(QUEUES) : "",
  }));
  subscriptions.push({ subject: random.pick(INBOXES), queue: "" });
  if (random.chance(3)) subscriptions.push({ subject: "_R_.>", queue: "" });
  return { echo: !random.chance(4), noResponders: !random.chance(3), subscriptions };
}

function randomImports(
  random: Prng,
  importer: string,
  accounts: readonly { name: string; exports: readonly GraphExport[] }[],
): GraphImport[] {
  const found: GraphImport[] = [];
  for (const { name, exports } of accounts) {
    if (name === importer) continue;
    for (const each of exports) {
      if (random.chance(3)) continue;
      const subject = importedSubject(random, importer, each);
      if (!isClear(exports, each, subject) || !isOpen(each, importer)) continue;
      const made = {
        kind: each.kind,
        account: name,
        subject,
        ...localName(random, each.kind, subject),
      };
      if (!found.some((other) => isSame(other, made))) found.push(made);
    }
  }
  return found;
}

function isOpen({ accounts, tokenPosition }: GraphExport, importer: string): boolean {
  return tokenPosition > 0 || accounts.length === 0 || accounts.includes(importer);
}

/** nats-server refuses two services under one subject, and two imports of one stream. */
function isSame(a: GraphImport, b: GraphImport): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === "service") return localPatterns(a)[0] === localPatterns(b)[0];
  return a.account === b.account && a.subject === b.subject;
}

/** There is no second export that the import might be taken for. */
function isClear(exports: readonly GraphExport[], meant: GraphExport, subject: string): boolean {
  if (meant.subject === subject) return meant.tokenPosition === 0;
  const fits = exports.filter((each) => each.kind === meant.kind && covers(each.subject, subject));
  return fits.length === 1 && fits[0] === meant;
}

/** The export's subject, or a narrower one. */
function importedSubject(
  random: Prng,
  importer: string,
  { subject, tokenPosition }: GraphExport,
): string {
  const isNarrower = random.chance(2);
  const words = subject.split(".").flatMap((word, at) => {
    if (at + 1 === tokenPosition) return [importer];
    if (!isNarrower || (word !== "*" && word !== ">")) return [word];
    if (word === "*") return [random.chance(2) ? "*" : random.pick(WORDS)];
    return random.pick([[">"], ["a"], ["*"], ["b", ">"]]);
  });
  return words.join(".");
}

/** Under the same name, with a prefix, or with its wildcards in another order among other words. */
function localName(random: Prng, kind: Kind, subject: string): { to: string; prefix: string } {
  if (random.chance(3)) return { to: "", prefix: "" };
  if (kind === "stream" && random.chance(2)) {
    return { to: "", prefix: random.pick(["p", "a", "b.p"]) };
  }
  const words = subject.split(".");
  const stars = words.filter((word) => word === "*").map((_, i) => `$${i + 1}`);
  const parts = reordered(random, stars, kind);
  for (let i = random.between(parts.length === 0 ? 1 : 0, 2); i > 0; i--) {
    parts.splice(random.below(parts.length + 1), 0, random.pick(["l", "a", "b"]));
  }
  if (words.at(-1) === ">") parts.push(">");
  if (parts[0] === ">") parts.unshift("l");
  return { to: parts.join("."), prefix: "" };
}

/** nats-server finds the way back into a service only where two of the wildcards change places. */
function reordered(random: Prng, stars: readonly string[], kind: Kind): string[] {
  const order = stars.map((star) => ({ star, at: random.below(100) }));
  const parts = order.sort((a, b) => a.at - b.at).map(({ star }) => star);
  const isCircle = parts.some((star, at) => parts[Number(star.slice(1)) - 1] !== `$${at + 1}`);
  return isCircle && kind === "service" ? [...stars] : parts;
}

/** As the part of a configuration file in `accounts`. */
export function accountsConfig(graphs: readonly Graph[]): string {
  return `accounts {\n${graphs.flat().map(accountConfig).join("\n")}\n}\n`;
}

function accountConfig({ name, exports, imports, mappings, clients }: GraphAccount): string {
  const users = clients.map((_, at) => `{user: "${name}-${at}", password: x}`);
  const maps = mappings.map(({ source, destination }) => `"${source}": "${destination}"`);
  return [
    `${name} {`,
    `  users [${users.join(", ")}]`,
    `  exports [${exports.map(exportConfig).join(", ")}]`,
    `  imports [${imports.map(importConfig).join(", ")}]`,
    ...(maps.length > 0 ? [`  mappings {${maps.join(", ")}}`] : []),
    "}",
  ].join("\n");
}

function exportConfig({ kind, subject, accounts, tokenPosition, response }: GraphExport): string {
  return fields({
    [kind]: `"${subject}"`,
    accounts: accounts.length > 0 ? `[${accounts.join(", ")}]` : "",
    account_token_position: tokenPosition > 0 ? String(tokenPosition) : "",
    response_type: kind === "service" ? response : "",
  });
}

function importConfig({ kind, account, subject, to, prefix }: GraphImport): string {
  return fields({
    [kind]: `{account: ${account}, subject: "${subject}"}`,
    to: to === "" ? "" : `"${to}"`,
    prefix: prefix === "" ? "" : `"${prefix}"`,
  });
}

function fields(values: Readonly<Record<string, string>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== "");
  return `{${given.map(([name, value]) => `${name}: ${value}`).join(", ")}}`;
}
