/** Messages from one server's clients to another's. */

import { expect } from "bun:test";
import { createHash } from "node:crypto";
import { headers } from "@nats-io/transport-node";
import { withSeed } from "../../support/prng.ts";
import { type Case, Inbox, join, settled, unique } from "../scene.ts";

const MAX_PAYLOAD = 1_048_576;

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export const PUBLISH_CASES: readonly Case[] = [
  {
    name: "payloads of all sizes arrive whole, once and in order",
    run: ({ near, far }) =>
      withSeed(async (random) => {
        await using publisher = await join(near);
        await using subscriber = await join(far);
        const subject = unique("sizes.");
        const inbox = Inbox.on(subscriber, subject);
        await settled(subscriber, publisher);
        const sizes = [0, 1, 2, 15, 16, 127, 511, 512, 513, 4_095, 32_768, 65_537, 200_000];
        const sent = sizes.map((size) => random.bytes(size));
        for (const bytes of sent) publisher.publish(subject, bytes);
        await settled(publisher, subscriber);
        expect(inbox.messages.map(({ data }) => digest(data))).toEqual(sent.map(digest));
      }),
  },
  {
    name: "the largest payload there may be arrives",
    run: ({ near, far }) =>
      withSeed(async (random) => {
        await using publisher = await join(near);
        await using subscriber = await join(far);
        const subject = unique("large.");
        const inbox = Inbox.on(subscriber, subject);
        await settled(subscriber, publisher);
        const bytes = Buffer.alloc(MAX_PAYLOAD, random.bytes(4_099));
        for (let i = 0; i < 4; i++) publisher.publish(subject, bytes);
        await settled(publisher, subscriber);
        const wanted = digest(bytes);
        expect(inbox.messages.map(({ data }) => digest(data))).toEqual(Array(4).fill(wanted));
      }),
  },
  {
    name: "wildcards match what they should and nothing else",
    async run({ near, far }) {
      await using publisher = await join(near);
      await using subscriber = await join(far);
      const root = unique("wild");
      const patterns = [`${root}.*`, `${root}.*.c`, `${root}.>`, `*.${root}`, `${root}.a.b.c`];
      const inboxes = patterns.map((pattern) => Inbox.on(subscriber, pattern));
      await settled(subscriber, publisher);
      for (const subject of ["", ".a", ".b", ".a.c", ".a.b", ".a.b.c", ".a.b.c.d"]) {
        publisher.publish(`${root}${subject}`, subject);
      }
      publisher.publish(`x.${root}`, "x");
      publisher.publish(`x.${root}.a`, "x.a");
      await settled(publisher, subscriber);
      expect(inboxes.map(({ texts }) => texts)).toEqual([
        [".a", ".b"],
        [".a.c"],
        [".a", ".b", ".a.c", ".a.b", ".a.b.c", ".a.b.c.d"],
        ["x"],
        [".a.b.c"],
      ]);
    },
  },
  {
    name: "overlapping subscriptions get one copy each",
    async run({ near, far }) {
      await using publisher = await join(near);
      await using subscriber = await join(far);
      const root = unique("overlap");
      const inboxes = [`${root}.a`, `${root}.*`, `${root}.>`, `${root}.a`].map((pattern) =>
        Inbox.on(subscriber, pattern),
      );
      const local = Inbox.on(publisher, `${root}.a`);
      await settled(subscriber, publisher);
      for (let i = 0; i < 50; i++) publisher.publish(`${root}.a`, String(i));
      await settled(publisher, subscriber);
      const all = Array.from({ length: 50 }, (_, i) => String(i));
      for (const { texts } of [...inboxes, local]) expect(texts).toEqual(all);
    },
  },
  {
    name: "headers and reply arrive as they were sent",
    async run({ near, far }) {
      await using publisher = await join(near);
      await using subscriber = await join(far);
      const subject = unique("headers.");
      const inbox = Inbox.on(subscriber, subject);
      await settled(subscriber, publisher);
      const sent = headers();
      sent.append("Colour", "red");
      sent.append("Colour", "blue: deep");
      sent.set("Empty", "");
      publisher.publish(subject, "with", { headers: sent, reply: "answers.here" });
      publisher.publish(subject, "", { headers: sent });
      publisher.publish(subject, "without");
      await settled(publisher, subscriber);
      const [first, second, third] = inbox.messages;
      expect(first!.headers!.values("Colour")).toEqual(["red", "blue: deep"]);
      expect(first!.headers!.get("Empty")).toBe("");
      expect([first!.string(), first!.reply]).toEqual(["with", "answers.here"]);
      expect(second!.headers!.values("Colour")).toEqual(["red", "blue: deep"]);
      expect([second!.string(), second!.reply]).toEqual(["", ""]);
      expect([third!.string(), third!.headers]).toEqual(["without", undefined]);
    },
  },
  {
    name: "who wants no echo gets none, and others get the message",
    async run({ near, far }) {
      await using silent = await join(near, "A", { noEcho: true });
      await using neighbour = await join(near);
      await using distant = await join(far);
      const subject = unique("echo.");
      const inboxes = [silent, neighbour, distant].map((client) => Inbox.on(client, subject));
      await settled(distant, neighbour);
      await silent.flush();
      silent.publish(subject, "from silent");
      await settled(silent, distant);
      distant.publish(subject, "from distant");
      await settled(distant, neighbour);
      await silent.flush();
      const both = ["from silent", "from distant"];
      expect(inboxes.map(({ texts }) => texts)).toEqual([["from distant"], both, both]);
    },
  },
  {
    name: "a subscription that ends after five messages gets five, and interest ends with it",
    async run({ near, far }) {
      await using publisher = await join(near);
      await using subscriber = await join(far);
      const subject = unique("five.");
      const texts: string[] = [];
      subscriber.subscribe(subject, {
        max: 5,
        callback: (_, msg) => void texts.push(msg.string()),
      });
      await settled(subscriber, publisher);
      for (let i = 0; i < 20; i++) publisher.publish(subject, String(i));
      await settled(publisher, subscriber);
      expect(texts).toEqual(["0", "1", "2", "3", "4"]);
      await settled(subscriber, publisher);
      await expect(publisher.request(subject, "", { timeout: 5_000 })).rejects.toThrow(
        /responders/,
      );
    },
  },
  {
    name: "interest that comes and goes leaves the truth behind",
    async run({ near, far }) {
      await using publisher = await join(near);
      await using subscriber = await join(far);
      const root = unique("churn");
      const heard = new Set<string>();
      const subscriptions = Array.from({ length: 400 }, (_, i) =>
        subscriber.subscribe(`${root}.${i}`, { callback: (_, msg) => void heard.add(msg.subject) }),
      );
      const odd = subscriptions.filter((_, i) => i % 2 === 1);
      for (const subscription of odd) subscription.unsubscribe();
      const extra = Array.from({ length: 200 }, (_, i) => subscriber.subscribe(`${root}.${i}`));
      for (const subscription of extra) subscription.unsubscribe();
      await settled(subscriber, publisher);
      for (let i = 0; i < 400; i++) publisher.publish(`${root}.${i}`);
      await settled(publisher, subscriber);
      expect(heard.size).toBe(200);
      expect([...heard].every((subject) => Number(subject.split(".")[1]) % 2 === 0)).toBe(true);
    },
  },
];
