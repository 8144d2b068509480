/** Subjects that are renamed, and what goes with them to other clusters. */

import { expect } from "bun:test";
import { Inbox, join, unique } from "../../cluster/scene.ts";
import { allReached, type StageCase } from "../stage.ts";

export const MAPPING_CASES: readonly StageCase[] = [
  {
    name: "a subject is renamed once, where it is published",
    async run({ mesh, near, far, third }) {
      const clients = await Promise.all([near, far, third].map((node) => join(node)));
      const name = unique("name");
      const inboxes = clients.map((client) => [
        Inbox.on(client, `new.${name}`),
        Inbox.on(client, `old.${name}`),
      ]);
      const places = clients.map((client) => Inbox.on(client, `*.${name}`));
      await allReached(clients);
      clients[0]!.publish(`old.${name}`, "renamed");
      clients[0]!.publish(`place.${name}`, "placed");
      await allReached(clients);
      const cluster = mesh.clusters.find(({ nodes }) => nodes.includes(near))!;
      const wanted = [`new.${name}`, `at-${cluster.name.toLowerCase()}.${name}`];
      for (const [renamed, old] of inboxes) {
        expect([renamed!.texts, old!.texts]).toEqual([["renamed"], []]);
      }
      for (const { messages } of places) {
        expect(messages.map(({ subject }) => subject)).toEqual(wanted);
      }
      await Promise.all(clients.map((client) => client.close()));
    },
  },
  {
    name: "a renamed request is answered, and a stream of another account has its prefix",
    async run({ near, far }) {
      await using asker = await join(near);
      await using service = await join(far);
      await using other = await join(far, "B");
      const name = unique("name");
      service.subscribe(`new.${name}`, {
        callback: (_, message) => void message.respond(message.subject),
      });
      const feed = Inbox.on(other, `from.news.${name}`);
      await other.flush();
      await allReached([asker, service]);
      const answer = await asker.request(`old.${name}`, "", { timeout: 8_000 });
      expect(answer.string()).toBe(`new.${name}`);
      for (let i = 0; i < 10; i++) asker.publish(`news.${name}`, String(i));
      await feed.holds(10);
      expect(feed.texts).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    },
  },
  {
    name: "who drains gets all that was sent before",
    async run({ near, far }) {
      await using publisher = await join(near);
      const drained = await join(far);
      await using witness = await join(far);
      const subject = unique("drained.");
      const inbox = Inbox.on(drained, subject);
      await allReached([publisher, drained]);
      for (let i = 0; i < 1_000; i++) publisher.publish(subject, String(i));
      await allReached([publisher, witness]);
      await drained.drain();
      expect(inbox.texts).toEqual(Array.from({ length: 1_000 }, (_, i) => String(i)));
    },
  },
];
