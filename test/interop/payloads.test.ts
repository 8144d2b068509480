/** What messages carry: headers, large payloads, and many messages in order. */

import { describe, expect, test } from "bun:test";
import type { Msg } from "@nats-io/transport-node";
import { startServer, until } from "../support/server.ts";
import { CLIENTS } from "./clients.ts";

const MAX_PAYLOAD = 1024 * 1024;

/** Bytes that no compression or repetition could fake. */
function randomBytes(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  return bytes;
}

function digest(bytes: Uint8Array): string {
  return `${bytes.length} ${Bun.hash(bytes)}`;
}

describe.each(CLIENTS)("$name", (client) => {
  test("headers keep their values, their order and their script", async () => {
    await using server = await startServer();
    await using connection = await client.connect(server);
    const seen: Msg[] = [];
    connection.subscribe("h", { callback: (_, message) => void seen.push(message) });
    const headers = client.headers();
    headers.append("Color", "blue");
    headers.append("Color", "green");
    headers.append("Greeting", "grüße 世界 🚀");
    headers.append("Empty", "");
    headers.append("x-lower-Case", "a: b");
    connection.publish("h", "payload", { headers });
    connection.publish("h", "", { headers, reply: "answers" });
    connection.publish("h", "no headers");
    await connection.flush();
    expect(seen.map((message) => message.string())).toEqual(["payload", "", "no headers"]);
    expect(seen.map(({ reply }) => reply || "")).toEqual(["", "answers", ""]);
    for (const message of seen.slice(0, 2)) {
      const received = message.headers!;
      expect(received.values("Color")).toEqual(["blue", "green"]);
      expect(received.get("Greeting")).toBe("grüße 世界 🚀");
      expect(received.has("Empty")).toBe(true);
      expect(received.get("x-lower-Case")).toBe("a: b");
      expect(received.keys().toSorted()).toEqual(headers.keys().toSorted());
    }
    expect(seen[2]!.headers).toBeUndefined();
  });

  test("a status line passes unchanged", async () => {
    await using server = await startServer();
    await using connection = await client.connect(server);
    const seen: Msg[] = [];
    connection.subscribe("status", { callback: (_, message) => void seen.push(message) });
    const headers = client.headers(404, "No Messages");
    headers.set("Nats-Pending", "3");
    connection.publish("status", "", { headers });
    await connection.flush();
    const received = seen[0]!.headers!;
    expect(received.code).toBe(404);
    expect(received.description).toBe("No Messages");
    expect(received.get("Nats-Pending")).toBe("3");
  });

  test("payloads from nothing to 1 MiB arrive whole", async () => {
    const sizes = [0, 1, 2, 511, 512, 4095, 4096, 65_535, 65_536, 300_000, MAX_PAYLOAD - 1];
    const payloads = [...sizes, MAX_PAYLOAD, MAX_PAYLOAD].map(randomBytes);
    await using server = await startServer();
    await using publisher = await client.connect(server);
    await using subscriber = await client.connect(server);
    const seen: string[] = [];
    subscriber.subscribe("data", {
      callback: (_, message) => void seen.push(digest(message.data)),
    });
    await subscriber.flush();
    for (const payload of payloads) publisher.publish("data", payload);
    await publisher.flush();
    await subscriber.flush();
    expect(seen).toEqual(payloads.map(digest));
  });

  test("a large payload with headers can be requested and answered", async () => {
    await using server = await startServer();
    await using connection = await client.connect(server);
    connection.subscribe("mirror", {
      callback: (_, message) => void message.respond(message.data, { headers: message.headers! }),
    });
    const headers = client.headers();
    headers.set("Name", "large");
    const payload = randomBytes(MAX_PAYLOAD - 1_000);
    const answer = await connection.request("mirror", payload, { timeout: 5_000, headers });
    expect(digest(answer.data)).toBe(digest(payload));
    expect(answer.headers!.get("Name")).toBe("large");
  });

  test("100,000 messages arrive in order", async () => {
    const count = 100_000;
    await using server = await startServer();
    await using publisher = await client.connect(server);
    await using subscriber = await client.connect(server);
    const received = new Bun.CryptoHasher("sha1");
    let next = 0;
    let misplaced = 0;
    subscriber.subscribe("seq.*", {
      callback: (_, message) => {
        if (message.subject !== `seq.${next % 7}`) misplaced++;
        next++;
        received.update(message.data);
      },
    });
    await subscriber.flush();
    const sent = new Bun.CryptoHasher("sha1");
    for (let i = 0; i < count; i++) {
      const payload = `${i}:${"payload of many lengths ".repeat(4).slice(0, i % 97)}`;
      sent.update(payload);
      publisher.publish(`seq.${i % 7}`, payload);
      // The client queues without limit; flushing now and then keeps the queue short.
      if (i % 5_000 === 4_999) await publisher.flush();
    }
    await until("the last message", () => next >= count, 20_000);
    await subscriber.flush();
    expect(next).toBe(count);
    expect(misplaced).toBe(0);
    expect(received.digest("hex")).toBe(sent.digest("hex"));
  }, 30_000);

  test("a message above max_payload is refused before it is sent", async () => {
    await using server = await startServer();
    await using connection = await client.connect(server);
    expect(() => connection.publish("big", new Uint8Array(MAX_PAYLOAD + 1))).toThrow(
      /max_payload/i,
    );
    await connection.flush();
    expect(connection.isClosed()).toBe(false);
  });

  test("clients keep to the limit that INFO tells", async () => {
    await using server = await startServer({ maxPayload: 1_000 });
    await using connection = await client.connect(server);
    expect(connection.info!.max_payload).toBe(1_000);
    const seen: number[] = [];
    connection.subscribe("small", {
      callback: (_, message) => void seen.push(message.data.length),
    });
    connection.publish("small", new Uint8Array(1_000));
    expect(() => connection.publish("small", new Uint8Array(1_001))).toThrow(/max_payload/i);
    await connection.flush();
    expect(seen).toEqual([1_000]);
  });

  test("a larger message that is sent anyway ends it all", async () => {
    // Small enough to be read in one go: unread bytes would reset the connection.
    await using server = await startServer({ maxPayload: 100 });
    await using connection = await client.connect(server);
    // The client believes what INFO says.
    connection.info!.max_payload = 200;
    connection.publish("big", new Uint8Array(101));
    expect(String(await connection.closed())).toMatch(/maximum payload violation/i);
  });
});
