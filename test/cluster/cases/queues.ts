/** Queue groups whose members are spread over servers. */

import { expect } from "bun:test";
import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { until } from "../../support/until.ts";
import { type Case, Inbox, join, settled, unique } from "../scene.ts";

/** Five times the standard deviation of a share of this many messages is below 5 %. */
const COUNT = 2_400;
const TOLERANCE = 0.05;

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

function sorted(inboxes: readonly Inbox[]): string[] {
  const texts = inboxes.flatMap(({ texts }) => texts);
  return texts.sort((a, b) => Number(a) - Number(b));
}

async function publishAll(client: NatsConnection, subject: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    client.publish(subject, String(i));
    if (i % 500 === 499) await client.flush();
  }
}

/** Waits until members hold all messages, then that none comes twice. */
async function delivered(
  inboxes: readonly Inbox[],
  count: number,
  first: NatsConnection,
  other: NatsConnection,
): Promise<void> {
  const total = (): number => inboxes.reduce((sum, { messages }) => sum + messages.length, 0);
  try {
    await until("all", () => total() >= count, 8_000);
  } catch {
    throw new Error(`${total()} of ${count} messages were delivered`);
  }
  await settled(first, other);
  await settled(other, first);
  expect(sorted(inboxes)).toEqual(numbers(count));
}

export const QUEUE_CASES: readonly Case[] = [
  {
    name: "members everywhere get equal shares, wherever the publisher is",
    async run({ near, far }) {
      await using local = await join(near);
      await using distant = await join(far);
      const subject = unique("work.");
      const here = Inbox.on(local, subject, { queue: "workers" });
      const there = [1, 2, 3].map(() => Inbox.on(distant, subject, { queue: "workers" }));
      await settled(distant, local);
      await settled(local, distant);
      await publishAll(local, subject, COUNT);
      await delivered([here, ...there], COUNT, local, distant);
      const share = here.messages.length / COUNT;
      expect(share).toBeGreaterThan(0.25 - TOLERANCE);
      expect(share).toBeLessThan(0.25 + TOLERANCE);
      for (const inbox of [here, ...there]) {
        expect(Math.abs(inbox.messages.length / COUNT - 0.25)).toBeLessThan(TOLERANCE);
        inbox.messages.length = 0;
      }
      await publishAll(distant, subject, COUNT);
      await delivered([here, ...there], COUNT, local, distant);
      const distantShare = here.messages.length / COUNT;
      expect(Math.abs(distantShare - 0.25)).toBeLessThan(TOLERANCE);
    },
  },
  {
    name: "shares follow the members that come and go",
    async run({ near, far }) {
      await using local = await join(near);
      await using distant = await join(far);
      const subject = unique("weight.");
      const here = Inbox.on(local, subject, { queue: "q" });
      const all = new Inbox();
      const callback = (_: unknown, msg: Msg): void => void all.messages.push(msg);
      const members = Array.from({ length: 5 }, () =>
        distant.subscribe(subject, { queue: "q", callback }),
      );
      for (const member of members.slice(1)) member.unsubscribe();
      await settled(distant, local);
      await publishAll(local, subject, COUNT);
      await delivered([here, all], COUNT, local, distant);
      expect(Math.abs(here.messages.length / COUNT - 0.5)).toBeLessThan(TOLERANCE);
      here.messages.length = 0;
      all.messages.length = 0;
      members[0]!.unsubscribe();
      await settled(distant, local);
      await publishAll(local, subject, 100);
      await delivered([here, all], 100, local, distant);
      expect(here.messages.length).toBe(100);
    },
  },
  {
    name: "each group gets a message once, and so does each plain subscription",
    async run({ near, far }) {
      await using local = await join(near);
      await using distant = await join(far);
      const root = unique("groups");
      const subject = `${root}.x`;
      const groups = ["g1", "g2", "g3"].map((queue) => [
        Inbox.on(local, subject, { queue }),
        Inbox.on(distant, `${root}.*`, { queue }),
        Inbox.on(distant, subject, { queue }),
      ]);
      const plain = [Inbox.on(local, subject), Inbox.on(distant, `${root}.>`)];
      await settled(distant, local);
      await publishAll(local, subject, 300);
      await settled(local, distant);
      await settled(distant, local);
      for (const { texts } of plain) expect(texts).toEqual(numbers(300));
      // A group is one, whatever subjects its members chose.
      for (const members of groups) expect(sorted(members)).toEqual(numbers(300));
    },
  },
  {
    name: "a group that is all elsewhere gets everything, shared among its members there",
    async run({ near, far }) {
      await using publisher = await join(near);
      await using one = await join(far);
      await using two = await join(far);
      const subject = unique("elsewhere.");
      const members = [one, two].map((client) => Inbox.on(client, subject, { queue: "q" }));
      await settled(one, publisher);
      await settled(two, publisher);
      await publishAll(publisher, subject, COUNT);
      await delivered(members, COUNT, publisher, one);
      for (const { messages } of members) {
        expect(Math.abs(messages.length / COUNT - 0.5)).toBeLessThan(TOLERANCE);
      }
    },
  },
  {
    name: "requests to a spread group have one answer each",
    async run({ near, far }) {
      await using asker = await join(near);
      const clients = await Promise.all([join(near), join(far), join(far)]);
      const subject = unique("serve.");
      let asked = 0;
      for (const [index, client] of clients.entries()) {
        client.subscribe(subject, {
          queue: "servers",
          callback: (_, message) => {
            asked++;
            message.respond(String(index));
          },
        });
      }
      for (const client of clients) await settled(client, asker);
      const answers = await Promise.all(
        Array.from({ length: 300 }, () => asker.request(subject, "", { timeout: 8_000 })),
      );
      expect(asked).toBe(300);
      const seen = new Set(answers.map((answer) => answer.string()));
      expect([...seen].sort()).toEqual(["0", "1", "2"]);
      for (const client of clients) await client.close();
    },
  },
  {
    name: "a member that drains loses nothing",
    async run({ near, far }) {
      await using publisher = await join(near);
      await using stays = await join(near);
      const leaves = await join(far);
      const subject = unique("drain.");
      const inboxes = [stays, leaves].map((client) => Inbox.on(client, subject, { queue: "q" }));
      await settled(leaves, publisher);
      await stays.flush();
      let drained: Promise<void> | null = null;
      for (let sent = 0; sent < 6_000; sent++) {
        publisher.publish(subject, String(sent));
        if (sent === 3_000) drained = leaves.drain();
        if (sent % 100 === 99) await publisher.flush();
      }
      await drained;
      await using witness = await join(far);
      await delivered(inboxes, 6_000, publisher, witness);
      for (const { messages } of inboxes) expect(messages.length).toBeGreaterThan(100);
    },
  },
];
