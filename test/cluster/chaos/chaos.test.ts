/** The short form of chaos; `npm run chaos` is the long one. */

import { describe, expect, test } from "bun:test";
import { findPeer } from "../../support/peer.ts";
import { Prng } from "../../support/prng.ts";
import { KINDS } from "../faults/standing.ts";
import { runChaos } from "./chaos.ts";

const SECONDS = 22;
const TEST_MS = 120_000;
const SHOWN_LINES = 200;

describe.skipIf(findPeer("sid") === undefined || findPeer("trixie") === undefined)(
  `chaos in a cluster of ${KINDS}`,
  () => {
    test(
      "all invariants hold",
      async () => {
        const { seed } = new Prng();
        const log: string[] = [];
        try {
          const result = await runChaos({
            kinds: KINDS,
            seed,
            seconds: SECONDS,
            log: (line) => void log.push(line),
          });
          console.log(`FUZZ_SEED=${seed}: ${JSON.stringify(result)}`);
          expect(result.quietPoints).toBeGreaterThan(0);
          expect(result.delivered).toBeGreaterThan(0);
        } catch (error) {
          const lines = log.slice(-SHOWN_LINES).join("\n");
          throw new Error(`FUZZ_SEED=${seed}: ${(error as Error).message}\n${lines}`);
        }
      },
      TEST_MS,
    );
  },
);
