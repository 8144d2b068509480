/** Three servers that found each other through one seed: the same cases, and those that need a third. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Mesh } from "../support/mesh.ts";
import { ACCOUNT_CASES } from "./cases/accounts.ts";
import { PUBLISH_CASES } from "./cases/publish.ts";
import { QUEUE_CASES } from "./cases/queues.ts";
import { REQUEST_CASES } from "./cases/requests.ts";
import { SYSTEM_CASES } from "./cases/system.ts";
import { TRIOS } from "./pairings.ts";
import { ACCOUNTS, Inbox, join, settled, unique } from "./scene.ts";

const START_TIMEOUT = 60_000;
const TIMEOUT = 40_000;

const CASES = [
  ...PUBLISH_CASES,
  ...REQUEST_CASES,
  ...QUEUE_CASES,
  ...ACCOUNT_CASES,
  ...SYSTEM_CASES,
];

describe.each(TRIOS)("$name", ({ kinds }) => {
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await Mesh.start(kinds.map((kind) => ({ kind, config: ACCOUNTS })));
  }, START_TIMEOUT);
  afterAll(() => mesh?.[Symbol.asyncDispose]());

  test.each([...CASES])(
    "$name",
    (each) =>
      mesh.explained(async () => {
        const [a, b, c] = mesh.nodes;
        // The last two know each other only by hearsay.
        await each.run({ mesh, near: b!, far: c! });
        await each.run({ mesh, near: c!, far: a! });
      }),
    TIMEOUT,
  );

  test("a message reaches each server once, by one hop", () =>
    mesh.explained(async () => {
      const clients = await Promise.all(mesh.nodes.map((node) => join(node)));
      const subject = unique("hop.");
      const inboxes = clients.map((client) => Inbox.on(client, subject));
      for (const one of clients) {
        for (const other of clients) if (one !== other) await settled(one, other);
      }
      for (const client of clients) {
        for (let i = 0; i < 100; i++) client.publish(subject, String(i));
      }
      for (const one of clients) {
        for (const other of clients) if (one !== other) await settled(one, other);
      }
      for (const client of clients) await client.flush();
      for (const { messages } of inboxes) expect(messages.length).toBe(300);
      for (const client of clients) await client.close();
    }));

  test("a group on two of three servers gets each message once, in shares of its members", () =>
    mesh.explained(async () => {
      const clients = await Promise.all(mesh.nodes.map((node) => join(node)));
      const [publisher, second, third] = clients;
      const subject = unique("shares.");
      const one = Inbox.on(second!, subject, { queue: "q" });
      const two = [1, 2, 3].map(() => Inbox.on(third!, subject, { queue: "q" }));
      await settled(second!, publisher!);
      await settled(third!, publisher!);
      for (let i = 0; i < 2_400; i++) publisher!.publish(subject, String(i));
      await settled(publisher!, second!);
      await settled(publisher!, third!);
      const texts = [one, ...two].flatMap((inbox) => inbox.texts).map(Number);
      expect(texts.sort((a, b) => a - b)).toEqual(Array.from({ length: 2_400 }, (_, i) => i));
      expect(Math.abs(one.messages.length / 2_400 - 0.25)).toBeLessThan(0.05);
      for (const client of clients) await client.close();
    }));
});
