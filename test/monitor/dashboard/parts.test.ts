/** Parts of the dashboard without a server: sorting, sampling, sessions, the log's tail, viewers. */

import { describe, expect, test } from "bun:test";
import { Denials, QUIET_MS } from "../../../src/core/permissions/denials.ts";
import { LogTail, TAIL_LINES_MAX, TAIL_TEXT_MAX } from "../../../src/log/log-tail.ts";
import { latestFirst } from "../../../src/monitor/dashboard/denials.ts";
import {
  BACKLOG_BYTES_MAX,
  SILENCE_MS_MAX,
  Viewer,
} from "../../../src/monitor/dashboard/live/viewer.ts";
import {
  ADDRESSES_MAX,
  LoginLimit,
  TRIES_MAX,
} from "../../../src/monitor/dashboard/security/login-limit.ts";
import {
  SESSION_IDLE_MS_MAX,
  SESSION_MS_MAX,
  SESSIONS_MAX,
  Sessions,
} from "../../../src/monitor/dashboard/security/sessions.ts";
import { shown } from "../../../src/monitor/dashboard/shown.ts";
import { sortedPart } from "../../../src/monitor/dashboard/sliced.ts";
import { SUBJECTS_MAX, SubjectSampler } from "../../../src/monitor/dashboard/subject-sampler.ts";
import { Message } from "../../../src/protocol/message.ts";
import { withSeed } from "../../support/prng.ts";

describe("sorting in slices", () => {
  test("gives any part of what sorting at once gives", () =>
    withSeed(async (random) => {
      const items = Array.from({ length: 2345 }, (_, id) => ({ id, key: random.below(50) }));
      const compare = (a: (typeof items)[0], b: (typeof items)[0]): number =>
        a.key - b.key || a.id - b.id;
      const all = items.toSorted(compare);
      const parts = [
        [0, 50],
        [0, 3000],
        [2300, 100],
        [5000, 10],
        [777, 1],
      ] as const;
      for (const [offset, limit] of parts) {
        const part = await sortedPart(items, compare, offset, limit);
        expect(part).toEqual(all.slice(offset, offset + limit));
      }
      expect(await sortedPart([], compare, 0, 10)).toEqual([]);
    }));
});

describe("sampling subjects", () => {
  function messageOn(subject: string): Message {
    const message = new Message();
    message.buf = Buffer.from(`${subject} 5\r\nhello\r\n`);
    message.subjectEnd = subject.length;
    message.totalBytes = 5;
    return message;
  }

  test("finds all subjects of senders that repeat the same few in order", () => {
    const sampler = new SubjectSampler();
    const subjects = ["cpu", "memory", "disk", "network", "uptime"];
    const lines = Array.from({ length: 500 }, (_, i) => `PUB ${subjects[i % 5]} 5\r\nhello\r\n`);
    for (const count of [5, 50, 500]) {
      const chunk = Buffer.from(lines.slice(0, count).join(""));
      const message = new Message();
      message.buf = chunk;
      message.subjectStart = chunk.lastIndexOf("uptime");
      message.subjectEnd = message.subjectStart + "uptime".length;
      message.end = chunk.length;
      message.totalBytes = 5;
      let rates = sampler.tick(1, 10);
      for (let second = 0; second < 20; second++) {
        for (let i = 0; i < 400; i++) sampler.onChunk(1, message, count, false);
        rates = sampler.tick(1, 10);
      }
      expect(rates.map(({ subject }) => subject).sort()).toEqual(subjects.toSorted());
      for (const { msgs } of rates) {
        expect(msgs / (count * 80)).toBeGreaterThan(0.6);
        expect(msgs / (count * 80)).toBeLessThan(1.5);
      }
    }
  });

  test("takes messages that come in pieces for what they are", () => {
    const sampler = new SubjectSampler();
    const small = messageOn("small");
    for (let i = 0; i < 40; i++) {
      sampler.onGathered(messageOn("large"));
      sampler.onChunk(1, small, 0, true);
      sampler.onChunk(2, small, 1, false);
      sampler.onChunk(1, small, 1, false);
    }
    const rates = sampler.tick(1, 10).map(({ subject, msgs }) => [subject, msgs]);
    expect(rates).toEqual([
      ["large", 40],
      ["small", 40],
    ]);
  });

  test("comes close to the real rate", () => {
    const sampler = new SubjectSampler();
    let rates = sampler.tick(1, 10);
    for (let second = 0; second < 20; second++) {
      for (let i = 0; i < 10; i++) sampler.onChunk(1, messageOn("a.b"), 7, false);
      sampler.onChunk(1, messageOn("quiet"), 1, false);
      rates = sampler.tick(1, 10);
    }
    expect(rates.map(({ subject }) => subject)).toEqual(["a.b", "quiet"]);
    expect(rates[0]!.msgs).toBeCloseTo(70, 0);
    expect(rates[0]!.bytes).toBeCloseTo(350, -1);
  });

  test("looks at fewer chunks when there are very many, and loses no messages", () => {
    const sampler = new SubjectSampler();
    let rates = sampler.tick(1, 10);
    for (let second = 0; second < 20; second++) {
      for (let i = 0; i < 20_000; i++) sampler.onChunk(1, messageOn("busy"), 1, false);
      rates = sampler.tick(1, 10);
    }
    expect(rates[0]!.msgs).toBeGreaterThan(19_000);
    expect(rates[0]!.msgs).toBeLessThan(21_000);
  });

  test("knows no more subjects than it may, keeps the busy ones, and forgets quiet ones", () => {
    const sampler = new SubjectSampler();
    for (let i = 0; i < SUBJECTS_MAX * 2; i++) {
      sampler.onChunk(1, messageOn("busy"), 100, false);
      sampler.onChunk(1, messageOn(`once.${i}`), 1, false);
    }
    const rates = sampler.tick(1, SUBJECTS_MAX * 2);
    expect(rates.length).toBeLessThanOrEqual(SUBJECTS_MAX);
    expect(rates[0]!.subject).toBe("busy");
    for (let second = 0; second < 40; second++) sampler.tick(1, 10);
    expect(sampler.tick(1, 10)).toEqual([]);
  });

  test("takes all inboxes for one subject", () => {
    const sampler = new SubjectSampler();
    for (let i = 0; i < 5; i++) sampler.onChunk(1, messageOn(`_INBOX.${i}.abc`), 1, false);
    expect(sampler.tick(1, 10).map(({ subject }) => subject)).toEqual(["_INBOX.>"]);
  });
});

describe("what clients say of themselves", () => {
  test("cannot deceive the eye, and gives no secret away", () => {
    expect(shown("a\u202eb\u0007\u200bc\n")).toBe("a\\u202eb\\u0007\\u200bc\\u000a");
    expect(shown("Ünï ☃ 漢字 שלום")).toBe("Ünï ☃ 漢字 שלום");
    expect(shown(`SUA${"B".repeat(55)}`)).not.toContain("SUAB");
    expect(shown("x".repeat(1000)).length).toBeLessThan(300);
  });
});

describe("denials", () => {
  test("of the same by the same client are one, the latest first", () => {
    let now = 1000;
    const denials = new Denials(() => now);
    const record = (subject: string, cid = 1) =>
      denials.record({
        operation: "publish",
        cid,
        account: "A",
        user: "u",
        subject,
        queue: "",
        rule: "",
      });
    for (let round = 0; round < 3; round++) {
      record("a");
      record("a");
      record("b");
      now += QUIET_MS + 1;
    }
    record("a", 2);
    const rows = latestFirst(denials.recent());
    expect(rows.map(({ subject, cid, count }) => [subject, cid, count])).toEqual([
      ["a", 2, 1],
      ["b", 1, 3],
      ["a", 1, 6],
    ]);
    expect(rows[2]!.time).toBe(1000);
  });
});

describe("sessions", () => {
  test("end after a time, and earlier when they are not used", () => {
    let now = 0;
    const sessions = new Sessions(() => now);
    const token = sessions.begin({ user: "u", grounds: "g" });
    for (; now < SESSION_MS_MAX; now += SESSION_IDLE_MS_MAX / 2) {
      expect(sessions.find(token, "g")?.user).toBe("u");
    }
    now = SESSION_MS_MAX + 1;
    expect(sessions.find(token, "g")).toBeUndefined();
    const other = sessions.begin({ user: "u", grounds: "g" });
    now += SESSION_IDLE_MS_MAX + 1;
    expect(sessions.find(other, "g")).toBeUndefined();
  });

  test("are so many at most, and the oldest makes room", () => {
    const sessions = new Sessions(() => 0);
    const first = sessions.begin({ user: "u", grounds: "g" });
    const tokens = Array.from({ length: SESSIONS_MAX }, () =>
      sessions.begin({ user: "u", grounds: "g" }),
    );
    expect(sessions.count).toBe(SESSIONS_MAX);
    expect(sessions.find(first, "g")).toBeUndefined();
    for (const token of tokens) expect(sessions.find(token, "g")).toBeDefined();
    expect(sessions.find(tokens[0]!, "other grounds")).toBeUndefined();
  });
});

describe("tries of passwords", () => {
  test("are limited by network and come back after a minute", () => {
    let now = 0;
    const limit = new LoginLimit(() => now);
    for (let i = 0; i < TRIES_MAX; i++) expect(limit.take(`2001:db8::${i}`)).toBe(0);
    expect(limit.take("2001:db8::99")).toBe(60);
    expect(limit.take("2001:db9::1")).toBe(0);
    now = 60_000;
    expect(limit.take("2001:db8::99")).toBe(0);
  });

  test("of very many addresses make everybody wait", () => {
    const limit = new LoginLimit(() => 0);
    for (let i = 0; i < ADDRESSES_MAX; i++) limit.take(`10.0.${i >> 8}.${i & 255}`);
    expect(limit.take("192.0.2.1")).toBeGreaterThan(0);
  });
});

describe("the tail of the log", () => {
  test("keeps the last lines, and none of the traces", () => {
    const tail = new LogTail();
    for (let i = 1; i <= TAIL_LINES_MAX + 10; i++) tail.add("info", `line ${i}`);
    tail.add("trace", "<<- [PUB secret]");
    const lines = tail.after(0);
    expect(lines).toHaveLength(TAIL_LINES_MAX);
    expect(lines[0]!.text).toBe("line 11");
    expect(tail.after(TAIL_LINES_MAX + 8).map(({ text }) => text)).toEqual([
      `line ${TAIL_LINES_MAX + 9}`,
      `line ${TAIL_LINES_MAX + 10}`,
    ]);
    expect(tail.after(1e9)).toEqual([]);
  });

  test("cuts long lines, and hides secrets before that", () => {
    const tail = new LogTail();
    const seed = `SUA${"B".repeat(55)}`;
    tail.add("error", `${"x".repeat(TAIL_TEXT_MAX - 20)} ${seed} ${"y".repeat(5000)}`);
    tail.add("error", seed);
    const [long, short] = tail.after(0);
    expect(long!.text.length).toBeLessThanOrEqual(TAIL_TEXT_MAX + 1);
    expect(long!.text).not.toContain("SUAB");
    expect(short!.text).toBe("[REDACTED]");
  });
});

describe("a viewer that does not read", () => {
  test("is sent no more than its backlog, and let go after a while", () => {
    const viewer = new Viewer(() => {});
    const event = new Uint8Array(BACKLOG_BYTES_MAX / 4);
    let now = 0;
    let isWatching = true;
    while (isWatching && now < 10 * SILENCE_MS_MAX) {
      now += 1000;
      isWatching = viewer.send(event, now);
    }
    expect(isWatching).toBe(false);
    expect(now).toBeLessThan(SILENCE_MS_MAX + 10_000);
    viewer.end();
  });

  test("goes on when it reads again", async () => {
    const viewer = new Viewer(() => {});
    const reader = viewer.stream.getReader();
    const event = new Uint8Array(BACKLOG_BYTES_MAX);
    viewer.send(event, 1);
    viewer.send(event, 2);
    await reader.read();
    expect(viewer.send(event, SILENCE_MS_MAX * 3)).toBe(true);
    await reader.cancel();
    expect(viewer.send(event, SILENCE_MS_MAX * 3)).toBe(false);
  });
});
