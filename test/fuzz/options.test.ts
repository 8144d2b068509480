/**
 * Random options in random files: this server says of each what nats-server says.
 *
 * `option-verdicts.ts` has the rule by which the two are compared. FUZZ_FILES=<count> judges so many
 * files, in place of a few seconds' worth.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeSharedFiles } from "../conformance/config/shared-files.ts";
import { findPeer } from "../support/peer.ts";
import { withSeed } from "../support/prng.ts";
import { randomOptionFile } from "./option-files.ts";
import { OptionVerdicts } from "./option-verdicts.ts";

const FILES = Number(process.env.FUZZ_FILES ?? 1000);
/** Files that are judged at the same time. */
const ROUND = 8;
/** Far above what a file takes, asked for again and again. */
const FILE_MS = 250;

const peer = findPeer();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-options-"));
  if (peer !== undefined) await writeSharedFiles(join(folder, "shared"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(peer === undefined)("nats-server", () => {
  test(
    "says the same of random options",
    () =>
      withSeed(async (random) => {
        const verdicts = new OptionVerdicts([peer!], folder);
        for (let judged = 0; judged < FILES; judged += ROUND) {
          const files = Array.from({ length: ROUND }, () =>
            randomOptionFile(random, join(folder, "shared")),
          );
          const found = await Promise.all(files.map((file) => verdicts.difference(file)));
          expect(found.filter((difference) => difference !== null).join("\n\n")).toBe("");
        }
        expect(verdicts.valid).toBeGreaterThan(FILES / 100);
        expect(verdicts.wrong).toBeGreaterThan(FILES / 10);
      }),
    60_000 + FILES * FILE_MS,
  );
});
