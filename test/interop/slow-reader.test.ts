/** A subscriber that is much slower than the publisher, but reads. */

import { expect, test } from "bun:test";
import { startServer } from "../support/server.ts";
import { CLIENTS } from "./clients.ts";

const COUNT = 20_000;

test.each(CLIENTS)(
  "$name: a slow reader gets every message in order",
  async (client) => {
    await using server = await startServer();
    await using publisher = await client.connect(server);
    const reader = new Worker(new URL("slow-reader.ts", import.meta.url).href);
    const next = (): Promise<unknown> =>
      new Promise((resolve, reject) => {
        reader.onmessage = ({ data }) => resolve(data);
        reader.onerror = (event) => reject(new Error(event.message));
      });
    try {
      const ready = next();
      reader.postMessage({ url: server.url, count: COUNT });
      expect(await ready).toBe("ready");
      const result = next();
      const sent = new Bun.CryptoHasher("sha1");
      for (let i = 0; i < COUNT; i++) {
        const payload = `${i} ${"x".repeat(i % 3_000)}`;
        sent.update(payload);
        publisher.publish("flood", payload);
        if (i % 1_000 === 999) await publisher.flush();
      }
      expect(await result).toEqual({ seen: COUNT, checksum: sent.digest("hex") });
    } finally {
      reader.terminate();
    }
  },
  30_000,
);
