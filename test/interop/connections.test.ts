/** The life of a client connection: INFO, drain, close, reconnect, and many at once. */

import { describe, expect, test } from "bun:test";
import { logged, startServer, until } from "../support/server.ts";
import { CLIENTS, type Connection } from "./clients.ts";

/** Types of the events a connection reports, as they come. */
function watch(connection: Connection): string[] {
  const types: string[] = [];
  void (async () => {
    for await (const { type } of connection.status()) types.push(type);
  })();
  return types;
}

describe.each(CLIENTS)("$name", (client) => {
  test("INFO has what clients switch features by", async () => {
    await using server = await startServer();
    await using connection = await client.connect(server);
    await using second = await client.connect(server);
    const info = connection.info!;
    expect(info).toMatchObject({
      version: "2.15.1",
      proto: 1,
      host: "127.0.0.1",
      port: server.port,
      headers: true,
      max_payload: 1_048_576,
      client_ip: "127.0.0.1",
      api_lvl: 5,
    });
    expect(info.server_id).toMatch(/^N[A-Z2-7]{55}$/);
    expect(info.server_name).toBe(info.server_id);
    for (const field of ["auth_required", "tls_required", "tls_available", "jetstream", "nonce"]) {
      expect(info).not.toHaveProperty(field);
    }
    expect(second.info!.client_id).toBeGreaterThan(info.client_id);
    expect(connection.getServer()).toBe(`127.0.0.1:${server.port}`);
  });

  test("a round trip is measured", async () => {
    await using server = await startServer();
    await using connection = await client.connect(server);
    for (let i = 0; i < 20; i++) {
      const milliseconds = await connection.rtt();
      expect(milliseconds).toBeGreaterThanOrEqual(0);
      expect(milliseconds).toBeLessThan(2_000);
    }
    await Promise.all(Array.from({ length: 100 }, () => connection.flush()));
  });

  test("draining a subscription loses nothing that was published before", async () => {
    await using server = await startServer();
    await using publisher = await client.connect(server);
    await using subscriber = await client.connect(server);
    const subscription = subscriber.subscribe("work");
    await subscriber.flush();
    const handled: string[] = [];
    const reading = (async () => {
      for await (const message of subscription) {
        if (handled.length % 100 === 0) await Bun.sleep(1);
        handled.push(message.string());
      }
    })();
    for (let i = 0; i < 2_000; i++) publisher.publish("work", String(i));
    await publisher.flush();
    await subscription.drain();
    await reading;
    expect(handled).toEqual(Array.from({ length: 2_000 }, (_, i) => String(i)));
    publisher.publish("work", "late");
    await publisher.flush();
    await subscriber.flush();
    expect(handled.length).toBe(2_000);
  });

  test("draining a connection answers what it was asked before, then closes it", async () => {
    await using server = await startServer();
    await using asker = await client.connect(server);
    const service = await client.connect(server);
    service.subscribe("ask", { callback: (_, message) => void message.respond(message.data) });
    await service.flush();
    const answers = Promise.all(
      Array.from({ length: 300 }, (_, i) => asker.request("ask", String(i), { timeout: 3_000 })),
    );
    await asker.flush();
    await Promise.all([answers, service.drain()]);
    const texts = (await answers).map((answer) => answer.string());
    expect(texts).toEqual(Array.from({ length: 300 }, (_, i) => String(i)));
    expect(service.isClosed()).toBe(true);
    expect(await service.closed()).toBeUndefined();
  });

  test("closing ends subscriptions and is no error", async () => {
    await using server = await startServer({ debug: true });
    const connection = await client.connect(server, { name: "leaving" });
    const subscription = connection.subscribe("never");
    const reading = (async () => {
      for await (const _ of subscription);
    })();
    await connection.close();
    await reading;
    expect(await connection.closed()).toBeUndefined();
    expect(() => connection.publish("a")).toThrow();
    await logged(server, "debug", /"v.*:leaving" - Client connection closed: Client Closed$/);
  });

  test("a connection that may not reconnect is closed when the server stops", async () => {
    await using server = await startServer();
    await using connection = await client.connect(server);
    const events = watch(connection);
    await connection.flush();
    await server.stop();
    await connection.closed();
    expect(connection.isClosed()).toBe(true);
    await until("disconnect", () => events.includes("disconnect"));
    expect(events).not.toContain("error");
  });

  test("a connection comes back to a restarted server with its subscriptions", async () => {
    const first = await startServer();
    const { port } = first;
    await using connection = await client.connect(first, {
      reconnect: true,
      reconnectTimeWait: 20,
      maxReconnectAttempts: -1,
    });
    const events = watch(connection);
    const seen: string[] = [];
    connection.subscribe("news.*", { callback: (_, message) => void seen.push(message.string()) });
    connection.subscribe("jobs", {
      queue: "workers",
      callback: (_, message) => void message.respond("done"),
    });
    const limited = connection.subscribe("limited", { max: 2, callback: () => {} });
    connection.publish("news.a", "before");
    connection.publish("limited");
    await connection.flush();
    expect(seen).toEqual(["before"]);
    const id = connection.info!.server_id;

    await first.stop();
    await until("disconnect", () => events.includes("disconnect"));

    await using second = await startServer({ port });
    expect(second.port).toBe(port);
    await until("reconnect", () => events.includes("reconnect"));
    expect(connection.info!.server_id).not.toBe(id);
    await using other = await client.connect(second);
    connection.publish("news.b", "own");
    await connection.flush();
    other.publish("news.c", "after");
    await other.flush();
    await connection.flush();
    expect(seen).toEqual(["before", "own", "after"]);
    expect((await other.request("jobs")).string()).toBe("done");
    // One of two messages came before the restart.
    other.publish("limited");
    other.publish("limited");
    await other.flush();
    await connection.flush();
    expect(limited.getProcessed()).toBe(2);
    expect(limited.isClosed()).toBe(true);
  });

  test("500 connections at once each get what is theirs", async () => {
    const count = 500;
    await using server = await startServer();
    const connections = await Promise.all(
      Array.from({ length: count }, () => client.connect(server)),
    );
    let heard = 0;
    const own: number[] = [];
    for (const [index, connection] of connections.entries()) {
      connection.subscribe("everybody", { callback: () => void heard++ });
      connection.subscribe(`only.${index}`, { callback: () => void own.push(index) });
    }
    await Promise.all(connections.map((connection) => connection.flush()));
    const ids = new Set(connections.map((connection) => connection.info!.client_id));
    expect(ids.size).toBe(count);
    connections[0]!.publish("everybody");
    for (const index of connections.keys()) {
      connections[(index + 1) % count]!.publish(`only.${index}`);
    }
    await until("all messages", () => heard === count && own.length === count, 10_000);
    expect(own.toSorted((a, b) => a - b)).toEqual([...connections.keys()]);
    await Promise.all(connections.map((connection) => connection.drain()));
  }, 30_000);
});

test("a quiet connection is kept by answered PINGs, the client's own and the server's", async () => {
  await using server = await startServer({ trace: true });
  for (const client of CLIENTS) {
    await client.connect(server, { name: client.name, pingInterval: 50, maxPingOut: 2 });
  }
  // The server's first PING comes two seconds after CONNECT.
  for (const { name } of CLIENTS) {
    const traced = (what: string) => new RegExp(`:${name}" - ${what}$`);
    await logged(server, "trace", traced(String.raw`->> \[PING\]`));
    await logged(server, "trace", traced(String.raw`<<- \[PONG\]`));
  }
});
