/** What a server takes from its cluster and what it gives, by the permissions of the cluster block. */

import { describe, expect, test } from "bun:test";
import { Mesh } from "../support/mesh.ts";
import type { MeshNode } from "../support/mesh-node.ts";
import { PAIRS } from "./pairings.ts";
import { accountsOf, Inbox, join, reached, settled, unique } from "./scene.ts";

const TIMEOUT = 60_000;
const config = accountsOf(["A"]);

function permissions(take: string, give: string): string {
  return `permissions { import: ${take}, export: ${give} }`;
}

/** Which subjects that are published on one node arrive on another; always open: `open.>`. */
async function passed(
  from: MeshNode,
  to: MeshNode,
  subjects: readonly string[],
): Promise<string[]> {
  await using publisher = await join(from);
  await using subscriber = await join(to);
  const inbox = new Inbox();
  for (const subject of subjects) {
    subscriber.subscribe(subject, { callback: (_, msg) => void inbox.messages.push(msg) });
  }
  await reached(publisher, subscriber, "open.");
  for (const subject of subjects) publisher.publish(subject);
  await reached(publisher, subscriber, "open.");
  return inbox.messages.map(({ subject }) => subject);
}

describe.each(PAIRS)("$name", ({ kinds }) => {
  test(
    "import limits what is taken, export what is given, on whichever side it stands",
    async () => {
      await using mesh = await Mesh.start([
        { kind: kinds[0]!, config },
        {
          kind: kinds[1]!,
          config,
          cluster: permissions('["open.>", "in.>", "both.>"]', '["open.>", "out.>", "both.>"]'),
        },
      ]);
      await mesh.explained(async () => {
        const [free, bound] = mesh.nodes;
        const subjects = ["open.a", "in.a", "out.a", "both.a", "none.a"];
        expect(await passed(free!, bound!, subjects)).toEqual(["open.a", "in.a", "both.a"]);
        expect(await passed(bound!, free!, subjects)).toEqual(["open.a", "out.a", "both.a"]);
      });
    },
    TIMEOUT,
  );

  test(
    "what is denied does not pass, not even for a subscription to everything",
    async () => {
      const allow = 'allow: [">"], deny: ["secret.>"]';
      await using mesh = await Mesh.start([
        { kind: kinds[0]!, config },
        { kind: kinds[1]!, config, cluster: permissions(`{${allow}}`, `{${allow}}`) },
      ]);
      await mesh.explained(async () => {
        const [free, bound] = mesh.nodes;
        for (const [from, to] of [
          [free!, bound!],
          [bound!, free!],
        ] as const) {
          await using publisher = await join(from);
          await using subscriber = await join(to);
          const exact = Inbox.on(subscriber, "secret.a");
          const name = unique("plain.");
          const plain = Inbox.on(subscriber, name);
          await settled(subscriber, publisher);
          publisher.publish("secret.a");
          publisher.publish(name);
          await settled(publisher, subscriber);
          expect([exact.messages.length, plain.messages.length]).toEqual([0, 1]);
        }
      });
    },
    TIMEOUT,
  );

  test(
    "permissions that are reloaded hold at once, both ways",
    async () => {
      const narrow = permissions('["open.>"]', '["open.>"]');
      const wide = permissions('["open.>", "more.>"]', '["open.>", "more.>"]');
      await using mesh = await Mesh.start([
        { kind: kinds[0]!, config },
        { kind: kinds[1]!, config, cluster: narrow },
      ]);
      await mesh.explained(async () => {
        const [free, bound] = mesh.nodes;
        await using publisher = await join(free!);
        await using subscriber = await join(bound!);
        await using answering = await join(free!);
        const inbox = Inbox.on(subscriber, "more.in");
        const back = Inbox.on(answering, "more.out");
        const both = async (): Promise<[number, number]> => {
          inbox.messages.length = 0;
          back.messages.length = 0;
          await reached(publisher, subscriber, "open.");
          await reached(subscriber, answering, "open.");
          publisher.publish("more.in");
          subscriber.publish("more.out");
          await reached(publisher, subscriber, "open.");
          await reached(subscriber, answering, "open.");
          return [inbox.messages.length, back.messages.length];
        };
        expect(await both()).toEqual([0, 0]);
        await bound!.reload({ cluster: wide });
        await untilEqual(both, [1, 1]);
        await bound!.reload({ cluster: narrow });
        await untilEqual(both, [0, 0]);
      });
    },
    TIMEOUT,
  );
});

/** A reload is under way when it is logged: what is to follow from it comes soon. */
async function untilEqual(
  look: () => Promise<[number, number]>,
  wanted: [number, number],
): Promise<void> {
  const deadline = performance.now() + 5_000;
  let seen = await look();
  while (`${seen}` !== `${wanted}` && performance.now() < deadline) seen = await look();
  expect(seen).toEqual(wanted);
}
