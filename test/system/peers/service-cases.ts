/** Services and streams of other accounts whose members are on different servers. */

import { expect } from "bun:test";
import type { Mesh } from "../../support/mesh.ts";
import type { MeshNode } from "../../support/mesh-node.ts";
import { until } from "../../support/until.ts";
import { Heard, join, reaches } from "./mesh-stage.ts";

interface Latency {
  readonly status: number;
  readonly description?: string;
  readonly requestor: { readonly name: string; readonly server: string };
  readonly responder?: { readonly name: string; readonly server: string; readonly rtt: number };
  readonly service: number;
  readonly system: number;
  readonly total: number;
}

const SERVICE_MS = 5;
const NANOS = 1e6;
const EMPTY = "";

/** A request is answered once, and measured once, wherever its three parties are. */
export async function measured(near: MeshNode, far: MeshNode, third: MeshNode): Promise<void> {
  await using requester = await join(near, "b");
  await using responder = await join(far, "a");
  await using owner = await join(third, "a");
  responder.subscribe("svc.slow", {
    callback: (_error, message) => void setTimeout(() => message.respond("done"), SERVICE_MS),
  });
  const latencies = new Heard(owner, "latency");
  const answers = new Heard(requester, "answers");
  await owner.flush();
  // Requests that nobody answers to would be measured as well.
  await reaches(owner, responder);
  await reaches(responder, owner);
  await reaches(requester, responder, { here: "many", there: "many" });
  latencies.messages.length = 0;
  requester.publish("my.slow", "", { reply: "answers" });
  const answer = await answers.first("answer");
  expect(answer.string()).toBe("done");
  const ok = (await latencies.first("latency")).json<Latency>();
  expect([ok.status, ok.requestor.name, ok.responder?.name]).toEqual([
    200,
    `${near.name} b`,
    `${far.name} a`,
  ]);
  expect([ok.requestor.server, ok.responder?.server]).toEqual([near.name, far.name]);
  expect(ok.service + ok.responder!.rtt).toBeGreaterThan((SERVICE_MS - 1) * NANOS);
  expect(ok.total).toBeGreaterThanOrEqual(ok.service + ok.system);
  expect(answers.messages.length).toBe(1);
}

/** Answers of a stream arrive in order, and end with the empty one. */
export async function streamed(near: MeshNode, far: MeshNode): Promise<void> {
  await using requester = await join(near, "b");
  await using responder = await join(far, "a");
  responder.subscribe("many.three", {
    callback: (_error, message) => {
      for (const part of ["1", "2", "3", EMPTY]) message.respond(part);
    },
  });
  const answers = new Heard(requester, "parts");
  await reaches(requester, responder, { here: "many", there: "many" });
  requester.publish("many.three", "", { reply: "parts" });
  await until("all parts", () => answers.messages.length === 4);
  expect(answers.messages.map((message) => message.string())).toEqual(["1", "2", "3", EMPTY]);
}

/** An answer goes to whoever has subscribed to the reply subject, on any server. */
export async function handedOn(near: MeshNode, far: MeshNode, third: MeshNode): Promise<void> {
  await using requester = await join(near, "b");
  await using responder = await join(far, "a");
  await using other = await join(third, "b");
  responder.subscribe("svc.x", { callback: (_error, message) => void message.respond("done") });
  const plain = new Heard(other, "elsewhere");
  const queued = [new Heard(other, "queued", "q"), new Heard(other, "queued", "q")];
  await other.flush();
  await reaches(requester, responder, { here: "my", there: "svc" });
  await reaches(requester, other);
  requester.publish("my.x", "", { reply: "elsewhere" });
  requester.publish("my.x", "", { reply: "queued" });
  await plain.first("plain answer");
  const count = (): number => queued.reduce((sum, { messages }) => sum + messages.length, 0);
  await until("queued answer", () => count() > 0);
  await reaches(responder, requester, { here: "news", there: "in" });
  expect([plain.messages.length, count()]).toEqual([1, 1]);
}

/** What is published in a stream's account comes once to members of others, by group or not. */
export async function imported(near: MeshNode, far: MeshNode): Promise<void> {
  await using publisher = await join(near, "a");
  await using here = await join(near, "b");
  await using there = await join(far, "b");
  const plain = [here, there].map((client) => new Heard(client, "in.one"));
  const queued = [here, there, there].map((client) => new Heard(client, "in.one", "q"));
  await Promise.all([here.flush(), there.flush()]);
  await reaches(publisher, there, { here: "news", there: "in" });
  publisher.publish("news.one");
  const counts = (heard: readonly Heard[]): number =>
    heard.reduce((sum, { messages }) => sum + messages.length, 0);
  await until("both", () => counts(plain) === 2 && counts(queued) === 1);
  await reaches(publisher, there, { here: "news", there: "in" });
  expect([counts(plain), counts(queued)]).toEqual([2, 1]);
}

/** Pairs in which ours takes part. */
export function pairsOf(mesh: Mesh): [MeshNode, MeshNode][] {
  return mesh.nodes.flatMap((one) =>
    mesh.nodes
      .filter((other) => other !== one && [one, other].some(({ kind }) => kind === "ours"))
      .map((other): [MeshNode, MeshNode] => [one, other]),
  );
}
