/** The system account across clusters. */

import { expect } from "bun:test";
import { type Answer, askAll, names } from "../../cluster/cases/system.ts";
import { join, reached } from "../../cluster/scene.ts";
import type { StageCase } from "../stage.ts";

const KINDS = ["", ".STATSZ", ".VARZ", ".CONNZ", ".ROUTEZ", ".GATEWAYZ", ".SUBSZ", ".HEALTHZ"];

export const SYSTEM_CASES: readonly StageCase[] = [
  {
    name: "all servers of all clusters answer questions to all",
    async run({ mesh, near, far, third }) {
      await using client = await join(near, "SYS");
      for (const node of [far, third]) {
        await using other = await join(node, "SYS");
        await Promise.all([reached(client, other), reached(other, client)]);
      }
      const wanted = mesh.nodes.map(({ name }) => name).sort();
      for (const kind of KINDS) {
        const answers = await askAll(client, `$SYS.REQ.SERVER.PING${kind}`, wanted.length);
        expect([kind, names(answers)]).toEqual([kind, wanted]);
        for (const { server } of answers) {
          const cluster = mesh.clusters.find(({ nodes }) =>
            nodes.some((node) => node.name === server.name),
          );
          expect(server.cluster).toBe(cluster!.name);
        }
      }
    },
  },
  {
    name: "statistics know the gateways and the servers behind them",
    async run({ mesh, near, far }) {
      await using client = await join(near, "SYS");
      const { server_id } = await far.varz();
      const ask = async (): Promise<Answer> => {
        const subject = `$SYS.REQ.SERVER.${server_id}.STATSZ`;
        return (await client.request(subject, "", { timeout: 8_000 })).json<Answer>();
      };
      const clusters = mesh.clusters.filter(({ nodes }) => !nodes.includes(far));
      const { gateways } = (await ask()).statsz!;
      expect(gateways!.map(({ name }) => name).sort()).toEqual(clusters.map(({ name }) => name));
      let active: number | undefined;
      const deadline = performance.now() + 14_000;
      while (active !== mesh.nodes.length && performance.now() < deadline) {
        active = (await ask()).statsz!.active_servers;
        await Bun.sleep(20);
      }
      expect(active).toBe(mesh.nodes.length);
    },
  },
];
