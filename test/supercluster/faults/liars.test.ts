/**
 * Gateways that send garbage, or are not who they say, on either end. They get nowhere, and the
 * supercluster goes on as if they had never been. All of them lie at the same time.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { idOf } from "../../cluster/faults/faulty.ts";
import { residentBytes } from "../../cluster/faults/memory-check.ts";
import type { RawPeer } from "../../cluster/faults/raw-peer.ts";
import type { Standing } from "../../cluster/faults/standing.ts";
import type { MeshNode } from "../../support/mesh-node.ts";
import { findPeer } from "../../support/peer.ts";
import { eventually } from "../../support/until.ts";
import {
  commandLine,
  FalseGateway,
  FalseGatewayPort,
  gossipLine,
  infoLine,
} from "./false-gateway.ts";
import type { FaultSupercluster } from "./fault-supercluster.ts";
import { CLUSTERS, startStanding } from "./standing-supercluster.ts";

type Outcome = "ended" | "any";

const TEST_MS = 60_000;
/** Within which a node has had enough of a peer that it does not tolerate. */
const PATIENCE_MS = 8_000;
/** Flooded servers have other things to do than to answer. */
const PING_MS = 1_000;
/** Rounds in which a cluster is looked for that somebody has told of. */
const CONNECT_RETRIES = 2;
/** What a server may need after all that. */
const RESIDENT_BYTES_MAX = 400 << 20;
const FLOOD = 150;
const CHANGES = 5_000;
/** Nobody listens there. */
const NOWHERE = "127.0.0.1:1";

describe.skipIf(findPeer("sid") === undefined || findPeer("trixie") === undefined)(
  `false gateways of clusters of ${CLUSTERS.join(" / ")}`,
  () => {
    let standing: Standing<FaultSupercluster>;
    const played: Promise<void>[] = [];
    let liars = 0;

    beforeAll(async () => {
      standing = await startStanding({ connectRetries: CONNECT_RETRIES, pingMs: PING_MS });
      console.log(`FUZZ_SEED=${standing.random.seed}`);
    }, TEST_MS);
    afterAll(() => standing?.[Symbol.asyncDispose](), TEST_MS);

    function plays(title: string, play: () => Promise<void>): void {
      test.concurrent(
        title,
        async () => {
          const turn = play();
          played.push(turn.catch(() => {}));
          await turn;
        },
        TEST_MS,
      );
    }

    /** Dials every node, or those that are meant, and plays the same to each. */
    function dials(
      title: string,
      outcome: Outcome,
      play: (peer: FalseGateway, node: MeshNode) => void | Promise<void>,
      isMeant: (node: MeshNode) => boolean = () => true,
    ): void {
      plays(`dials: ${title}`, async () => {
        const nodes = standing.faulty.group.nodes.filter(isMeant);
        const peers = nodes.map((node) => new FalseGateway(node));
        try {
          await Promise.all(peers.map((peer, at) => play(peer, nodes[at]!)));
          if (outcome === "ended") await allEnd(peers, nodes);
        } finally {
          for (const peer of peers) peer[Symbol.dispose]();
        }
      });
    }

    /** Has every node dial a port that greets it, and plays the same to each. */
    function answers(
      title: string,
      outcome: Outcome,
      greet: (peer: RawPeer, name: string) => void,
      play?: (peer: RawPeer, name: string) => void | Promise<void>,
    ): void {
      plays(`answers: ${title}`, async () => {
        const { nodes } = standing.faulty.group;
        const name = `LIAR${++liars}`;
        using port = await FalseGatewayPort.open((peer) => greet(peer, name));
        const tellers = nodes.map((node) => new FalseGateway(node));
        try {
          for (const teller of tellers) teller.introduce(name, { gateway_urls: [port.url] });
          const haveCome = async (): Promise<boolean> => port.peers.length >= nodes.length;
          await eventually("all nodes come", haveCome, PATIENCE_MS);
          const peers = port.peers.slice(0, nodes.length);
          if (play !== undefined) {
            for (const peer of peers) {
              await peer.until("CONNECT", () => /CONNECT .*\r\n.*\r\n/.test(peer.text));
            }
            await Promise.all(peers.map((peer) => play(peer, name)));
          }
          if (outcome === "ended") await allEnd(peers, nodes);
        } finally {
          for (const teller of tellers) teller[Symbol.dispose]();
        }
      });
    }

    dials("random bytes", "ended", (peer) => peer.send(standing.random.bytes(4_000)));
    dials("HTTP", "ended", (peer) => peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    dials("TLS", "ended", (peer) => peer.send(Buffer.from("16030100c8010000c40303", "hex")));
    dials("a client", "ended", (peer) => peer.send('CONNECT {"lang":"c"}\r\nPING\r\n'));
    dials("silence", "ended", () => {});
    dials("a line without an end", "ended", (peer) => peer.send(Buffer.alloc(200_000, "R")));
    dials("INFO first", "ended", (peer) => peer.send(infoLine("LIAR")));
    dials("INFO of a wrong type", "ended", (peer) => peer.introduce("LIAR", { port: "one" }));
    dials("CONNECT that is no JSON", "ended", (peer) => peer.send("CONNECT {]\r\n"));
    dials("INFO that is no JSON", "ended", (peer) =>
      peer.send('CONNECT {"gateway":"LIAR"}\r\nINFO {]\r\n'),
    );
    dials("the name of the node itself", "ended", (peer, { name }) =>
      peer.introduce("LIAR", { server_name: name }),
    );
    dials(
      "the name of another node of the cluster",
      "ended",
      (peer, { name }) =>
        peer.introduce("LIAR", { server_name: name.endsWith("1") ? `${name[0]}2` : `${name[0]}1` }),
      ({ name }) => standing.faulty.cluster(name[0]!).length > 1,
    );
    for (const line of [
      "RS+ ONE a",
      "RS- ONE a",
      "RMSG ONE a x",
      "RMSG ONE a + b c",
      "RMSG ONE a ? b c 5",
      "HMSG ONE a 12 5",
      "LMSG o ONE a 5",
      "-ERR 'Go away'",
      "NOTHING",
    ]) {
      dials(`after it has registered: ${line}`, "ended", async (peer) => {
        peer.introduce("LIAR");
        await peer.roundTrip("");
        peer.send(`${line}\r\nhello\r\n`);
      });
    }
    // The real server loses all its connections to this, for it ends.
    for (const line of ["A- ONE", "A+ ONE"]) {
      dials(
        `after it has registered: ${line}`,
        "any",
        async (peer) => {
          peer.introduce("LIAR");
          await peer.roundTrip("");
          peer.send(`${line}\r\n`);
        },
        ({ kind }) => kind === "ours",
      );
    }
    dials("the cluster of the node itself", "any", async (peer, { name }) => {
      peer.introduce(name[0]!, { gateway_urls: [NOWHERE] });
      await peer.roundTrip("");
    });
    dials("another cluster, twice, at a false place", "any", async (peer, node) => {
      const other = node.name.startsWith("A") ? "B" : "A";
      using second = new FalseGateway(node);
      for (const each of [peer, second]) each.introduce(other, { gateway_urls: [NOWHERE] });
      await Promise.all([peer.roundTrip(""), second.roundTrip("")]);
    });
    dials("the id of a server of another cluster", "any", async (peer, { name }) => {
      const other = name.startsWith("A") ? "B1" : "A1";
      peer.introduce(other[0]!, { server_id: idOf(standing.faulty.node(other)) });
      await peer.roundTrip("");
    });
    dials("names without end", "any", async (peer) => {
      peer.introduce(`LIAR${"x".repeat(30_000)}`, { gateway_urls: [NOWHERE] });
      await peer.roundTrip("").catch(() => {});
    });
    dials("names that are none", "any", async (peer) => {
      peer.introduce("a b\r\n\u0000\u001b[31m", { gateway_urls: [NOWHERE] });
      await peer.roundTrip("").catch(() => {});
    });
    dials("URLs without end", "any", async (peer) => {
      const urls = Array.from({ length: 1_000 }, (_, i) => `127.0.0.1:${i % 10}/${i}`);
      peer.introduce("LIARS", { gateway_urls: ["x".repeat(20_000), "", ":", ...urls] });
      await peer.roundTrip("").catch(() => {});
    });
    dials("replies that nobody has asked for", "any", async (peer) => {
      peer.introduce("LIAR");
      const subjects = [
        "_GR_.",
        "_GR_.a.b.c",
        "_GR_.aaaaaa.bbbbbb.news.false",
        "_GR_.aaaaaa.bbbbbb.",
        "_GR_.aaaaaabbbbbbbb.news.false",
        "_GR_..............................",
        "$GR.abcd.news.false",
        "$GR.abcd.",
        "$GR.",
      ];
      let lines = "";
      for (const account of ["ONE", "NONE", "$SYS"]) {
        for (const subject of subjects) lines += `RMSG ${account} ${subject} 2\r\nhi\r\n`;
      }
      await peer.roundTrip(lines);
    });
    dials("messages for accounts and groups that are not there", "any", async (peer) => {
      peer.introduce("LIAR");
      let lines = "RMSG ONE nobody.there | none neither 2\r\nhi\r\n";
      for (let i = 0; i < FLOOD; i++) lines += `RMSG NONE${i} nobody.there 2\r\nhi\r\n`;
      await peer.roundTrip(lines);
    });

    answers("nothing", "ended", () => {});
    answers("garbage", "ended", (peer) => peer.send(standing.random.bytes(2_000)));
    answers("another name", "ended", (peer) => peer.send(infoLine("OTHER")));
    answers("as a route", "ended", (peer, name) => peer.send(infoLine(name, { gateway: "" })));
    const honest = (peer: RawPeer, name: string): void => peer.send(infoLine(name));
    answers("changes its name", "ended", honest, (peer) => peer.send(infoLine("OTHER")));
    for (const command of [2, 3]) {
      answers(`command ${command} of no account`, "ended", honest, (peer, name) =>
        peer.send(commandLine(name, command)),
      );
    }
    for (const line of ["RS+ ONE", "RS+ ONE a b", "RS+ ONE a b c d e", "-ERR 'no'", "NOTHING"]) {
      answers(`after it has registered: ${line}`, "ended", honest, (peer) =>
        peer.send(`${line}\r\n`),
      );
    }
    answers(
      "commands that nobody knows, and accounts that are not there",
      "any",
      honest,
      (peer, name) => {
        const lines = [commandLine(name, 9, "ONE"), commandLine(name, 3, "NONE")];
        for (let i = 0; i < FLOOD; i++) lines.push(commandLine(name, 2, `NONE${i}`));
        return peer.roundTrip([...lines, commandLine(name, 2, "a b\r\n\0")].join(""));
      },
    );
    answers("gossip of clusters that do not exist", "any", honest, async (peer) => {
      let lines = "";
      for (let i = 0; i < FLOOD; i++) lines += gossipLine(`NOWHERE${i}`, [NOWHERE, "127.0.0.1:2"]);
      await peer.roundTrip(lines);
    });
    answers("gossip of the clusters that are there", "any", honest, async (peer) => {
      const urls = Array.from({ length: 100 }, (_, i) => `127.0.0.1:${1 + (i % 20)}`);
      const lines = ["A", "B", "C"].map((name) => gossipLine(name, [...urls, "x".repeat(9_000)]));
      await peer.roundTrip(lines.join(""));
    });
    answers("interest that changes all the time", "any", honest, async (peer, name) => {
      let lines = commandLine(name, 2, "ONE") + commandLine(name, 3, "ONE");
      for (let i = 0; i < CHANGES; i++) {
        lines += `RS+ ONE false.${i % 7}\r\nRS+ ONE false.${i % 7} q 1\r\nRS- ONE false.${i % 7}\r\n`;
        if (i % 50 === 0) lines += "A- ONE\r\nA+ ONE\r\nRS- ONE never.there\r\nRS+ ONE a..b\r\n";
      }
      await peer.roundTrip(lines);
    });

    test.concurrent(
      "when all have lied, gateways find each other again, and nothing is left of the liars",
      async () => {
        await Promise.all(played);
        const { faulty, net } = standing;
        for (const { name } of faulty.group.nodes) {
          for (const other of faulty.others(name[0]!)) net.cut(name, other);
        }
        await standing.well();
        const large = faulty.group.nodes.filter((node) => residentBytes(node) > RESIDENT_BYTES_MAX);
        expect(large.map(({ name }) => name)).toEqual([]);
      },
      TEST_MS,
    );
  },
);

async function allEnd(peers: readonly RawPeer[], nodes: readonly MeshNode[]): Promise<void> {
  const ended = await Promise.all(peers.map((peer) => peer.ended(PATIENCE_MS)));
  const lasting = nodes.filter((_, at) => !ended[at]).map(({ name }) => name);
  expect(lasting, "nodes that keep the connection").toEqual([]);
}
