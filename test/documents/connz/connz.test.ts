/** Orders, errors, layouts and what happens to connections while the document about them is made. */

import { afterEach, expect, test } from "bun:test";
import { connz } from "../../../src/documents/connz/connz.ts";
import type { ConnzOptions } from "../../../src/documents/connz/connz-options.ts";
import { subjectsOverlap } from "../../../src/documents/connz/overlap.ts";
import { sortedPlaces } from "../../../src/documents/connz/sliced-sort.ts";
import { encodeGo } from "../../../src/documents/go-document.ts";
import { Slices } from "../../../src/documents/slices.ts";
import { Prng } from "../../support/prng.ts";
import { until } from "../../support/until.ts";
import type { JsonObject } from "../pair.ts";
import { ourConnz } from "./connz-pair.ts";
import { Crowd } from "./crowd.ts";

/** Lists of subscriptions beyond this are made bit by bit. */
const SHORT = 64;

let crowd: Crowd | undefined;

afterEach(async () => {
  await crowd?.[Symbol.asyncDispose]();
  crowd = undefined;
});

test.each<[string, ConnzOptions]>([
  ["invalid sorting option: foo", { sort: "foo" }],
  ["invalid sorting option: CID", { sort: "CID" }],
  ["sort by stop only valid on closed connections", { sort: "stop" }],
  ["sort by reason only valid on closed connections", { sort: "reason", state: 2 }],
  ["filter by subject only valid with account filtering", { filter_subject: "a" }],
])("%s", async (text, options) => {
  crowd = await Crowd.start();
  expect(connz(crowd.server.observer, options)).rejects.toThrow(text);
});

test("any subject needs no account", async () => {
  crowd = await Crowd.start();
  expect(await ourConnz(crowd.server, { filter_subject: ">" })).toMatchObject({ connections: [] });
});

test("of a state that there is not there are no connections", async () => {
  crowd = await Crowd.start();
  await crowd.join({}, "");
  expect(await ourConnz(crowd.server, { state: 7 })).toMatchObject({ total: 0, connections: [] });
});

test.each(["", "  "] as const)(
  "lists of any length are laid out as Go does: '%s'",
  async (indent) => {
    crowd = await Crowd.start();
    for (const count of [0, 1, SHORT, SHORT + 1, 600]) {
      const lines = Array.from({ length: count }, (_, i) => `SUB <s>.${i} q${i} ${i}\r\n`).join("");
      await crowd.join(
        { name: '"subscriptions_list": []', lang: '"subscriptions_list":[]' },
        lines,
      );
    }
    for (const lists of [{}, { subscriptions: true }, { subscriptions_detail: true }]) {
      const document = await connz(crowd.server.observer, lists);
      const text = (await document.encode(indent)).toString();
      expect(encodeGo(JSON.parse(text), indent).toString()).toBe(text);
      const { connections } = JSON.parse(text) as { connections: JsonObject[] };
      const lengths = connections.map(
        (each) => (each.subscriptions_list ?? each.subscriptions_list_detail) as JsonObject[],
      );
      const wanted = "subscriptions" in lists || "subscriptions_detail" in lists;
      const counts = wanted ? [undefined, 1, SHORT, SHORT + 1, 600] : Array(5).fill(undefined);
      expect(lengths.map((list) => list?.length)).toEqual(counts);
    }
  },
);

test("connections that come and go while a document is made leave it whole", async () => {
  crowd = await Crowd.start();
  for (let i = 0; i < 200; i++) await crowd.join({ name: `n${i}` }, "SUB a 1\r\nSUB b 2\r\n");
  const document = await connz(crowd.server.observer, { subscriptions: true });
  const pieces: Buffer[] = [];
  for await (const piece of document.pieces("")) {
    pieces.push(piece);
    // From the end, which is yet to come.
    for (const wire of crowd.wires.splice(-10)) wire.close();
    await crowd.join({ name: "new" }, "SUB c 3\r\n");
    crowd.wires.unshift(crowd.wires.pop()!);
  }
  const { connections, num_connections } = JSON.parse(Buffer.concat(pieces).toString());
  expect(connections.length).toBe(200);
  expect(num_connections).toBe(200);
  const names = connections.map(({ name }: JsonObject) => name);
  expect(names).toEqual(Array.from({ length: 200 }, (_, i) => `n${i}`));
  const closed = connections.filter((each: JsonObject) => each.subscriptions === 0);
  expect(closed.length).toBeGreaterThan(0);
  for (const each of closed) expect(each.subscriptions_list).toBeUndefined();
});

test("subscriptions that go while they are listed do not harm the list", async () => {
  crowd = await Crowd.start();
  const count = 3000;
  const ids = Array.from({ length: count }, (_, i) => i);
  const wire = await crowd.join({}, ids.map((i) => `SUB s.${i} ${i}\r\n`).join(""));
  const { observer } = crowd.server;
  const document = await connz(observer, { subscriptions_detail: true });
  const [client] = observer.clients.values();
  const pieces: Buffer[] = [];
  for await (const piece of document.pieces("  ")) {
    pieces.push(piece);
    const before = client!.outbound.subCount;
    if (before < 1000) continue;
    await wire.send(
      ids
        .splice(-100)
        .map((i) => `UNSUB ${i}\r\n`)
        .join(""),
    );
    await until("they are gone", () => client!.outbound.subCount === before - 100);
  }
  const [told] = JSON.parse(Buffer.concat(pieces).toString()).connections;
  const subjects = told.subscriptions_list_detail.map(({ subject }: JsonObject) => subject);
  expect(subjects.length).toBeGreaterThan(256);
  expect(subjects.every((subject: string) => /^s\.\d+$/.test(subject))).toBe(true);
});

test("a long list ends where its connection does", async () => {
  crowd = await Crowd.start();
  const lines = Array.from({ length: 2000 }, (_, i) => `SUB s.${i} ${i}\r\n`).join("");
  await crowd.join({}, lines);
  const document = await connz(crowd.server.observer, { subscriptions: true });
  const pieces: Buffer[] = [];
  for await (const piece of document.pieces("")) {
    pieces.push(piece);
    if (pieces.length === 4) await crowd.lose(1);
  }
  const [told] = JSON.parse(Buffer.concat(pieces).toString()).connections;
  expect(told.subscriptions_list.length).toBeLessThan(2000);
});

test("the time of last activity is that of messages and interest, not of PING", async () => {
  crowd = await Crowd.start();
  const wire = await crowd.join({}, "");
  const last = async (): Promise<unknown> => {
    const { connections } = await ourConnz(crowd!.server, {});
    return (connections as JsonObject[])[0]!.last_activity;
  };
  const say = async (text: string): Promise<void> => {
    const before = wire.text.length;
    await wire.send(`${text}PING\r\n`);
    await wire.waitFor((w) => w.text.slice(before).includes("PONG\r\n"));
  };
  const first = Date.parse(String(await last()));
  await Bun.sleep(20);
  await say("");
  expect(Math.abs(Date.parse(String(await last())) - first)).toBeLessThan(2);
  for (const text of ["SUB a 1\r\n", "PUB b 0\r\n\r\n", "PUB a 0\r\n\r\n", "UNSUB 1\r\n"]) {
    const before = Date.parse(String(await last()));
    await Bun.sleep(5);
    await say(text);
    expect(Date.parse(String(await last()))).toBeGreaterThan(before + 2);
  }
});

test("youngest come first by uptime, and all orders are stable", async () => {
  crowd = await Crowd.start();
  for (let i = 0; i < 10; i++) await crowd.join({}, "");
  const cids = async (sort: string): Promise<number[]> => {
    const { connections } = await ourConnz(crowd!.server, { sort });
    return (connections as JsonObject[]).map(({ cid }) => Number(cid));
  };
  const inOrder = await cids("cid");
  expect(await cids("uptime")).toEqual(inOrder.toReversed());
  expect(await cids("msgs_to")).toEqual(inOrder);
});

test("sorting in slices is stable sorting", async () => {
  const prng = new Prng();
  for (const count of [0, 1, 2, 15, 16, 17, 33, 1000, 5000]) {
    const keys = Float64Array.from({ length: count }, () => prng.below(count / 2 + 1) - 5);
    const places = Array.from(keys, (_, i) => i);
    const expected = places.toSorted((a, b) => keys[a]! - keys[b]! || a - b);
    expect(Array.from(await sortedPlaces(keys, new Slices())), `seed ${prng.seed}`).toEqual(
      expected,
    );
  }
});

test.each<[string, string, boolean]>([
  ["a", "a", true],
  ["a", "b", false],
  ["a.*", "a.b", true],
  ["a.*", "a", false],
  ["a.>", "a", false],
  ["a.>", "a.b.c", true],
  ["*.b", "a.*", true],
  ["*.b.>", "a.*", false],
  ["*.b.>", "a.*.c", true],
  [">", "x.y", true],
  ["a.*.c", "a.b.>", true],
])("%s and %s: %p", (one, other, isSo) => {
  expect(subjectsOverlap(one, other)).toBe(isSo);
  expect(subjectsOverlap(other, one)).toBe(isSo);
});
