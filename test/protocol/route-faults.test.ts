/** What a route is closed for, and what nats-server 2.15.1 logs then. */

import { describe, expect, test } from "bun:test";
import { type LineFault, lineFaultText } from "../../src/protocol/line-faults.ts";
import { Recorder } from "./recorder.ts";
import { RouteRecorder, type RouteRecorderSettings } from "./route-recorder.ts";

/** The log text of a line, however it is cut. */
function logged(line: string, isDedicated = false): string {
  const texts = new Set<string>();
  const feed = (settings: RouteRecorderSettings, ...pieces: string[]): void => {
    const { fault } = new RouteRecorder({ isDedicated, ...settings }).feed("PING\r\n", ...pieces);
    if (fault === null) throw new Error("no fault");
    const args = Buffer.from(fault.text, "latin1");
    const account = isDedicated ? "$SYS" : "";
    texts.add(lineFaultText(fault.fault as LineFault, args, 0, args.length, account));
  };
  const whole = `${line}\r\nhi\r\n`;
  feed({}, whole);
  feed({ tracing: true }, whole);
  for (let at = 1; at < line.length + 2; at++) feed({}, whole.slice(0, at), whole.slice(at));
  return [...texts].join(" or ");
}

describe("malformed messages", () => {
  const rmsg = "processRoutedMsgArgs";
  const hmsg = "processRoutedHeaderMsgArgs";
  const lmsg = "processRoutedOriginClusterMsgArgs";
  const cases: readonly [line: string, text: string][] = [
    ["RMSG a", `${rmsg} Parse Error: '[a]'`],
    ["RMSG $G foo", `${rmsg} Parse Error: '[$G foo]'`],
    ["RMSG $G \tfoo ", `${rmsg} Parse Error: '[$G foo]'`],
    ["RMSG $G foo x", `${rmsg} Bad or Missing Size: '[$G foo x]'`],
    ["RMSG $G foo -1", `${rmsg} Bad or Missing Size: '[$G foo -1]'`],
    ["RMSG $G foo r x", `${rmsg} Bad or Missing Size: '[$G foo r x]'`],
    ["RMSG $G foo 1234567890", `${rmsg} Bad or Missing Size: '[$G foo 1234567890]'`],
    ["RMSG $G foo r q 2", `${rmsg} Bad or Missing Reply Indicator: 'r'`],
    ["RMSG $G foo ++ r 2", `${rmsg} Bad or Missing Reply Indicator: '++'`],
    ["RMSG $G foo * r x", `${rmsg} Bad or Missing Reply Indicator: '*'`],
    ["HMSG $G foo 2", `${hmsg} Parse Error: '[$G foo 2]'`],
    ["HMSG $G foo x 2", `${hmsg} Bad or Missing Header Size: '$G foo x 2'`],
    ["HMSG $G  foo x y", `${hmsg} Bad or Missing Header Size: '$G  foo x y'`],
    ["HMSG $G foo 2 x", `${hmsg} Bad or Missing Size: '[$G foo 2 x]'`],
    ["HMSG $G foo 3 2", `${hmsg} Header Size larger then TotalSize: '$G foo 3 2'`],
    ["HMSG $G foo r x 2", `${hmsg} Bad or Missing Header Size: '$G foo r x 2'`],
    ["HMSG $G foo r q 0 2", `${hmsg} Bad or Missing Reply Indicator: 'r'`],
    ["LMSG o $G foo 2", `${lmsg} Parse Error: '[o $G foo 2]'`],
    ["LMSG o $G foo x 2", `${lmsg} Bad or Missing Header Size: 'o $G foo x 2'`],
    ["LMSG o $G foo 0 x", `${lmsg} Bad or Missing Size: '[o $G foo 0 x]'`],
    ["LMSG o $G foo 3 2", `${lmsg} Header Size larger then TotalSize: 'o $G foo 3 2'`],
    ["LMSG o $G foo r q 0 2", `${lmsg} Bad or Missing Reply Indicator: 'r'`],
    ["PUB foo", 'processPub Parse Error: "foo"'],
    ["PUB foo x", 'processPub Bad or Missing Size: "foo x"'],
    ["HPUB foo 3 2", 'processHeaderPub Header Size larger then TotalSize: "foo 3 2"'],
  ];
  for (const [line, text] of cases) {
    test(`as ${line}`, () => expect(logged(line)).toBe(text));
  }

  const own: readonly [line: string, text: string][] = [
    ["RMSG foo", `${rmsg} Parse Error: '[$SYS foo]'`],
    ["RMSG foo r q 2", `${rmsg} Bad or Missing Reply Indicator: 'r'`],
    ["RMSG foo x", `${rmsg} Bad or Missing Size: '[$SYS foo x]'`],
    ["HMSG foo 2", `${hmsg} Parse Error: '[$SYS foo 2]'`],
    ["HMSG foo r q 0 2", `${hmsg} Bad or Missing Reply Indicator: 'r'`],
    ["LMSG o", `${lmsg} Parse Error: '[o]'`],
    ["LMSG o foo", `${lmsg} Parse Error: '[o foo]'`],
    ["LMSG o foo 2", `${lmsg} Parse Error: '[o $SYS foo 2]'`],
    ["LMSG o foo r q 0 2", `${lmsg} Bad or Missing Reply Indicator: 'r'`],
    ["LMSG o foo 0 x", `${lmsg} Bad or Missing Size: '[o $SYS foo 0 x]'`],
    ["LMSG o foo x 2", `${lmsg} Bad or Missing Header Size: 'o foo x 2'`],
  ];
  for (const [line, text] of own) {
    test(`as ${line} on an account's own connection`, () => expect(logged(line, true)).toBe(text));
  }

  test("without any argument", () => {
    for (const verb of ["RMSG", "HMSG", "LMSG"]) {
      const { fault } = new RouteRecorder().feed(`${verb} \r\n`);
      expect(fault?.fault as string).toBe(`${verb.toLowerCase()} arguments`);
    }
  });
});

describe("unknown operations", () => {
  const cases: readonly [input: string, state: number, at: number][] = [
    ["RMSG\r\n", 68, 4],
    ["RX\r\n", 57, 1],
    ["RSX\r\n", 58, 2],
    ["RS+X\r\n", 45, 3],
    ["RS-\r\n", 63, 3],
    ["LX", 55, 1],
    ["LSX", 56, 2],
    ["LMX", 66, 2],
    ["RMX", 66, 2],
    ["RMSX", 67, 3],
    ["RMSGX", 68, 4],
    ["A* x\r\n", 48, 1],
    ["AU foo\r\n", 48, 1],
    ["A+\r\n", 49, 2],
    ["A-\r\n", 52, 2],
    ["SUB\r\n", 45, 3],
    ["MSG foo 1 2\r\n", 0, 0],
    ["RMSG $G foo 2\r\nhixx", 41, 17],
  ];
  for (const [input, state, at] of cases) {
    test(`as ${JSON.stringify(input)} have nats-server's state and place`, () => {
      const { fault } = new RouteRecorder().feed(input);
      expect(fault).toMatchObject({ fault: "unknown operation", state, at });
    });
  }

  test("are all verbs of routes to clients", () => {
    for (const verb of ["RMSG a b 0", "RS+ a b", "LS- a b", "LMSG a b c 0 0", "A+ a"]) {
      const { fault } = new Recorder().feed(`${verb}\r\n\r\n`);
      expect(fault).toMatchObject({ fault: "unknown operation", state: 0, at: 0 });
    }
  });
});

describe("limits", () => {
  test("of a line are those of the control line", () => {
    const settings = { maxControlLine: 20 };
    const line = (extra: string): string => `RMSG account subject${extra} 0\r\n\r\n`;
    for (const [extra, isWithin] of [
      ["123", true],
      ["1234", false],
    ] as const) {
      const { fault } = new RouteRecorder(settings).feed(line(extra));
      expect(fault?.fault ?? "none").toBe(isWithin ? "none" : "control line too long");
    }
  });

  test("of a payload there are none", () => {
    const body = "x".repeat((1 << 20) + 1);
    const { fault, seen } = new RouteRecorder().feed(`RMSG A foo ${body.length}\r\n${body}\r\n`);
    expect(fault).toBeNull();
    expect(seen.length).toBe(1);
  });
});

test("nothing is taken before CONNECT", () => {
  for (const line of ["RS+ $G foo\r\n", "INFO {}\r\n", "PING\r\n", "RMSG A b 0\r\n\r\n"]) {
    const recorder = new RouteRecorder({ connectRequired: true }).feed(line);
    expect(recorder.fault).toMatchObject({ fault: "authorization required" });
  }
});
