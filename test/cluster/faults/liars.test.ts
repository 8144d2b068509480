/**
 * Peers that send garbage, or are not who they say. They get nowhere, and the mesh goes on as if they had
 * never been.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { findPeer } from "../../support/peer.ts";
import { FalsePeer } from "./false-peer.ts";
import type { FaultMesh } from "./fault-mesh.ts";
import { idOf } from "./faulty.ts";
import { newId } from "./raw-peer.ts";
import { KINDS, type Standing, startStanding } from "./standing.ts";

const TEST_MS = 30_000;
const START_MS = 60_000;
/** Within which a node has had enough of a peer that it does not tolerate. */
const PATIENCE_MS = 4_000;

describe.skipIf(findPeer("sid") === undefined || findPeer("trixie") === undefined)(
  `false peers of a cluster of ${KINDS}`,
  () => {
    let standing: Standing<FaultMesh>;

    beforeAll(async () => {
      standing = await startStanding();
      console.log(`FUZZ_SEED=${standing.random.seed}`);
    }, START_MS);
    afterAll(() => standing?.[Symbol.asyncDispose]());

    /** Plays the same to every node; the mesh has to be well with the false peers still there. */
    function plays(
      title: string,
      play: (peer: FalsePeer, name: string) => void | Promise<void>,
      outcome: "ended" | "any",
    ): void {
      test(
        title,
        async () => {
          const { nodes } = standing.faulty;
          const peers = nodes.map((node) => new FalsePeer(node));
          try {
            await Promise.all(peers.map((peer, at) => play(peer, nodes[at]!.name)));
            if (outcome === "ended") {
              const ended = await Promise.all(peers.map((peer) => peer.ended(PATIENCE_MS)));
              const lasting = nodes.filter((_, at) => !ended[at]).map(({ name }) => name);
              expect(lasting, "nodes that keep the connection").toEqual([]);
            }
          } finally {
            for (const peer of peers) peer[Symbol.dispose]();
          }
          await standing.well();
        },
        TEST_MS,
      );
    }

    plays("random bytes", (peer) => peer.send(standing.random.bytes(4_000)), "ended");
    plays("HTTP", (peer) => peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "ended");
    plays("TLS", (peer) => peer.send(Buffer.from("16030100c8010000c40303", "hex")), "any");
    plays(
      "a client",
      (peer) => peer.send('CONNECT {"lang":"c","version":"1"}\r\nPING\r\n'),
      "ended",
    );
    plays("silence", () => {}, "any");
    plays("a line without an end", (peer) => peer.send(Buffer.alloc(200_000, "R")), "ended");
    plays("INFO with a wrong type", (peer) => peer.introduce(newId(), { port: "one" }), "ended");
    plays("INFO that is no JSON", (peer) => peer.send("CONNECT {}\r\nINFO {]\r\n"), "ended");

    plays(
      "the id of the node itself",
      (peer, name) => peer.introduce(idOf(standing.faulty.node(name))!),
      "ended",
    );
    plays(
      "the id of another node, without a pool",
      (peer, name) => peer.introduce(idOf(standing.faulty.node(name === "A" ? "B" : "A"))!),
      "ended",
    );
    plays(
      "the id of another node, in its pool",
      (peer, name) => {
        const id = idOf(standing.faulty.node(name === "A" ? "B" : "A"))!;
        peer.introduce(id, { route_pool_size: 3, route_pool_idx: 1 });
      },
      "ended",
    );
    plays(
      "the id of another node, for its account",
      (peer, name) => {
        const id = idOf(standing.faulty.node(name === "A" ? "B" : "A"))!;
        peer.introduce(id, { route_pool_size: 3, route_account: "$SYS" });
      },
      "ended",
    );
    plays(
      "the name of the node itself",
      (peer, name) => peer.introduce(newId(), { server_name: name }),
      "ended",
    );
    plays(
      "another cluster",
      (peer) => peer.introduce(newId(), { cluster: "other" }, { cluster: "other" }),
      "ended",
    );
    plays(
      "a gateway",
      (peer) => peer.introduce(newId(), { gateway: "other" }, { gateway: "other" }),
      "ended",
    );
    for (const index of [3, 100, -1]) {
      plays(
        `number ${index} of a pool of 3`,
        (peer) => peer.introduce(newId(), { route_pool_size: 3, route_pool_idx: index }),
        "ended",
      );
    }
    plays(
      "an account that is not there",
      (peer) => peer.introduce(newId(), { route_pool_size: 3, route_account: "THREE" }),
      "ended",
    );
    plays(
      "an account that is not pinned",
      (peer) => peer.introduce(newId(), { route_pool_size: 3, route_account: "ONE" }),
      "ended",
    );

    for (const line of [
      "RS+ ONE",
      "RS+ ONE a b",
      "RS+ ONE a b c d",
      "RMSG ONE a x",
      "RMSG ONE a + b c",
      "RMSG ONE a ? b c 5",
      "HMSG ONE a 12 5",
      "LMSG o ONE a 5",
      "-ERR 'Go away'",
      "NOTHING",
    ]) {
      plays(
        `after it has registered: ${line}`,
        async (peer) => {
          peer.introduce(newId());
          await peer.roundTrip("");
          peer.send(`${line}\r\nhello\r\n`);
        },
        "ended",
      );
    }

    plays(
      "interest and messages of accounts and subjects that are not there",
      async (peer) => {
        peer.introduce(newId());
        peer.send("RS+ THREE a\r\nRS- ONE never.there\r\nRS- ONE never.there queue\r\n");
        peer.send("RS+ ONE a..b\r\nRS+ ONE .\r\nRMSG THREE a 2\r\nhi\r\n");
        await peer.roundTrip("");
      },
      "any",
    );
    plays(
      "servers that do not exist",
      (peer) => {
        peer.introduce(newId(), { gossip_mode: 0 });
        for (let i = 0; i < 20; i++) {
          const id = newId();
          const told = { server_id: id, server_name: id, port: 1, host: "127.0.0.1" };
          const ip = "nats-route://127.0.0.1:1/";
          const info = { ...told, ip, version: "", proto: 1, go: "", headers: true };
          peer.send(`INFO ${JSON.stringify({ ...info, max_payload: 1, cluster: "faulty" })}\r\n`);
        }
      },
      "any",
    );
    plays(
      "interest in everything, and the end of it",
      async (peer) => {
        peer.introduce(newId());
        peer.send("RS+ ONE >\r\nRS+ ONE > workers 1000\r\nRS- ONE > workers\r\n");
        await peer.roundTrip("RS- ONE >\r\n");
        await standing.crowd.arrived(standing.publishAll());
        expect(peer.text).not.toContain("RMSG ONE");
      },
      "any",
    );
  },
);
