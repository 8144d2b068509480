/**
 * Has every file of the corpus judged by nats-server and by this server with `-t`, and compares exit
 * codes, digests, and messages with their positions.
 *
 * CONFORMANCE_CANDIDATE=peer compares nats-server with itself, which tests the cases.
 * NATS_SERVER_BINARY=<file> judges with the compiled executable instead of the sources.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GROUPS } from "./cases/index.ts";
import type { ConfigCase } from "./config-case.ts";
import { DIFFERENCES } from "./differences.ts";
import { align, judge, missed, PeerVerdict } from "./judge.ts";
import { candidate, candidateIsPeer, inTurn, peer } from "./program.ts";
import { writeSharedFiles } from "./shared-files.ts";

/** Far above what one case takes: all of them wait for their turn. */
const TIMEOUT_MS = 60_000;

let folder: string;
let folders = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-config-"));
  if (peer !== undefined) await writeSharedFiles(join(folder, "shared"));
});

// Thousands of folders take a while.
afterAll(() => rm(folder, { recursive: true, force: true }), TIMEOUT_MS);

async function compare(group: string, configCase: ConfigCase): Promise<void> {
  const judgeBy = (command: typeof candidate) =>
    judge(command, configCase, join(folder, String(folders++)), join(folder, "shared"));
  const [asked, answered] = await Promise.all([
    PeerVerdict.ask(() => judgeBy(peer!)),
    judgeBy(candidate),
  ]);
  expect(await missed(configCase, asked)).toEqual([]);

  const { peer: expected, ours } = await align(configCase, asked, answered);
  const why = candidateIsPeer ? undefined : DIFFERENCES[`${group}: ${configCase.name}`];
  if (why === undefined) expect(ours).toEqual(expected);
  else expect(ours, `no difference any more, though: ${why}`).not.toEqual(expected);
}

describe.skipIf(peer === undefined)("configuration", () => {
  for (const [group, cases] of Object.entries(GROUPS)) {
    describe(group, () => {
      for (const configCase of cases) {
        const run = () => inTurn(() => compare(group, configCase));
        test.concurrent(configCase.name, run, TIMEOUT_MS);
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
