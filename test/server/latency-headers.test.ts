/** Which headers have a request measured: the real server and ours say the same of any. */

import { describe, expect, test } from "bun:test";
import { findPeer } from "../support/peer.ts";
import { type Prng, withSeed } from "../support/prng.ts";
import { start, triggeredBy } from "./latency-traffic.ts";

const peer = findPeer();
const compare = peer === undefined ? describe.skip : describe;
const BLOCKS = 4_000;
const LINES_MAX = 5;

const CONFIG = `
server_name: measuring
accounts {
  A: { users: [{user: a, password: a}], exports: [{service: svc, latency: {sampling: headers, subject: lat}}] }
  B: { users: [{user: b, password: b}], imports: [{service: {account: A, subject: svc}}] }
}
`;

const NAMES = [
  "Uber-Trace-Id",
  "uber-trace-id",
  "UBERCTX-Some-Thing",
  "uberctx-",
  "Uberctx",
  "X-B3-Sampled",
  "X-B3-TraceId",
  "x-b3-parentspanid",
  "X-B3-SpanId",
  "B3",
  "b3",
  "Traceparent",
  "traceparent",
  "tracestate",
  "Other",
];
const VALUES = [
  "1",
  "0",
  "true",
  "",
  "a:b:c:1",
  "a:b:c:0",
  "a:b:c:03",
  "a:b:c:x",
  "a:b:c:001",
  "a:b:c:F",
  "a:b:c:x1",
  "a:b:c:1x",
  "a:b:1",
  "a:b:c:1:1",
  "a:b:c:",
  "t-s-1-p",
  "t-s-0-p",
  "t-s-0",
  "t-s",
  "t-0",
  "d",
  "00-t-s-01",
  "00-t-s-00",
  "00-t-s-7f",
  "00-t-s-81",
  "00-t-s-FF",
  "00-t-s-+1",
  "00-t-s-1",
  "00-t-s-0x",
  "00-t-01",
  "00-t-s-01-x",
  '<&> "quoted" \\ text',
  "\xe2\x82\xac \xe2\x80\xa8",
  "\xff\xe2\x82 broken \xc0\x80",
  "a\tb",
];
/** What goes wrong, or nearly so. */
const ODDITIES = [
  "no colon",
  ": no name",
  " continued",
  "\tcontinued: so",
  "  ",
  "Name with space: x",
  "B3 : d",
  " B3: d",
  "B\xe43: x",
  "B(3): x",
  "Control: a\x01b",
  "Delete: \x7f",
  "Return: a\rb",
  "1-Digit: x",
  "-: x",
  "a-: x",
];
const ENDS = ["\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r\r\n", ""];

compare("headers that trigger a measurement", () => {
  test(
    "are those that do so in nats-server",
    () =>
      withSeed(async (random) => {
        const blocks = Array.from({ length: BLOCKS }, () => randomBlock(random));
        await using theirs = await start(peer, CONFIG);
        await using ours = await start(undefined, CONFIG);
        const expected = await triggeredBy(theirs.port, blocks);
        const results = await triggeredBy(ours.port, blocks);
        const label = (result: string | undefined, i: number): string =>
          `${JSON.stringify(blocks[i])}: ${result}`;
        expect(results.map(label)).toEqual(expected.map(label));
        // The comparison has seen both.
        expect(expected).toContain("not measured");
        expect(expected.filter((it) => it.startsWith("{")).length).toBeGreaterThan(BLOCKS / 20);
        expect(expected).not.toContain("no header");
      }),
    30_000,
  );
});

function randomBlock(random: Prng): string {
  let block = "NATS/1.0\r\n";
  const lines = random.below(LINES_MAX + 1);
  for (let i = 0; i < lines; i++) {
    const isOdd = random.chance(12);
    const line = isOdd ? random.pick(ODDITIES) : randomLine(random);
    block += `${line}${random.chance(10) ? random.pick(ENDS) : "\r\n"}`;
  }
  return random.chance(20) ? block : `${block}\r\n`;
}

function randomLine(random: Prng): string {
  const blank = random.pick(["", " ", " ", " ", "  ", "\t"]);
  const after = random.chance(8) ? " \t" : "";
  return `${random.pick(NAMES)}:${blank}${random.pick(VALUES)}${after}`;
}
