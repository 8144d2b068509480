/**
 * What a supercluster has to come through. After each fault all gateways are there again without help,
 * every server knows the truth about the other clusters, and everything that is sent arrives once.
 */

import { describe, expect } from "bun:test";
import type { Sent } from "../../cluster/faults/ledger.ts";
import type { Standing } from "../../cluster/faults/standing.ts";
import { findPeer } from "../../support/peer.ts";
import type { FaultSupercluster } from "./fault-supercluster.ts";
import { CLUSTERS, startStanding } from "./standing-supercluster.ts";
import { Team } from "./team.ts";
import { Turns } from "./turns.ts";

type Servers = Standing<FaultSupercluster>;

const TITLE = `faults of clusters of ${CLUSTERS.join(" / ")}`;
const PAUSE_MS = 5;

describe.skipIf(findPeer("sid") === undefined || findPeer("trixie") === undefined)(TITLE, () => {
  const killed = new Turns(startStanding);
  const cut = new Turns(startStanding);
  const stormy = new Turns(startStanding);

  for (const [near, far, how] of [
    ["A", "B", "close"],
    ["B", "A", "reset"],
    ["C", "A", "close"],
  ] as const) {
    cut.test(`all servers of ${near} lose their connections to ${far}`, async (standing) => {
      const { faulty, crowd, net } = standing;
      const before = await entries(standing, far, near);
      for (const from of faulty.cluster(near)) {
        for (const to of faulty.cluster(far)) net.cutDialled(from, to, how);
      }
      for (const from of faulty.cluster(near)) await faulty.noticed(from, far);
      // The other direction has connections of its own.
      const sent = await work(standing, faulty.cluster(far)[0]!, 20);
      const served = [...faulty.cluster(near), ...faulty.cluster(far)];
      await crowd.arrived(sent, standing.membersOn(...served));
      expect(await entries(standing, far, near)).toEqual(before);
      await standing.well();
    });
  }

  for (const how of ["waits", "is lost"] as const) {
    cut.test(`a cluster is cut off, and what is sent to it ${how}`, async (standing) => {
      const { faulty, crowd, net } = standing;
      const [inside, outside] = [faulty.cluster("A"), faulty.others("A")];
      if (how === "waits") net.partition(inside, outside);
      else lose(standing, inside, outside);
      for (const name of inside) for (const far of ["B", "C"]) await faulty.noticed(name, far);
      for (const name of outside) await faulty.noticed(name, "A");
      // Interest changes on both sides; groups work where they have members.
      const added = ["A2", "C1"].map((name) => crowd.subscribe(name, "ONE", `added.${name}`));
      const gone = standing.membersOn("B2").find(({ queue }) => queue !== "")!;
      await crowd.unsubscribe(gone);
      await crowd.flush();
      await crowd.arrived(await work(standing, "B2", 20), standing.membersOn(...outside));
      await standing.well();
      for (const member of added) await crowd.unsubscribe(member);
      crowd.subscribe("B2", gone.account, gone.pattern, gone.queue);
      await standing.well();
    });
  }

  cut.test("one direction between two clusters is down", async (standing) => {
    const { faulty, crowd, net } = standing;
    for (const from of faulty.cluster("A")) {
      for (const to of faulty.cluster("B")) net.set(from, to, { isStalled: true });
    }
    for (const name of faulty.cluster("A")) await faulty.noticed(name, "B");
    for (const name of faulty.cluster("B")) await faulty.noticed(name, "A");
    const added = crowd.subscribe("A1", "TWO", "added.later");
    // C has all it needs meanwhile.
    await crowd.arrived(await work(standing, "C1", 20));
    await standing.well();
    await crowd.unsubscribe(added);
  });

  stormy.test("a slow net delays messages, and loses none", async (standing) => {
    const { faulty, crowd, net } = standing;
    for (const from of faulty.group.nodes) {
      for (const to of faulty.group.nodes) {
        net.set(from.name, to.name, { latencyMs: 20, jitterMs: 40, bytesPerSecond: 200_000 });
      }
    }
    const sent = [...(await work(standing, "A1", 30)), ...standing.publishAll()];
    await faulty.group.explained(() => crowd.arrived(sent));
    await standing.well();
  });

  stormy.test("garbage between two clusters ends connections, and no more", async (standing) => {
    const { faulty, crowd, net, random } = standing;
    for (let i = 0; i < 3; i++) {
      for (const from of faulty.cluster("A")) {
        for (const to of faulty.cluster("B")) {
          net.inject(from, to, Buffer.concat([Buffer.from("\r\n"), random.bytes(200)]));
          net.inject(to, from, Buffer.from("RMSG \r\nRS+ a b c d e\r\n"));
        }
      }
      await crowd.arrived(await work(standing, "C1", 5), standing.membersOn("C1"));
    }
    await standing.well();
  });

  stormy.test("a net that changes bytes does no lasting harm", async (standing) => {
    const { faulty, crowd, net } = standing;
    crowd.ledger.expectsDamage = true;
    crowd.ledger.expectsDisorder = true;
    for (const from of faulty.cluster("A")) {
      for (const to of faulty.others("A")) {
        net.set(from, to, { corruptOneIn: 6 });
        net.set(to, from, { corruptOneIn: 6 });
      }
    }
    for (let i = 0; i < 15; i++) {
      standing.publishAll();
      const member = crowd.subscribe("A1", "ONE", `short.${i}`);
      await crowd.flush();
      await crowd.unsubscribe(member);
      await Bun.sleep(20);
    }
    net.heal();
    await faulty.group.explained(() => faulty.well());
    crowd.ledger.expectsDamage = false;
    crowd.ledger.expectsDisorder = false;
    await standing.well();
  });

  stormy.test(
    "two clusters lose each other all the time, and a third has both",
    async (standing) => {
      const { faulty, crowd, net, random } = standing;
      const sent: Sent[] = [];
      for (let i = 0; i < 8; i++) {
        for (const a of faulty.cluster("A")) {
          for (const b of faulty.cluster("B")) {
            net.cut(a, b, random.chance(2) ? "close" : "reset");
            net.refuse(a, b, random.chance(2));
          }
        }
        sent.push(...(await work(standing, "C1", 20)));
      }
      await crowd.arrived(sent);
      await standing.well();
    },
  );

  killed.test("the server that holds a connection is killed", async (standing) => {
    const { faulty, crowd } = standing;
    const holder = await faulty.entryOf("A1", "B");
    const other = faulty.cluster("B").find((name) => name !== holder)!;
    await faulty.node(holder).kill();
    // The other server of the cluster takes over.
    await faulty.group.explained(() => faulty.well());
    crowd.forgetLost();
    expect(await faulty.entryOf("A1", "B")).toBe(other);
    await crowd.arrived([
      ...(await work(standing, "A1", 10)),
      ...(await work(standing, other, 10)),
    ]);
    await faulty.node(holder).start();
    await standing.well();
  });

  killed.test("a server that has an outbound of its own is killed", async (standing) => {
    const { faulty, crowd } = standing;
    await faulty.node("A2").kill();
    await faulty.group.explained(() => faulty.well());
    crowd.forgetLost();
    await crowd.arrived(await work(standing, "A1", 10), standing.membersOn("A1", "B1", "B2", "C1"));
    await faulty.node("A2").start();
    await standing.well();
  });

  killed.test("a group works at home, then nearby, then far away, and back", async (standing) => {
    const { faulty, net } = standing;
    for (const name of faulty.cluster("A")) {
      net.set(name, "C1", { latencyMs: 15 });
      net.set("C1", name, { latencyMs: 15 });
    }
    await faulty.group.explained(async () => {
      using team = new Team(faulty, "A2");
      for (const name of ["A1", "B1", "C1"]) await team.join(name);
      await team.worksOn("A1");
      await team.leave("A1");
      await team.worksOn("B1");
      await Promise.all(faulty.cluster("B").map((name) => faulty.node(name).kill()));
      await faulty.noticed("A2", "B");
      standing.crowd.forgetLost();
      await team.worksOn("C1");
      await Promise.all(faulty.cluster("B").map((name) => faulty.node(name).start()));
      await team.join("B2");
      await team.worksOn("B2");
      await team.join("A1");
      await team.worksOn("A1");
    });
    await standing.well();
  });

  stormy.test("a server stands still for a while, with all its clocks", async (standing) => {
    const { faulty, crowd } = standing;
    const frozen = await faulty.entryOf("C1", "A");
    const other = faulty.cluster("A").find((name) => name !== frozen)!;
    faulty.node(frozen).signal("SIGSTOP");
    // Its system would still accept connections, and who comes by chance would have to wait.
    for (const name of faulty.others("A")) standing.net.refuse(name, frozen, true);
    try {
      const others = [other, ...faulty.others("A")];
      await faulty.group.explained(async () => {
        for (const name of faulty.others("A")) await faulty.reaches(name, "A", frozen);
      });
      await crowd.arrived(await work(standing, "C1", 10, others), standing.membersOn(...others));
    } finally {
      // What it still has to read is older than what has come another way.
      crowd.ledger.expectsDisorder = true;
      faulty.node(frozen).signal("SIGCONT");
      standing.net.heal();
    }
    await faulty.group.explained(() => faulty.well());
    crowd.ledger.expectsDisorder = false;
    await standing.well();
  });

  stormy.test("a cluster changes its name, and takes its old one again", async (standing) => {
    const { faulty, crowd } = standing;
    const { clusterName, gateway } = faulty.node("C1").wish;
    const others = faulty.others("C");
    await faulty.node("C1").stop();
    await faulty.node("C1").start({ clusterName: "D", gateway: { ...gateway!, name: "D" } });
    try {
      for (const name of others) {
        await faulty.until(`${name} has D instead of C`, async () => {
          const { outbound_gateways } = await faulty.node(name).gatewayz();
          return outbound_gateways.D !== undefined && outbound_gateways.C === undefined;
        });
      }
      crowd.forgetLost();
      const sent = await work(standing, "A1", 10, others);
      await crowd.arrived(sent, standing.membersOn(...others));
    } finally {
      await faulty.node("C1").stop();
      await faulty.node("C1").start({ clusterName: clusterName!, gateway: gateway! });
    }
    await standing.well();
  });

  killed.test("all servers are killed and come back", async (standing) => {
    const { nodes } = standing.faulty.group;
    await Promise.all(nodes.map((node) => node.kill()));
    await standing.faulty.group.startAll();
    await standing.well();
  });
});

/** Messages of one node to the group, with a pause between them. */
async function work(
  { crowd, faulty }: Servers,
  node: string,
  count: number,
  flushed = faulty.group.nodes.filter((each) => each.isRunning).map(({ name }) => name),
): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (let i = 0; i < count; i++) {
    sent.push(crowd.publish(node, "ONE", i % 2 === 0 ? "work.one" : "news.all"));
    await Bun.sleep(PAUSE_MS);
  }
  await crowd.flush(flushed);
  return sent;
}

/** Where each server of a cluster has its connection to another one, and since when. */
async function entries({ faulty }: Servers, near: string, far: string): Promise<unknown[]> {
  return await Promise.all(
    faulty.group.cluster(near).map(async (node) => {
      const { connection } = (await node.gatewayz()).outbound_gateways[far]!;
      return [node.name, connection.name, connection.cid];
    }),
  );
}

function lose({ net }: Servers, some: readonly string[], others: readonly string[]): void {
  for (const a of some) {
    for (const b of others) {
      net.set(a, b, { isLost: true });
      net.set(b, a, { isLost: true });
    }
  }
}
