/** Denials: counted, remembered within bounds, and logged once in a while. */

import { describe, expect, test } from "bun:test";
import {
  DENIALS_MAX,
  type Denial,
  Denials,
  QUIET,
  QUIET_MAX,
  QUIET_MS,
  SUBJECTS_MAX,
  TEXT_MAX,
} from "../../src/core/permissions/denials.ts";

let now = 0;

function denials(): Denials {
  now = 1_700_000_000_000;
  return new Denials(() => now);
}

function denial(change: Partial<Denial> = {}): Denial {
  return {
    operation: "publish",
    cid: 1,
    account: "$G",
    user: "ann",
    subject: "foo",
    queue: "",
    rule: 'publish deny rule "foo"',
    ...change,
  };
}

describe("a denial", () => {
  test("is logged once, and then with the number of those kept quiet", () => {
    const all = denials();
    expect(all.record(denial())).toBe(0);
    for (let i = 0; i < 5; i++) expect(all.record(denial())).toBe(QUIET);
    now += QUIET_MS;
    expect(all.record(denial())).toBe(5);
    expect(all.record(denial())).toBe(QUIET);
    now += QUIET_MS;
    expect(all.record(denial())).toBe(1);
    expect(all.counts).toEqual({ total: 9, publish: 9, subscribe: 0, reply: 0, quiet: 6 });
  });

  test("is logged by connection, operation and rule", () => {
    const all = denials();
    const kinds = [{}, { cid: 2 }, { operation: "subscribe" as const }, { rule: "" }];
    for (const kind of kinds) expect(all.record(denial(kind))).toBe(0);
    for (const kind of kinds) expect(all.record(denial(kind))).toBe(QUIET);
    expect(all.counts.subscribe).toBe(2);
    expect(all.recent().length).toBe(4);
  });

  test("is remembered with those of its kind", () => {
    const all = denials();
    all.record(denial({ queue: "q" }));
    now += 5;
    all.record(denial({ queue: "q" }));
    expect(all.recent()).toEqual([
      { ...denial({ queue: "q" }), time: now - 5, lastTime: now, count: 2 },
    ]);
  });

  test("is logged again when the clock was set back", () => {
    const all = denials();
    all.record(denial());
    now -= 3_600_000;
    expect(all.record(denial())).toBe(0);
  });
});

describe("denials are bounded", () => {
  test("to the last ones, oldest first", () => {
    const all = denials();
    for (let cid = 1; cid <= DENIALS_MAX + 10; cid++) all.record(denial({ cid }));
    const cids = all.recent().map(({ cid }) => cid);
    expect(cids).toEqual(Array.from({ length: DENIALS_MAX }, (_, i) => i + 11));
  });

  test("and a flood of them from ever new connections is kept quiet", () => {
    const all = denials();
    let logged = 0;
    for (let cid = 0; cid < QUIET_MAX * 3; cid++) {
      if (all.record(denial({ cid })) !== QUIET) logged++;
    }
    expect(logged).toBe(QUIET_MAX);
    expect(all.counts.total).toBe(QUIET_MAX * 3);
    expect(all.counts.quiet).toBe(QUIET_MAX * 2);
    now += QUIET_MS;
    expect(all.record(denial({ cid: 999_999 }))).toBe(0);
    expect(all.record(denial({ cid: 5 }))).toBe(0);
  });

  test("one connection with ever new subjects is logged for the first few", () => {
    const all = denials();
    const logged = Array.from({ length: 5000 }, (_, i) => denial({ subject: `foo.${i}` })).filter(
      (each) => all.record(each) === 0,
    );
    expect(logged.map(({ subject }) => subject)).toEqual(
      Array.from({ length: SUBJECTS_MAX }, (_, i) => `foo.${i}`),
    );
    expect(all.recent().length).toBe(SUBJECTS_MAX);
    expect(all.recent()[0]).toMatchObject({ subject: "foo.0", count: 5001 - SUBJECTS_MAX });
    now += QUIET_MS;
    expect(all.record(denial({ subject: "foo.9999" }))).toBe(5000 - SUBJECTS_MAX);
  });

  test("in the length of what they keep", () => {
    const all = denials();
    const long = "x".repeat(100_000);
    all.record(denial({ subject: long, queue: long, rule: long, user: long, account: long }));
    const [record] = all.recent();
    for (const text of [record!.subject, record!.queue, record!.rule, record!.user]) {
      expect(text).toBe(`${"x".repeat(TEXT_MAX)}…`);
    }
  });
});
