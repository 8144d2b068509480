/** Messages that are traced across a route: every server tells its part, as two of nats-server's do. */

import { describe, expect, test } from "bun:test";
import { Mesh } from "../support/mesh.ts";
import type { MeshNode } from "../support/mesh-node.ts";
import { until } from "../support/until.ts";
import { Wire } from "../support/wire.ts";
import { CASE_PAIRS } from "./pairings.ts";

const TIMEOUT = 60_000;
const DEADLINE_MS = 8_000;
const OLD = "2.10.27";
const UNSUPPORTED = "remote does not support message tracing";

interface Event {
  readonly server: { readonly name: string };
  readonly request: { readonly header: Record<string, string[]> };
  readonly hops?: number;
  readonly events: readonly Record<string, unknown>[];
}

async function joined(node: MeshNode, name: string, lines = ""): Promise<Wire> {
  const wire = await Wire.connect(node.ports.client);
  const connect = { verbose: false, name, headers: true, user: "A", pass: "a" };
  await wire.send(`CONNECT ${JSON.stringify(connect)}\r\n${lines}PING\r\n`);
  expect(await wire.waitFor("PONG\r\n", DEADLINE_MS)).toBe(true);
  return wire;
}

function eventsOf(wire: Wire): Event[] {
  return [...wire.text.matchAll(/^\{.*\}$/gm)].map(([json]) => JSON.parse(json!));
}

function published(subject: string, headers = ""): string {
  const block = `NATS/1.0\r\nNats-Trace-Dest: told\r\n${headers}\r\n`;
  return `HPUB ${subject} ${block.length} ${block.length + 2}\r\n${block}hi\r\n`;
}

/** Without what differs each time. */
function steps({ events }: Event): unknown[] {
  return events.map(({ ts, cid, ...rest }) => {
    expect(ts).toBeString();
    expect(cid).toBeNumber();
    return rest;
  });
}

describe.each(CASE_PAIRS)("$name", ({ kinds }) => {
  test(
    "a message is followed over the route",
    async () => {
      const config = 'accounts { A { users: [{user: "A", password: "a"}] } }';
      await using mesh = await Mesh.start(kinds.map((kind) => ({ kind, config })));
      await mesh.explained(async () => {
        const [near, far] = mesh.nodes;
        const subscriber = await joined(far!, "sub", "SUB foo 1\r\nSUB foo q 2\r\nSUB bar 3\r\n");
        const listener = await joined(near!, "all", "SUB told 1\r\n");
        const publisher = await joined(near!, "pub");
        if (kinds[0] === OLD) return;
        await arrived(publisher, subscriber, listener);
        const isFollowed = kinds[1] !== OLD;
        await publisher.send(published("foo"));
        await until("both have told", () => eventsOf(listener).length === (isFollowed ? 2 : 1));
        const ordered = eventsOf(listener).sort((a, b) =>
          a.server.name.localeCompare(b.server.name),
        );
        const error = isFollowed
          ? {}
          : {
              error: `Message delivered but ${UNSUPPORTED} so no trace event generated from there`,
            };
        expect(ordered[0]).toMatchObject({ server: { name: "A" }, hops: 1 });
        expect(steps(ordered[0]!)).toEqual([
          { type: "in", kind: 0, name: "pub", acc: "A", subj: "foo" },
          { type: "eg", kind: 1, name: "B", hop: "1", ...error },
        ]);
        if (!isFollowed) return;
        expect(ordered[1]!.request.header).toMatchObject({ "Nats-Trace-Hop": ["1"] });
        expect(ordered[1]!.hops).toBeUndefined();
        expect(steps(ordered[1]!)).toEqual([
          { type: "in", kind: 1, name: "A", acc: "A", subj: "foo" },
          { type: "eg", kind: 0, name: "sub", sub: "foo" },
          { type: "eg", kind: 0, name: "sub", sub: "foo", queue: "q" },
        ]);
        await publisher.send(published("bar", "Nats-Trace-Only: 1\r\n"));
        await until("both have told again", () => eventsOf(listener).length === 4);
        await subscriber.send("PING\r\n");
        await subscriber.waitFor(/PONG\r\n.*PONG\r\n/s);
        expect(subscriber.text).not.toContain("HMSG bar");
        expect(subscriber.text.match(/HMSG foo \d/g)).toEqual(["HMSG foo 1", "HMSG foo 2"]);
      });
    },
    TIMEOUT,
  );
});

/** Waits until each server knows what is wanted at the other one. */
async function arrived(publisher: Wire, subscriber: Wire, listener: Wire): Promise<void> {
  const ask = setInterval(() => {
    void publisher.send("PUB bar 1\r\n?\r\n");
    void subscriber.send("PUB told 1\r\n!\r\n");
  }, 5);
  await until("interest is known", () => {
    return subscriber.text.includes("MSG bar 3") && listener.text.includes("MSG told 1");
  });
  clearInterval(ask);
  await subscriber.waitForQuiet(20);
  expect(subscriber.ended || listener.ended).toBe(false);
}
