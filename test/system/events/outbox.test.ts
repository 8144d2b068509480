/** The queue of everything that a server says by itself. */

import { describe, expect, test } from "bun:test";
import { DEFAULT_OPTIONS } from "../../../src/config/options/options.ts";
import type { Account } from "../../../src/core/account.ts";
import { Logger } from "../../../src/log/logger.ts";
import { SystemOutbox, WAITING_MAX } from "../../../src/system/system-outbox.ts";
import { until } from "../../support/until.ts";

const ACCOUNT = { name: "SYS" } as Account;

class Fixture {
  readonly sent: string[] = [];
  readonly log: string[] = [];
  readonly outbox: SystemOutbox;
  hasAudience = true;
  /** Subjects that somebody wants. */
  wanted = /./;
  sequence = 0;
  /** Called at each delivery. */
  onSent: () => void = () => {};

  constructor() {
    const messaging = {
      hasAudience: () => this.hasAudience,
      hears: (_: Account, subject: string) => this.hasAudience && this.wanted.test(subject),
      announce: (_: Account, subject: string, reply: string, payload: Uint8Array | string) => {
        this.sent.push(`${subject} ${reply} ${payload}`);
        this.onSent();
      },
    };
    const source = {
      envelopeJson: () => `${++this.sequence}`,
      skip: () => void this.sequence++,
    };
    const log = new Logger((_, text) => void this.log.push(text), DEFAULT_OPTIONS);
    this.outbox = new SystemOutbox(messaging, source, log);
  }

  add(subject: string): void {
    this.outbox.add({ account: ACCOUNT, subject, write: (server) => server });
  }
}

describe("the outbox", () => {
  test("sends after the turn, in order, and counts what nobody wants", async () => {
    const it = new Fixture();
    it.wanted = /a/;
    for (const subject of ["a1", "b", "a2"]) it.add(subject);
    expect(it.sent).toEqual([]);
    await until("both", () => it.sent.length === 2);
    expect(it.sent).toEqual(["a1  1", "a2  3"]);
  });

  test("skips only what nobody can begin to want before it is sent", async () => {
    const it = new Fixture();
    expect(it.outbox.skips(ACCOUNT, 2)).toBe(false);
    it.hasAudience = false;
    expect(it.outbox.skips(ACCOUNT, 2)).toBe(true);
    expect(it.sequence).toBe(2);
    it.add("a");
    // Numbers are given in the order of events.
    expect(it.outbox.skips(ACCOUNT, 2)).toBe(false);
    await until("the end of the turn", () => it.sequence === 3);
    expect(it.sent).toEqual([]);
  });

  test("drops what is too much, says so once, and counts it", async () => {
    const it = new Fixture();
    for (let i = 0; i < WAITING_MAX + 10; i++) it.add("a");
    expect(it.log).toEqual([
      `More than ${WAITING_MAX} system events wait to be sent, some are dropped`,
    ]);
    expect(it.sequence).toBe(10);
    await until("the rest", () => it.sent.length === WAITING_MAX);
    expect(it.sequence).toBe(WAITING_MAX + 10);
  });

  test("sends what comes while it sends", async () => {
    const it = new Fixture();
    let left = 100;
    it.onSent = () => {
      if (left-- > 0) it.add(`more${left}`);
    };
    it.add("first");
    await until("all", () => it.sent.length === 101);
    expect(it.sent.at(-1)).toBe("more0  101");
  });

  test("closes with what waits and a last message, and says nothing after that", async () => {
    const it = new Fixture();
    it.add("a");
    it.outbox.close({ account: ACCOUNT, subject: "last", write: (server) => server });
    it.add("late");
    it.outbox.close({ account: ACCOUNT, subject: "later", write: (server) => server });
    expect(it.sent).toEqual(["a  1", "last  2"]);
    expect(it.outbox.isClosed).toBe(true);
    await Bun.sleep(5);
    expect(it.sent).toHaveLength(2);
    expect(it.sequence).toBe(2);
  });

  test("does not hold up the end of a server for long", () => {
    const it = new Fixture();
    for (let i = 0; i < 5000; i++) it.add("slow");
    it.onSent = () => Bun.sleepSync(1);
    const begin = performance.now();
    it.outbox.close({ account: ACCOUNT, subject: "last", write: (server) => server });
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(it.sent.at(-1)).toStartWith("last");
  });
});
