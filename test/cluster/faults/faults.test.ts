/**
 * What a cluster has to come through. After each fault the mesh is whole again without help, every node
 * knows the truth about all others, and everything that is sent arrives once.
 */

import { afterAll, beforeAll, describe, test } from "bun:test";
import { findPeer } from "../../support/peer.ts";
import type { FaultMesh } from "./fault-mesh.ts";
import type { Sent } from "./ledger.ts";
import { KINDS, type Standing, startStanding } from "./standing.ts";

const TEST_MS = 40_000;
const START_MS = 60_000;

describe.skipIf(findPeer("sid") === undefined || findPeer("trixie") === undefined)(
  `faults of a cluster of ${KINDS}`,
  () => {
    let standing: Standing<FaultMesh>;

    beforeAll(async () => {
      standing = await startStanding();
      console.log(`FUZZ_SEED=${standing.random.seed}`);
    }, START_MS);
    afterAll(() => standing?.[Symbol.asyncDispose]());

    /** Messages of one node to the group, with a pause between them. */
    async function work(node: string, count: number, flushed = ["A", "B", "C"]): Promise<Sent[]> {
      const sent: Sent[] = [];
      for (let i = 0; i < count; i++) {
        sent.push(standing.crowd.publish(node, "ONE", "work.one"));
        await Bun.sleep(5);
      }
      await standing.crowd.flush(flushed);
      return sent;
    }

    for (const name of ["A", "B", "C"]) {
      test(
        `${name} is killed and comes back`,
        async () => {
          const { faulty, crowd } = standing;
          const others = ["A", "B", "C"].filter((other) => other !== name);
          await faulty.node(name).kill();
          for (const other of others) await faulty.noticed(other, name);
          crowd.forgetLost();
          const sent = [...(await work(others[0]!, 10)), ...(await work(others[1]!, 10))];
          await crowd.arrived(sent, standing.membersOn(...others));
          await faulty.node(name).start();
          await standing.well();
        },
        TEST_MS,
      );
    }

    test(
      "all nodes are killed and come back",
      async () => {
        const { nodes } = standing.faulty;
        await Promise.all(nodes.map((node) => node.kill()));
        await Promise.all(nodes.map((node) => node.start()));
        await standing.well();
      },
      TEST_MS,
    );

    for (const [what, isLost] of [
      ["waits", false],
      ["is lost", true],
    ] as const) {
      test(
        `a node is cut off from both others, and what is sent to it ${what}`,
        async () => {
          const { net, faulty, crowd } = standing;
          if (isLost) {
            for (const [from, to] of ["AB", "BA", "AC", "CA"])
              net.set(from!, to!, { isLost: true });
          } else net.partition(["A"], ["B", "C"]);
          for (const [near, far] of ["AB", "AC", "BA", "CA"]) await faulty.noticed(near!, far!);
          // Interest changes on both sides; the group works where it has members.
          const added = ["A", "C"].map((name) => crowd.subscribe(name, "ONE", `added.${name}`));
          const gone = standing.membersOn("B").find(({ queue }) => queue !== "")!;
          await crowd.unsubscribe(gone);
          await crowd.flush();
          await crowd.arrived(await work("B", 20), standing.membersOn("B", "C"));
          await standing.well();
          for (const member of added) await crowd.unsubscribe(member);
          crowd.subscribe("B", gone.account, gone.pattern, gone.queue);
          await standing.well();
        },
        TEST_MS,
      );
    }

    test(
      "one direction between two nodes is down",
      async () => {
        const { net, faulty, crowd } = standing;
        net.set("A", "B", { isStalled: true });
        await faulty.noticed("A", "B");
        await faulty.noticed("B", "A");
        const added = crowd.subscribe("A", "TWO", "added.later");
        // C has all it needs meanwhile.
        await crowd.arrived(await work("C", 20));
        await standing.well();
        await crowd.unsubscribe(added);
        await standing.well();
      },
      TEST_MS,
    );

    test(
      "a slow net delays messages, and loses none",
      async () => {
        const { net, crowd } = standing;
        for (const [from, to] of ["AB", "BA", "BC", "CB", "CA", "AC"]) {
          net.set(from!, to!, { latencyMs: 40, jitterMs: 40, bytesPerSecond: 100_000 });
        }
        const sent = [...(await work("A", 50)), ...standing.publishAll(), ...(await work("C", 50))];
        await standing.faulty.mesh.explained(() => crowd.arrived(sent));
        await standing.well();
      },
      TEST_MS,
    );

    test(
      "a net that changes bytes does no lasting harm",
      async () => {
        const { net, crowd } = standing;
        crowd.ledger.expectsDamage = true;
        net.set("A", "B", { corruptOneIn: 6 });
        net.set("B", "A", { corruptOneIn: 6 });
        for (let i = 0; i < 30; i++) {
          standing.publishAll();
          const member = crowd.subscribe("A", "ONE", `short.${i}`);
          await crowd.flush();
          await crowd.unsubscribe(member);
          await Bun.sleep(20);
        }
        net.heal();
        await standing.faulty.whole();
        crowd.ledger.expectsDamage = false;
        await standing.well();
      },
      TEST_MS,
    );

    test(
      "garbage between two nodes ends their connection, and no more",
      async () => {
        const { net, random, crowd } = standing;
        for (let i = 0; i < 5; i++) {
          net.inject("A", "B", Buffer.concat([Buffer.from("\r\n"), random.bytes(200)]));
          net.inject("B", "A", Buffer.from("RMSG \r\nRS+ a b c\r\n"));
          await crowd.arrived(await work("C", 5), standing.membersOn("C"));
        }
        await standing.well();
      },
      TEST_MS,
    );

    test(
      "two nodes lose each other again and again, and a third does not care",
      async () => {
        const { net, random, crowd } = standing;
        const sent: Sent[] = [];
        for (let i = 0; i < 12; i++) {
          net.cut("A", "B", random.chance(2) ? "close" : "reset");
          net.refuse("A", "B", random.chance(2));
          sent.push(...(await work("C", 20)));
        }
        await crowd.arrived(sent);
        await standing.well();
      },
      TEST_MS,
    );

    test(
      "a node stands still for a while, with all its clocks",
      async () => {
        const { faulty, crowd } = standing;
        if (faulty.node("B").pid === 0) return;
        faulty.node("B").signal("SIGSTOP");
        await faulty.noticed("A", "B");
        await faulty.noticed("C", "B");
        await crowd.arrived(await work("A", 20, ["A", "C"]), standing.membersOn("A", "C"));
        faulty.node("B").signal("SIGCONT");
        await standing.well();
      },
      TEST_MS,
    );
  },
);
