/** The answers that the dashboard's page lives on. */

import { describe, expect, test } from "bun:test";
import { NatsServer } from "../../../src/embed.ts";
import { SUBSCRIPTIONS_MAX } from "../../../src/monitor/dashboard/actions/subscribe.ts";
import { VIEWERS_MAX } from "../../../src/monitor/dashboard/live/live-feed.ts";
import type {
  AccountDetail,
  AccountList,
  ConfigurationView,
  ConnectionDetail,
  ConnectionList,
  DenialList,
  Hello,
  LogLines,
  ReceivedLine,
  SlowNow,
  Tick,
} from "../../../src/monitor/dashboard/shapes.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import {
  logIn,
  MONITOR_AUTH,
  PASSWORD,
  post,
  startWatched,
  USER,
  type Watched,
} from "./watched.ts";

async function get<T>({ url }: Watched, path: string): Promise<T> {
  return (await (await fetch(`${url}/api/${path}`)).json()) as T;
}

/** Events of the live feed, until one is what is looked for. */
async function watch<T>(
  { url }: Watched,
  name: string,
  isWanted: (event: T) => boolean,
): Promise<T> {
  const response = await fetch(`${url}/api/live`);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const reader = response.body!.getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error("the feed has ended");
    text += Buffer.from(value).toString();
    const events = text.split("\n\n");
    text = events.pop()!;
    for (const event of events) {
      const [head, data] = event.split("\n");
      if (head !== `event: ${name}`) continue;
      const parsed = JSON.parse(data!.slice("data: ".length)) as T;
      if (!isWanted(parsed)) continue;
      await reader.cancel();
      return parsed;
    }
  }
}

describe("connections", () => {
  test("are sorted, searched and paged by the server", async () => {
    await using watched = await startWatched();
    const { server } = watched;
    const clients = Array.from({ length: 30 }, () => server.connectInProcess());
    for (const [i, client] of clients.entries()) {
      for (let n = 0; n <= i; n++) client.subscribe(`subject.${i}.${n}`, () => {});
    }
    const list = await get<ConnectionList>(
      watched,
      "connections?sort=subscriptions&order=desc&limit=5",
    );
    expect(list).toMatchObject({ total: 30, found: 30, offset: 0 });
    expect(list.rows.map(({ subscriptions }) => subscriptions)).toEqual([30, 29, 28, 27, 26]);
    const last = await get<ConnectionList>(
      watched,
      "connections?sort=subscriptions&offset=28&limit=5",
    );
    expect(last.rows.map(({ subscriptions }) => subscriptions)).toEqual([29, 30]);
    const found = await get<ConnectionList>(watched, "connections?search=SUBJECT.7.3");
    expect(found.rows.map(({ subscriptions }) => subscriptions)).toEqual([8]);
    expect((await get<ConnectionList>(watched, "connections?search=nowhere")).rows).toEqual([]);
  });

  test("hundreds of questions at once are all answered", async () => {
    await using watched = await startWatched();
    for (let i = 0; i < 100; i++) watched.server.connectInProcess();
    const ask = () => get<ConnectionList>(watched, "connections?sort=name");
    const lists = await Promise.all(Array.from({ length: 200 }, ask));
    expect(lists.every(({ rows }) => rows.length === 50)).toBe(true);
  });

  test("any nonsense in a query is taken for what is usual", async () => {
    await using watched = await startWatched();
    watched.server.connectInProcess();
    const nonsense = ["-1", "1e9", "999999999999999999999", "x", "%00", "__proto__", "", "[]"];
    for (const value of nonsense) {
      for (const name of ["sort", "order", "offset", "limit"]) {
        const path = `connections?${name}=${encodeURIComponent(value)}&${name}=2`;
        expect((await get<ConnectionList>(watched, path)).total).toBe(1);
      }
      const response = await fetch(`${watched.url}/api/connection?cid=${value}`);
      expect(response.status).toBe(404);
    }
  });

  test("one of them tells its subjects, its traffic and what it was denied", async () => {
    await using watched = await startWatched(`authorization {
      users: [{ user: u, password: p, permissions: { publish: "ok.>", subscribe: { deny: "no.>" } } }]
    }`);
    const wire = await Wire.connect(watched.server.port);
    await wire.send(
      'CONNECT {"verbose":false,"user":"u","pass":"p","name":"<b>me</b>","lang":"go"}\r\n' +
        "SUB ok.* workers 7\r\nUNSUB 7 5\r\nSUB no.way 8\r\nPUB ok.1 2\r\nhi\r\nPUB bad 2\r\nhi\r\nPING\r\n",
    );
    await wire.waitFor(/PONG\r\n/);
    const { rows } = await get<ConnectionList>(watched, "connections");
    const detail = await get<ConnectionDetail>(watched, `connection?cid=${rows[0]!.cid}`);
    expect(detail.connection).toMatchObject({ name: "<b>me</b>", user: "u", account: "$G" });
    expect(detail.rules).toEqual([
      { name: "May publish to", rules: ["ok.>"], more: 0 },
      { name: "Must not subscribe to", rules: ["no.>"], more: 0 },
    ]);
    expect(detail.subscriptions).toEqual([
      { sid: "7", subject: "ok.*", queue: "workers", delivered: 1, max: 5 },
    ]);
    expect(
      detail.denials.map(({ operation, subject, rule }) => [operation, subject, rule]),
    ).toEqual([
      ["publish", "bad", ""],
      ["subscribe", "no.way", expect.stringContaining("no.>")],
    ]);
    const denials = await get<DenialList>(watched, "denials");
    expect(denials.counts).toMatchObject({ total: 2, publish: 1, subscribe: 1 });
    wire.close();
  });
});

describe("the live feed", () => {
  test("tells of the server, and each second of its traffic and its busy subjects", async () => {
    await using watched = await startWatched('server_name: "a server"'.replace("a server", "srv"));
    const hello = await watch<Hello>(watched, "hello", () => true);
    expect(hello.server).toMatchObject({ name: "srv", port: watched.server.port });
    const wire = await Wire.connect(watched.server.port);
    await wire.send('CONNECT {"verbose":false,"name":"busy"}\r\nSUB a.> 1\r\nPING\r\n');
    await wire.waitFor(/PONG\r\n/);
    const timer = setInterval(() => void wire.send("PUB a.b 5\r\nhello\r\n"), 5);
    const tick = await watch<Tick>(watched, "tick", ({ busiest }) => busiest.length > 0);
    clearInterval(timer);
    expect(tick.sample.inMsgs).toBeGreaterThan(10);
    expect(tick.sample.outMsgs).toBeGreaterThan(10);
    expect(tick.sample.connections).toBe(1);
    expect(tick.totals.subscriptions).toBeGreaterThan(0);
    expect(tick.subjects.map(({ subject }) => subject)).toContain("a.b");
    expect(tick.busiest[0]!.client).toBe("busy");
    expect(tick.health.isHealthy).toBe(true);
    expect(tick.health.checks.every(({ reason }) => reason !== "")).toBe(true);
    wire.close();
  });

  test("samples nothing and has no timer while nobody watches", async () => {
    await using watched = await startWatched();
    const { observer } = watched.server;
    expect(observer.sampler).toBeNull();
    await watch<Tick>(watched, "tick", () => observer.sampler !== null);
    await until("nobody watches", () => observer.sampler === null);
  });

  test("is for so many at a time, and a place becomes free again", async () => {
    await using watched = await startWatched();
    const open = () => fetch(`${watched.url}/api/live`);
    const answers = await Promise.all(Array.from({ length: VIEWERS_MAX }, open));
    expect(answers.map(({ status }) => status)).toEqual(Array(VIEWERS_MAX).fill(200));
    expect((await open()).status).toBe(503);
    await answers[0]!.body!.cancel();
    let another = await open();
    for (let tries = 0; another.status === 503 && tries < 100; tries++) {
      await Bun.sleep(10);
      another = await open();
    }
    expect(another.status).toBe(200);
    await another.body!.cancel();
    for (const answer of answers.slice(1)) await answer.body!.cancel();
  });
});

describe("a viewer that reads nothing", () => {
  test("holds up neither the others nor the server", async () => {
    await using watched = await startWatched();
    const port = Number(new URL(watched.url).port);
    const deaf = await Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        open(socket) {
          socket.write(`GET /api/live HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
          socket.pause();
        },
        data() {},
      },
    });
    await watch<Tick>(watched, "tick", () => true);
    expect((await get<ConnectionList>(watched, "connections")).total).toBe(0);
    deaf.terminate();
    await until("nobody watches", () => watched.server.observer.sampler === null);
  });
});

describe("what else is told", () => {
  test("accounts, the configuration and the log", async () => {
    await using watched = await startWatched(`
      accounts { SHOP { users: [{ user: s, password: s }] }, IOT {} }
      max_payload: 1000
      ${MONITOR_AUTH}`);
    const accounts = await get<AccountList>(watched, "accounts");
    expect(accounts.rows.map(({ label }) => label)).toContain("SHOP");
    expect((await get<AccountList>(watched, "accounts?search=sho")).rows).toHaveLength(1);
    const { rows } = await get<ConfigurationView>(watched, "configuration");
    const option = (key: string) => rows.find((row) => row.key === key);
    expect(option("max_payload")).toMatchObject({ value: "1000", isDefault: false });
    expect(option("monitor_auth.password")).toMatchObject({ value: null });
    expect(option("ping_interval")).toMatchObject({ isDefault: true });
    const { lines } = await get<LogLines>(watched, "log?after=0");
    expect(lines[0]!.text).toBe("Starting nats-server");
    expect(lines.map(({ text }) => text)).toContain("Server is ready");
    expect((await get<LogLines>(watched, `log?after=${lines.at(-1)!.sequence}`)).lines).toEqual([]);
  });

  test("what an account shares, for whom, and who has it", async () => {
    await using watched = await startWatched(`accounts {
      A {
        users: [{ user: a, password: p }]
        exports: [{ stream: "s.>" }, { service: "ask", accounts: [B] }, { service: "own.*", account_token_position: 2 }]
        mappings: { "old": "new", "half": [{ destination: "one", weight: 40% }] }
      }
      B {
        users: [{ user: b, password: p }]
        imports: [
          { stream: { account: A, subject: "s.x" }, prefix: "from.a" }
          { service: { account: A, subject: "ask" }, to: "please" }
        ]
        limits { max_subscriptions: 7 }
      }
    }`);
    const exporter = await get<AccountDetail>(watched, "account?name=A");
    const shared = exporter.exports.map((each) => [each.subject, each.audience, each.importers]);
    expect(shared).toEqual([
      ["s.>", "every account", ["B"]],
      ["ask", "B", ["B"]],
      ["own.*", "the account named by token 2 of the subject", []],
    ]);
    expect(exporter.mappings).toContainEqual({ from: "old", to: "new" });
    expect(exporter.mappings.at(-1)!.to).toContain("one (40%)");
    const importer = await get<AccountDetail>(watched, "account?name=B");
    expect(importer).toMatchObject({ subscriptionsMax: 7, payloadMax: -1 });
    expect(importer.imports).toEqual([
      { kind: "stream", account: "A", subject: "s.x", local: "from.a.s.x", isInForce: true },
      { kind: "service", account: "A", subject: "ask", local: "please", isInForce: true },
    ]);
    expect((await fetch(`${watched.url}/api/account?name=NONE`)).status).toBe(404);
    expect((await fetch(`${watched.url}/api/account`)).status).toBe(404);
  });

  test("who is slow: how near the end is, where to look, and that it came", async () => {
    await using watched = await startWatched('write_deadline: "3s"');
    const { server } = watched;
    const stuck = await Bun.connect({
      hostname: "127.0.0.1",
      port: server.port,
      socket: {
        open(socket) {
          socket.write('CONNECT {"verbose":false,"name":"stuck","lang":"go"}\r\nSUB flood 1\r\n');
          socket.pause();
        },
        data() {},
      },
    });
    await until("a client", () => server.clients.size === 1);
    const [cid] = server.clients.keys();
    const publisher = server.connectInProcess();
    await until("a subscription", () => server.account.sublist.stats.subscriptions > 0);
    const timer = setInterval(() => publisher.publish("flood", Buffer.alloc(50_000)), 5);
    let slow: SlowNow | undefined;
    const { cutOff } = await watch<Tick>(watched, "tick", (tick) => {
      slow ??= tick.slow[0];
      return tick.cutOff.count > 0;
    });
    clearInterval(timer);
    expect(slow).toMatchObject({ cid, name: "stuck", library: "go", drainRate: 0 });
    expect(slow!.why).toContain("write_deadline (3s)");
    expect(slow!.advice).toContain("does not read");
    expect(slow!.deadlineShare).toBeGreaterThan(0);
    expect(slow!.deadlineShare).toBeLessThanOrEqual(1);
    expect(cutOff).toMatchObject({ count: 1, last: "stuck" });
    stuck.terminate();
  }, 20_000);

  test("everything below the base path", async () => {
    await using watched = await startWatched('http_base_path: "/nats/mon"');
    const page = await fetch(watched.url, { headers: { Accept: "text/html" } });
    expect(await page.text()).toContain("<main");
    expect((await fetch(`${watched.url}/api/cluster`)).status).toBe(200);
  });
});

describe("actions", () => {
  test("publish and subscribe, in the account that is named", async () => {
    await using watched = await startWatched(`accounts { A {}, B {} }\n${MONITOR_AUTH}`);
    const headers = { Cookie: await logIn(watched) };
    const account = watched.server.tenancy.accounts.find("A")!;
    // What an account imports is there as soon as it is used.
    account.wake();
    const before = account.sublist.stats.subscriptions;
    const response = await post(
      watched,
      "/api/subscribe",
      { account: "A", subject: "x.>" },
      headers,
    );
    const reader = response.body!.getReader();
    const read = async () => Buffer.from((await reader.read()).value!).toString();
    expect(JSON.parse(await read())).toEqual({ note: "subscribed" });
    for (const account of ["B", "A"]) {
      const message = { account, subject: "x.y", payload: `from ${account}`, reply: "r" };
      expect((await post(watched, "/api/publish", message, headers)).status).toBe(200);
    }
    let text = await read();
    while (!text.includes("payload")) text += await read();
    const line = text.split("\n").find((each) => each.includes("payload"))!;
    expect(JSON.parse(line) as ReceivedLine).toMatchObject({
      subject: "x.y",
      reply: "r",
      payload: "from A",
    });
    await reader.cancel();
    await until("no subscription", () => account.sublist.stats.subscriptions === before);
    expect(watched.log.join("\n")).toContain('"operator" from 127.0.0.1 publishes to "x.y"');
  });

  test("test subscriptions are so many at a time", async () => {
    await using watched = await startWatched(MONITOR_AUTH);
    const headers = { Cookie: await logIn(watched) };
    const begin = () => post(watched, "/api/subscribe", { subject: "x" }, headers);
    const open = await Promise.all(Array.from({ length: SUBSCRIPTIONS_MAX }, begin));
    expect((await begin()).status).toBe(503);
    for (const response of open) await response.body!.cancel();
  });

  test("what cannot be published to, or subscribed to, is refused", async () => {
    await using watched = await startWatched(MONITOR_AUTH);
    const headers = { Cookie: await logIn(watched) };
    const subjects = ["", " ", "a b", "a\r\nPUB x", ".a", "a..b", "a.\u0000", "x".repeat(2000)];
    for (const subject of subjects) {
      for (const path of ["/api/publish", "/api/subscribe"]) {
        const response = await post(watched, path, { subject, payload: "" }, headers);
        expect([path, subject, response.status]).toEqual([path, subject, 400]);
      }
    }
    expect((await post(watched, "/api/publish", { subject: "a.*" }, headers)).status).toBe(400);
    expect((await post(watched, "/api/publish", { subject: 7 }, headers)).status).toBe(400);
    expect((await post(watched, "/api/publish", [], headers)).status).toBe(400);
    const long = { subject: "a", payload: "x".repeat(100_000) };
    expect((await post(watched, "/api/publish", long, headers)).status).toBe(413);
    const longer = { subject: "a", payload: "x".repeat(200_000) };
    expect((await post(watched, "/api/publish", longer, headers)).status).toBe(413);
    const nowhere = { account: "NONE", subject: "a" };
    expect((await post(watched, "/api/publish", nowhere, headers)).status).toBe(404);
  });

  test("kick closes a connection, and says who has asked for it", async () => {
    await using watched = await startWatched(MONITOR_AUTH);
    const headers = { Cookie: await logIn(watched) };
    const client = watched.server.connectInProcess();
    const [cid] = watched.server.clients.keys();
    expect((await post(watched, "/api/kick", { cid: 999 }, headers)).status).toBe(404);
    expect((await post(watched, "/api/kick", { cid }, headers)).status).toBe(200);
    expect(watched.server.clients.size).toBe(0);
    await client.closed;
    expect(watched.log.join("\n")).toMatch(
      new RegExp(`"operator" from 127.0.0.1 closes .*cid:${cid}`),
    );
  });

  test("a server inside another program says that it cannot be reloaded or ended from here", async () => {
    const server = await NatsServer.start({
      httpPort: -1,
      monitorAuth: { user: USER, password: PASSWORD },
    });
    await using watched = { url: server.monitorUrl, [Symbol.asyncDispose]: () => server.stop() };
    const headers = { Cookie: await logIn(watched) };
    const session = await (await fetch(`${server.monitorUrl}/api/session`, { headers })).json();
    expect(session).toEqual({ canLogIn: true, user: USER, isEmbedded: true });
    expect((await post(watched, "/api/publish", { subject: "a" }, headers)).status).toBe(200);
    for (const path of ["/api/reload", "/api/lame-duck"]) {
      const response = await post(watched, path, {}, headers);
      expect(response.status).toBe(409);
      expect(await response.text()).toContain("runs inside another program");
    }
  });

  test("reload and lame duck mode are the process's business", async () => {
    await using watched = await startWatched(MONITOR_AUTH);
    const headers = { Cookie: await logIn(watched) };
    await post(watched, "/api/reload", {}, headers);
    await post(watched, "/api/lame-duck", {}, headers);
    // The answer goes before the server does.
    await until("lame duck mode", () => watched.asked.length === 2);
    expect(watched.asked).toEqual(["reload", "lame duck"]);
  });
});
