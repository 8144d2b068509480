/** Traces of the same messages, from the real server and from ours: what everybody gets is the same. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { gunzipSync } from "node:zlib";
import { ours, peer, type ServerProcess } from "../process/processes.ts";
import { CASES, type TraceCase } from "./trace-cases.ts";
import { ACCOUNTS, hpub, startWith, TraceClient } from "./trace-client.ts";

interface Step {
  readonly type: string;
}

/** The event without what differs from run to run, its steps in an order of their own. */
function withoutChance(text: string): string {
  return (
    text
      // Sizes depend on ids and times in the event.
      .replace(/(\bMSG \S+ \S+) +\d+\r\n\{/g, "$1 N\r\n{")
      .replace(/(\bHMSG (?:tr|external) \S+) +\d+ \d+/g, "$1 N N")
      .replace(/"server":\{.*?"time":"[^"]*"\}/g, '"server":{}')
      .replace(/"ts":"20[^"]*Z"/g, '"ts":"T"')
      .replace(/"cid":\d+/g, '"cid":0')
      .replace(/_R_\.\w{6}\.\w{6}/g, "_R_.X.Y")
      .replace(/"rtt":\d+/g, '"rtt":0')
      // Of rtt, as its size counts.
      .replace(/(HMSG svc\.\S+ \S+ (?:_R_\S+ )?)\d+ \d+/g, "$1N N")
      .replace(/"events":\[(.*)\]\}/g, (whole, inner: string) => {
        const [first, ...rest] = JSON.parse(`[${inner}]`) as Step[];
        const steps = rest.map((step) => JSON.stringify(step)).sort();
        return first === undefined ? whole : `"events":[${JSON.stringify(first)},${steps}]}`;
      })
  );
}

function serverFields(event: string): string[] {
  const { server } = JSON.parse(event) as { server: object };
  return Object.keys(server);
}

async function play(server: ServerProcess, scenario: TraceCase): Promise<string[]> {
  const { send, user = "a", options, before = "", others = [] } = scenario;
  const watcher = await TraceClient.open(server.port, "a");
  await watcher.send("SUB tr 1\r\nSUB external 2\r\nSUB fence 3\r\n");
  await watcher.sync();
  const receivers: TraceClient[] = [];
  for (const [name, lines, wishes] of others) {
    const receiver = await TraceClient.open(server.port, name, { name: "receiver", ...wishes });
    await receiver.send(lines);
    await receiver.sync();
    receivers.push(receiver);
  }
  const publisher = await TraceClient.open(server.port, user, { name: "publisher", ...options });
  await publisher.send(before);
  await publisher.sync();
  for (const client of [watcher, publisher, ...receivers]) client.forget();
  await publisher.send(send);
  await publisher.sync();
  // Events come in their order, so that none is on its way when the one of the fence is there.
  const fence = await TraceClient.open(server.port, "a");
  await fence.send(hpub("quiet", { "Nats-Trace-Dest": "fence" }));
  expect(await watcher.waitFor("MSG fence")).toBe(true);
  const shown = watcher.text.slice(0, watcher.text.indexOf("MSG fence"));
  const clients = [publisher, ...receivers];
  await Promise.all(clients.map((client) => client.sync()));
  // When an answer comes among events is a matter of chance.
  const texts = [shown, ...clients.map(({ text }) => text.replaceAll("PONG\r\n", ""))];
  for (const client of [watcher, publisher, fence, ...receivers]) client.close();
  return texts.map(withoutChance);
}

describe.skipIf(peer === undefined)("everybody gets what the real server sends", () => {
  let real: ServerProcess;
  let own: ServerProcess;

  beforeAll(async () => {
    [real, own] = await Promise.all([startWith([peer!], ACCOUNTS), startWith(ours, ACCOUNTS)]);
  });
  afterAll(async () => {
    await real[Symbol.asyncDispose]();
    await own[Symbol.asyncDispose]();
  });

  test.each(CASES.map((scenario) => [scenario.name, scenario] as const))("%s", async (_, it) => {
    const [wanted, got] = await Promise.all([play(real, it), play(own, it)]);
    expect(got).toEqual(wanted);
  });

  test("when an answer is traced, and again when it was not sent", async () => {
    const headers = { "Nats-Trace-Dest": "tr" };
    const answers = [real, own].map(async ({ port }) => {
      const responder = await TraceClient.open(port, "b");
      await responder.send("SUB svc.open 1\r\nSUB tr 2\r\n");
      await responder.sync();
      const requester = await TraceClient.open(port, "a");
      await requester.send("SUB inbox 5\r\nPUB ask.open inbox 2\r\nhi\r\n".repeat(2));
      expect(await responder.waitFor("\r\nhi\r\n", 2)).toBe(true);
      const [first, second] = [...responder.text.matchAll(/svc\.open 1 (_R_\S+)/g)].map(
        (match) => match[1]!,
      );
      responder.forget();
      await responder.send(hpub(first!, headers));
      await responder.send(hpub(second!, { ...headers, "Nats-Trace-Only": "1" }));
      // It was not sent, and is not waited for any more.
      await responder.send(hpub(second!, headers));
      expect(await responder.waitFor("]}\r\n", 3)).toBe(true);
      await requester.sync();
      const texts = [responder.text, requester.text].map(withoutChance);
      responder.close();
      requester.close();
      return texts;
    });
    const [wanted, got] = await Promise.all(answers);
    expect(got).toEqual(wanted!);
    expect(got![1]).toContain("trace disabled");
  });

  test("in the log", () => {
    const errors = ({ lines }: ServerProcess): string[] =>
      lines
        .filter((line) => line.startsWith("[ERR]"))
        // The rule that has decided stands in ours alone.
        .map((line) => line.replace(/127\.0\.0\.1:\d+ - cid:\d+/, "").replace(/ \([^)]*\)$/, ""))
        .sort();
    expect(errors(own).length).toBeGreaterThan(10);
    expect(errors(own)).toEqual(errors(real));
  });

  test.each(["gzip", "s2", "deflate, snappy;q=1, gzip"])("compressed as %s", async (encoding) => {
    const answers = [real, own].map(async ({ port }) => {
      const client = await TraceClient.open(port, "a");
      await client.send("SUB tr 1\r\n");
      await client.send(hpub("foo", { "Nats-Trace-Dest": "tr", "Accept-Encoding": encoding }));
      await client.waitFor("HMSG tr");
      await client.waitFor("\r\n\r\n");
      await client.sync();
      const [, header, bytes] = /(NATS\/1\.0.*?\r\n\r\n)(.*)\r\nPONG/s.exec(client.text)!;
      client.close();
      return { header, bytes: Buffer.from(bytes!, "latin1") };
    });
    const [wanted, got] = await Promise.all(answers);
    expect(got!.header).toBe(wanted!.header!);
    if (encoding !== "gzip") {
      expect(got!.bytes.toString("latin1", 0, 10)).toBe(wanted!.bytes.toString("latin1", 0, 10));
      return;
    }
    const [a, b] = [wanted!, got!].map(({ bytes }) => gunzipSync(bytes).toString());
    expect(withoutChance(b!)).toBe(withoutChance(a!));
    expect(serverFields(b!)).toEqual(serverFields(a!));
  });
});
