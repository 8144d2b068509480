/** Requests: one answer, many answers, and none. */

import { describe, expect, test } from "bun:test";
import type { Msg } from "@nats-io/transport-node";
import { startServer } from "../support/server.ts";
import { CLIENTS, toLegacy } from "./clients.ts";

async function texts(messages: AsyncIterable<Msg>): Promise<string[]> {
  const all: string[] = [];
  for await (const message of messages) all.push(message.string());
  return all;
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

describe.each(CLIENTS)("$name", (client) => {
  test.each([false, true])("a request is answered, with its own inbox: %p", async (noMux) => {
    await using server = await startServer();
    await using service = await client.connect(server);
    await using connection = await client.connect(server);
    service.subscribe("double", {
      callback: (_, message) => void message.respond(String(Number(message.string()) * 2)),
    });
    await service.flush();
    const answer = await connection.request("double", "21", { timeout: 2_000, noMux });
    expect(answer.string()).toBe("42");
    const many = Array.from({ length: 200 }, (_, i) =>
      connection.request("double", String(i), { timeout: 2_000, noMux }),
    );
    const answers = await Promise.all(many);
    expect(answers.map((message) => message.string())).toEqual(many.map((_, i) => String(i * 2)));
  });

  test.each([false, true])(
    "a request to nobody fails at once, with its own inbox: %p",
    async (noMux) => {
      await using server = await startServer();
      await using connection = await client.connect(server);
      const before = performance.now();
      const error = await failure(connection.request("nobody", "", { timeout: 10_000, noMux }));
      expect(client.isNoResponders(error)).toBe(true);
      expect(performance.now() - before).toBeLessThan(5_000);
    },
  );

  test("a request that is only heard times out", async () => {
    await using server = await startServer();
    await using connection = await client.connect(server);
    connection.subscribe("silent", { callback: () => {} });
    const error = await failure(connection.request("silent", "", { timeout: 100 }));
    expect(client.isTimeout(error)).toBe(true);
  });

  test("the first of several answers counts, and one member of a queue group answers", async () => {
    await using server = await startServer();
    await using connection = await client.connect(server);
    await using service = await client.connect(server);
    let asked = 0;
    for (const name of ["a", "b", "c"]) {
      service.subscribe("who", {
        queue: "group",
        callback: (_, message) => {
          asked++;
          message.respond(name);
        },
      });
    }
    await service.flush();
    for (let i = 0; i < 30; i++) {
      expect((await connection.request("who")).string()).toMatch(/^[abc]$/);
    }
    expect(asked).toBe(30);
  });

  test("requestMany gathers answers by count, time, pause and sentinel", async () => {
    await using server = await startServer();
    await using service = await client.connect(server);
    await using connection = await client.connect(server);
    service.subscribe("many", {
      callback: (_, message) => {
        for (let i = 0; i < 5; i++) message.respond(String(i));
        message.respond("");
      },
    });
    await service.flush();
    const ask = async (options: Parameters<typeof connection.requestMany>[2]) =>
      texts(await connection.requestMany("many", "", { maxWait: 2_000, ...options }));
    expect(await ask({ strategy: "count", maxMessages: 3 })).toEqual(["0", "1", "2"]);
    const all = ["0", "1", "2", "3", "4", ""];
    expect(await ask({ strategy: "timer", maxWait: 200 })).toEqual(all);
    const { stall, sentinel } = client.strategies;
    expect(await ask({ strategy: stall, stall: 100 })).toEqual(all);
    expect((await ask({ strategy: sentinel })).slice(0, 5)).toEqual(all.slice(0, 5));
  });

  test("requestMany to nobody says so", async () => {
    await using server = await startServer();
    await using connection = await client.connect(server);
    const ask = async () =>
      texts(await connection.requestMany("nobody", "", { strategy: "timer", maxWait: 5_000 }));
    expect(client.isNoResponders(await failure(ask()))).toBe(true);
  });

  test("a request after the last responder left has no responders", async () => {
    await using server = await startServer();
    await using connection = await client.connect(server);
    const service = await client.connect(server);
    const subscription = service.subscribe("here", {
      callback: (_, message) => void message.respond("yes"),
    });
    await service.flush();
    expect((await connection.request("here")).string()).toBe("yes");
    subscription.unsubscribe();
    await service.flush();
    const error = await failure(connection.request("here", "", { timeout: 5_000 }));
    expect(client.isNoResponders(error)).toBe(true);
    await service.close();
  });

  test("without JetStream its API has no responders", async () => {
    await using server = await startServer();
    await using connection = await client.connect(server);
    expect(connection.info!.jetstream).toBeFalsy();
    for (const subject of ["$JS.API.INFO", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.CREATE.x"]) {
      const error = await failure(connection.request(subject, "", { timeout: 5_000 }));
      expect(client.isNoResponders(error)).toBe(true);
    }
  });
});

test("nats 2.x finds no JetStream manager", async () => {
  const legacy = CLIENTS.find(({ name }) => name === "nats")!;
  await using server = await startServer();
  await using connection = await legacy.connect(server);
  const error = await failure(toLegacy(connection).jetstreamManager({ timeout: 5_000 }));
  expect(legacy.isNoResponders(error)).toBe(true);
});
