/** The short form of chaos; `npm run chaos` is the long one. */

import { describe, test } from "bun:test";
import { findPeer } from "../../support/peer.ts";
import { KINDS } from "../faults/standing.ts";
import { meshOf } from "./chaos.ts";
import { shortChaos } from "./short-chaos.ts";

const SECONDS = 22;
const TEST_MS = 120_000;

describe.skipIf(findPeer("sid") === undefined || findPeer("trixie") === undefined)(
  `chaos in a cluster of ${KINDS}`,
  () => {
    test("all invariants hold", () => shortChaos(meshOf(KINDS), SECONDS), TEST_MS);
  },
);
