/** Arguments of RS+, RS-, LS+ and LS- as nats-server 2.15.1 reads them. */

import { describe, expect, test } from "bun:test";
import { InterestArgs, interestFaultText } from "../../src/protocol/interest-args.ts";
import { InterestVerb } from "../../src/protocol/interest-verb.ts";

interface Form {
  isDedicated?: boolean;
  hasUnsubOrigin?: boolean;
}

/** One object for all, as connections use it. */
const args = new InterestArgs();
const { RouteSub, RouteUnsub, LeafSub, LeafUnsub } = InterestVerb;

function read(verb: InterestVerb, line: string, form: Form = {}): string | null {
  const { isDedicated = false, hasUnsubOrigin = true } = form;
  const margin = "RS+ ";
  const buf = Buffer.from(`${margin}${line}\r\n`);
  const end = buf.length - 2;
  if (!args.parse(verb, buf, margin.length, end, { isDedicated, hasUnsubOrigin })) return null;
  const text = (start: number, to: number): string => args.buf.toString("utf8", start, to);
  return [
    text(args.originStart, args.originEnd),
    text(args.accountStart, args.accountEnd),
    text(args.subjectStart, args.subjectEnd),
    text(args.queueStart, args.queueEnd),
    args.weight,
  ].join("|");
}

describe("with the name of the account", () => {
  const cases: readonly [verb: InterestVerb, line: string, expected: string | null][] = [
    [RouteSub, "$G foo", "|$G|foo||0"],
    [RouteSub, "  $G\t foo.*.>  ", "|$G|foo.*.>||0"],
    [RouteSub, "$G foo q 3", "|$G|foo|q|3"],
    [RouteSub, "$G foo q 0", "|$G|foo|q|0"],
    [RouteSub, "$G foo q x", "|$G|foo|q|0"],
    [RouteSub, "$G foo q 1234567890", "|$G|foo|q|0"],
    [RouteSub, "$G", null],
    [RouteSub, "$G foo q", null],
    [RouteSub, "$G foo q 1 2", null],
    [RouteSub, "$G foo q 1 2 3 4 5 6 7", null],
    [RouteSub, "\r", null],
    [RouteUnsub, "$G foo", "|$G|foo||0"],
    [RouteUnsub, "$G foo q", "|$G|foo|q|0"],
    [RouteUnsub, "$G", null],
    [RouteUnsub, "$G foo q 1", null],
    [LeafSub, "o $G foo", "o|$G|foo||0"],
    [LeafSub, "o $G foo q 3", "o|$G|foo|q|3"],
    [LeafSub, "$G foo", null],
    [LeafSub, "o $G foo q", null],
    [LeafUnsub, "o $G foo", "o|$G|foo||0"],
    [LeafUnsub, "o $G foo q", "o|$G|foo|q|0"],
    [LeafUnsub, "$G foo", null],
    [LeafUnsub, "o $G foo q 1", null],
    [LeafUnsub, "\r", null],
  ];
  for (const [verb, line, expected] of cases) {
    test(`${verb} ${JSON.stringify(line)}`, () => expect(read(verb, line)).toBe(expected));
  }
});

describe("on an account's own connection", () => {
  const cases: readonly [verb: InterestVerb, line: string, expected: string | null][] = [
    [RouteSub, "foo", "||foo||0"],
    [RouteSub, "foo q 2", "||foo|q|2"],
    [RouteSub, "foo q", null],
    [RouteSub, "$SYS foo", null],
    [RouteUnsub, "foo", "||foo||0"],
    [RouteUnsub, "foo q", "||foo|q|0"],
    [RouteUnsub, "foo q 1", null],
    [LeafSub, "o foo", "o||foo||0"],
    [LeafSub, "foo", null],
    [LeafUnsub, "o foo q", "o||foo|q|0"],
    [LeafUnsub, "o", null],
  ];
  for (const [verb, line, expected] of cases) {
    test(`${verb} ${JSON.stringify(line)}`, () =>
      expect(read(verb, line, { isDedicated: true })).toBe(expected));
  }
});

test("a server that tells no origin in LS- leaves it out there only", () => {
  const form = { hasUnsubOrigin: false };
  expect(read(LeafUnsub, "$G foo", form)).toBe("|$G|foo||0");
  expect(read(LeafUnsub, "$G foo q", form)).toBe("|$G|foo|q|0");
  expect(read(LeafUnsub, "o $G foo q", form)).toBeNull();
  expect(read(LeafSub, "o $G foo", form)).toBe("o|$G|foo||0");
});

test("a refused line is logged as nats-server does", () => {
  const text = (verb: InterestVerb, line: string): string =>
    interestFaultText(verb, Buffer.from(line), 0, line.length);
  expect(text(RouteSub, "$G foo bar")).toBe("processRemoteSub Parse Error: 'R $G foo bar'");
  expect(text(LeafSub, "$G foo")).toBe("processRemoteSub Parse Error: 'L $G foo'");
  expect(text(RouteUnsub, "$G")).toBe("processRemoteUnsub parse error: '$G'");
  expect(text(LeafUnsub, "$G foo")).toBe("processRemoteUnsub parse error: '$G foo'");
});
