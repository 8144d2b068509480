/** Order: what one client publishes arrives in order, whatever else is under way. */

import { expect } from "bun:test";
import type { NatsConnection } from "@nats-io/transport-node";
import type { MeshNode } from "../../support/mesh-node.ts";
import { type Case, Inbox, join, settled, unique } from "../scene.ts";

const STREAM_LENGTH = 2_500;
const SUBJECTS = 4;

interface Stream {
  publisher: NatsConnection;
  subscriber: NatsConnection;
  root: string;
  inbox: Inbox;
}

async function open(from: MeshNode, to: MeshNode, account: string): Promise<Stream> {
  const publisher = await join(from, account);
  const subscriber = await join(to, account);
  const root = unique("order");
  const inbox = Inbox.on(subscriber, `${root}.>`);
  await settled(subscriber, publisher);
  return { publisher, subscriber, root, inbox };
}

async function send({ publisher, root }: Stream): Promise<void> {
  for (let i = 0; i < STREAM_LENGTH; i++) {
    publisher.publish(`${root}.${i % SUBJECTS}`, String(i));
    // Streams take turns, so that their lines mix.
    if (i % 50 === 49) await publisher.flush();
  }
}

export const ORDERING_CASES: readonly Case[] = [
  {
    name: "20,000 messages of eight publishers in two accounts keep their order",
    async run({ near, far }) {
      const wanted: [MeshNode, MeshNode, string][] = [];
      for (const account of ["A", "B"] as const) {
        for (let i = 0; i < 2; i++) wanted.push([near, far, account], [far, near, account]);
      }
      const streams = await Promise.all(wanted.map((each) => open(...each)));
      await Promise.all(streams.map(send));
      for (const { publisher, subscriber, inbox } of streams) {
        await settled(publisher, subscriber);
        expect(inbox.texts).toEqual(Array.from({ length: STREAM_LENGTH }, (_, i) => String(i)));
        await Promise.all([publisher.close(), subscriber.close()]);
      }
    },
  },
];
