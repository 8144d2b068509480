/**
 * Gives every command line to nats-server and to this server, and compares exit codes, both streams,
 * the files they write and what they answer to clients.
 *
 * CONFORMANCE_CANDIDATE=peer compares nats-server with itself, which tests the cases.
 * NATS_SERVER_BINARY=<file> runs the compiled executable instead of the sources.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { candidate, candidateIsPeer, inTurn, peer } from "../config/program.ts";
import { GROUPS } from "./cases/index.ts";
import { DIFFERENCES } from "./differences.ts";
import type { Invocation } from "./invocation.ts";
import { commonUsage, isUsage } from "./normalize.ts";
import { type Performance, perform } from "./performance.ts";

/** Far above what one case takes: all of them wait for their turn. */
const TIMEOUT_MS = 60_000;

let folder: string;
let folders = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-cli-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function compare(group: string, invocation: Invocation): Promise<void> {
  const performBy = (command: typeof candidate): Promise<Performance> =>
    perform(command, invocation, join(folder, String(folders++)));
  const [expected, ours] = await Promise.all([performBy(peer!), performBy(candidate)]);
  expect(missed(invocation, expected)).toEqual([]);

  const comparable = comparableTo(expected, ours);
  const why = candidateIsPeer ? undefined : DIFFERENCES[`${group}: ${invocation.name}`];
  if (why === undefined) expect(comparable).toEqual(expected);
  else expect(comparable, `no difference any more, though: ${why}`).not.toEqual(expected);
}

/** What has to be equal, of ours: there may be more options than nats-server has. */
function comparableTo(expected: Performance, ours: Performance): Performance {
  // After a fault it is enough that there is a usage text: its lines are compared where it was asked for.
  const isFault = expected.stderr !== "" && isUsage(expected.stdout) && isUsage(ours.stdout);
  return { ...ours, stdout: isFault ? expected.stdout : commonUsage(ours.stdout, expected.stdout) };
}

/** Which of the texts a case is about nats-server does not print. */
function missed(invocation: Invocation, { stdout, stderr, files, info }: Performance): string[] {
  const all = [stdout, stderr, info, ...Object.values(files)].join("\n");
  const missing = invocation.says.filter((part) => !all.includes(part));
  return missing.length === 0 ? [] : [...missing, "but there is:", all];
}

describe.skipIf(peer === undefined)("command line", () => {
  for (const [group, invocations] of Object.entries(GROUPS)) {
    describe(group, () => {
      for (const invocation of invocations) {
        const run = () => inTurn(() => compare(group, invocation));
        test.concurrent(invocation.name, run, TIMEOUT_MS);
      }
    });
  }
});

test("each case has a name of its own, and each difference a case", () => {
  const names = Object.entries(GROUPS).flatMap(([group, cases]) =>
    cases.map(({ name }) => `${group}: ${name}`),
  );
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(Object.keys(DIFFERENCES).filter((name) => !names.includes(name))).toEqual([]);
});
