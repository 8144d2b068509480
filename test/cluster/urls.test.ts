/** What clients are told of other servers, and routes that come and go by reload. */

import { describe, expect, test } from "bun:test";
import { freePort } from "../support/free-port.ts";
import { Mesh } from "../support/mesh.ts";
import type { MeshNode } from "../support/mesh-node.ts";
import { until } from "../support/until.ts";
import type { Wire } from "../support/wire.ts";
import { exchange } from "./exchange.ts";
import { DIALLING_PAIRS, PAIRS, TRIOS, UNORDERED_PAIRS } from "./pairings.ts";
import { accountsOf, Inbox, join, reached, settled, unique } from "./scene.ts";

const TIMEOUT = 60_000;
const LAME_DUCK = 'lame_duck_duration: "30s"\nlame_duck_grace_period: "1s"';
const config = `${accountsOf(["A"])}\n${LAME_DUCK}`;

interface Info {
  connect_urls?: string[];
  ldm?: boolean;
}

/** Every INFO a client got, the last one last. */
function infos(wire: Wire): Info[] {
  return [...wire.text.matchAll(/INFO (\{.*\}) ?\r\n/g)].map(
    (match) => JSON.parse(match[1]!) as Info,
  );
}

function urlsOf(wire: Wire): string[] {
  return infos(wire).at(-1)?.connect_urls ?? [];
}

async function told(wire: Wire, nodes: readonly MeshNode[]): Promise<void> {
  const wanted = nodes.map(({ address }) => address).sort();
  const has = (): boolean => `${[...urlsOf(wire)].sort()}` === `${wanted}`;
  try {
    await until("URLs", has, 8_000);
  } catch {
    throw new Error(`told of ${urlsOf(wire)} instead of ${wanted}`);
  }
  // The server's own come first.
  if (!infos(wire).at(-1)!.ldm) expect(urlsOf(wire)[0]).toBe(nodes[0]!.address);
}

function open(node: MeshNode): Promise<Wire> {
  return node.wire({ user: "A", pass: "a" });
}

describe.each(TRIOS)("$name", ({ kinds }) => {
  test(
    "clients learn of servers that come, die, come again and leave",
    async () => {
      await using mesh = await Mesh.prepare(kinds.map((kind) => ({ kind, config })));
      await mesh.explained(async () => {
        const [a, b, c] = mesh.nodes as [MeshNode, MeshNode, MeshNode];
        await a.start();
        const wire = await open(a);
        // Nothing is said before there is another one.
        expect(urlsOf(wire)).toEqual([]);
        await b.start();
        await told(wire, [a, b]);
        await c.start();
        await told(wire, [a, b, c]);
        await mesh.whole();
        await c.kill();
        await told(wire, [a, b]);
        await c.start();
        await told(wire, [a, b, c]);
        await mesh.whole();
        const at = infos(wire).length;
        await b.stop();
        await told(wire, [a, c]);
        // One change, one line; servers that differ in nothing are not told of again.
        expect(infos(wire).length - at).toBe(1);
        wire.close();
      });
    },
    TIMEOUT,
  );

  test(
    "a lame duck is taken from everyone's list at once, and serves until it goes",
    async () => {
      await using mesh = await Mesh.start(kinds.map((kind) => ({ kind, config })));
      await mesh.explained(async () => {
        const [a, b, c] = mesh.nodes as [MeshNode, MeshNode, MeshNode];
        const wires = [await open(a), await open(b), await open(c)];
        await using client = await join(a);
        await using service = await join(c);
        const subject = unique("duck.");
        service.subscribe(subject, { callback: (_, message) => void message.respond("quack") });
        await settled(service, client);
        c.signal("SIGUSR2");
        await told(wires[0]!, [a, b]);
        await told(wires[1]!, [b, a]);
        await told(wires[2]!, [a, b]);
        expect(infos(wires[2]!).at(-1)!.ldm).toBe(true);
        expect((await client.request(subject, "", { timeout: 5_000 })).string()).toBe("quack");
        await c.ended(20_000);
        for (const wire of wires) wire.close();
        await c.start();
        await mesh.whole();
      });
    },
    TIMEOUT,
  );
});

describe.each(TRIOS)("$name", ({ kinds }) => {
  test(
    "peers find each other by the addresses that they advertise",
    async () => {
      const ports = kinds.map(() => freePort());
      await using mesh = await Mesh.start(
        kinds.map((kind, i) => ({
          kind,
          config,
          debug: true,
          clusterPort: ports[i]!,
          cluster: `cluster_advertise: "localhost:${ports[i]}"`,
        })),
      );
      await mesh.explained(async () => {
        await exchange(mesh, ["A"]);
        const [, b, c] = mesh.nodes as [MeshNode, MeshNode, MeshNode];
        const dialled = [b, c].flatMap(({ log }) => log).join("\n");
        expect(dialled).toMatch(
          new RegExp(`DBG Trying to connect to route on localhost:(?:${ports[1]}|${ports[2]}) `),
        );
      });
    },
    TIMEOUT,
  );
});

describe.each(PAIRS)("$name", ({ kinds }) => {
  test(
    "who does not advertise is not told of, nor tells of others",
    async () => {
      await using mesh = await Mesh.start([
        { kind: kinds[0]!, config },
        { kind: kinds[1]!, config, cluster: "no_advertise: true" },
      ]);
      await mesh.explained(async () => {
        for (const node of mesh.nodes) {
          const wire = await open(node);
          expect(urlsOf(wire)).toEqual([]);
          wire.close();
        }
      });
    },
    TIMEOUT,
  );

  test(
    "an address that is advertised is what clients are told",
    async () => {
      const advertised = "203.0.113.7:4222";
      await using mesh = await Mesh.start([
        { kind: kinds[0]!, config },
        { kind: kinds[1]!, config: `${config}\nclient_advertise: "${advertised}"` },
      ]);
      await mesh.explained(async () => {
        const wire = await open(mesh.nodes[0]!);
        expect(urlsOf(wire)).toEqual([mesh.nodes[0]!.address, advertised]);
        wire.close();
      });
    },
    TIMEOUT,
  );
});

describe.each(DIALLING_PAIRS)("$name", ({ kinds }) => {
  test(
    "routes are added and removed by reload",
    async () => {
      await using mesh = await Mesh.prepare([
        { kind: kinds[0]!, config },
        { kind: kinds[1]!, config, routes: [] },
      ]);
      await mesh.explained(async () => {
        const [first, second] = mesh.nodes as [MeshNode, MeshNode];
        await first.start();
        await second.start();
        await using near = await join(first);
        await using far = await join(second);
        const inbox = Inbox.on(far, "kept");
        await far.flush();
        await second.reload({ routes: ["A"] });
        await second.logged(/^INF Reloaded: cluster routes$/);
        await mesh.whole();
        await reached(near, far);
        near.publish("kept");
        await settled(near, far);
        expect(inbox.messages.length).toBe(1);
        const from = second.log.length;
        await second.reload({ routes: [] });
        const url = `nats-route://127.0.0.1:${first.ports.cluster}`;
        await second.logged(new RegExp(`^INF Removed route ${url}$`), { from });
        await second.logged(/- Router connection closed: Route Removed/, { from });
        const { length } = await first.routez();
        if (length > 0) await until("end of routes", () => second.log.length > from);
        let left = length;
        const deadline = performance.now() + 5_000;
        while (left > 0 && performance.now() < deadline) left = (await first.routez()).length;
        expect(left).toBe(0);
        const error = await near.request("kept", "", { timeout: 5_000 }).catch((e: Error) => e);
        expect((error as Error).message).toMatch(/no responders/i);
        // It is not dialled any more.
        await Bun.sleep(1_300);
        expect(await second.routez()).toEqual([]);
        await second.reload({ routes: ["A"] });
        await mesh.whole();
        await exchange(mesh, ["A"]);
      });
    },
    TIMEOUT,
  );
});

describe.each(UNORDERED_PAIRS)("$name", ({ kinds }) => {
  test(
    "a pinned account is added and removed by reload, and loses nothing",
    async () => {
      const two = accountsOf(["A", "B"]);
      await using mesh = await Mesh.start(kinds.map((kind) => ({ kind, config: two })));
      await mesh.explained(async () => {
        const [first, second] = mesh.nodes as [MeshNode, MeshNode];
        await using near = await join(first);
        await using far = await join(second);
        const inbox = Inbox.on(far, "steady");
        await reached(near, far);
        for (const pinnedAccounts of [["A"], []]) {
          // Both agree in the end; in between one of them is alone with it.
          await Promise.all(mesh.nodes.map((node) => node.reload({ pinnedAccounts })));
          await mesh.whole(20_000);
          const accounts = (await first.routez()).map(({ account }) => account ?? "");
          expect(accounts.includes("A")).toBe(pinnedAccounts.length > 0);
          await reached(near, far);
          inbox.messages.length = 0;
          for (let i = 0; i < 500; i++) near.publish("steady", String(i));
          await reached(near, far);
          expect(inbox.texts).toEqual(Array.from({ length: 500 }, (_, i) => String(i)));
          await exchange(mesh, ["A", "B"]);
        }
      });
    },
    TIMEOUT,
  );
});
