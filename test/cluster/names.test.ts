/** Names of clusters and servers: made up, given, in conflict; and a server that finds itself. */

import { describe, expect, test } from "bun:test";
import { Mesh } from "../support/mesh.ts";
import type { NodeWish } from "../support/mesh-config.ts";
import { until } from "../support/until.ts";
import { exchange } from "./exchange.ts";
import { PAIRS, TRIOS, UNORDERED_PAIRS } from "./pairings.ts";
import { accountsOf, join } from "./scene.ts";

const TIMEOUT = 60_000;
const config = accountsOf(["A"]);

async function started(wishes: readonly NodeWish[]): Promise<Mesh> {
  const mesh = await Mesh.prepare(wishes.map((wish) => ({ config, ...wish })));
  try {
    for (const node of mesh.nodes) await node.start();
  } catch (error) {
    await mesh[Symbol.asyncDispose]();
    throw error;
  }
  return mesh;
}

/** What servers tell their clients. */
function clusterNames(mesh: Mesh): Promise<string[]> {
  // Their /varz goes on to show a name that it has shown before.
  return Promise.all(
    mesh.nodes.map(async (node) => {
      await using client = await join(node);
      return (client.info as { cluster?: string }).cluster ?? "";
    }),
  );
}

describe.each(UNORDERED_PAIRS)("$name", ({ kinds }) => {
  test(
    "of two names that were made up the greater one is taken",
    async () => {
      await using mesh = await started(kinds.map((kind) => ({ kind, clusterName: null })));
      await mesh.explained(async () => {
        const own: string[] = [];
        for (const node of mesh.nodes) {
          const [, name] = await node.logged(/^INF Cluster name is ([0-9A-Za-z]{22})$/);
          own.push(name!);
          await node.logged(/^WRN Cluster name was dynamically generated, consider setting one$/);
        }
        await mesh.whole();
        const [greatest] = own.sort().reverse();
        expect(await clusterNames(mesh)).toEqual([greatest!, greatest!]);
        const loser = mesh.nodes.find(
          ({ log }) => !log.includes(`INF Cluster name is ${greatest}`),
        );
        await loser!.logged(new RegExp(`^INF Cluster name updated to ${greatest}$`));
        await exchange(mesh, ["A"]);
      });
    },
    TIMEOUT,
  );

  test.each([
    ["the one that dials", null, "given"],
    ["the one that is dialled", "given", null],
  ])(
    "a name that is given wins: %s",
    async (_, first, second) => {
      const names = [first, second];
      await using mesh = await started(
        kinds.map((kind, i) => ({ kind, clusterName: names[i] ?? null })),
      );
      await mesh.explained(async () => {
        await mesh.whole();
        expect(await clusterNames(mesh)).toEqual(["given", "given"]);
        const renamed = mesh.nodes[first === null ? 0 : 1]!;
        await renamed.logged(/^INF Cluster name updated to given$/);
        await exchange(mesh, ["A"]);
      });
    },
    TIMEOUT,
  );
});

describe.each(PAIRS)("$name", ({ kinds }) => {
  test(
    "two names that are given do not meet, until one is changed",
    async () => {
      await using mesh = await started([
        { kind: kinds[0]!, clusterName: "one" },
        { kind: kinds[1]!, clusterName: "two" },
      ]);
      await mesh.explained(async () => {
        const [dialled, dialler] = mesh.nodes;
        const text = 'Rejecting connection, cluster name "two" does not match "one"';
        const line = (what: string) =>
          new RegExp(`^ERR 127\\.0\\.0\\.1:\\d+ - rid:\\d+ - ${what}$`);
        await dialled!.logged(line(text));
        await dialled!.logged(line("cluster name from remote server conflicts"));
        await dialler!.logged(/ - Router connection closed: (?:Cluster Name Conflict|Parse Error)/);
        expect(await dialled!.routez()).toEqual([]);
        await dialler!.stop();
        await dialler!.start({ clusterName: "one" });
        await mesh.whole();
      });
    },
    TIMEOUT,
  );

  test(
    "a server of a name that is taken is refused and may come with another",
    async () => {
      const wish = { name: null, config: `server_name: same\n${config}` };
      await using mesh = await started(kinds.map((kind) => ({ kind, ...wish })));
      await mesh.explained(async () => {
        const [dialled, dialler] = mesh.nodes;
        await dialled!.logged(
          /^ERR 127\.0\.0\.1:\d+ - rid:\d+ - Remote server has a duplicate name: "same"$/,
        );
        await dialled!.logged(/ - Router connection closed: Duplicate Server Name/);
        await dialler!.stop();
        await dialler!.start({ config: `server_name: other\n${config}` });
        await mesh.whole();
      });
    },
    TIMEOUT,
  );
});

describe.each(TRIOS)("$name", ({ kinds }) => {
  test(
    "all have the same list of routes, with themselves in it, and start at once",
    async () => {
      const routes = ["A", "B", "C"];
      await using mesh = await Mesh.prepare(
        kinds.map((kind) => ({ kind, routes, config, debug: true })),
      );
      await mesh.explained(async () => {
        await Promise.all(mesh.nodes.map((node) => node.start()));
        await mesh.whole(20_000);
        for (const node of mesh.nodes) {
          const own = `nats-route://127.0.0.1:${node.ports.cluster}`;
          const text = `DBG Detected route to self, ignoring "${own}"`;
          await until(text, () => node.log.includes(text), 5_000);
        }
        await exchange(mesh, ["A"]);
      });
    },
    TIMEOUT,
  );
});
