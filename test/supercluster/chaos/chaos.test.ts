/** The short form of chaos in a supercluster; `npm run chaos -- --clusters` is the long one. */

import { describe, test } from "bun:test";
import { shortChaos } from "../../cluster/chaos/short-chaos.ts";
import { findPeer } from "../../support/peer.ts";
import { CLUSTERS } from "../faults/standing-supercluster.ts";
import { superclusterOf } from "./starter.ts";

const SECONDS = 6;
const TEST_MS = 120_000;

describe.skipIf(findPeer("sid") === undefined || findPeer("trixie") === undefined)(
  `chaos in clusters of ${CLUSTERS.join(" / ")}`,
  () => {
    test("all invariants hold", () => shortChaos(superclusterOf(CLUSTERS), SECONDS), TEST_MS);
  },
);
