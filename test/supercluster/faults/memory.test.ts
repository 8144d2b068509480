/** Gateways that cost memory: what they have taken comes back once they are gone. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { comesBack, residentBytes } from "../../cluster/faults/memory-check.ts";
import type { RawPeer } from "../../cluster/faults/raw-peer.ts";
import type { Standing } from "../../cluster/faults/standing.ts";
import { TrafficClient } from "../../cluster/faults/traffic-client.ts";
import type { MeshNode } from "../../support/mesh-node.ts";
import { findPeer } from "../../support/peer.ts";
import { eventually, until } from "../../support/until.ts";
import { commandLine, FalseGateway, FalseGatewayPort, infoLine } from "./false-gateway.ts";
import type { FaultSupercluster } from "./fault-supercluster.ts";
import { CLUSTERS, startStanding } from "./standing-supercluster.ts";

/** A million by `npm run chaos`; fewer where time is short. */
const SUBJECTS = Number(process.env.NATS_FAULT_SUBJECTS ?? 100_000);
const FLOOD_BYTES = 96 << 20;
const FLOOD_MESSAGE_BYTES = 16 << 10;
const CHURN = 500;
/** Others have to be heard meanwhile. */
const PAUSE_MS = 20;
const SUBJECT_BYTES = 1_000;
const ROUNDS = 2;
const BATCH = 5_000;
/** What a peer may cost that never reads, before it is given up: some copies of 64 MB. */
const PEAK_BYTES_MAX = 400 << 20;
const DEADLINE_MS = 20_000;
const TEST_MS = 60_000;
/** The node under test. */
const NAME = "A1";

describe.skipIf(findPeer("sid") === undefined || findPeer("trixie") === undefined)(
  `memory of a server of clusters of ${CLUSTERS.join(" / ")}`,
  () => {
    let standing: Standing<FaultSupercluster>;
    let node: MeshNode;

    beforeAll(async () => {
      standing = await startStanding({ connectRetries: 0, pingMs: 1_000 });
      node = standing.faulty.node(NAME);
    }, TEST_MS);
    afterAll(() => standing?.[Symbol.asyncDispose](), TEST_MS);

    test(
      "the interest of a cluster that is gone is forgotten",
      () =>
        comesBack(standing, node, ROUNDS, async () => {
          await dialled("FLOOD", true, async (peer, teller) => {
            await peer.until("INFO", () => peer.text.includes("\r\nINFO "));
            peer.send(commandLine("FLOOD", 2, "ONE"));
            for (let at = 0; at < SUBJECTS; at += BATCH) {
              let lines = "";
              for (let i = at; i < at + BATCH; i++) {
                lines += `RS+ ONE false.${i % 97}.gateway.${i}\r\n`;
              }
              // Not all at once: answers to pings of the node would be behind it.
              await peer.roundTrip(lines);
            }
            await peer.roundTrip(commandLine("FLOOD", 3, "ONE"));
            expect((await told("FLOOD"))!.num_subs).toBe(SUBJECTS);
            teller[Symbol.dispose]();
          });
        }),
      TEST_MS,
    );

    test(
      "clusters that never read what they want, or what others want, are given up",
      () =>
        comesBack(standing, node, ROUNDS, async () => {
          const before = residentBytes(node);
          await Promise.all([floodsDeaf(before), tellsMute()]);
          // Others are served as ever.
          await standing.crowd.arrived(standing.publishAll());
        }),
      TEST_MS,
    );

    /** Messages that a false cluster wants, and never reads. */
    async function floodsDeaf(before: number): Promise<void> {
      await dialled("DEAF", false, async (peer, teller) => {
        peer.answerUnasked();
        const lines = [commandLine("DEAF", 2, "ONE"), "RS+ ONE flood\r\n"];
        peer.send([...lines, commandLine("DEAF", 3, "ONE")].join(""));
        await untilTrue("its interest is known", async () => (await told("DEAF"))?.num_subs === 1);
        teller[Symbol.dispose]();
        const payload = "x".repeat(FLOOD_MESSAGE_BYTES);
        for (let sent = 0; sent < FLOOD_BYTES; sent += 64 * FLOOD_MESSAGE_BYTES) {
          standing.crowd.flood(NAME, "ONE", "flood", payload, 64);
          await standing.crowd.flush([NAME]);
          expect(residentBytes(node) - before).toBeLessThan(PEAK_BYTES_MAX);
        }
        await untilTrue("the end of it", async () => (await told("DEAF")) === undefined);
      });
    }

    /** Interest of clients that come and go, and a false cluster that never reads it. */
    async function tellsMute(): Promise<void> {
      using mute = new FalseGateway(node, false);
      mute.introduce("MUTE");
      mute.answerUnasked();
      const isThere = async (): Promise<boolean> =>
        (await node.gatewayz()).inbound_gateways.MUTE !== undefined;
      await untilTrue("it has come in", isThere);
      const long = "x".repeat(SUBJECT_BYTES);
      const deadline = performance.now() + DEADLINE_MS;
      while (await isThere()) {
        expect(performance.now(), "given up in time").toBeLessThan(deadline);
        const client = await TrafficClient.open(node.ports.client, "ONE");
        for (let i = 0; i < CHURN; i++) client.subscribe(`churn.${i}.${long}`, "", () => {});
        await client.flush();
        client.close();
        await Bun.sleep(PAUSE_MS);
      }
    }

    /** What the node knows of the interest of a cluster. */
    async function told(cluster: string): Promise<Told | undefined> {
      const { outbound_gateways } = await node.gatewayz("?accs=1");
      const accounts = outbound_gateways[cluster]?.accounts as readonly Told[] | undefined;
      return accounts?.find(({ name }) => name === "ONE");
    }

    /** Has the node dial a false port of a cluster, once. */
    async function dialled(
      cluster: string,
      reads: boolean,
      play: (peer: RawPeer, teller: FalseGateway) => Promise<void>,
    ): Promise<void> {
      using port = await FalseGatewayPort.open((peer) => peer.send(infoLine(cluster)), reads);
      using teller = new FalseGateway(node);
      teller.introduce(cluster, { gateway_urls: [port.url] });
      await until("the node dials", () => port.peers.length > 0);
      port.close();
      await play(port.peers[0]!, teller);
      for (const peer of port.peers) peer[Symbol.dispose]();
      await untilTrue("the node forgets it", async () => {
        return (await node.gatewayz()).outbound_gateways[cluster] === undefined;
      });
    }
  },
);

/** What gatewayz has of an account. */
interface Told {
  readonly name: string;
  readonly num_subs?: number;
}

async function untilTrue(what: string, condition: () => Promise<boolean>): Promise<void> {
  await eventually(what, condition, DEADLINE_MS);
}
