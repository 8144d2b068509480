/** Peers that cost memory: what they have taken comes back once they are gone. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { MeshNode } from "../../support/mesh-node.ts";
import { findPeer } from "../../support/peer.ts";
import { FalsePeer } from "./false-peer.ts";
import type { FaultMesh } from "./fault-mesh.ts";
import { comesBack } from "./memory-check.ts";
import { newId } from "./raw-peer.ts";
import { KINDS, type Standing, startStanding } from "./standing.ts";

/** A million by `npm run chaos`; fewer where time is short. */
const SUBJECTS = Number(process.env.NATS_FAULT_SUBJECTS ?? 200_000);
const FLOOD_BYTES = 96 << 20;
const FLOOD_MESSAGE_BYTES = 16 << 10;
const ROUNDS = 3;
const BATCH = 5_000;
const DEADLINE_MS = 30_000;
const TEST_MS = 120_000;
const START_MS = 60_000;

describe.skipIf(findPeer("sid") === undefined || findPeer("trixie") === undefined)(
  `memory of a cluster of ${KINDS}`,
  () => {
    let standing: Standing<FaultMesh>;

    beforeAll(async () => {
      standing = await startStanding();
    }, START_MS);
    afterAll(() => standing?.[Symbol.asyncDispose]());

    for (const [at, kind] of KINDS.entries()) {
      // One node of each kind will do.
      if (KINDS.indexOf(kind) !== at) continue;
      const name = String.fromCharCode(65 + at);
      test(
        `${name} forgets the interest of a peer that is gone`,
        async () => {
          const node = standing.faulty.node(name);
          await comesBack(standing, node, ROUNDS, async () => {
            using peer = new FalsePeer(node);
            peer.introduce(newId());
            for (let at = 0; at < SUBJECTS; at += BATCH) {
              let lines = "";
              for (let i = at; i < at + BATCH; i++)
                lines += `RS+ ONE false.${i % 97}.peer.${i}\r\n`;
              // Not all at once: answers to pings of the node would be behind it.
              await peer.roundTrip(lines);
            }
            expect(await interestOf(node)).toBeGreaterThanOrEqual(SUBJECTS);
          });
        },
        TEST_MS,
      );

      test(
        `${name} gives up a peer that never reads`,
        async () => {
          const node = standing.faulty.node(name);
          await comesBack(standing, node, ROUNDS, async () => {
            using peer = new FalsePeer(node, false);
            const id = newId();
            peer.introduce(id);
            peer.send("RS+ ONE flood\r\n");
            await untilTrue("registered", () => hasRoute(node, id));
            const payload = "x".repeat(FLOOD_MESSAGE_BYTES);
            for (let sent = 0; sent < FLOOD_BYTES; sent += 64 * FLOOD_MESSAGE_BYTES) {
              standing.crowd.flood(name, "ONE", "flood", payload, 64);
              await standing.crowd.flush([name]);
            }
            // Others are served meanwhile.
            await standing.crowd.arrived(standing.publishAll());
            await untilTrue("the end of it", async () => !(await hasRoute(node, id)));
          });
        },
        TEST_MS,
      );
    }
  },
);

async function interestOf(node: MeshNode): Promise<number> {
  const { subscriptions } = (await node.varz()) as unknown as { subscriptions: number };
  return subscriptions;
}

async function hasRoute(node: MeshNode, id: string): Promise<boolean> {
  return (await node.routez()).some((route) => route.remote_id === id);
}

async function untilTrue(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${DEADLINE_MS} ms`);
    await Bun.sleep(20);
  }
}
