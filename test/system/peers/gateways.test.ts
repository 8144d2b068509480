/** What servers of other clusters know and tell of each other in the system account. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { NodeKind } from "../../support/mesh-config.ts";
import type { MeshNode } from "../../support/mesh-node.ts";
import { commandOf } from "../../support/mesh-process.ts";
import { Supercluster } from "../../support/supercluster.ts";
import { all, eventually } from "../../support/until.ts";
import { Heard, join, reaches } from "./mesh-stage.ts";

const TIMEOUT = 30_000;
const ACCOUNTS = `
accounts {
  EXPORTS { users [{ user: a, password: a }] }
  IMPORTS { users [{ user: b, password: b }] }
  SYS { users [{ user: s, password: s }] }
}
system_account: SYS
`;
/** Who listens, and who is told of. */
const PAIRS: readonly (readonly [NodeKind, NodeKind])[] = [
  ["ours", "ours"],
  ["ours", "2.10.27"],
  ["2.15.1", "ours"],
];

interface Told {
  readonly server: { readonly name: string; readonly cluster: string; readonly seq: number };
  readonly statsz?: { readonly active_servers: number };
  readonly client?: { readonly id: number; readonly name: string };
  readonly reason?: string;
}

async function activeServers(node: MeshNode): Promise<number> {
  await using system = await join(node, "s");
  const { server_id: id } = await node.varz();
  const answer = await system.request(`$SYS.REQ.SERVER.${id}.STATSZ`, "", { timeout: 4000 });
  return answer.json<Told>().statsz!.active_servers;
}

describe.skipIf(PAIRS.flat().some((kind) => commandOf(kind) === undefined))(
  "across gateways",
  () => {
    const superclusters: Supercluster[] = [];
    beforeAll(async () => {
      const started = PAIRS.map(async ([near, far]) => {
        superclusters.push(
          await Supercluster.start([
            { name: "NEAR", nodes: [near], remotes: ["FAR"], config: ACCOUNTS },
            { name: "FAR", nodes: [far], config: ACCOUNTS },
          ]),
        );
      });
      await all(started);
    }, TIMEOUT);
    afterAll(() => Promise.all(superclusters.map((each) => each[Symbol.asyncDispose]())));

    /** On all pairs at once. */
    function each(name: string, body: (near: MeshNode, far: MeshNode) => Promise<void>): void {
      test(
        name,
        async () => {
          const bodies = superclusters.map((one) => {
            return one.explained(() => body(one.node("NEAR1"), one.node("FAR1")));
          });
          await all(bodies);
        },
        TIMEOUT,
      );
    }

    each("who comes and goes there is told, and can be sent away from here", async (near, far) => {
      await using system = await join(near, "s");
      const came = new Heard(system, "$SYS.ACCOUNT.EXPORTS.CONNECT");
      const gone = new Heard(system, "$SYS.ACCOUNT.EXPORTS.DISCONNECT");
      const counts = new Heard(system, "$SYS.ACCOUNT.EXPORTS.SERVER.CONNS");
      await using witness = await join(far, "s");
      await reaches(witness, system);
      const client = await join(far, "a");
      const { server, client: who } = (await came.first("CONNECT")).json<Told>();
      expect([server.name, server.cluster, who!.name]).toEqual(["FAR1", "FAR", "FAR1 a"]);
      expect((await counts.first("counts")).json<Told>().server.cluster).toBe("FAR");
      const { server_id: id } = await far.varz();
      const body = JSON.stringify({ cid: who!.id });
      const kicked = await system.request(`$SYS.REQ.SERVER.${id}.KICK`, body, { timeout: 4000 });
      expect(kicked.json<Told>().server.name).toBe("FAR1");
      await client.closed();
      expect((await gone.first("DISCONNECT")).json<Told>().reason).toBe("Kicked");
    });

    each("servers count each other, and one that says that it goes no more", async (near, far) => {
      await using system = await join(near, "s");
      const gone = new Heard(system, "$SYS.SERVER.*.SHUTDOWN");
      await using witness = await join(far, "s");
      await reaches(witness, system);
      for (const node of [near, far]) {
        await eventually("both are counted", async () => (await activeServers(node)) === 2, 14_000);
      }
      await far.stop();
      expect((await gone.first("SHUTDOWN")).json<Told["server"]>().name).toBe("FAR1");
      await eventually("one is counted", async () => (await activeServers(near)) === 1);
    });
  },
);
