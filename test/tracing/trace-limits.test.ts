/** Which messages with a context of others are traced, and what becomes of traces that are too much. */

import { describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import type { Account } from "../../src/core/account.ts";
import { Exchange } from "../../src/core/exchange.ts";
import type { InternalMessaging } from "../../src/core/internal-messaging.ts";
import { MessageTrace, STEPS_WEIGHT_MAX } from "../../src/core/tracing/message-trace.ts";
import { TraceOutbox, WAITING_WEIGHT_MAX } from "../../src/core/tracing/trace-outbox.ts";
import { NatsServer } from "../../src/embed.ts";
import { definitionOf } from "../../src/trust/account-definition.ts";
import type { AccountClaims } from "../../src/trust/claims/claims.ts";
import { Folder, ours, peer, ServerProcess } from "../process/processes.ts";
import { until } from "../support/until.ts";
import { hpub, startWith, TraceClient } from "./trace-client.ts";

const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

describe("sampling", () => {
  test("leaves a mark on what is not picked, and traces all the rest", async () => {
    const config = `accounts { A { users: [{user: a, password: a}]
      msg_trace: { dest: tr, sampling: 50 } } }`;
    await using server = await startWith(ours, config);
    const client = await TraceClient.open(server.port, "a");
    await client.send("SUB foo 1\r\nSUB tr 2\r\n");
    await client.send(hpub("foo", { traceparent: PARENT }).repeat(400));
    await client.send(hpub("bar", { "Nats-Trace-Dest": "tr", Last: "yes" }));
    expect(await client.waitFor('"Last"')).toBe(true);
    const unpicked = client.text.split("\r\nNats-Trace-Dest: trace disabled\r\n").length - 1;
    const events = client.text.split('"subj":"foo"').length - 1;
    expect(unpicked + events).toBe(400);
    expect(unpicked).toBeWithin(120, 280);
    client.close();
  });

  test("can change while the server runs", async () => {
    await using folder = await Folder.make();
    const file = folder.join("nats-server.conf");
    const write = (trace: string): Promise<void> =>
      writeFile(
        file,
        `listen: "127.0.0.1:-1"\naccounts { A { users: [{user: a, password: a}]\n${trace} } }`,
      );
    await write("");
    await using server = await ServerProcess.start([...ours, "-c", file]);
    const client = await TraceClient.open(server.port, "a");
    await client.send("SUB one 1\r\nSUB two 2\r\n");
    for (const dest of ["one", "two", ""]) {
      await write(dest === "" ? "" : `msg_trace: ${dest}`);
      const from = server.lines.length;
      server.kill("SIGHUP");
      await server.loggedMatching(/Reloaded server configuration/, from - 1);
      await client.send(hpub("foo", { traceparent: PARENT }));
      await client.sync();
      if (dest !== "") expect(await client.waitFor(`MSG ${dest} `)).toBe(true);
    }
    await client.sync();
    expect(client.text.match(/MSG (one|two) /g)).toEqual(["MSG one ", "MSG two "]);
    client.close();
  });

  test.each([
    [
      { dest: "a.b", sampling: 7 },
      { dest: "a.b", sampling: 7 },
    ],
    [
      { dest: "a.b", sampling: 0 },
      { dest: "a.b", sampling: 100 },
    ],
    [
      { dest: "a.b", sampling: 101 },
      { dest: "a.b", sampling: 100 },
    ],
    [{ dest: "a.*", sampling: 7 }, null],
    [{ dest: "", sampling: 7 }, null],
    [null, null],
  ])("is in the claims of an account: %j", (trace, expected) => {
    const claims = {
      subject: "A",
      name: "",
      exports: [],
      imports: [],
      mappings: [],
      limits: { conn: -1, subs: -1, payload: -1, leaf: -1 },
      signingKeys: new Map(),
      trace,
    } as unknown as AccountClaims;
    expect(definitionOf(claims).trace).toEqual(expected);
  });
});

describe("no events", () => {
  test.skipIf(peer === undefined)("without a system account, as in the real server", async () => {
    for (const command of [[peer!], ours]) {
      await using server = await startWith(command, "no_system_account: true");
      const client = await TraceClient.open(server.port, "");
      await client.send("SUB > 1\r\n");
      await client.send(hpub("foo", { "Nats-Trace-Dest": "tr", "Nats-Trace-Only": "1" }));
      await client.send("PUB end 0\r\n\r\n");
      expect(await client.waitFor("MSG end")).toBe(true);
      await client.sync();
      // It is traced all the same, and so not delivered.
      expect(client.text).not.toMatch(/MSG (?:tr|foo)/);
      client.close();
    }
  });
});

describe("a receiver that is too slow", () => {
  test("is said to be, where producers do not wait", async () => {
    const server = await NatsServer.start({
      host: "127.0.0.1",
      port: 0,
      log: false,
      noFastProducerStall: true,
      maxPending: 1024 * 1024,
    });
    const slow = await Bun.connect({
      hostname: "127.0.0.1",
      port: server.port,
      socket: { data() {}, error() {}, drain() {} },
    });
    slow.write('CONNECT {"verbose":false,"headers":true,"name":"slow"}\r\nSUB foo 1\r\nPING\r\n');
    await Bun.sleep(50);
    slow.pause();
    const client = await TraceClient.open(server.port, "");
    await client.send("SUB tr 1\r\n");
    const body = "x".repeat(200_000);
    const filled = until(
      "the reason",
      () =>
        client.text.includes("fast producer not stalled and consumer is slow") ||
        client.text.includes("client is closed"),
    );
    for (let i = 0; i < 100; i++) {
      await client.send(hpub("foo", { "Nats-Trace-Dest": "tr" }, "", body));
      await client.sync();
    }
    await filled;
    slow.terminate();
    client.close();
    await server.stop();
  });
});

describe("what is kept", () => {
  const published: string[] = [];
  const messaging = {
    publish: (_account: Account, subject: string) => void published.push(subject),
  } as unknown as InternalMessaging;

  function traceOf(headerBytes: number): MessageTrace {
    const account = { name: "A" } as Account;
    const from = { kind: 0, hop: "" } as const;
    const ingress = { ...from, at: 1e15, cid: 1, name: "", account, subject: "s", messageBytes: 0 };
    const headers = new Map([["a", ["b"]]]);
    return new MessageTrace({ ...ingress, headerBytes, headers }, "dest", false, "", null);
  }

  test("of one message has a limit", () => {
    const trace = traceOf(0);
    for (let i = 0; i < STEPS_WEIGHT_MAX * 2; i++) trace.addMapping("short");
    expect(trace.steps.length).toBeWithin(STEPS_WEIGHT_MAX - 100, STEPS_WEIGHT_MAX);
    const long = traceOf(0);
    for (let i = 0; i < 10_000; i++) long.addMapping("long".repeat(1000));
    expect(long.steps.length).toBeLessThan(STEPS_WEIGHT_MAX / 31);
  });

  test("of all that wait has one too, and what waits is published", async () => {
    const outbox = new TraceOutbox(messaging, () => "{}");
    const one = traceOf(1024 * 1024);
    const count = 1000;
    for (let i = 0; i < count; i++) outbox.add(one);
    const kept = Math.floor(WAITING_WEIGHT_MAX / one.weight);
    expect(outbox.dropped).toBe(count - kept);
    await until("the events", () => published.length === kept);
    outbox.add(one);
    await until("one more", () => published.length === kept + 1);
  });

  test("is nothing where nobody asks for it", () => {
    const { tracing } = new Exchange(true);
    expect([tracing.droppedTraces, tracing.tracedMsgs, tracing.exporter]).toEqual([0, 0, null]);
  });
});
