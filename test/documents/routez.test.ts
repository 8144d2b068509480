/** What `routez` says of servers that ask for a lot, in old words, or do not read; and what others do. */

import { afterEach, describe, expect, test } from "bun:test";
import { routez } from "../../src/documents/routez/routez.ts";
import { Server } from "../../src/server/server.ts";
import { optionsOf } from "../support/options-of.ts";
import { until } from "../support/until.ts";
import { Wire } from "../support/wire.ts";

const CONFIG = `listen: "127.0.0.1:-1"
http_port: -1
cluster { name: c, listen: "127.0.0.1:-1", pool_size: -1 }`;
const PEER = "NPEERNPEERNPEERNPEERNPEERNPEERNPEERNPEERNPEERNPEERNPEERA";

interface Routez {
  readonly num_routes: number;
  readonly routes: readonly {
    readonly rid: number;
    readonly remote_name: string;
    readonly subscriptions: number;
    readonly subscriptions_list?: readonly string[];
    readonly subscriptions_list_detail?: readonly object[];
  }[];
}

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

async function start(config = CONFIG): Promise<Server> {
  const server = new Server(await optionsOf(config), null);
  await server.start();
  open.push({ [Symbol.asyncDispose]: () => server.stop() });
  return server;
}

/** Another server without a pool, that has told what it wants. */
async function join(server: Server, lines = "", isNew = true): Promise<Wire> {
  const wire = await Wire.connect(server.cluster!.port);
  open.push({ [Symbol.asyncDispose]: async () => wire.close() });
  const info = {
    server_id: PEER,
    server_name: "peer",
    version: "2.15.1",
    proto: 1,
    go: "go1",
    host: "127.0.0.1",
    port: 1,
    headers: true,
    max_payload: 1_048_576,
    cluster: "c",
    lnoc: true,
    ...(isNew ? { lnocu: true } : {}),
  };
  const connect = { echo: true, name: PEER, cluster: "c", headers: true, lnoc: true };
  const hello = `CONNECT ${JSON.stringify(connect)}\r\nINFO ${JSON.stringify(info)}\r\n`;
  await wire.send(`${hello}${lines}PING\r\n`);
  expect(await wire.waitFor("PONG\r\n")).toBe(true);
  return wire;
}

async function read(server: Server, options = {}): Promise<Routez> {
  return JSON.parse((await routez(server.observer, options).encode("  ")).toString());
}

describe("what another server asks for", () => {
  const lines = "RS+ $G a.> \r\nRS+ $G q g 3\r\nLS+ leafs $G l.x\r\nLS+ leafs $G l.q g 2\r\n";

  test("is listed under nats-server's keys", async () => {
    const server = await start();
    await join(server, lines);
    const [route] = (await read(server, { subscriptions_detail: true })).routes;
    const cid = route!.rid;
    expect(route!.subscriptions_list_detail).toBeArrayOfSize(4);
    expect(new Set(route!.subscriptions_list_detail)).toEqual(
      new Set([
        { subject: "a.>", sid: "R $G a.>", msgs: 0, cid },
        { subject: "q", qgroup: "g", sid: "R $G q g", msgs: 0, cid },
        { subject: "l.x", sid: "L leafs $G l.x", msgs: 0, cid },
        { subject: "l.q", qgroup: "g", sid: "L leafs $G l.q g", msgs: 0, cid },
      ]),
    );
    const [plain] = (await read(server, { subscriptions: true })).routes;
    expect(new Set(plain!.subscriptions_list)).toEqual(new Set(["a.>", "q", "l.x", "l.q"]));
  });

  test("has other keys where interest ends without its origin", async () => {
    const server = await start();
    await join(server, lines, false);
    const [route] = (await read(server, { subscriptions_detail: true })).routes;
    const keys = route!.subscriptions_list_detail!.map((each) => (each as { sid: string }).sid);
    expect(keys.sort()).toEqual(["$G a.>", "$G l.q g", "$G l.x", "$G q g"]);
  });

  test("is counted with the subscriptions of the server, and listed nowhere else", async () => {
    const server = await start();
    const url = `http://127.0.0.1:${server.monitor!.port}`;
    const get = async (path: string) => (await fetch(url + path)).json() as Promise<unknown>;
    const before = (await get("/subsz?subs=1")) as { num_subscriptions: number; total: number };
    await join(server, lines);
    const after = (await get("/subsz?subs=1")) as typeof before;
    expect(after.num_subscriptions - before.num_subscriptions).toBe(4);
    expect(after.total).toBe(before.total);
    expect(await get("/connz")).toMatchObject({ num_connections: 0, total: 0 });
    const stats = (await get("/varz")) as Record<string, number>;
    expect([stats.routes, stats.remotes, stats.connections]).toEqual([1, 1, 0]);
  });

  test("comes in pieces when it is a lot, in either layout", async () => {
    const server = await start();
    const subjects = Array.from({ length: 3000 }, (_, i) => `many.${i}`);
    await join(server, subjects.map((subject) => `RS+ $G ${subject}\r\n`).join(""));
    const document = routez(server.observer, { subscriptions: true });
    for (const indent of ["", "  "] as const) {
      const pieces: Buffer[] = [];
      for await (const piece of document.pieces(indent)) pieces.push(piece);
      expect(pieces.length).toBeGreaterThan(10);
      const text = Buffer.concat(pieces).toString();
      const whole = JSON.parse(text) as Routez;
      expect(JSON.stringify(whole, null, indent)).toBe(text);
      expect(new Set(whole.routes[0]!.subscriptions_list)).toEqual(new Set(subjects));
    }
  });

  test("may end while it is told", async () => {
    const server = await start();
    const { count } = server.account.sublist;
    const lines = Array.from({ length: 3000 }, (_, i) => `RS+ $G many.${i}\r\n`).join("");
    const wire = await join(server, lines);
    const pieces: Buffer[] = [];
    for await (const piece of routez(server.observer, { subscriptions: true }).pieces("")) {
      if (pieces.push(piece) !== 3) continue;
      wire.close();
      await until("the route is gone", () => server.cluster!.routeCount === 0);
      await until("its interest is gone", () => server.account.sublist.count === count);
    }
    const document = JSON.parse(Buffer.concat(pieces).toString()) as Routez;
    const { length } = document.routes[0]!.subscriptions_list!;
    expect(length).toBeGreaterThan(0);
    expect(length).toBeLessThan(3000);
    expect((await read(server)).num_routes).toBe(0);
  });
});

test("a server that does not read is a slow consumer, told by the subjects that wait for it", async () => {
  const server = await start();
  let held: Buffer | null = Buffer.alloc(0);
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: server.cluster!.port,
    socket: {
      data(_, chunk) {
        if (held !== null) held = Buffer.concat([held, chunk]);
      },
    },
  });
  open.push({ [Symbol.asyncDispose]: async () => void socket.terminate() });
  const info = { server_id: PEER, server_name: "stuck", version: "2.10.0", proto: 1, go: "go1" };
  const rest = { host: "h", port: 1, headers: true, max_payload: 1, cluster: "c", lnoc: true };
  socket.write(
    `CONNECT {"name":"${PEER}","cluster":"c","headers":true}\r\n` +
      `INFO ${JSON.stringify({ ...info, ...rest })}\r\nRS+ $G big.>\r\nPING\r\n`,
  );
  await until("it is in", () => held!.includes("PONG\r\n"));
  held = null;
  socket.pause();
  const client = await Wire.connect(server.port);
  open.push({ [Symbol.asyncDispose]: async () => client.close() });
  const payload = "x".repeat(500_000);
  await client.send(`CONNECT {"verbose":false}\r\n`);
  const message = `PUB big.one ${payload.length}\r\n${payload}\r\n`;
  for (let i = 0; i < 60 && server.slowConsumers.blockedCount === 0; i++) {
    await client.send(message);
    await Bun.sleep(1);
  }
  await until("it is blocked", () => server.slowConsumers.blockedCount > 0);
  // What waits begins in the middle of a message, and goes on with whole ones.
  await client.send(`${message.repeat(2)}PING\r\n`);
  expect(await client.waitFor("PONG\r\n")).toBe(true);
  const answer = await fetch(`http://127.0.0.1:${server.monitor!.port}/slowz`);
  const { current } = (await answer.json()) as { current: readonly object[] };
  expect(current).toMatchObject([
    { kind: "Router", name: "stuck", version: "2.10.0", subjects: [{ subject: "big.one" }] },
  ]);
});
