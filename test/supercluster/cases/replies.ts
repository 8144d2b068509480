/** Answers that find their way back to another cluster, whichever servers are between. */

import { expect } from "bun:test";
import { Inbox, join, reached, unique } from "../../cluster/scene.ts";
import type { MeshNode } from "../../support/mesh-node.ts";
import { allReached, type Stage, type StageCase } from "../stage.ts";

/** For so long replies to a new subscription are mapped. */
const MAPPED_MS = 2_000;
const TIMEOUT = 8_000;

/** All nodes of other clusters. */
function elsewhere({ mesh, near }: Stage): MeshNode[] {
  return mesh.clusters.filter(({ nodes }) => !nodes.includes(near)).flatMap(({ nodes }) => nodes);
}

export const REPLY_CASES: readonly StageCase[] = [
  {
    name: "an inbox that is made with the request is answered by every server from every server",
    async run({ mesh }) {
      const clients = await Promise.all(mesh.nodes.map((node) => join(node)));
      const root = unique("fresh");
      const replies = new Set<string>();
      for (const [index, client] of clients.entries()) {
        client.subscribe(`${root}.${index}`, {
          callback: (_, message) => {
            replies.add(message.reply ?? "");
            message.respond(mesh.nodes[index]!.name);
          },
        });
      }
      await allReached(clients);
      await Promise.all(
        mesh.nodes.map(async (node) => {
          const wire = await node.wire({ user: "A", pass: "a" });
          for (const [index, { name }] of mesh.nodes.entries()) {
            const inbox = unique("inbox.");
            await wire.send(`SUB ${inbox} ${index}\r\nPUB ${root}.${index} ${inbox} 0\r\n\r\n`);
            const answer = `MSG ${inbox} ${index} ${name.length}\r\n${name}\r\n`;
            expect(await wire.waitFor(answer, TIMEOUT)).toBe(true);
          }
          expect(wire.text).not.toContain("_GR_");
          wire.close();
        }),
      );
      expect(replies.size).toBe(mesh.nodes.length ** 2);
      expect([...replies].every((reply) => reply.startsWith("inbox."))).toBe(true);
      await Promise.all(clients.map((client) => client.close()));
    },
  },
  {
    name: "an answer that takes its time arrives all the same",
    async run(stage) {
      await using asker = await join(stage.near);
      const subject = unique("slow.");
      const clients = await Promise.all(elsewhere(stage).map((node) => join(node)));
      for (const client of clients) {
        client.subscribe(subject, {
          callback: (_, message) => {
            message.respond("at once");
            setTimeout(() => message.respond("late"), MAPPED_MS + 300);
          },
        });
      }
      await Promise.all(clients.map((client) => reached(asker, client)));
      const reply = unique("answers.");
      const answers = Inbox.on(asker, reply);
      asker.publish(subject, "", { reply });
      await answers.holds(2 * clients.length);
      await Promise.all(clients.map((client) => reached(client, asker)));
      expect(answers.texts.sort()).toEqual([
        ...clients.map(() => "at once"),
        ...clients.map(() => "late"),
      ]);
      await Promise.all(clients.map((client) => client.close()));
    },
  },
  ...[false, true].map(
    (isOld): StageCase => ({
      name: `answers to a subject that others hear too reach each once, ${isOld ? "old" : "new"}`,
      async run({ near, neighbour, far, third }) {
        await using asker = await join(near);
        await using service = await join(far);
        const listeners = await Promise.all([near, neighbour, far, third].map((n) => join(n)));
        const subject = unique("known.");
        const reply = unique("results.");
        service.subscribe(subject, {
          callback: (_, message) => void message.respond(message.data),
        });
        const inboxes = listeners.map((client) => Inbox.on(client, reply));
        const group = [listeners[1]!, listeners[3]!].map((client) =>
          Inbox.on(client, reply, { queue: "q" }),
        );
        await allReached([asker, service, ...listeners]);
        if (isOld) await Bun.sleep(MAPPED_MS + 200);
        else Inbox.on(asker, reply);
        for (let i = 0; i < 5; i++) asker.publish(subject, String(i), { reply });
        await Promise.all(inboxes.map((inbox) => inbox.holds(5)));
        await allReached([asker, service, ...listeners]);
        for (const { texts } of inboxes) expect(texts).toEqual(["0", "1", "2", "3", "4"]);
        expect(group.flatMap(({ texts }) => texts).sort()).toEqual(["0", "1", "2", "3", "4"]);
        await Promise.all(listeners.map((client) => client.close()));
      },
    }),
  ),
  {
    name: "a service of another account that answers in parts is heard whole",
    async run({ near, neighbour, far }) {
      await using asker = await join(near, "B");
      await using service = await join(far, "A");
      await using witness = await join(neighbour, "A");
      await using second = await join(near, "A");
      const name = unique("op");
      service.subscribe(`parts.${name}`, {
        callback: (_, message) => {
          for (const part of ["one", "two", "three"]) message.respond(part);
          message.respond("");
        },
      });
      await Promise.all([reached(witness, service), reached(second, service)]);
      for (let i = 0; i < 5; i++) {
        const reply = unique("parts-for.");
        const parts = Inbox.on(asker, reply);
        asker.publish(`parts.${name}`, "", { reply });
        await parts.holds(4);
        expect(parts.texts).toEqual(["one", "two", "three", ""]);
      }
    },
  },
  {
    name: "nobody may send to where answers go through",
    async run({ near }) {
      const wire = await near.wire({ user: "A", pass: "a" });
      await wire.send("PUB _GR_.AAAAAA.BBBBBB.x 0\r\n\r\nPING\r\n");
      const refusal = `-ERR 'Permissions Violation for Publish to "_GR_.AAAAAA.BBBBBB.x"'\r\n`;
      expect(await wire.waitFor(refusal)).toBe(true);
      wire.close();
    },
  },
];
