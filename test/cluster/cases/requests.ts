/** Requests whose answer comes from another server, and those that nobody answers. */

import { expect } from "bun:test";
import { headers } from "@nats-io/transport-node";
import * as legacy from "nats";
import { type Case, failureOf, join, settled, unique } from "../scene.ts";

const TIMEOUT = 8_000;

export const REQUEST_CASES: readonly Case[] = [
  ...[false, true].map(
    (noMux): Case => ({
      name: `requests are answered, ${noMux ? "each with an inbox of its own" : "with one inbox"}`,
      async run({ near, far }) {
        await using asker = await join(near);
        await using service = await join(far);
        const subject = unique("double.");
        service.subscribe(subject, {
          callback: (_, message) => void message.respond(String(Number(message.string()) * 2)),
        });
        await settled(service, asker);
        const answers = await Promise.all(
          Array.from({ length: 200 }, (_, i) =>
            asker.request(subject, String(i), { timeout: TIMEOUT, noMux }),
          ),
        );
        expect(answers.map((answer) => Number(answer.string()))).toEqual(
          answers.map((_, i) => i * 2),
        );
      },
    }),
  ),
  {
    name: "an inbox made in the same write as the request is known in time",
    async run({ near, far }) {
      await using service = await join(far);
      await using probe = await join(near);
      const subject = unique("at-once.");
      service.subscribe(subject, { callback: (_, message) => void message.respond("yes") });
      await settled(service, probe);
      const wire = await near.wire({ user: "A", pass: "a" });
      try {
        for (let i = 0; i < 50; i++) {
          const inbox = unique("inbox.");
          await wire.send(`SUB ${inbox} ${i}\r\nPUB ${subject} ${inbox} 0\r\n\r\n`);
          const answer = `MSG ${inbox} ${i} 3\r\nyes\r\n`;
          expect(await wire.waitFor(answer, TIMEOUT)).toBe(true);
          await wire.send(`UNSUB ${i}\r\n`);
        }
      } finally {
        wire.close();
      }
    },
  },
  {
    name: "a request with headers is answered with headers",
    async run({ near, far }) {
      await using asker = await join(near);
      await using service = await join(far);
      const subject = unique("mirror.");
      service.subscribe(subject, {
        callback: (_, message) => {
          const answer = headers();
          answer.set("Seen", message.headers!.get("Token"));
          message.respond(message.data, { headers: answer });
        },
      });
      await settled(service, asker);
      const sent = headers();
      sent.set("Token", "t-1");
      const answer = await asker.request(subject, "body", { timeout: TIMEOUT, headers: sent });
      expect([answer.string(), answer.headers!.get("Seen")]).toEqual(["body", "t-1"]);
    },
  },
  {
    name: "nobody anywhere is said at once, and somebody elsewhere is found",
    async run({ near, far }) {
      await using asker = await join(near);
      await using service = await join(far);
      const subject = unique("who.");
      for (const noMux of [false, true]) {
        const started = performance.now();
        const error = await failureOf(asker.request(subject, "", { timeout: TIMEOUT, noMux }));
        expect(error.message).toMatch(/no responders/i);
        expect(performance.now() - started).toBeLessThan(TIMEOUT / 2);
      }
      const subscription = service.subscribe(subject, {
        callback: (_, message) => void message.respond("here"),
      });
      await settled(service, asker);
      expect((await asker.request(subject, "", { timeout: TIMEOUT })).string()).toBe("here");
      subscription.unsubscribe();
      await settled(service, asker);
      const error = await failureOf(asker.request(subject, "", { timeout: TIMEOUT }));
      expect(error.message).toMatch(/no responders/i);
    },
  },
  {
    name: "a listener elsewhere that says nothing is no reason to say that there is none",
    async run({ near, far }) {
      await using asker = await join(near);
      await using listener = await join(far);
      const subject = unique("silent.");
      listener.subscribe(subject, { callback: () => {} });
      await settled(listener, asker);
      const error = await failureOf(asker.request(subject, "", { timeout: 150 }));
      expect(error.name).toBe("TimeoutError");
    },
  },
  {
    name: "the older client package does the same",
    async run({ near, far }) {
      const login = { user: "A", pass: "a", reconnect: false, ignoreClusterUpdates: true };
      const asker = await legacy.connect({ servers: near.url, ...login });
      const service = await legacy.connect({ servers: far.url, ...login });
      const subject = unique("older.");
      try {
        const error = await failureOf(asker.request(subject, "", { timeout: TIMEOUT }));
        expect((error as legacy.NatsError).code).toBe(legacy.ErrorCode.NoResponders);
        service.subscribe(subject, {
          queue: "q",
          callback: (_, message) =>
            void message.respond(message.data, { headers: message.headers! }),
        });
        await service.flush();
        await using probe = await join(near);
        await using partner = await join(far);
        await settled(partner, probe);
        for (const noMux of [false, true]) {
          const sent = legacy.headers();
          sent.set("Token", "t-2");
          const options = {
            timeout: TIMEOUT,
            headers: sent,
            noMux,
            ...(noMux && { reply: unique("r.") }),
          };
          const answer = await asker.request(subject, Buffer.from("body"), options);
          expect([answer.string(), answer.headers!.get("Token")]).toEqual(["body", "t-2"]);
        }
      } finally {
        await Promise.all([asker.close(), service.close()]);
      }
    },
  },
  {
    name: "all answers to one request come, from every server",
    async run({ mesh, near, far }) {
      await using asker = await join(near);
      await using last = await join(far);
      const subject = unique("all.");
      const clients = await Promise.all(mesh.nodes.map((node) => join(node)));
      for (const [index, client] of clients.entries()) {
        client.subscribe(subject, {
          callback: (_, message) => void message.respond(String(index)),
        });
      }
      await Promise.all(clients.map((client) => client.flush()));
      for (const client of clients) await settled(client, asker);
      const names: string[] = [];
      const answers = await asker.requestMany(subject, "", {
        strategy: "count",
        maxMessages: clients.length,
        maxWait: TIMEOUT,
      });
      for await (const answer of answers) names.push(answer.string());
      expect(names.sort()).toEqual(clients.map((_, index) => String(index)));
      await last.flush();
      for (const client of clients) await client.close();
    },
  },
];
