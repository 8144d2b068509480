/** The monitoring port in bad hands: what is asked for and not read, and what browsers are led to. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { OUTGOING_BYTES_MAX, OutgoingAnswers } from "../../../src/monitor/http/outgoing.ts";
import { Server } from "../../../src/server/server.ts";
import { ask, exchange } from "../../monitor/http/raw-http.ts";
import { optionsOf } from "../../support/options-of.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(60_000);

const CLIENTS = 100;
const SUBSCRIPTIONS = 500;
const READERS = 12;
const MIB = 1024 * 1024;

let server: Server;
let port: number;

beforeAll(async () => {
  const options = await optionsOf(`
    listen: "127.0.0.1:-1"
    http: "127.0.0.1:-1"
    monitor_auth { user: op, password: "a long one" }`);
  server = new Server(options, () => {});
  await server.start();
  port = server.monitor!.port;
});

afterAll(() => server.stop());

function open(text: string): Promise<Socket> {
  const { promise, resolve } = Promise.withResolvers<Socket>();
  const socket = connect(port, "127.0.0.1", () => {
    socket.write(text);
    resolve(socket);
  });
  socket.on("error", () => {});
  socket.pause();
  return promise;
}

test("long answers that nobody reads are not kept without end, and short ones still come", async () => {
  const subject = "a.rather.long.subject.of.somebody.who.has.very.many";
  for (let i = 0; i < CLIENTS; i++) {
    const client = server.connectInProcess();
    for (let j = 0; j < SUBSCRIPTIONS; j++) client.subscribe(`${subject}.${i}.${j}`, () => {});
  }
  const target = "/connz?subs=detail&limit=100000";
  const whole = (await ask(port, target))!;
  expect(JSON.parse(whole.body).connections).toHaveLength(CLIENTS);
  expect(whole.body.length * READERS).toBeGreaterThan(OUTGOING_BYTES_MAX);
  Bun.gc(true);
  const before = process.memoryUsage.rss();
  const request = `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
  const readers = await Promise.all(Array.from({ length: READERS }, () => open(request)));
  let last = await ask(port, target);
  for (let i = 0; i < READERS && last?.status !== 503; i++) last = await ask(port, target);
  expect(last?.status).toBe(503);
  expect(last?.headers["retry-after"]).toBe("1");
  expect((await ask(port, "/varz"))?.status).toBe(200);
  expect(process.memoryUsage.rss() - before).toBeLessThan(OUTGOING_BYTES_MAX + 500 * MIB);
  for (const reader of readers) reader.destroy();
  let isOver = false;
  const recover = async (): Promise<void> => {
    while ((await ask(port, target))?.status !== 200) await Bun.sleep(50);
    isOver = true;
  };
  void recover();
  await until("room again", () => isOver, 20_000);
});

test("many requests on one connection are answered one after the other", async () => {
  const before = process.memoryUsage.rss();
  const request = "GET /connz?subs=detail&limit=100000 HTTP/1.1\r\nHost: a\r\n\r\n";
  const socket = await open(request.repeat(500));
  expect((await ask(port, "/healthz"))?.status).toBe(200);
  expect(process.memoryUsage.rss() - before).toBeLessThan(300 * MIB);
  socket.destroy();
});

test("what is counted as on its way is let go of when it is sent, or not wanted any more", async () => {
  const outgoing = new OutgoingAnswers();
  const answer = Buffer.alloc(OUTGOING_BYTES_MAX / 2 + 1);
  const first = outgoing.bodyOf(answer) as ReadableStream<Uint8Array>;
  expect([outgoing.hasRoom(answer.length), outgoing.hasRoom(1000)]).toEqual([false, true]);
  expect(outgoing.bodyOf(Buffer.alloc(1000))).toBeInstanceOf(Uint8Array);
  await first.cancel();
  expect([outgoing.bytes, outgoing.hasRoom(4 * OUTGOING_BYTES_MAX)]).toEqual([0, true]);
  let length = 0;
  const second = outgoing.bodyOf(answer) as ReadableStream<Uint8Array>;
  for await (const piece of second) length += piece.length;
  expect([length, outgoing.bytes]).toEqual([answer.length, 0]);
});

const LOGIN =
  "POST /api/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\n";
const JSON_TYPE = "Content-Type: application/json\r\n";

test.each([
  ["of two lengths", `${LOGIN}${JSON_TYPE}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}}`, 400],
  [
    "of a length, and in chunks",
    `${LOGIN}${JSON_TYPE}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ["of a negative length", `${LOGIN}${JSON_TYPE}Content-Length: -1\r\n\r\n`, 400],
  ["of an endless length", `${LOGIN}${JSON_TYPE}Content-Length: 99999999999\r\n\r\n`, 413],
  [
    "of no length",
    `${LOGIN}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    411,
  ],
  ["that is no JSON", `${LOGIN}${JSON_TYPE}Content-Length: 1\r\n\r\n{`, 400],
  [
    "that is compressed",
    `${LOGIN}${JSON_TYPE}Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08`,
    400,
  ],
])("a body %s is refused", async (_, bytes, status) => {
  expect(await exchange(port, bytes)).toStartWith(`HTTP/1.1 ${status} `);
});

const DASHBOARD = "GET /api/log HTTP/1.1\r\nConnection: close\r\n";

test.each([
  ["another host", "Host: evil.example\r\n", 403],
  ["another host with this port", "Host: evil.example:8222\r\n", 403],
  ["two hosts", "Host: localhost\r\nHost: evil.example\r\n", 403],
  ["a user before the host", "Host: localhost@evil.example\r\n", 403],
  ["a name that begins well", "Host: localhost.evil.example\r\n", 403],
  ["a name that begins with an address", "Host: 127.0.0.1.evil.example\r\n", 403],
  ["a page of another site", "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n", 403],
  ["a page of another origin", "Host: localhost\r\nOrigin: http://evil.example\r\n", 403],
  ["a page of another port", "Host: localhost:1\r\nOrigin: http://localhost:2\r\n", 403],
  ["a page of no origin", "Host: localhost\r\nOrigin: null\r\n", 403],
  ["a page of its own", "Host: localhost:1\r\nOrigin: http://localhost:1\r\n", 200],
  ["no page", "Host: localhost\r\n", 200],
])("the dashboard is asked with %s", async (_, headers, status) => {
  const text = await exchange(port, `${DASHBOARD}${headers}\r\n`);
  expect(text).toStartWith(`HTTP/1.1 ${status} `);
});

test("no redirect leads to another site", async () => {
  for (const target of [
    "//evil.example/%2e%2e",
    "//evil.example//",
    "/\\evil.example//x",
    "/%5cevil.example//x",
    "/x//%0d%0aSet-Cookie:a=b",
    "/./%2f%2fevil.example",
    "http://evil.example//x",
  ]) {
    const answer = (await ask(port, target))!;
    expect(answer.headers["set-cookie"] ?? target).toBe(target);
    const { location = "/" } = answer.headers;
    expect([target, /^\/(?![/\\])/.test(location)]).toEqual([target, true]);
  }
});

test("an upgrade is none, and other methods do nothing", async () => {
  const upgrade = `Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n`;
  const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const answer = await exchange(port, `GET /varz HTTP/1.1\r\nHost: a\r\n${upgrade}${key}\r\n`);
  expect(answer).not.toContain("101 Switching");
  for (const method of ["OPTIONS", "DELETE", "PUT", "PATCH", "TRACE", "HEAD", "GET"]) {
    for (const action of ["kick", "reload", "lame-duck", "publish", "subscribe", "login"]) {
      const { status, headers } = (await ask(port, `/api/${action}`, { method }))!;
      expect([method, action, status]).toEqual([method, action, 405]);
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
  }
  expect(server.phase).toBe("serving");
});
