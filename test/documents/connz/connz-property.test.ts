/** Sorting, filtering and paging beside a plain model of them, for questions made at random. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { CONNZ_SORTS, type ConnzOptions } from "../../../src/documents/connz/connz-options.ts";
import { subjectsOverlap } from "../../../src/documents/connz/overlap.ts";
import { Prng } from "../../support/prng.ts";
import type { JsonObject } from "../pair.ts";
import { ourConnz } from "./connz-pair.ts";
import { Crowd } from "./crowd.ts";

const CLIENTS = 60;
const CLOSED = 20;
const QUESTIONS = 400;
const EVERYTHING = { state: 2, limit: 1000, auth: true, subscriptions: true };
const SUBJECTS = ["a", "a.b", "a.>", "*.b", "c.d.e", "c.*.e", ">", "c.d.>"];

/** Descending but for those that are named. */
const KEYS: Readonly<Record<string, (one: JsonObject) => number | string>> = {
  cid: ({ cid }) => Number(cid),
  start: ({ cid }) => Number(cid),
  subs: ({ subscriptions }) => -Number(subscriptions),
  pending: ({ pending_bytes }) => -Number(pending_bytes),
  msgs_to: ({ out_msgs }) => -Number(out_msgs),
  msgs_from: ({ in_msgs }) => -Number(in_msgs),
  bytes_to: ({ out_bytes }) => -Number(out_bytes),
  bytes_from: ({ in_bytes }) => -Number(in_bytes),
  last: ({ last_activity }) => -Date.parse(String(last_activity)),
  idle: ({ last_activity }) => Date.parse(String(last_activity)),
  stop: ({ stop }) => -Date.parse(String(stop)),
  reason: ({ reason }) => String(reason),
};

let crowd: Crowd;

beforeAll(async () => {
  const prng = new Prng(1);
  crowd = await Crowd.start();
  for (let i = 0; i < CLIENTS; i++) {
    const user = prng.below(3) === 0 ? {} : { user: `u${prng.below(4)}`, pass: "p" };
    let lines = "";
    for (let s = 0; s < prng.below(6); s++) {
      lines += `SUB ${SUBJECTS[prng.below(SUBJECTS.length)]} ${s}\r\n`;
    }
    for (let m = 0; m < prng.below(4); m++) lines += `PUB a.b ${m}\r\n${"x".repeat(m)}\r\n`;
    await crowd.join(user, lines);
  }
  await crowd.lose(CLOSED);
});

afterAll(() => crowd?.[Symbol.asyncDispose]());

test("answers are those of the model", async () => {
  const prng = new Prng();
  const all = connectionsOf(await ourConnz(crowd.server, EVERYTHING));
  expect(all.length).toBe(CLIENTS);
  for (let i = 0; i < QUESTIONS; i++) {
    const asked = question(prng, all);
    const answer = await ourConnz(crowd.server, { ...asked, auth: true, subscriptions: true });
    const shown = connectionsOf(answer);
    const wanted = all.filter((one) => isWanted(one, asked));
    const what = `seed ${prng.seed}: ${JSON.stringify(asked)}`;
    const key = KEYS[asked.sort || "cid"]!;
    const keys = wanted.map(key).sort(compare);
    const { offset, limit } = page(asked);
    expect(shown.map(key), what).toEqual(keys.slice(offset, offset + limit));
    expect(
      shown.every((one) => wanted.some(({ cid }) => cid === one.cid)),
      what,
    ).toBe(true);
    expect(new Set(shown.map(({ cid }) => cid)).size, what).toBe(shown.length);
    const { num_connections, total } = answer;
    const known = all.filter((one) => isOfState(one, asked) && isOfAccount(one, asked)).length;
    expect({ num_connections, total }, what).toEqual({
      num_connections: shown.length,
      total: known,
    });
  }
});

function question(prng: Prng, all: readonly JsonObject[]): ConnzOptions {
  const state = prng.below(3);
  const sorts = CONNZ_SORTS.filter((sort) => {
    return sort !== "uptime" && sort !== "rtt" && (state === 1 || KEYS[sort] !== undefined);
  }).filter((sort) => state === 1 || (sort !== "stop" && sort !== "reason"));
  const some = (chance: number): boolean => prng.below(chance) === 0;
  const isFiltered = state === 0 && some(3);
  return {
    state,
    sort: sorts[prng.below(sorts.length)]!,
    ...(some(2) && { offset: prng.below(70) - 5 }),
    ...(some(2) && { limit: prng.below(30) - 3 }),
    ...(some(8) && { cid: Number(all[prng.below(all.length)]!.cid) }),
    ...(some(3) && { user: `u${prng.below(5)}` }),
    ...((isFiltered || some(8)) && { acc: "$G" }),
    ...(isFiltered && { filter_subject: SUBJECTS[prng.below(SUBJECTS.length)]! }),
  };
}

function page({ cid = 0, offset = 0, limit = 0 }: ConnzOptions): { offset: number; limit: number } {
  return { offset: Math.max(offset, 0), limit: cid > 0 ? 1 : limit <= 0 ? 1024 : limit };
}

function isWanted(one: JsonObject, asked: ConnzOptions): boolean {
  const { cid = 0, user = "", filter_subject: filter = "" } = asked;
  const subjects = (one.subscriptions_list ?? []) as string[];
  return (
    isOfState(one, asked) &&
    isOfAccount(one, asked) &&
    (cid === 0 || one.cid === cid) &&
    (user === "" || one.authorized_user === user) &&
    (filter === "" || filter === ">" || subjects.some((each) => subjectsOverlap(each, filter)))
  );
}

function isOfState(one: JsonObject, { state }: ConnzOptions): boolean {
  return state === 2 || (state === 1) === (one.stop !== undefined);
}

/** Closed ones are not known to have been in the global account. */
function isOfAccount(one: JsonObject, { acc = "" }: ConnzOptions): boolean {
  return acc === "" || one.stop === undefined;
}

function connectionsOf({ connections }: JsonObject): JsonObject[] {
  return connections as JsonObject[];
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
