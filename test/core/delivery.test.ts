/** What each receiver gets of one message. */

import { describe, expect, test } from "bun:test";
import { Hub } from "./delivery-fixture.ts";

const HEADERS = "NATS/1.0\r\nA: b\r\n\r\n";

describe("frames", () => {
  test("carry subject, sid and size as they were written, and the payload", () => {
    const hub = new Hub();
    const sink = hub.sink();
    hub.subscribe(sink, "foo.*", "12");
    expect(hub.publish(hub.sink(), "foo.bar 5", "hello")).toBe(1);
    expect(hub.publish(hub.sink(), "foo.bar reply.1 005", "hello")).toBe(1);
    expect(hub.publish(hub.sink(), "foo.bar 0")).toBe(1);
    expect(sink.frames).toEqual([
      "MSG foo.bar 12 5|hello|",
      "MSG foo.bar 12 reply.1 005|hello|",
      "MSG foo.bar 12 0||",
    ]);
  });

  test("with headers go to receivers that understand them", () => {
    const hub = new Hub();
    const sink = hub.sink();
    hub.subscribe(sink, "foo", "1");
    hub.publish(hub.sink(), "foo 18 20", `${HEADERS}hi`, 18);
    hub.publish(hub.sink(), "foo r 018 020", `${HEADERS}hi`, 18);
    expect(sink.frames).toEqual([
      "HMSG foo 1 18 20|NATS/1.0|A: b||hi|",
      "HMSG foo 1 r 018 020|NATS/1.0|A: b||hi|",
    ]);
  });

  test("lose their headers for receivers that do not", () => {
    const hub = new Hub();
    const sink = hub.sink({ headers: false });
    hub.subscribe(sink, "foo", "1");
    hub.publish(hub.sink(), "foo 18 20", `${HEADERS}hi`, 18);
    hub.publish(hub.sink(), "foo r 018 00020", `${HEADERS}hi`, 18);
    hub.publish(hub.sink(), "foo r 18 18", HEADERS, 18);
    hub.publish(hub.sink(), "foo 2", "hi");
    expect(sink.frames).toEqual([
      "MSG foo 1 2|hi|",
      "MSG foo 1 r 2|hi|",
      "MSG foo 1 r 0||",
      "MSG foo 1 2|hi|",
    ]);
    expect([sink.freshMsgs, sink.freshBytes]).toEqual([4, 6]);
  });

  // Around the lengths at which texts move out of their record and loops give way to native copies.
  for (const length of [1, 22, 23, 24, 35, 36, 47, 48, 49, 255, 256, 5000]) {
    test(`hold subjects, sids, replies and payloads of ${length} bytes`, () => {
      const hub = new Hub();
      const [sink, plain] = [hub.sink(), hub.sink({ headers: false })];
      const [subject, sid, reply] = ["s", "i", "r"].map((byte) => byte.repeat(length));
      const body = "\0\xff\r\n".repeat(length).slice(0, length);
      hub.subscribe(sink, subject!, sid!);
      hub.subscribe(plain, subject!, sid!);
      hub.publish(hub.sink(), `${subject} ${reply} ${length}`, body);
      expect(sink.text).toBe(`MSG ${subject} ${sid} ${reply} ${length}\r\n${body}\r\n`);
      expect(plain.text).toBe(sink.text);

      const sizes = `${length} ${length + length}`;
      hub.publish(hub.sink(), `${subject} ${reply} ${sizes}`, body + body, length);
      const frame = `HMSG ${subject} ${sid} ${reply} ${sizes}\r\n${body}${body}\r\n`;
      expect(sink.text.endsWith(frame)).toBe(true);
      expect(plain.text).toBe(`MSG ${subject} ${sid} ${reply} ${length}\r\n${body}\r\n`.repeat(2));
    });
  }

  test("are shown to a sink that traces, cut where the body begins", () => {
    const hub = new Hub();
    const sinks = [hub.sink({ tracing: true }), hub.sink({ tracing: true, headers: false })];
    for (const sink of sinks) hub.subscribe(sink, "foo", "1");
    hub.publish(hub.sink(), "foo 2", "hi");
    hub.publish(hub.sink(), "foo 18 20", `${HEADERS}hi`, 18);
    expect(sinks[0]!.delivered).toEqual([
      "MSG foo 1 2\r\n~hi\r\n",
      `HMSG foo 1 18 20\r\n~${HEADERS}hi\r\n`,
    ]);
    expect(sinks[1]!.delivered).toEqual(["MSG foo 1 2\r\n~hi\r\n", "MSG foo 1 2\r\n~hi\r\n"]);
  });
});

describe("receivers", () => {
  test("are all plain subscriptions, several of one sink among them", () => {
    const hub = new Hub();
    const [a, b] = [hub.sink(), hub.sink()];
    hub.subscribe(a, "foo.bar", "1");
    hub.subscribe(a, "foo.*", "2");
    hub.subscribe(b, ">", "1");
    hub.subscribe(b, "foo.baz", "2");
    expect(hub.publish(b, "foo.bar 1", "x")).toBe(3);
    expect(a.frames.sort()).toEqual(["MSG foo.bar 1 1|x|", "MSG foo.bar 2 1|x|"]);
    expect(b.frames).toEqual(["MSG foo.bar 1 1|x|"]);
  });

  test("do not include the publisher when it wants no echo", () => {
    const hub = new Hub();
    const [quiet, other] = [hub.sink({ echo: false }), hub.sink({ echo: false })];
    for (const sink of [quiet, other]) hub.subscribe(sink, "foo", "1");
    expect(hub.publish(quiet, "foo 1", "x")).toBe(1);
    expect([quiet.frames.length, other.frames.length]).toEqual([0, 1]);
  });

  test("are counted only when they take the message", () => {
    const hub = new Hub();
    const [full, open] = [hub.sink({ isRefusing: true }), hub.sink()];
    for (const sink of [full, open]) hub.subscribe(sink, "foo", "1");
    expect(hub.publish(hub.sink(), "foo 1", "x")).toBe(1);
    full.isRefusing = false;
    expect(hub.publish(hub.sink(), "foo 1", "x")).toBe(2);
    expect([full.freshMsgs, full.freshBytes, open.freshMsgs, open.freshBytes]).toEqual([
      1, 1, 2, 2,
    ]);
  });
});

describe("a subscription with a maximum", () => {
  test("ends with the delivery that reaches it", () => {
    const hub = new Hub();
    const sink = hub.sink({ tracing: true, debugging: true });
    hub.subscribe(sink, "foo", "7");
    hub.limit(sink, "7", 3);
    const taken = Array.from({ length: 5 }, () => hub.publish(hub.sink(), "foo 1", "x"));
    expect(taken).toEqual([1, 1, 1, 0, 0]);
    expect([sink.ended, sink.subCount, hub.subs.pool.count]).toEqual([["7"], 0, 0]);
    expect(sink.maxima).toEqual(["7 3"]);
  });

  test("counts from its beginning, and ends at once when it has had enough", () => {
    const hub = new Hub();
    const sink = hub.sink();
    hub.subscribe(sink, "foo", "1");
    for (let i = 0; i < 4; i++) hub.publish(hub.sink(), "foo 1", "x");
    hub.limit(sink, "1", 5);
    expect(hub.publish(hub.sink(), "foo 1", "x")).toBe(1);
    expect(hub.publish(hub.sink(), "foo 1", "x")).toBe(0);
    hub.subscribe(sink, "foo", "2");
    for (let i = 0; i < 4; i++) hub.publish(hub.sink(), "foo 1", "x");
    hub.limit(sink, "2", 4);
    expect(sink.subCount).toBe(0);
  });

  test("may be given another maximum", () => {
    const hub = new Hub();
    const sink = hub.sink();
    hub.subscribe(sink, "foo", "1");
    hub.limit(sink, "1", 5);
    hub.limit(sink, "1", 2);
    const taken = Array.from({ length: 3 }, () => hub.publish(hub.sink(), "foo 1", "x"));
    expect(taken).toEqual([1, 1, 0]);
  });

  test("counts only what its receiver took", () => {
    const hub = new Hub();
    const sink = hub.sink({ isRefusing: true });
    hub.subscribe(sink, "foo", "1");
    hub.limit(sink, "1", 1);
    expect(hub.publish(hub.sink(), "foo 1", "x")).toBe(0);
    sink.isRefusing = false;
    expect(hub.publish(hub.sink(), "foo 1", "x")).toBe(1);
    expect(hub.publish(hub.sink(), "foo 1", "x")).toBe(0);
  });

  test("ends in the middle of a delivery and disturbs nobody else", () => {
    const hub = new Hub();
    const sinks = Array.from({ length: 9 }, () => hub.sink());
    for (const [i, sink] of sinks.entries()) {
      hub.subscribe(sink, i % 2 === 0 ? "foo" : "*", "1", i % 3 === 0 ? `q${i}` : "");
      if (i % 2 === 0) hub.limit(sink, "1", 1);
    }
    // Cached, so that the second delivery reads a result that the first one has outdated.
    hub.account.sublist.matchRange(Buffer.from("foo"), 0, 3);
    expect(hub.publish(hub.sink(), "foo 1", "x")).toBe(9);
    expect(hub.publish(hub.sink(), "foo 1", "x")).toBe(4);
    expect(sinks.map((sink) => sink.frames.length)).toEqual([1, 2, 1, 2, 1, 2, 1, 2, 1]);
  });
});

describe("a sink that closes in the middle of a delivery", () => {
  for (const count of [1, 3, 100]) {
    test(`takes its ${count} subscriptions along and harms no other`, () => {
      const hub = new Hub();
      const closing = hub.sink({ capacity: 0 });
      const others = Array.from({ length: 5 }, () => hub.sink());
      for (const [i, sink] of others.entries()) hub.subscribe(sink, "foo", `other-${i}`);
      for (let i = 0; i < count; i++) hub.subscribe(closing, i % 2 === 0 ? "foo" : "*", `${i}`);
      expect(hub.publish(hub.sink(), "foo 1", "x")).toBe(5);
      expect(others.map((sink) => sink.frames)).toEqual(
        others.map((_, i) => [`MSG foo other-${i} 1|x|`]),
      );
      expect([closing.slot, closing.subCount, closing.text]).toEqual([0, 0, ""]);
      expect(hub.subs.pool.count).toBe(5);
    });

    test(`may be the only one, with ${count} subscriptions`, () => {
      const hub = new Hub();
      const closing = hub.sink({ capacity: 0 });
      for (let i = 0; i < count; i++) hub.subscribe(closing, "foo", `${i}`, i % 2 === 0 ? "" : "q");
      expect(hub.publish(hub.sink(), "foo 1", "x")).toBe(0);
      expect(hub.subs.pool.count).toBe(0);
    });

    test(`leaves no trace in the records of its ${count} subscriptions`, () => {
      const hub = new Hub();
      const closing = hub.sink({ capacity: 0 });
      for (let i = 0; i < count; i++) hub.subscribe(closing, "foo", `${i}`);
      const other = hub.sink();
      hub.subscribe(other, "bar", "1");
      hub.publish(hub.sink(), "foo 1", "x");
      // Records used again must count their deliveries from 0.
      for (let i = 0; i < count; i++) hub.subscribe(other, "foo", `new-${i}`);
      for (let i = 0; i < count; i++) hub.limit(other, `new-${i}`, 2);
      expect(hub.publish(hub.sink(), "foo 1", "x")).toBe(count);
      expect(hub.publish(hub.sink(), "foo 1", "x")).toBe(count);
      expect(hub.publish(hub.sink(), "foo 1", "x")).toBe(0);
    });
  }
});

describe("when nobody took a request", () => {
  const answer = (sid: string, subject: string): string => {
    const size = 32 + subject.length;
    return `HMSG rep.1 ${sid} ${size} ${size}|NATS/1.0 503|Nats-Subject: ${subject}|||`;
  };

  test("its publisher is told on its own subscription to the reply", () => {
    const hub = new Hub();
    const [source, other] = [hub.sink(), hub.sink()];
    hub.subscribe(other, "rep.1", "3");
    hub.subscribe(source, "rep.*", "7");
    hub.answerNobody(source, "nope rep.1 0");
    expect(source.frames).toEqual([answer("7", "nope")]);
    expect(other.frames).toEqual([]);
  });

  test("the answer is no delivery: it counts for no maximum", () => {
    const hub = new Hub();
    const source = hub.sink();
    hub.subscribe(source, "rep.1", "7");
    hub.limit(source, "7", 1);
    hub.answerNobody(source, "nope rep.1 0");
    hub.answerNobody(source, "nope rep.1 0");
    expect([source.frames.length, source.freshMsgs, source.freshBytes]).toEqual([2, 0, 0]);
    expect(hub.publish(hub.sink(), "rep.1 1", "x")).toBe(1);
    expect(hub.publish(hub.sink(), "rep.1 1", "x")).toBe(0);
  });

  test("several subscriptions of the publisher get one answer", () => {
    const hub = new Hub();
    const source = hub.sink();
    for (const [i, subject] of ["rep.1", "rep.*", ">"].entries()) {
      hub.subscribe(source, subject, `${i}`);
    }
    hub.answerNobody(source, "nope rep.1 0");
    expect(source.frames.length).toBe(1);
  });

  test("without a plain subscription of its own it is told nothing", () => {
    const hub = new Hub();
    const [source, other] = [hub.sink(), hub.sink()];
    hub.subscribe(source, "rep.1", "1", "queue");
    hub.subscribe(other, "rep.1", "2");
    hub.answerNobody(source, "nope rep.1 0");
    expect([source.text, other.text]).toEqual(["", ""]);
  });

  test("long subjects and sids fit", () => {
    const hub = new Hub();
    const source = hub.sink();
    const [sid, subject] = ["i".repeat(3000), "s".repeat(4000)];
    hub.subscribe(source, "rep.1", sid);
    hub.answerNobody(source, `${subject} rep.1 0`);
    expect(source.frames).toEqual([answer(sid, subject)]);
  });
});
