/** Messages that are traced across gateways: every server tells its part. */

import { describe, expect, test } from "bun:test";
import { headers, type NatsConnection } from "@nats-io/transport-node";
import { accountsOf, Inbox, join } from "../cluster/scene.ts";
import type { MeshNode } from "../support/mesh-node.ts";
import { Supercluster } from "../support/supercluster.ts";
import { allReached } from "./stage.ts";
import { ENCOUNTERS } from "./topologies.ts";

const TIMEOUT = 40_000;
const config = accountsOf(["A"]);
/** It follows messages in its own cluster only. */
const OLD = "2.10.27";
const UNSUPPORTED = "remote does not support message tracing";

interface Event {
  readonly server: { readonly name: string };
  readonly request: { readonly header: Record<string, string[]> };
  readonly hops?: number;
  readonly events: readonly Record<string, unknown>[];
}

interface Part {
  readonly server: string;
  readonly hop?: string;
  readonly hops?: number;
  readonly steps: readonly Readonly<Record<string, unknown>>[];
}

/** Without what differs each time. */
function told({ server, request, hops, events }: Event): Part {
  const steps = events.map(({ ts, cid, ...rest }) => {
    expect(ts).toBeString();
    expect(cid).toBeNumber();
    return rest;
  });
  const hop = request.header["Nats-Trace-Hop"]?.[0];
  return {
    server: server.name,
    ...(hop !== undefined && { hop }),
    ...(hops !== undefined && { hops }),
    steps,
  };
}

function publish(client: NatsConnection, isOnly: boolean): void {
  const block = headers();
  block.set("Nats-Trace-Dest", "told");
  if (isOnly) block.set("Nats-Trace-Only", "true");
  client.publish("foo", "hi", { headers: block });
}

const HEARD = { type: "in", acc: "A", subj: "foo" };
const GIVEN = { type: "eg", kind: 0, sub: "foo" };

/** What all servers tell together, the first gateway being that to B. */
function story(error: string | undefined): Part[] {
  const failed = error === undefined ? {} : { error };
  const parts: Part[] = [
    {
      server: "A1",
      hops: 2,
      steps: [
        { ...HEARD, kind: 0, name: "a1" },
        { ...GIVEN, name: "a1" },
        { type: "eg", kind: 2, name: "B1", hop: "1" },
        { type: "eg", kind: 2, name: "C1", hop: "2", ...failed },
      ],
    },
    {
      server: "B1",
      hop: "1",
      hops: 1,
      steps: [
        { ...HEARD, kind: 2, name: "A1" },
        { ...GIVEN, name: "b1" },
        { type: "eg", kind: 1, name: "B2", hop: "1.1" },
      ],
    },
    {
      server: "B2",
      hop: "1.1",
      steps: [
        { ...HEARD, kind: 1, name: "B1" },
        { ...GIVEN, name: "b2", queue: "q" },
      ],
    },
  ];
  if (error !== undefined) return parts;
  const last = [
    { ...HEARD, kind: 2, name: "A1" },
    { ...GIVEN, name: "c1" },
  ];
  return [...parts, { server: "C1", hop: "2", steps: last }];
}

/** By server; which of two gateways is the nearer one is chance. */
function inOrder(parts: readonly Part[]): Part[] {
  const sorted = [...parts].sort((a, b) => a.server.localeCompare(b.server));
  const isCFirst = sorted[0]?.steps.some(({ name, hop }) => name === "C1" && hop === "1");
  if (!isCFirst) return sorted;
  const text = JSON.stringify(sorted).replace(/("hop":")([12])/g, (_, key, digit) => {
    return `${key}${digit === "1" ? "2" : "1"}`;
  });
  const swapped = JSON.parse(text) as Part[];
  const steps = swapped[0]!.steps as Record<string, unknown>[];
  const from = steps.findIndex(({ kind }) => kind === 2);
  steps.push(...steps.splice(from, 1));
  return swapped;
}

describe.each(ENCOUNTERS)("$name", ({ kinds: [one, two, three] }) => {
  test.concurrent(
    "a message is followed to all clusters and their servers",
    async () => {
      await using mesh = await Supercluster.start([
        { name: "A", nodes: [one!], config, remotes: ["B", "C"] },
        { name: "B", nodes: [two!, two!], config },
        { name: "C", nodes: [three!], config },
      ]);
      await mesh.explained(async () => {
        const [a1, b1, b2, c1] = mesh.nodes as [MeshNode, MeshNode, MeshNode, MeshNode];
        const clients = await Promise.all(
          [a1, b1, b2, c1].map((node) => join(node, "A", { name: node.name.toLowerCase() })),
        );
        const events = Inbox.on(clients[0]!, "told");
        const heard = clients.map((client, index) =>
          Inbox.on(client, "foo", index === 2 ? { queue: "q" } : {}),
        );
        await allReached(clients);
        for (const isOnly of [false, true]) {
          const error =
            three !== OLD
              ? undefined
              : isOnly
                ? `Not delivered because ${UNSUPPORTED}`
                : `Message delivered but ${UNSUPPORTED} so no trace event generated from there`;
          const wanted = story(error);
          events.messages.length = 0;
          publish(clients[0]!, isOnly);
          await events.holds(wanted.length);
          await allReached(clients);
          const parts = events.messages.map((message) => told(message.json<Event>()));
          expect(inOrder(parts)).toEqual(wanted);
        }
        expect(heard.map(({ texts }) => texts)).toEqual(clients.map(() => ["hi"]));
        await Promise.all(clients.map((client) => client.close()));
      });
    },
    TIMEOUT,
  );
});
