/** How clusters find each other, what they are told of each other, and who is not let in. */

import { describe, expect, test } from "bun:test";
import { exchange } from "../cluster/exchange.ts";
import { SUBJECT } from "../cluster/pairings.ts";
import { accountsOf } from "../cluster/scene.ts";
import { freePort } from "../support/free-port.ts";
import type { NodeKind } from "../support/mesh-config.ts";
import type { MeshNode } from "../support/mesh-node.ts";
import { type ClusterWish, Supercluster } from "../support/supercluster.ts";
import { connected, greetingOf, inboundsOf, startApart, tellsOf } from "./apart.ts";
import { ENCOUNTERS } from "./topologies.ts";

const TIMEOUT = 40_000;
const ADDRESS = String.raw`127\.0\.0\.1:\d+ - gid:\d+`;
const MESSAGES = 4;
/** Between two rounds of dialling. */
const ROUND_MS = 1_000;

const config = accountsOf(["A"]);

function first(mesh: Supercluster, cluster: string): MeshNode {
  return mesh.cluster(cluster)[0]!;
}

/** Two servers that have gateways only, of which the second knows the first. */
function alone(one: NodeKind, two: NodeKind): ClusterWish[] {
  return [
    { name: "A", nodes: [{ kind: one, hasNoCluster: true }], config },
    { name: "B", nodes: [{ kind: two, hasNoCluster: true }], config, remotes: ["A"] },
  ];
}

function dialled(how: string, name: string, attempt: number): RegExp {
  const where = String.raw`\(127\.0\.0\.1:\d+\) at 127\.0\.0\.1:\d+ \(attempt ${attempt}\)`;
  return new RegExp(`^ERR Error connecting to ${how} gateway "${name}" ${where}: `);
}

describe.each(ENCOUNTERS)("$name", ({ kinds: [one, two, three] }) => {
  test.concurrent(
    "a server that comes later finds all clusters by its routes, and all learn its address",
    async () => {
      await using mesh = await Supercluster.prepare([
        { name: "A", nodes: [one!], config, remotes: ["B"] },
        {
          name: "B",
          // The second knows of no other cluster.
          nodes: [two!, { kind: three!, gateway: { name: "B" } }],
          config,
          remotes: ["C"],
        },
        { name: "C", nodes: [three!], config },
      ]);
      await mesh.explained(async () => {
        const [b1, b2] = mesh.cluster("B") as [MeshNode, MeshNode];
        const [a1, c1] = [first(mesh, "A"), first(mesh, "C")];
        await Promise.all([a1, b1, c1].map((node) => node.start()));
        await mesh.whole();
        await tellsOf(b1, [b1]);
        await b2.start();
        await mesh.whole();
        await Promise.all([tellsOf(b1, [b1, b2]), tellsOf(b2, [b1, b2])]);
        // Others have learnt where else the cluster is.
        await b1.kill();
        await mesh.whole();
        await tellsOf(b2, [b2]);
        await exchange({ nodes: [a1, b2, c1] }, ["A"], MESSAGES);
      });
    },
    TIMEOUT,
  );

  test.concurrent(
    "who rejects unknown clusters lets none in, nor looks for them",
    async () => {
      await using mesh = await startApart([
        { name: "A", nodes: [one!], config, remotes: ["B"], lines: "reject_unknown: true" },
        { name: "B", nodes: [two!, three!], config },
        { name: "C", nodes: [two!], config, remotes: ["A", "B"] },
      ]);
      await mesh.explained(async () => {
        const [a1, c1] = [first(mesh, "A"), first(mesh, "C")];
        await Promise.all([
          connected(a1, ["B"]),
          ...mesh.cluster("B").map((node) => connected(node, ["A", "C"])),
          a1.logged(new RegExp(`^ERR ${ADDRESS} - Rejecting connection from gateway "C"$`)),
          c1.logged(
            new RegExp(`^ERR ${ADDRESS} - Gateway Error 'Connection to gateway "A" rejected'$`),
          ),
        ]);
        expect(await inboundsOf(a1)).toEqual(["B"]);
        await connected(a1, ["B"]);
        for (const pair of [
          [a1, ...mesh.cluster("B")],
          [c1, ...mesh.cluster("B")],
        ]) {
          await exchange({ nodes: pair }, ["A"], MESSAGES);
        }
        expect(a1.log.join("\n")).not.toMatch(/gateway connection to "C"/);
      });
    },
    TIMEOUT,
  );

  test.concurrent(
    "a cluster that was found is looked for as often as told, and ours looks for it longer",
    async () => {
      await using mesh = await Supercluster.start(
        alone(one!, two!).map((wish) => ({ ...wish, lines: "connect_retries: 1" })),
      );
      await mesh.explained(async () => {
        const [a1, b1] = [first(mesh, "A"), first(mesh, "B")];
        // What is refused at once would not count.
        await Bun.sleep(ROUND_MS + 100);
        const from = a1.log.length;
        await b1.kill();
        for (const attempt of [1, 2]) await a1.logged(dialled("implicit", "B", attempt), { from });
        // That of nats-server forgets it then, and has to be found again.
        const remotes = one === SUBJECT && SUBJECT === "ours" ? [] : ["A"];
        await b1.start({ gateway: { name: "B", remotes } });
        await mesh.whole();
        await exchange(mesh, ["A"], MESSAGES);
      });
    },
    TIMEOUT,
  );

  test.concurrent(
    "a cluster that is configured is looked for again and again",
    async () => {
      await using mesh = await Supercluster.start(alone(two!, one!));
      await mesh.explained(async () => {
        const [a1, b1] = [first(mesh, "A"), first(mesh, "B")];
        const from = b1.log.length;
        await a1.kill();
        await b1.logged(dialled("explicit", "A", 2), { from });
        await a1.start();
        await mesh.whole();
        await exchange(mesh, ["A"], MESSAGES);
      });
    },
    TIMEOUT,
  );

  test.concurrent(
    "an address that is advertised is the one that others learn; the own name is not dialled",
    async () => {
      const port = freePort();
      const gateway = {
        name: "A",
        port,
        lines: `advertise: "localhost:${port}"`,
        remotes: ["A", "B"],
      };
      await using mesh = await Supercluster.start([
        { name: "A", nodes: [{ kind: one!, gateway }], config },
        { name: "B", nodes: [two!], config },
        { name: "C", nodes: [three!], config, remotes: ["B"] },
      ]);
      await mesh.explained(async () => {
        const [a1, b1, c1] = mesh.nodes as [MeshNode, MeshNode, MeshNode];
        const url = `localhost:${port}`;
        await a1.logged(new RegExp(`^INF Advertise address for gateway "A" is set to ${url}$`));
        expect(await greetingOf(a1)).toMatchObject({
          gateway: "A",
          gateway_url: url,
          gateway_urls: [url],
        });
        for (const node of [b1, c1]) {
          await node.logged(
            new RegExp(`^INF Connecting to implicit gateway "A" \\(${url}\\) at \\S+:${port} `),
          );
        }
        await exchange(mesh, ["A"], MESSAGES);
        expect(a1.log.join("\n")).not.toMatch(/onnect.* gateway (?:connection to )?"A"/);
      });
    },
    TIMEOUT,
  );

  test.concurrent(
    "who is reached by a wrong name or port, or has a name that is taken, is refused",
    async () => {
      const [port, clusterPort] = [freePort(), freePort()];
      await using mesh = await startApart([
        {
          name: "A",
          nodes: [one!],
          config,
          remotes: [
            { name: "B", urls: ["C1"] },
            { name: "D", urls: [`nats://127.0.0.1:${clusterPort}`] },
            { name: "E", urls: [`nats://127.0.0.1:${port}`] },
          ],
        },
        // Its listener for routes is where a gateway is looked for.
        { name: "C", nodes: [{ kind: two!, clusterPort }], config },
        {
          name: "E",
          nodes: [
            {
              kind: two!,
              name: null,
              config: 'server_name: "A1"',
              gateway: { name: "E", port },
            },
          ],
          config,
        },
      ]);
      await mesh.explained(async () => {
        const [a1, c1, e1] = mesh.nodes as [MeshNode, MeshNode, MeshNode];
        const gateway = (text: string): RegExp => new RegExp(`^ERR ${ADDRESS} - ${text}$`);
        await Promise.all([
          a1.logged(gateway('Failing connection to gateway "B", remote gateway name is "C"')),
          // It is told why before it knows who.
          c1.logged(gateway("authentication error")),
          a1.logged(gateway('Attempt to connect to gateway "D" using wrong port')),
          a1.logged(gateway('Remote server has a duplicate name: "A1"')),
          connected(a1, []),
        ]);
        for (const node of [c1, e1]) expect(await inboundsOf(node)).toEqual([]);
      });
    },
    TIMEOUT,
  );
});
