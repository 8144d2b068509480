/** `explain` says where messages go: a server with the same file has to send them there. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explainAccess } from "../../src/cli/explain/explain.ts";
import type { Arrival } from "../../src/cli/explain/message-path.ts";
import type { Source } from "../../src/cli/explain/message-sources.ts";
import { stopsOf } from "../../src/cli/explain/who-reaches.ts";
import { hasErrors, loadConfig } from "../../src/config/load.ts";
import { isSubsetOf } from "../../src/protocol/subject-text.ts";
import { type Prng, withSeed } from "../support/prng.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";

const NAMES = ["A", "B", "C", "D"] as const;
const PATTERNS = ["x.*", "x.>", "y", "x.y", "*.y", "x.*.z", "*.*", "z.>", "w"];
const SUBJECTS = ["x.y", "x.q", "y", "x.y.z", "z.y", "z.y.q", "w", "m.y", "p.x.y", "k"];
const LOCAL = ["w", "k", "z.y", "x.$1", "z.$1", "k.$1", "x.$1.z", "z.$2.$1", "x.$2.$1", "$1.y"];
const KINDS = ["stream", "service"] as const;
const GRAPHS = 12;
/** Those that are tried; about half of them are refused. */
const IMPORTS = 30;

interface Account {
  readonly exports: string[];
  readonly imports: string[];
  readonly mappings: string[];
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-explain-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function configOf(accounts: readonly Account[]): string {
  const blocks = accounts.map(
    ({ exports, imports, mappings }, i) => `  ${NAMES[i]} {
    users: [{ user: ${NAMES[i]!.toLowerCase()}, password: x }]
    exports: [${exports.join(", ")}]
    imports: [${imports.join(", ")}]
    mappings: { ${mappings.join("\n")} }
  }`,
  );
  return `accounts {\n${blocks.join("\n")}\n}\n`;
}

/** Imports that a server takes are kept; what else comes to mind is dropped. */
async function randomConfig(random: Prng, isMapped: boolean): Promise<string> {
  const file = join(folder, "random.conf");
  const accounts: Account[] = NAMES.map(() => ({ exports: [], imports: [], mappings: [] }));
  for (const { exports, mappings } of accounts) {
    for (const kind of KINDS) {
      const subjects = new Set(Array.from({ length: 4 }, () => random.pick(PATTERNS)));
      for (const each of subjects) exports.push(`{ ${kind}: "${each}" }`);
    }
    if (isMapped && random.chance(2)) mappings.push('"m.*": "x.$1"');
    if (isMapped && random.chance(2)) mappings.push(random.pick(['"x.y": "y"', '"y": "w"']));
  }
  for (let i = 0; i < IMPORTS; i++) {
    const [to, from] = [random.below(NAMES.length), random.below(NAMES.length)];
    const kind = random.pick(KINDS);
    const subject = random.pick(PATTERNS);
    const where = random.pick(["", `, to: "${random.pick(LOCAL)}"`, ', prefix: "p"']);
    const prefixed = kind === "service" && where.includes("prefix") ? "" : where;
    const source = `${kind}: { account: ${NAMES[from]}, subject: "${subject}" }`;
    const { imports } = accounts[to]!;
    if (to === from) continue;
    imports.push(`{ ${source}${prefixed} }`);
    await Bun.write(file, configOf(accounts));
    if (hasErrors((await loadConfig(file, {})).problems)) imports.pop();
  }
  return configOf(accounts);
}

async function startWith(file: string): Promise<TestServer> {
  const { options, problems } = await loadConfig(file, {});
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  return await startServer({ ...options, port: -1 });
}

async function connect(server: TestServer, user: string): Promise<Wire> {
  const wire = await Wire.connect(server.port);
  await wire.send(`CONNECT {"user":"${user}","pass":"x","verbose":false}\r\nPING\r\n`);
  expect(await wire.waitFor("PONG\r\n")).toBe(true);
  return wire;
}

/** Everything sent before has had its effect. */
async function settle(wires: readonly Wire[]): Promise<void> {
  for (const wire of wires) {
    const before = wire.text.split("PONG\r\n").length;
    await wire.send("PING\r\n");
    expect(await wire.waitFor(() => wire.text.split("PONG\r\n").length > before)).toBe(true);
  }
}

interface Got {
  readonly account: string;
  readonly subject: string;
  readonly sid: string;
  readonly payload: string;
}

function messagesIn(wire: Wire, account: string): Got[] {
  const found = wire.text.matchAll(/MSG (\S+) (\S+) (?:\S+ )?\d+\r\n(.*)\r\n/g);
  return [...found].map(([, subject, sid, payload]) => ({
    account,
    subject: subject!,
    sid: sid!,
    payload: payload!,
  }));
}

async function explain<T>(action: "publish" | "subscribe", subject: string, account: string) {
  const config = join(folder, "random.conf");
  const { stdout } = await explainAccess(action, { subject, account, config, json: true });
  return JSON.parse(stdout) as T;
}

function inOrder(
  stops: Iterable<{ readonly account: string; readonly subject: string }>,
): string[] {
  return [...stops].map(({ account, subject }) => `${account} ${subject}`).sort();
}

/** Compares everything about one graph; returns how many deliveries between accounts it has seen. */
async function compare(random: Prng, isMapped: boolean): Promise<number> {
  const text = await randomConfig(random, isMapped);
  const file = join(folder, "random.conf");
  await Bun.write(file, text);
  await using server = await startWith(file);
  const wires = await Promise.all(NAMES.map((name) => connect(server, name.toLowerCase())));
  const publishers = await Promise.all(NAMES.map((name) => connect(server, name.toLowerCase())));
  const wanted = NAMES.map(() => random.pick([...PATTERNS, "p.>", "k"]));
  await Promise.all(wires.map((wire, i) => wire.send(`SUB > 1\r\nSUB ${wanted[i]} 2\r\n`)));
  await settle(wires);
  for (const [i, wire] of publishers.entries()) {
    const lines = SUBJECTS.map((subject) => {
      const payload = `${NAMES[i]} ${subject}`;
      return `PUB ${subject} ${payload.length}\r\n${payload}\r\n`;
    });
    await wire.send(lines.join(""));
  }
  await settle(publishers);
  await settle(wires);
  const got = wires.flatMap((wire, i) => messagesIn(wire, NAMES[i]!));

  for (const account of NAMES) {
    for (const subject of SUBJECTS) {
      const { path } = await explain<{ path: Arrival }>("publish", subject, account);
      const mine = got.filter(
        (each) => each.sid === "1" && each.payload === `${account} ${subject}`,
      );
      const what = `${subject} in ${account}:\n${text}`;
      expect([what, inOrder(stopsOf(path))]).toEqual([what, inOrder(mine)]);
    }
  }
  for (const [i, account] of NAMES.entries()) {
    const { sources } = await explain<{ sources: Source[] }>("subscribe", wanted[i]!, account);
    for (const from of NAMES) {
      for (const subject of SUBJECTS) {
        const payload = `${from} ${subject}`;
        const isGot = got.some(
          (each) => each.account === account && each.sid === "2" && each.payload === payload,
        );
        const isSaid = sources.some(
          (each) => each.account === from && isSubsetOf(subject, each.subject),
        );
        const what = `${wanted[i]} in ${account}, ${payload}:\n${text}`;
        // With mappings on the way, parts of a pattern may go elsewhere.
        if (isGot || !isMapped) expect([what, isSaid]).toEqual([what, isGot]);
      }
    }
  }
  return got.filter(({ account, payload }) => !payload.startsWith(account)).length;
}

test("messages go where explain says, in random graphs of accounts", async () => {
  await withSeed(async (random) => {
    let crossed = 0;
    for (let i = 0; i < GRAPHS; i++) crossed += await compare(random, i % 2 === 0);
    expect(crossed).toBeGreaterThan(GRAPHS * 2);
  });
}, 60_000);
