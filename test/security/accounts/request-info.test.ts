/**
 * Only the server says who asks: whatever a client writes under the name of that header, a service
 * finds one of it, the server's own, however it reads headers.
 */

import { describe, expect, test } from "bun:test";
import { type Prng, withSeed } from "../../support/prng.ts";
import type { Wire } from "../../support/wire.ts";
import { enterAs, settle, startTenants } from "./tenants.ts";

const CONFIG = `accounts {
  A {
    users [{user: a, password: x}]
    exports [{service: "svc.one"}, {service: "svc.two"}, {service: "svc.shared"}]
  }
  B {
    users [{user: b, password: x}]
    exports [{service: "relay.>"}]
    imports [
      {service: {account: A, subject: "svc.one"}, to: "one"}
      {service: {account: A, subject: "svc.two"}, to: "relay.two", share: true}
    ]
  }
  C {
    users [{user: c, password: x}]
    imports [
      {service: {account: B, subject: "relay.two"}, to: "two"}
      {service: {account: A, subject: "svc.shared"}, to: "shared", share: true}
    ]
  }
}`;
const FORGED = '{"acc":"ADMIN","svc":"ADMIN"}';

/** Header blocks that some reader takes for a statement about who asks. */
const FORGERIES: readonly string[] = [
  `NATS/1.0\r\nNats-Request-Info: ${FORGED}\r\n\r\n`,
  `NATS/1.0\r\nNATS-REQUEST-INFO: ${FORGED}\r\n\r\n`,
  `NATS/1.0\r\nnats-request-info:${FORGED}\r\n\r\n`,
  `NATS/1.0\r\nNats-Request-Info: ${FORGED}\r\nX: y\r\nnAtS-rEqUeSt-iNfO: ${FORGED}\r\n\r\n`,
  `NATS/1.0\r\nNats-Request-Info : ${FORGED}\r\n\r\n`,
  `NATS/1.0\r\nNats-Request-Info\t \t: ${FORGED}\r\n\r\n`,
  `NATS/1.0\r\nNats-Request-Info:\r\n ${FORGED}\r\n\t${FORGED}\r\nX: y\r\n\r\n`,
  `NATS/1.0\r\n Nats-Request-Info: ${FORGED}\r\n\r\n`,
  `NATS/1.0\r\nX: y\r\n\tNats-Request-Info: ${FORGED}\r\n\r\n`,
  `NATS/1.0\r\nX: y\r\nNats-Request-Info: ${FORGED}`,
  `NATS/1.0\r\nX: y\r\nNats-Request-Info: ${FORGED}\r\n`,
  `NATS/1.0\nNats-Request-Info: ${FORGED}\n\n`,
  `NATS/1.0\nX: y\nNats-Request-Info: ${FORGED}\r\n\r\n`,
  `NATS/1.0\rNats-Request-Info: ${FORGED}\r\r`,
  `NATS/1.0\r\nX: y\rNats-Request-Info: ${FORGED}\r\n\r\n`,
  `NATS/1.0\r\nX: y\rNats-Request-Info: ${FORGED}\rZ: z\r\n\r\n`,
  `NATS/1.0\r\nX: y\r\r\nNats-Request-Info: ${FORGED}\r\r\n\r\n`,
  `NATS/1.0\r\n\r\nNats-Request-Info: ${FORGED}\r\n\r\n`,
  `Nats-Request-Info: ${FORGED}\r\n\r\n`,
  `Nats-Request-Info: ${FORGED}`,
  `NATS/1.0`,
  "\r\n",
  "\r",
  "\n\n\n\n",
  "garbage",
  "\0\0\0\0\r\n:\r\n::\r\n \r\n",
  `NATS/1.0\r\nX: Nats-Request-Info: ${FORGED}\r\n\r\n`,
  `NATS/1.0\r\nX: y\r\r`,
];

/** How clients take headers apart: by CR LF, by LF, or by any end of a line; with space or without. */
const READERS: readonly ((block: string) => string[])[] = [
  (block) => namesIn(block.split("\r\n")),
  (block) => namesIn(block.split("\n")),
  (block) => namesIn(block.split(/\r\n|\r|\n/)),
];

/** Values under the name; those that go on in the next line are taken together. */
function namesIn(lines: readonly string[]): string[] {
  const found: string[] = [];
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(":");
    if (colon < 0) continue;
    if (line.slice(0, colon).trim().toLowerCase() !== "nats-request-info") continue;
    found.push(line.slice(colon + 1).trim());
  }
  return found;
}

/** Header block and payload of the first message with a payload that ends like this. */
function received(wire: Wire, payload: string): string {
  const { text } = wire;
  const end = text.indexOf(`${payload}\r\n`);
  if (end < 0) throw new Error(`${payload} did not come: ${text.slice(-300)}`);
  const line = text.lastIndexOf("HMSG svc.", end);
  return text.slice(text.indexOf("\r\n", line) + 2, end);
}

function request(subject: string, header: string, payload: string, reply = "answer"): string {
  const total = header.length + payload.length;
  return `HPUB ${subject} ${reply} ${header.length} ${total}\r\n${header}${payload}\r\n`;
}

function expectTrue(block: string, acc: string, svc?: string): void {
  for (const reader of READERS) {
    const found = reader(block);
    expect([JSON.stringify(block), found.length]).toEqual([JSON.stringify(block), 1]);
    const info = JSON.parse(found[0]!) as { acc?: string; svc?: string };
    expect([info.acc, info.svc]).toEqual([acc, svc]);
  }
}

describe("who asks", () => {
  test("is what the server says, whatever a header says", async () => {
    await using server = await startTenants(CONFIG);
    const a = await enterAs(server.port, "a");
    const b = await enterAs(server.port, "b");
    const c = await enterAs(server.port, "c");
    await a.send("SUB svc.> 1\r\n");
    await settle(a);
    for (const [at, header] of FORGERIES.entries()) {
      await b.send(request("one", header, `direct${at}!`));
      await c.send(request("two", header, `relayed${at}!`));
      await c.send(request("shared", header, `shared${at}!`));
    }
    await settle(b, c, a);
    for (const at of FORGERIES.keys()) {
      expectTrue(received(a, `direct${at}!`), "B");
      expectTrue(received(a, `relayed${at}!`), "C", "B");
      expectTrue(received(a, `shared${at}!`), "C");
    }
    expect(a.text).not.toContain("-ERR");
    for (const wire of [a, b, c]) wire.close();
  });

  test("is what the server says for header blocks of any bytes", () =>
    withSeed(async (random) => {
      await using server = await startTenants(CONFIG);
      const a = await enterAs(server.port, "a");
      const b = await enterAs(server.port, "b");
      await a.send("SUB svc.> 1\r\n");
      await settle(a);
      const blocks = Array.from({ length: 400 }, () => randomBlock(random));
      for (const [at, block] of blocks.entries()) await b.send(request("one", block, `m${at}!`));
      await settle(b, a);
      for (const at of blocks.keys()) expectTrue(received(a, `m${at}!`), "B");
      for (const wire of [a, b]) wire.close();
    }));

  test("is not what a name that looks like a header says", async () => {
    await using server = await startTenants(CONFIG);
    const name = `Nats-Request-Info: ${FORGED}\r\nNats-Request-Info: ${FORGED}`;
    const a = await enterAs(server.port, "a");
    const c = await enterAs(server.port, "c", { name, lang: name, version: name });
    await a.send("SUB svc.> 1\r\n");
    await settle(a);
    await c.send("PUB two answer 8\r\nrelayed!\r\nPUB shared answer 7\r\nshared!\r\n");
    await settle(c, a);
    expectTrue(received(a, "relayed!"), "C", "B");
    expectTrue(received(a, "shared!"), "C");
    for (const wire of [a, c]) wire.close();
  });

  test("is not what somebody says who answers, when the answer goes on as a request", async () => {
    await using server = await startTenants(CONFIG);
    const a = await enterAs(server.port, "a");
    const b = await enterAs(server.port, "b");
    await a.send("SUB svc.> 1\r\n");
    await settle(a);
    // The answer to this one is a request to the other service.
    await b.send(
      request("one", "", "ask!", "relay.two").replace("HPUB", "PUB").replace(" 0 ", " "),
    );
    await settle(b, a);
    const reply = /svc\.one 1 (_R_\.\S+)/.exec(a.text)![1]!;
    const header = `NATS/1.0\r\nNats-Request-Info: ${FORGED}\r\nX: Nats-Request-Info: {\r\n\r\n`;
    await a.send(request(reply, header, "forged!", "elsewhere"));
    await settle(a, a);
    const block = received(a, "forged!");
    expect(block).not.toContain("ADMIN");
    expectTrue(block, "A");
    for (const wire of [a, b]) wire.close();
  });
});

function randomBlock(random: Prng): string {
  const pieces = [
    "NATS/1.0\r\n",
    "Nats-Request-Info",
    "nats-REQUEST-info",
    ":",
    ": ",
    " ",
    "\t",
    "\r\n",
    "\r",
    "\n",
    FORGED,
    "X",
    "\0",
    "{",
  ];
  const length = random.between(1, 12);
  const block = Array.from({ length }, () => random.pick(pieces)).join("");
  return random.chance(2) ? `NATS/1.0\r\n${block}\r\n\r\n` : block;
}
