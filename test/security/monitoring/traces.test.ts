/** Messages that ask to be traced in bad ways, and collectors that are bad to their clients. */

import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  expect,
  setDefaultTimeout,
  test,
} from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import { HEADERS_MAX, readTraceRequest } from "../../../src/core/tracing/trace-headers.ts";
import { withoutSecretShapes } from "../../../src/protocol/secret-shapes.ts";
import { ours, type ServerProcess } from "../../process/processes.ts";
import { until } from "../../support/until.ts";
import { hpub, startWith, TraceClient } from "../../tracing/trace-client.ts";
import { residentBytes } from "./resident.ts";

setDefaultTimeout(60_000);

const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/** What takes more than linear time would take minutes. */
const MS_MAX = 3000;
const LONG = 900_000;
const MIB = 1024 * 1024;

type Behaviour = (socket: Socket) => void;

/** Sends as much as is taken, without an end. */
function pour(socket: Socket, piece: Buffer | string): void {
  if (socket.destroyed) return;
  if (socket.write(piece)) setImmediate(() => pour(socket, piece));
  else socket.once("drain", () => pour(socket, piece));
}

const OK = "HTTP/1.1 200 OK\r\n";
const BLANKS = " ".repeat(65_536);
const BOMB = Bun.gzipSync(Buffer.alloc(100 * MIB, " "));

const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  "says nothing": () => {},
  "hangs up": (socket) => socket.destroy(),
  "leads elsewhere": (socket) =>
    void socket.write(
      "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    ),
  "answers with 4 GB": (socket) => {
    socket.write(`${OK}Content-Length: 4294967296\r\n\r\n`);
    pour(socket, BLANKS);
  },
  "answers in chunks without end": (socket) => {
    socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n`);
    pour(socket, `10000\r\n${BLANKS}\r\n`);
  },
  "refuses without end": (socket) => {
    socket.write("HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n");
    pour(socket, `10000\r\n${BLANKS}\r\n`);
  },
  "sends headers without end": (socket) => {
    socket.write(OK);
    pour(socket, `X: ${"a".repeat(60_000)}\r\n`);
  },
  "answers with a short text that becomes a long one": (socket) => {
    socket.write(`${OK}Content-Encoding: gzip\r\nContent-Length: ${BOMB.length}\r\n\r\n`);
    socket.write(BOMB);
  },
};

let behaviour: Behaviour = BEHAVIOURS["says nothing"]!;
let requests = 0;
let collector: Server;
let server: ServerProcess;
let a: TraceClient;
let b: TraceClient;

beforeAll(async () => {
  collector = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => {
      requests++;
      behaviour(socket);
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const { port } = collector.address() as { port: number };
  server = await startWith(
    ours,
    `system_account: SYS
    otlp { endpoint: "http://127.0.0.1:${port}", timeout: 500ms }
    accounts {
      SYS { users: [{user: s, password: s}] }
      A {
        users: [{user: a, password: a}]
        msg_trace: { dest: "loop.dest" }
        mappings: { "loop.dest": "foo" }
        exports: [
          {service: "svc"}, {service: "svct", allow_trace: true}, {stream: "loop.>"}
          {service: "lat", latency: {sampling: headers, subject: "lat.rep"}}
        ]
        imports: [{stream: {account: B, subject: "tr.>"}, to: "tr.>"}]
      }
      B {
        users: [{user: b, password: b}]
        exports: [{stream: "tr.>"}]
        imports: [
          {service: {account: A, subject: "svc"}}, {service: {account: A, subject: "svct"}}
          {stream: {account: A, subject: "loop.>"}, to: "loop.>"}
          {service: {account: A, subject: "lat"}}
        ]
      }
    }`,
  );
});

// Clients keep all that they hear, which is long here: each test has new ones.
beforeEach(async () => {
  a = await TraceClient.open(server.port, "a");
  b = await TraceClient.open(server.port, "b");
  for (const client of [a, b]) {
    await client.send("SUB > 1\r\n");
    await client.sync();
  }
});

afterEach(() => {
  a.close();
  b.close();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  collector.close();
});

/** @returns how long it takes, in milliseconds, until all of it is handled. */
async function handle(client: TraceClient, text: string): Promise<number> {
  client.forget();
  const start = performance.now();
  await client.send(text);
  await client.sync();
  return performance.now() - start;
}

const HEADERS: readonly (readonly [what: string, headers: string])[] = [
  ["blanks in a value", `Nats-Trace-Dest: t\r\nx: a${" ".repeat(LONG)}b\r\n`],
  ["blanks beside a context", `traceparent: ${PARENT}\r\nx: a${"\t ".repeat(LONG / 2)}b\r\n`],
  ["very many headers", `Nats-Trace-Dest: t\r\n${"ab: c\r\n".repeat(LONG / 8)}`],
  ["destinations", "Nats-Trace-Dest: t\r\n".repeat(LONG / 20)],
  [
    "lines without an end",
    `Nats-Trace-Origin-Account: x\r\nNats-Trace-Dest: y\r\n${"\nNats-Trace-Dest:".repeat(LONG / 17)}`,
  ],
  ["a long destination", `Nats-Trace-Dest: ${"a.".repeat(LONG / 2)}b\r\n`],
  ["one that is not valid", `Nats-Trace-Dest: ${"eyJ-".repeat(LONG / 4)} x\r\n`],
  ["states", `traceparent: ${PARENT}\r\n${"tracestate: a\r\n".repeat(LONG / 16)}`],
  ["contexts", "traceparent: x\r\n".repeat(LONG / 16)],
  ["hyphens", `traceparent: ${"-".repeat(LONG)}\r\n`],
  ["colons", `Nats-Trace-Dest: t\r\n${":".repeat(LONG)}\r\n`],
];

test.each(HEADERS)("a message with %s takes no time", async (_, headers) => {
  expect(await handle(a, hpub("foo", `NATS/1.0\r\n${headers}\r\n`))).toBeLessThan(MS_MAX);
});

test.each([
  ["blanks", `traceparent: ${PARENT}\r\nx: a${" ".repeat(LONG)}b\r\n`],
  [
    "contexts",
    `Uber-Trace-Id: 1:2:3:1\r\n${Array.from({ length: 40_000 }, (_, i) => `Uberctx-${i}: b\r\n`).join("")}`,
  ],
])(
  "a request to a service whose latency is measured, with %s, does not either",
  async (_, headers) => {
    const text = hpub("lat", `NATS/1.0\r\n${headers}\r\n`, "reply");
    expect(await handle(b, text)).toBeLessThan(MS_MAX);
  },
);

test("of very many headers only the first ones count", () => {
  const filling = (count: number): string => "a: b\r\n".repeat(count);
  const block = (count: number): string =>
    `NATS/1.0\r\n${filling(count)}Nats-Trace-Dest: t\r\n\r\n`;
  expect(readTraceRequest(block(HEADERS_MAX - 1))?.dest).toBe("t");
  expect(readTraceRequest(block(HEADERS_MAX))).toBeNull();
});

test("secrets are looked for in linear time", () => {
  for (const text of ["eyJ-".repeat(LONG / 4), `${"eyJ".repeat(LONG / 3)}.`, "-".repeat(LONG)]) {
    const start = performance.now();
    withoutSecretShapes(text);
    expect(performance.now() - start).toBeLessThan(MS_MAX);
  }
});

test.each([
  ["foo", "foo", "Nats-Trace-Dest: foo\r\n"],
  ["foo", "loop.dest", "Nats-Trace-Dest: loop.dest\r\n"],
  ["loop.dest", "loop.dest", `traceparent: ${PARENT}\r\n`],
])(
  "an event about a message to %s that goes to %s is not traced itself",
  async (subject, dest, headers) => {
    const count = 50;
    const events = (client: TraceClient): number => client.text.split('"events":[').length - 1;
    b.forget();
    await handle(a, hpub(subject, `NATS/1.0\r\n${headers}\r\n`).repeat(count));
    expect(await a.waitFor('"events":[', count)).toBe(true);
    await a.sync();
    await b.sync();
    expect(events(a)).toBe(count);
    expect(events(b)).toBeLessThanOrEqual(count);
    expect(a.text).toContain(`MSG ${dest === "loop.dest" ? "loop.dest" : dest} 1 `);
  },
);

test.each(["svc", "svct", "$SYS.REQ.SERVER.PING.CONNZ", "tr.x"])(
  "an event that goes over to another account, to %s, is one message",
  async (dest) => {
    a.forget();
    await handle(b, hpub("svct", { "Nats-Trace-Dest": dest }, "svct").repeat(20));
    expect(await b.waitFor('"events":[', dest.startsWith("$SYS") ? 0 : 1)).toBe(true);
    await a.sync();
    await b.sync();
    expect(a.text.split("MSG ").length).toBeLessThan(200);
    expect(b.text.split("MSG ").length).toBeLessThan(200);
  },
);

test.each(Object.keys(BEHAVIOURS))("a collector that %s costs nothing", async (name) => {
  const before = residentBytes(server.pid);
  behaviour = BEHAVIOURS[name]!;
  const asked = requests;
  await handle(a, hpub("foo", { traceparent: PARENT }).repeat(500));
  await until("a request", () => requests > asked);
  const start = performance.now();
  while (performance.now() - start < 700) {
    expect(await handle(a, "")).toBeLessThan(MS_MAX);
    await Bun.sleep(50);
  }
  expect(residentBytes(server.pid) - before).toBeLessThan(150 * MIB);
});
