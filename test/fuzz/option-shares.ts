/**
 * Random accounts that are right in themselves, so that what they share with each other is looked at:
 * nats-server does so only when it has found nothing else.
 */

import type { Prng } from "../support/prng.ts";
import { text, type Value } from "./option-values.ts";

const EXPORTED = "a a.* a.*.* a.> b.*.x > * a.b tok.* tok.*.x $G.a".split(" ");
const IMPORTED = "a a.* a.b a.b.c a.*.c a.> b.*.x b.B.x > tok.B tok.C.x x 'a..b' ''".split(" ");
/** None is empty: what an empty one is taken for depends on the order in which a block is read. */
const LOCAL = ["x", "x.$1", "x.*.*", "x.$2.$1", "x y", "x.>", "a.*", "a.b"];
const PREFIXES = "p p. 'p.*' a ''".split(" ");
const NAMES = ["A", "B", "C", "D"];

type Entry = readonly [string, Value];

function map(entries: readonly Entry[]): Value {
  return { kind: "map", entries };
}

function list(random: Prng, most: number, item: () => Value): Value {
  return { kind: "list", items: Array.from({ length: random.between(1, most) }, item) };
}

function quoted(value: string): Value {
  return text(value.startsWith("'") ? value : `'${value}'`);
}

/** The value of an `accounts` option. Accounts import from those before them: circles end anywhere. */
export function randomShares(random: Prng): Value {
  const accounts = NAMES.slice(0, random.between(1, NAMES.length));
  return map(
    accounts.map((name, index) => {
      const entries: Entry[] = [];
      if (random.below(4) > 0) entries.push(["exports", list(random, 3, () => anExport(random))]);
      if (index > 0 || random.chance(8)) {
        const sources = index === 0 ? ["Z", "$G"] : accounts.slice(0, index);
        entries.push(["imports", list(random, 4, () => anImport(random, sources))]);
      }
      return [name, map(entries)] as const;
    }),
  );
}

function anExport(random: Prng): Value {
  const kind = random.pick(["stream", "service"]);
  const entries: Entry[] = [[kind, quoted(random.pick(EXPORTED))]];
  if (random.chance(4)) {
    const names = [...NAMES, ...NAMES, "Z", "$G"];
    entries.push(["accounts", list(random, 2, () => quoted(random.pick(names)))]);
  }
  if (random.chance(4)) {
    entries.push(["account_token_position", text(random.pick(["0", "1", "2", "2", "3", "9"]))]);
  }
  if (kind === "service") {
    const type = random.pick(["single", "stream", "chunked"]);
    if (random.chance(3)) entries.push(["response", text(type)]);
    if (random.chance(4)) entries.push(["threshold", text(random.pick(["1s", "'0s'", "'-1s'"]))]);
    if (random.chance(3)) entries.push(["latency", latency(random)]);
    if (random.chance(6)) entries.push(["allow_trace", text("true")]);
  }
  return map(entries);
}

function latency(random: Prng): Value {
  const subject = quoted(random.pick(["l", "l.*", "a", "", "l..m", "a.b"]));
  if (random.chance(2)) return subject;
  return map([
    ["subject", subject],
    ["sampling", text(random.pick(["1", "100", "'5%'", "headers"]))],
  ]);
}

function anImport(random: Prng, sources: readonly string[]): Value {
  const kind = random.pick(["stream", "service"]);
  const account = random.chance(12) ? "Z" : random.pick(sources);
  const subject = random.pick(IMPORTED.filter((each) => each !== "''"));
  const entries: Entry[] = [
    [
      kind,
      map([
        ["account", quoted(account)],
        ["subject", quoted(subject)],
      ]),
    ],
  ];
  const moves = random.below(4);
  if (moves === 1) entries.push(["to", quoted(random.pick(LOCAL))]);
  if (moves === 2) entries.push(["prefix", quoted(random.pick(PREFIXES))]);
  if (random.chance(4)) entries.push(["share", text("true")]);
  if (kind === "stream" && random.chance(6)) entries.push(["allow_trace", text("true")]);
  return map(entries);
}
