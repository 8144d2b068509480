/**
 * A cluster is replaced node by node under load, and back: no request is lost.
 *
 * Clients connect again by themselves. A request that fails is sent again, as a user would, and may
 * fail only while a node leaves or comes: it was under way on a connection that its server closed, or
 * met a server that does not know its cluster yet.
 */

import { expect, test } from "bun:test";
import { type ConnectionOptions, connect, type NatsConnection } from "@nats-io/transport-node";
import { Mesh } from "../support/mesh.ts";
import type { NodeKind } from "../support/mesh-config.ts";
import type { MeshNode } from "../support/mesh-node.ts";
import { until } from "../support/until.ts";
import { KINDS } from "./pairings.ts";

const TIMEOUT = 120_000;
const OLD: NodeKind = "2.15.1";
const NEW = KINDS.includes("ours") ? "ours" : "2.10.27";
const LOOPS = 4;
const PAUSE_MS = 5;
const ATTEMPT_MS = 1_000;
const TRIES = 12;
const CALM_MS = 300;

interface Failure {
  error: string;
  wasCalm: boolean;
}

class Load {
  /** Nothing is being replaced. */
  isCalm = true;
  answered = 0;
  retried = 0;
  readonly faults: string[] = [];
  readonly #clients: NatsConnection[] = [];
  readonly #loops: Promise<void>[] = [];
  #isOver = false;

  static async start(nodes: readonly MeshNode[]): Promise<Load> {
    const load = new Load();
    for (const node of nodes) {
      const others = nodes.filter((each) => each !== node);
      const options: ConnectionOptions = {
        servers: [node.url, ...others.map(({ url }) => url)],
        noRandomize: true,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 50,
        timeout: 2_000,
      };
      const service = await connect(options);
      service.subscribe("work", {
        queue: "workers",
        callback: (_, message) => void message.respond(`done ${message.string()}`),
      });
      await service.flush();
      load.#clients.push(service, await connect(options));
    }
    return load;
  }

  get clients(): readonly NatsConnection[] {
    return this.#clients;
  }

  run(): void {
    for (const [index, client] of this.#clients.entries()) {
      // Every second one answers.
      if (index % 2 === 0) continue;
      for (let loop = 0; loop < LOOPS; loop++) {
        this.#loops.push(this.#loop(client, `${index}.${loop}`));
      }
    }
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  async #loop(client: NatsConnection, name: string): Promise<void> {
    for (let i = 0; !this.#isOver; i++) {
      await this.#request(client, `${name}.${i}`);
      await Bun.sleep(PAUSE_MS);
    }
  }

  async #request(client: NatsConnection, id: string): Promise<void> {
    const failures: Failure[] = [];
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const beganCalm = this.isCalm;
      try {
        const answer = await client.request("work", id, { timeout: ATTEMPT_MS });
        if (answer.string() !== `done ${id}`) this.faults.push(`${id}: ${answer.string()}`);
        this.answered++;
        this.retried += failures.length;
        return;
      } catch (error) {
        const wasCalm = beganCalm && this.isCalm;
        failures.push({ error: (error as Error).message, wasCalm });
        if (wasCalm) this.faults.push(`${id} failed in calm: ${(error as Error).message}`);
        await Bun.sleep(50);
      }
    }
    this.faults.push(`${id} was not answered: ${failures.map(({ error }) => error).join("; ")}`);
  }
}

/** One node leaves as a lame duck, and another kind takes its place. */
async function replace(mesh: Mesh, node: MeshNode, kind: NodeKind, load: Load): Promise<void> {
  load.isCalm = false;
  node.signal("SIGUSR2");
  await node.ended(30_000);
  await node.start({ kind });
  await mesh.whole();
  await until("clients", () => load.clients.every((client) => !client.isClosed()), 5_000);
  // Whoever connected again has subscribed again, and what was under way has had its time.
  await Promise.all(load.clients.map((client) => client.flush()));
  await Bun.sleep(ATTEMPT_MS + 100);
  load.isCalm = true;
  const before = load.answered;
  await Bun.sleep(CALM_MS);
  expect(load.answered).toBeGreaterThan(before);
}

test.skipIf(!KINDS.includes(OLD))(
  `three nodes of ${OLD} become ${NEW}, one by one and back, and every request is answered`,
  async () => {
    const config = 'lame_duck_duration: "30s"\nlame_duck_grace_period: "200ms"';
    // Each names all, so that whoever starts finds the others.
    const routes = ["A", "B", "C"];
    await using mesh = await Mesh.start([1, 2, 3].map(() => ({ kind: OLD, config, routes })));
    await mesh.explained(async () => {
      const load = await Load.start(mesh.nodes);
      try {
        load.run();
        await Bun.sleep(CALM_MS);
        for (const kind of [NEW, OLD] as const) {
          for (const node of mesh.nodes) await replace(mesh, node, kind, load);
        }
      } finally {
        await load.stop();
      }
      expect(load.faults.slice(0, 10)).toEqual([]);
      expect(load.answered).toBeGreaterThan(1_000);
      // What was under way on connections that were closed, and little else.
      expect(load.retried).toBeLessThan(load.answered / 20);
    });
  },
  TIMEOUT,
);
