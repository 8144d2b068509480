/** Accounts that span servers: apart where they should be, joined where they say so. */

import { expect } from "bun:test";
import { type Case, failureOf, Inbox, join, settled, unique } from "../scene.ts";

export const ACCOUNT_CASES: readonly Case[] = [
  {
    name: "one subject in two accounts is two subjects",
    async run({ near, far }) {
      await using publisherA = await join(near, "A");
      await using publisherB = await join(near, "B");
      await using subscriberA = await join(far, "A");
      await using subscriberB = await join(far, "B");
      const subject = unique("same.");
      const inboxA = Inbox.on(subscriberA, subject);
      await settled(subscriberA, publisherA);
      publisherB.publish(subject, "B before");
      const error = await failureOf(publisherB.request(subject, "", { timeout: 5_000 }));
      expect(error.message).toMatch(/no responders/i);
      const inboxB = Inbox.on(subscriberB, subject);
      await settled(subscriberB, publisherB);
      publisherA.publish(subject, "A");
      publisherB.publish(subject, "B");
      await settled(publisherA, subscriberA);
      await settled(publisherB, subscriberB);
      expect([inboxA.texts, inboxB.texts]).toEqual([["A"], ["B"]]);
    },
  },
  {
    name: "a service of another account is reached on another server",
    async run({ near, far }) {
      await using asker = await join(near, "B");
      await using service = await join(far, "A");
      await using neighbour = await join(near, "A");
      const name = unique("op");
      service.subscribe(`sum.${name}`, {
        callback: (_, message) => {
          const total = message.string().split("+").map(Number);
          message.respond(String(total[0]! + total[1]!));
        },
      });
      await settled(service, neighbour);
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          asker.request(`add.${name}`, `${i}+${i}`, { timeout: 8_000 }),
        ),
      );
      expect(answers.map((answer) => Number(answer.string()))).toEqual(
        answers.map((_, i) => i * 2),
      );
    },
  },
  {
    name: "a stream of another account is heard on another server",
    async run({ near, far }) {
      await using publisher = await join(near, "A");
      await using subscriber = await join(far, "B");
      await using witness = await join(far, "A");
      const name = unique("news");
      const inbox = Inbox.on(subscriber, `from.feed.${name}.>`);
      const all = Inbox.on(subscriber, "from.feed.>");
      await subscriber.flush();
      await settled(witness, publisher);
      publisher.publish(`feed.${name}.a`, "one");
      publisher.publish(`feed.${name}`, "other");
      publisher.publish(`feed.${name}.b.c`, "two");
      await settled(publisher, witness);
      await subscriber.flush();
      expect(inbox.messages.map(({ subject }) => subject)).toEqual([
        `from.feed.${name}.a`,
        `from.feed.${name}.b.c`,
      ]);
      // Others may send to theirs meanwhile.
      const mine = all.messages.filter(({ subject }) => subject.split(".")[2] === name);
      expect(mine.map((message) => message.string())).toEqual(["one", "other", "two"]);
    },
  },
];
