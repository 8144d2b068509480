/** Queue groups with members in several clusters: near ones first, others when there are none. */

import { expect } from "bun:test";
import { Inbox, join, reached, unique } from "../../cluster/scene.ts";
import { allReached, numbers, publishNumbers, type StageCase, sorted } from "../stage.ts";

const COUNT = 2_000;

export const QUEUE_CASES: readonly StageCase[] = [
  {
    name: "a group's members in the own cluster are served, others when these are gone",
    async run({ near, neighbour, far }) {
      await using publisher = await join(near);
      await using local = await join(neighbour);
      await using distant = await join(far);
      const subject = unique("first.");
      const there = Inbox.on(distant, subject, { queue: "q" });
      const here = new Inbox();
      const enter = () =>
        local.subscribe(subject, {
          queue: "q",
          callback: (_, message) => void here.messages.push(message),
        });
      await reached(publisher, distant);
      for (const round of [0, 1, 2]) {
        const isHere = round % 2 === 1;
        const member = isHere ? enter() : undefined;
        await reached(publisher, local);
        await publishNumbers(publisher, subject, 200, round * 200);
        await Promise.all([reached(publisher, local), reached(publisher, distant)]);
        const wanted = numbers(200, round * 200);
        expect([sorted([here]), sorted([there])]).toEqual(isHere ? [wanted, []] : [[], wanted]);
        here.messages.length = 0;
        there.messages.length = 0;
        member?.unsubscribe();
        await local.flush();
      }
    },
  },
  {
    name: "a member that comes and drains on the publisher's server changes hands without loss",
    async run({ near, far }) {
      await using publisher = await join(near);
      await using distant = await join(far);
      const subject = unique("hands.");
      const there = Inbox.on(distant, subject, { queue: "q" });
      const here = new Inbox();
      await reached(publisher, distant);
      for (let at = 0; at < COUNT; at += COUNT / 4) {
        const local = await join(near);
        local.subscribe(subject, {
          queue: "q",
          callback: (_, message) => void here.messages.push(message),
        });
        const sending = publishNumbers(publisher, subject, COUNT / 4, at);
        await local.flush();
        await Promise.all([sending, local.drain()]);
      }
      await reached(publisher, distant);
      await publisher.flush();
      expect(sorted([here, there])).toEqual(numbers(COUNT));
    },
  },
  {
    name: "each group gets each of 2,000 messages once, wherever they come from",
    async run({ near, neighbour, far, third }) {
      const publishers = await Promise.all([near, far, third].map((node) => join(node)));
      const nodes = [neighbour, far, far, third];
      const clients = await Promise.all(nodes.map((node) => join(node)));
      const root = unique("once");
      const subject = `${root}.x`;
      const spread = clients.map((client) => Inbox.on(client, subject, { queue: "spread" }));
      // None where the first publisher is.
      const distant = clients
        .slice(1)
        .map((client) => Inbox.on(client, `${root}.*`, { queue: "distant" }));
      const single = [Inbox.on(clients[3]!, `${root}.>`, { queue: "single" })];
      const plain = clients.map((client) => Inbox.on(client, subject));
      await allReached([...publishers, ...clients]);
      await Promise.all(
        publishers.map((client, index) =>
          publishNumbers(client, subject, index === 0 ? COUNT : COUNT / 4, index * COUNT),
        ),
      );
      await allReached([...publishers, ...clients]);
      const wanted = [0, 1, 2].flatMap((index) =>
        numbers(index === 0 ? COUNT : COUNT / 4, index * COUNT),
      );
      for (const group of [spread, distant, single, ...plain.map((inbox) => [inbox])]) {
        expect(sorted(group)).toEqual(wanted);
      }
      // What comes from the first cluster stays there where it can.
      const stays = spread[0]!.texts.map(Number).filter((text) => text < COUNT);
      expect(stays.length).toBe(COUNT);
      await Promise.all([...publishers, ...clients].map((client) => client.close()));
    },
  },
  {
    name: "requests to a group that is elsewhere have one answer each",
    async run({ near, far, third }) {
      await using asker = await join(near);
      const clients = await Promise.all([far, far, third].map((node) => join(node)));
      const subject = unique("serve.");
      let asked = 0;
      for (const client of clients) {
        client.subscribe(subject, {
          queue: "servers",
          callback: (_, message) => {
            asked++;
            message.respond(message.data);
          },
        });
      }
      await Promise.all(clients.map((client) => reached(asker, client)));
      const answers = await Promise.all(
        numbers(200).map((i) => asker.request(subject, String(i), { timeout: 8_000 })),
      );
      expect(answers.map((answer) => Number(answer.string()))).toEqual(numbers(200));
      expect(asked).toBe(200);
      await Promise.all(clients.map((client) => client.close()));
    },
  },
];
