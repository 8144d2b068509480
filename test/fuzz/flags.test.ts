/** Random command lines: this server reads their flags as nats-server does. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answer } from "../../src/cli/answer.ts";
import { interpret } from "../../src/cli/cli.ts";
import { FLAGS } from "../../src/cli/flags.ts";
import { type Command, run } from "../conformance/config/program.ts";
import { findPeer } from "../support/peer.ts";
import { type Prng, withSeed } from "../support/prng.ts";

const LINES = Number(process.env.FUZZ_FILES ?? 400);
/** Command lines that are tried at the same time. */
const ROUND = 8;
const LINE_MS = 100;

/** Signals would reach the servers of other tests. */
const NAMES = FLAGS.flatMap(({ names }) => names).filter((name) => !/^(?:sl|signal)$/.test(name));
const BOOLEANS = "1 t T TRUE true True 0 f F FALSE false False yes on tRUE 2".split(" ");
const DECIMAL = "0 1 -1 +5 4222 007 08 1_000 1__0 _1 1_ 1e3 1.5 -".split(" ");
const PREFIXED = "0x1F 0X_f 0b101 0b2 0o17 0O_7 0_7 0x -0x10".split(" ");
const LIMITS =
  "9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809 0xffffffffffffffff".split(
    " ",
  );
const TEXTS = ["", " ", "a", "a=b", "-x", "--", "\u00e9", '"', "\\", "\n", "it's", "\u2028"];
const VALUES = [...BOOLEANS, ...DECIMAL, ...PREFIXED, ...LIMITS, ...TEXTS];
const WORDS = ["help", "HELP", "version", "Version", "nope", "", "-", "--", "a b", "\u00e9\u0007"];
const ODD_FLAGS = ["---p", "-=", "--=x", "-nope", "--nope=1", "-P4222", "-\u00e9", "-p p", "-DVVV"];
/** Each ends the program. One may be taken for the value of a flag, so they come in pairs. */
const ENDINGS = ["-v", "--version", "-h", "-help", "--help_tls", "-t"];

function randomLine(random: Prng, file: string): string[] {
  const line: string[] = [];
  for (let i = random.below(4); i > 0; i--) line.push(...randomFlag(random, file));
  if (random.chance(8)) line.push(random.pick(WORDS));
  const ending = random.pick(ENDINGS);
  return [...line, ending, ending];
}

function randomFlag(random: Prng, file: string): string[] {
  if (random.chance(15)) return [random.pick(ODD_FLAGS)];
  const name = random.pick(NAMES);
  const spelling = random.chance(30) ? name.toUpperCase() : name;
  const dashed = `${random.pick(["-", "--"])}${spelling}`;
  const value = /^(?:c|config)$/.test(name) ? file : random.pick(VALUES);
  switch (random.below(4)) {
    case 0:
      return [dashed];
    case 1:
      return [dashed, value];
    default:
      return [`${dashed}=${value}`];
  }
}

interface Answered {
  readonly code: number | string;
  readonly firstLine: string;
  /** What help and versions say is each server's own. */
  readonly isSilent: boolean;
}

function answered(code: number | string, stdout: string, stderr: string): Answered {
  const firstLine = stderr.split("\n").find((line) => line !== "") ?? "";
  return { code, firstLine, isSilent: stdout === "" };
}

async function answeredHere(line: readonly string[]): Promise<Answered> {
  const invocation = interpret(line);
  if (invocation.kind === "serve") return answered("it starts", "", "");
  const { code, stdout, stderr } = await answer(invocation);
  return answered(code, stdout, Buffer.from(stderr).toString("latin1"));
}

async function answeredBy(peer: Command, line: string[], cwd: string): Promise<Answered> {
  const { code, stdout, stderr } = await run(peer, line, { cwd });
  return answered(code, stdout, stderr);
}

const peer = findPeer();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-flags-"));
  await Bun.write(join(folder, "a.conf"), "port: 4222\n");
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(peer === undefined)("nats-server", () => {
  test(
    "says the same of random flags",
    () =>
      withSeed(async (random) => {
        for (let tried = 0; tried < LINES; tried += ROUND) {
          const lines = Array.from({ length: ROUND }, () =>
            randomLine(random, join(folder, "a.conf")),
          );
          await Promise.all(
            lines.map(async (line) => {
              const expected = await answeredBy([peer!], line, folder);
              expect([line, await answeredHere(line)]).toEqual([line, expected]);
            }),
          );
        }
      }),
    30_000 + LINES * LINE_MS,
  );
});
