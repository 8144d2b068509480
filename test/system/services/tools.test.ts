/** What `nats server ...` asks, with the published clients. */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { CLIENTS, type ClientPackage, type Connection } from "../../interop/clients.ts";
import { ours } from "../../process/processes.ts";
import type { TestServer } from "../../support/server.ts";
import { unsnappy } from "../../support/unsnappy.ts";
import { until } from "../../support/until.ts";
import { PING, ServiceStage } from "./service-stage.ts";

setDefaultTimeout(30_000);

/** As the tool sends them: every option with its zero value. */
const FILTER = {
  server_name: "",
  cluster: "",
  host: "",
  tags: null,
  domain: "",
  exact_match: false,
};
const CONNZ = {
  ...FILTER,
  sort: "",
  auth: true,
  subscriptions: false,
  subscriptions_detail: false,
  offset: 0,
  limit: 2,
  cid: 0,
  mqtt_client: "",
  state: 0,
  user: "",
  acc: "",
  filter_subject: "",
};
const KEY = /^N[A-Z2-7]{55}$/;

interface Envelope {
  readonly server: { readonly name: string; readonly id: string; readonly jetstream: boolean };
  readonly data: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly description: string };
}

describe.each(CLIENTS)("with $name", (client: ClientPackage) => {
  let stage: ServiceStage;
  let admin: Connection;

  const join = (user: string): Promise<Connection> => {
    const server = { url: `nats://127.0.0.1:${stage.stage.port}` } as TestServer;
    return client.connect(server, { user, pass: user, name: `tool of ${user}` });
  };

  beforeAll(async () => {
    stage = await ServiceStage.open(ours);
    admin = await join("sys");
  });

  afterAll(async () => {
    await admin[Symbol.asyncDispose]();
    await stage[Symbol.asyncDispose]();
  });

  /** All answers until there is a pause. */
  async function all(subject: string, body: unknown, isCompressed: boolean): Promise<Envelope[]> {
    const headers = client.headers();
    if (isCompressed) headers.set("Accept-Encoding", "snappy");
    const found: Envelope[] = [];
    const options = {
      strategy: client.strategies.stall,
      maxWait: 1000,
      stall: 100,
      jitter: 100,
      ...(isCompressed ? { headers } : {}),
    };
    const payload = body === null ? "" : JSON.stringify(body);
    for await (const message of await admin.requestMany(subject, payload, options)) {
      const encoding = message.headers?.get("Content-Encoding");
      expect(encoding).toBe(isCompressed ? "snappy" : undefined);
      const bytes = isCompressed ? unsnappy(message.data) : Buffer.from(message.data);
      found.push(JSON.parse(bytes.toString()) as Envelope);
    }
    return found;
  }

  async function one(subject: string, body: unknown = null): Promise<Envelope> {
    const payload = body === null ? "" : JSON.stringify(body);
    return (await admin.request(subject, payload, { timeout: 3000 })).json<Envelope>();
  }

  test("server ls, ping", async () => {
    const found = await all(PING, null, false);
    expect(found).toHaveLength(1);
    const { server, statsz } = found[0] as unknown as {
      server: Envelope["server"];
      statsz: Record<string, number>;
    };
    expect(server).toMatchObject({ name: "served", ver: "2.15.1", jetstream: false });
    expect(server.id).toMatch(KEY);
    expect(statsz.active_servers).toBe(found.length);
    expect(statsz.connections).toBeGreaterThanOrEqual(4);
    for (const name of ["cpu", "cores", "mem", "subscriptions", "slow_consumers"]) {
      expect(typeof statsz[name]).toBe("number");
    }
  });

  test("server info by name and by id, server check server", async () => {
    const byName = { ...FILTER, server_name: "served", exact_match: true };
    const [named] = await all(`${PING}.VARZ`, byName, true);
    const { data, server } = await one(stage.own("VARZ"));
    expect(Object.keys(named!.data)).toEqual(Object.keys(data));
    expect(server.id).toBe(stage.id);
    expect(data).toMatchObject({ server_id: stage.id, auth_required: true, max_payload: 1048576 });
    expect(await all(`${PING}.VARZ`, { ...byName, server_name: "serve" }, true)).toEqual([]);
  });

  test("server report connections, page by page", async () => {
    const seen: unknown[] = [];
    for (let offset = 0; ; offset += CONNZ.limit) {
      const [page] = await all(`${PING}.CONNZ`, { ...CONNZ, offset }, true);
      const { connections } = page!.data as { connections: { name: string; account: string }[] };
      seen.push(...connections.map(({ name, account }) => `${account} ${name}`));
      if (connections.length < CONNZ.limit) break;
    }
    expect(seen).toEqual(["SYS sys", "A a", "B b", "SYS tool of sys"]);
  });

  test("server report accounts, jetstream, health; server request", async () => {
    const [accounts] = await all(`${PING}.ACCOUNTZ`, FILTER, true);
    expect(accounts!.data).toMatchObject({ system_account: "SYS" });
    const [health] = await all(`${PING}.HEALTHZ`, { ...FILTER, details: true }, true);
    expect(health!.data).toEqual({ status: "ok", status_code: 200 });
    const [jetstream] = await all(
      `${PING}.JSZ`,
      { ...FILTER, leader_only: false, raft: true },
      true,
    );
    expect(jetstream!.data).toMatchObject({ disabled: true });
    expect(await all(`${PING}.JSZ`, { ...FILTER, leader_only: true }, true)).toEqual([]);
    for (const name of ["ROUTEZ", "GATEWAYZ", "LEAFZ", "SUBSZ", "RAFTZ", "IPQUEUESZ", "PROFILEZ"]) {
      const [answer] = await all(`${PING}.${name}`, FILTER, true);
      expect(answer!.error).toBeUndefined();
      expect(answer!.data).toBeDefined();
    }
  });

  test("account info, account report statistics", async () => {
    await using tenant = await join("b");
    const info = (await tenant.request("$SYS.REQ.USER.INFO", "")).json<Envelope>();
    expect(info.data).toEqual({
      user: "b",
      account: "B",
      account_name: "B",
      permissions: {
        publish: { allow: ["x.>", "$SYS.REQ.>"], deny: ["x.secret"] },
        subscribe: { allow: ["y.>", "_INBOX.>"] },
        responses: { max: 1, ttl: 120_000_000_000 },
      },
    });
    const statistics = (await tenant.request("$SYS.REQ.ACCOUNT.PING.STATZ", "")).json<Envelope>();
    expect(statistics.data.account_statz).toMatchObject([{ acc: "B", conns: 2 }]);
    expect(statistics.data.account_statz).toHaveLength(1);
    const [fault] = await Promise.allSettled([tenant.request(`${PING}.VARZ`, "")]);
    expect(client.isNoResponders((fault as PromiseRejectedResult).reason)).toBe(true);
  });

  test("server request kick, server config reload", async () => {
    const victim = await join("a");
    let isGone = false;
    void victim.closed().then(() => (isGone = true));
    const info = (await victim.request(`${PING}.CONNZ`, "")).json<Envelope>();
    const { connections } = info.data as { connections: { cid: number; name: string }[] };
    const { cid } = connections.find(({ name }) => name === "tool of a")!;
    const answer = await one(stage.own("KICK"), { cid });
    expect(Object.keys(answer)).toEqual(["server"]);
    await until("the client is gone", () => isGone);
    expect(await one(stage.own("KICK"), { cid })).toMatchObject({
      error: { code: 500, description: "no such client or leafnode id" },
    });
    expect(Object.keys(await one(stage.own("RELOAD")))).toEqual(["server"]);
  });
});
