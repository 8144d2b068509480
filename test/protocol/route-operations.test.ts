/** Lines of routes, and what their messages leave as. */

import { describe, expect, test } from "bun:test";
import { InterestVerb } from "../../src/protocol/interest-verb.ts";
import { Message } from "../../src/protocol/message.ts";
import { RouteRecorder, type RouteRecorderSettings } from "./route-recorder.ts";

/** By the scan, by the states alone, and cut anywhere it is all the same. */
function read(input: string, settings: RouteRecorderSettings = {}): string[] {
  const { seen } = new RouteRecorder(settings).feed(input);
  expect(new RouteRecorder({ ...settings, tracing: true }).feed(input).seen).toEqual(seen);
  for (let at = 1; at < input.length; at++) {
    const split = new RouteRecorder(settings).feed(input.slice(0, at), input.slice(at));
    expect([at, ...split.seen]).toEqual([at, ...seen]);
  }
  return seen;
}

describe("RMSG", () => {
  const cases: readonly [line: string, expected: string][] = [
    ["RMSG $G foo 2", '0/2 <><$G><foo><><>" 2\\r\\n"'],
    ["RMSG $G foo 002", '0/2 <><$G><foo><><>" 002\\r\\n"'],
    ["RMSG A foo.bar _INBOX.1 2", '0/2 <><A><foo.bar><_INBOX.1><>" _INBOX.1 2\\r\\n"'],
    ["RMSG A foo 7 2", '0/2 <><A><foo><7><>" 7 2\\r\\n"'],
    // With two tokens after the subject the first one is the reply, whatever it is.
    ["RMSG A foo | 2", '0/2 <><A><foo><|><>" | 2\\r\\n"'],
    ["RMSG A foo + 2", '0/2 <><A><foo><+><>" + 2\\r\\n"'],
    ["RMSG A foo | q 2", '0/2 <><A><foo><><q>" 2\\r\\n"'],
    ["RMSG A foo | q1 q2 q3 2", '0/2 <><A><foo><><q1 q2 q3>" 2\\r\\n"'],
    ["RMSG A foo + r 2", '0/2 <><A><foo><r><>" r 2\\r\\n"'],
    ["RMSG A foo + reply.1 q 2", '0/2 <><A><foo><reply.1><q>" reply.1 2\\r\\n"'],
    ["RMSG A foo + r a b c d e f g 2", '0/2 <><A><foo><r><a b c d e f g>" r 2\\r\\n"'],
    [
      "RMSG A foo + longer.than.groups q 2",
      '0/2 <><A><foo><longer.than.groups><q>" longer.than.groups 2\\r\\n"',
    ],
    ["rmsg\tA  foo \t+  r\tq   w 2 ", '0/2 <><A><foo><r><q w>" r 2\\r\\n"'],
    ["rMsG \u00c3\u00a9 \u00c3\u00a9.\0 2", '0/2 <><\u00c3\u00a9><\u00c3\u00a9.\0><><>" 2\\r\\n"'],
  ];
  for (const [line, expected] of cases) {
    test(`as ${JSON.stringify(line)}`, () => {
      expect(read(`${line}\r\nhi\r\nPING\r\n`)).toEqual([`MSG ${expected}"hi\\r\\n"`, "PING"]);
      expect(read(`${line}\nhi\r\n`)).toEqual([`MSG ${expected}"hi\\r\\n"`]);
    });
  }

  test("names no account on a connection that is one account's own", () => {
    const settings = { isDedicated: true };
    expect(read("RMSG foo 2\r\nhi\r\nRMSG foo + r q 0\r\n\r\n", settings)).toEqual([
      'MSG 0/2 <><><foo><><>" 2\\r\\n""hi\\r\\n"',
      'MSG 0/0 <><><foo><r><q>" r 0\\r\\n""\\r\\n"',
    ]);
  });

  test("may have a carriage return between its arguments, as in nats-server", () => {
    const { seen } = new RouteRecorder().feed("RMSG A foo\r\r 2 \nhi\r\n");
    expect(seen).toEqual(['MSG 0/2 <><A><foo><><>" 2\\r\\n""hi\\r\\n"']);
  });
});

describe("HMSG", () => {
  const body = "NATS/1.0\r\n\r\nhi";
  const shown = JSON.stringify(`${body}\r\n`);

  test("has two sizes, of which the first is left out when it is 0", () => {
    expect(read(`HMSG A foo 12 14\r\n${body}\r\n`)).toEqual([
      `MSG 12/14 <><A><foo><><>" 12 14\\r\\n"${shown}`,
    ]);
    expect(read(`HMSG A foo 0 14\r\n${body}\r\n`)).toEqual([
      `MSG 0/14 <><A><foo><><>" 14\\r\\n"${shown}`,
    ]);
    expect(read(`HMSG A foo r 00 14\r\n${body}\r\n`)).toEqual([
      `MSG 0/14 <><A><foo><r><>" r 14\\r\\n"${shown}`,
    ]);
    expect(read(`HMSG A foo + r q w 0 14\r\n${body}\r\n`)).toEqual([
      `MSG 0/14 <><A><foo><r><q w>" r 14\\r\\n"${shown}`,
    ]);
  });

  test("may have a reply and queue groups", () => {
    expect(read(`HMSG A foo r 12 14\r\n${body}\r\n`)).toEqual([
      `MSG 12/14 <><A><foo><r><>" r 12 14\\r\\n"${shown}`,
    ]);
    expect(read(`HMSG A foo | q 12 14\r\n${body}\r\n`)).toEqual([
      `MSG 12/14 <><A><foo><><q>" 12 14\\r\\n"${shown}`,
    ]);
    expect(read(`HMSG foo + r q w 12 14\r\n${body}\r\n`, { isDedicated: true })).toEqual([
      `MSG 12/14 <><><foo><r><q w>" r 12 14\\r\\n"${shown}`,
    ]);
  });
});

describe("LMSG", () => {
  test("names a cluster in front, and has two sizes always", () => {
    expect(read("LMSG o A foo 0 2\r\nhi\r\n")).toEqual([
      'MSG 0/2 <o><A><foo><><>" 2\\r\\n""hi\\r\\n"',
    ]);
    expect(read("LMSG o A foo + r q 1 2\r\nhi\r\n")).toEqual([
      'MSG 1/2 <o><A><foo><r><q>" r 1 2\\r\\n""hi\\r\\n"',
    ]);
    expect(read("lmsg o foo | q 0 2\r\nhi\r\n", { isDedicated: true })).toEqual([
      'MSG 0/2 <o><><foo><><q>" 2\\r\\n""hi\\r\\n"',
    ]);
  });

  test("leaves nothing behind for the next message", () => {
    const recorder = new RouteRecorder();
    recorder.feed("LMSG o A foo + r q 0 2\r\nhi\r\nRMSG B bar 2\r\nhi\r\n");
    expect(recorder.seen.at(-1)).toBe('MSG 0/2 <><B><bar><><>" 2\\r\\n""hi\\r\\n"');
  });
});

describe("interest", () => {
  test("comes as it is written", () => {
    const verbs = InterestVerb;
    expect(read("RS+ $G foo\r\nrs- $G foo q\r\nLS+ o $G foo q 3\r\nlS- o $G foo\n")).toEqual([
      `interest ${verbs.RouteSub} <$G foo>`,
      `interest ${verbs.RouteUnsub} <$G foo q>`,
      `interest ${verbs.LeafSub} <o $G foo q 3>`,
      `interest ${verbs.LeafUnsub} <o $G foo>`,
    ]);
    expect(read("A+ acc\r\na- acc\r\nAu acc\r\nau\tacc\r\n")).toEqual([
      `interest ${verbs.AccountSub} <acc>`,
      ...Array(3).fill(`interest ${verbs.AccountUnsub} <acc>`),
    ]);
  });

  test("is what UNSUB takes back, while SUB means nothing", () => {
    expect(read("SUB foo 1\r\nUNSUB $G foo\r\n")).toEqual([
      `interest ${InterestVerb.RouteUnsub} <$G foo>`,
    ]);
  });
});

test("PUB and HPUB have no account", () => {
  expect(read("PUB foo 2\r\nhi\r\nHPUB foo r 1 2\r\nhi\r\n")).toEqual([
    'PUB 2 <foo><>" 2\\r\\n""hi\\r\\n"',
    'HPUB 1/2 <foo><r>" r 1 2\\r\\n""hi\\r\\n"',
  ]);
});

test("what clients and servers share is understood too", () => {
  expect(read("CONNECT {}\r\nINFO {}\r\nPING\r\nPONG\r\n+OK\r\n-ERR 'x'\r\n")).toEqual([
    "CONNECT <{}>",
    "INFO <{}>",
    "PING",
    "PONG",
    "-ERR <'x'>",
  ]);
});

test("a trace shows arguments under the verb that they came with", () => {
  const body = "\r\nhi\r\n";
  const recorder = new RouteRecorder({ tracing: true }).feed(
    `rmsg A foo 2${body}HMSG A  foo 0 2${body}LMSG o A foo 0 2${body}RS+ A foo\r\nRS- A foo\r\n` +
      "LS+ o A foo\r\nLS- o A foo\r\nA+ A\r\nAu A\r\nSUB foo 1\r\nUNSUB A foo\r\nPING\r\nINFO {}\r\n" +
      `PUB foo 2${body}CONNECT {}\r\n`,
  );
  expect(recorder.traced).toEqual([
    "RMSG A foo 2",
    "HMSG A  foo 0 2",
    "LMSG o A foo 0 2",
    "RS+ A foo",
    "RS- A foo",
    "LS+ o A foo",
    "LS- o A foo",
    "A+ A",
    "A- A",
    "PING ",
    "PUB foo 2",
    "CONNECT {}",
  ]);
});

test("the line of a message that no route has brought stays as it is", () => {
  const message = new Message();
  message.buf = Buffer.from("foo reply 2\r\nhi\r\n");
  message.subjectEnd = 3;
  message.replyStart = 4;
  message.replyEnd = 9;
  message.closeLine();
  expect(message.moved).toBeNull();
  expect(message.buf.toString()).toBe("foo reply 2\r\nhi\r\n");
});
