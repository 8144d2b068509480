/** What servers of one mesh know and tell of each other in the system account, ours beside nats-servers. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Mesh } from "../../support/mesh.ts";
import type { MeshNode, NodeClient } from "../../support/mesh-node.ts";
import { commandOf } from "../../support/mesh-process.ts";
import { eventually, until } from "../../support/until.ts";
import { announcedBy } from "./announced.ts";
import { Heard, join, reaches, startMesh } from "./mesh-stage.ts";
import { handedOn, imported, measured, pairsOf, streamed } from "./service-cases.ts";
import { trace } from "./trace-script.ts";

const KINDS = ["ours", "2.15.1", "ours", "2.10.27", "2.15.1"] as const;
const TIMEOUT = 30_000;

interface Told {
  readonly name?: string;
  readonly server?: { readonly name: string; readonly seq: number };
  readonly statsz?: { readonly active_servers: number };
  readonly acc?: string;
  readonly conns?: number;
  readonly client?: { readonly name: string };
  readonly reason?: string;
}

async function ask(client: NodeClient, subject: string, wanted: number): Promise<Told[]> {
  const inbox = `answers.${crypto.randomUUID()}`;
  const heard = new Heard(client, inbox);
  client.publish(subject, "", { reply: inbox });
  await until(`${wanted} answers to ${subject}`, () => heard.messages.length >= wanted);
  // Nobody answers twice.
  await client.request("$SYS.REQ.USER.INFO");
  return heard.messages.map((message) => message.json<Told>());
}

function nameOf({ name, server }: Told): string {
  return server?.name ?? name ?? "";
}

describe.skipIf(KINDS.some((kind) => commandOf(kind) === undefined))("In a mixed mesh", () => {
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await startMesh(KINDS);
  }, TIMEOUT);
  afterAll(() => mesh?.[Symbol.asyncDispose]());

  const explained = (name: string, body: () => Promise<void>): void => {
    test(name, () => mesh.explained(body), TIMEOUT);
  };

  const pairs = (): [MeshNode, MeshNode][] => pairsOf(mesh);

  explained("each server answers a ping once, and knows how many servers there are", async () => {
    for (const node of mesh.nodes) {
      await using system = await join(node, "s");
      const names = mesh.nodes.map(({ name }) => name);
      for (const subject of ["PING", "PING.IDZ", "PING.VARZ", "PING.HEALTHZ", "PING.CONNZ"]) {
        const answers = await ask(system, `$SYS.REQ.SERVER.${subject}`, names.length);
        expect([subject, ...answers.map(nameOf).sort()]).toEqual([subject, ...names]);
      }
      await eventually("active servers", async () => {
        const answers = await ask(system, "$SYS.REQ.SERVER.PING.STATSZ", names.length);
        return answers.every(({ statsz }) => statsz?.active_servers === names.length);
      });
    }
  });

  explained("a server answers for itself wherever it is asked", async () => {
    for (const [near, far] of pairs()) {
      await using system = await join(near, "s");
      const { server_id: id } = await far.varz();
      const answer = await system.request(`$SYS.REQ.SERVER.${id}.VARZ`);
      expect(nameOf(answer.json())).toBe(far.name);
    }
  });

  explained(
    "who comes and goes is told on all servers, and can be sent away from each",
    async () => {
      for (const [near, far] of pairs()) {
        await using system = await join(near, "s");
        const came = new Heard(system, "$SYS.ACCOUNT.EXPORTS.CONNECT");
        const gone = new Heard(system, "$SYS.ACCOUNT.EXPORTS.DISCONNECT");
        await using witness = await join(far, "s");
        await reaches(witness, system);
        const client = await join(far, "a");
        const told = (await came.first("CONNECT")).json<Told & { client: { id: number } }>();
        expect([nameOf(told), told.client.name]).toEqual([far.name, `${far.name} a`]);
        const { server_id: id } = await far.varz();
        const body = JSON.stringify({ cid: told.client.id });
        const kicked = await system.request(`$SYS.REQ.SERVER.${id}.KICK`, body);
        expect(nameOf(kicked.json())).toBe(far.name);
        await client.closed();
        expect((await gone.first("DISCONNECT")).json<Told>().reason).toBe("Kicked");
      }
    },
  );

  explained("subscribers are counted on all servers", async () => {
    for (const [near, far] of pairs()) {
      await using here = await join(near, "a");
      await using there = await join(far, "a");
      for (const client of [here, there]) {
        for (const queue of ["", "q", "q"]) new Heard(client, "count.me", queue);
        await client.flush();
      }
      const count = async (body: string): Promise<string> =>
        (await here.request("subscribers", body)).string();
      await eventually(`counts of ${far.name}`, async () => (await count("count.me")) === "6");
      expect(await count("count.me q")).toBe("4");
      expect(await count("count.*")).toBe("6");
      expect(await count("nobody")).toBe("0");
    }
  });

  explained(
    "a request to another account is answered once and measured on both sides",
    async () => {
      const third = mesh.node("E");
      for (const [near, far] of pairs()) await measured(near, far, third);
    },
  );

  explained("answers that come one after the other stay in order", async () => {
    for (const [near, far] of pairs()) await streamed(near, far);
  });

  explained("answers go to reply subjects of other servers' clients", async () => {
    const [a, b, c, , e] = mesh.nodes as MeshNode[];
    for (const [near, far, third] of [
      [a!, b!, c!],
      [a!, c!, b!],
      [b!, a!, e!],
      [b!, e!, a!],
      [a!, c!, c!],
    ] as const) {
      await handedOn(near, far, third);
    }
  });

  explained("streams of other accounts come once to each who wants them", async () => {
    for (const [near, far] of pairs()) await imported(near, far);
  });

  explained("what is told of traced messages is what nats-server tells", async () => {
    const [a, b, c, d, e] = mesh.nodes as MeshNode[];
    const theirs = await trace(b!, e!);
    expect(theirs.length).toBeGreaterThan(20);
    for (const [near, far] of [
      [a!, b!],
      [b!, a!],
      [a!, c!],
    ] as const) {
      expect(await trace(near, far)).toEqual(theirs);
    }
    const older = await trace(b!, d!);
    expect(older.join()).toContain("remote does not support message tracing");
    expect(await trace(a!, d!)).toEqual(older);
  });

  explained("each tells the others that it listens on the same subjects", async () => {
    const [a, b] = mesh.nodes;
    const theirs = await announcedBy(b!);
    expect(theirs.length).toBe(53);
    expect(await announcedBy(a!)).toEqual(theirs);
  });

  explained("a server that goes is not counted any more", async () => {
    await using system = await join(mesh.nodes[0]!, "s");
    const others = mesh.nodes.filter(({ name }) => name !== "D" && name !== "C");
    for (const name of ["D", "C"]) await mesh.node(name).stop();
    await eventually("active servers", async () => {
      const answers = await ask(system, "$SYS.REQ.SERVER.PING.STATSZ", others.length);
      return answers.every(({ statsz }) => statsz?.active_servers === others.length);
    });
    for (const node of mesh.nodes) {
      expect(node.log.filter((line) => line.includes("out of order"))).toEqual([]);
    }
  });
});
