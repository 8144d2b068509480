/** Every verb in all its forms becomes the operation it stands for. */

import { describe, expect, test } from "bun:test";
import { Recorder } from "./recorder.ts";

/** What whole input is understood as; by the scan and by the states alone it must be the same. */
function read(input: string): string[] {
  const seen = new Recorder().feed(input).seen;
  const byStates = new Recorder({ tracing: true }).feed(input).seen;
  expect(byStates).toEqual(seen);
  return seen;
}

function expectAll(table: Readonly<Record<string, readonly string[]>>): void {
  for (const [input, expected] of Object.entries(table)) {
    expect([input, ...read(input)]).toEqual([input, ...expected]);
  }
}

describe("PUB", () => {
  test("has a subject, perhaps a reply, and a size", () => {
    expectAll({
      "PUB foo 5\r\nhello\r\n": ['PUB 5 <foo><>" 5\\r\\n""hello\\r\\n"'],
      "PUB foo reply.1 5\r\nhello\r\n": ['PUB 5 <foo><reply.1>" reply.1 5\\r\\n""hello\\r\\n"'],
      "PUB foo 0\r\n\r\n": ['PUB 0 <foo><>" 0\\r\\n""\\r\\n"'],
      "PUB a b 0\r\n\r\n": ['PUB 0 <a><b>" b 0\\r\\n""\\r\\n"'],
    });
  });

  test("may be spaced with any spaces and tabs, which are not passed on", () => {
    const expected = ['PUB 2 <foo><r>" r 2\\r\\n""hi\\r\\n"'];
    expectAll({
      "PUB  foo  r  2\r\nhi\r\n": expected,
      "PUB\tfoo\tr\t2\r\nhi\r\n": expected,
      "PUB \t foo\t r \t2 \t \r\nhi\r\n": expected,
      "PUB foo r 2 \r\nhi\r\n": expected,
      "PUB foo r 2\t\r\nhi\r\n": expected,
      "PUB foo\tr 2\r\nhi\r\n": expected,
      "PUB foo r\t2\r\nhi\r\n": expected,
      "PUB\tfoo r 2\r\nhi\r\n": expected,
    });
    expectAll({
      "PUB foo 2 \r\nhi\r\n": ['PUB 2 <foo><>" 2\\r\\n""hi\\r\\n"'],
      "PUB foo \t2\r\nhi\r\n": ['PUB 2 <foo><>" 2\\r\\n""hi\\r\\n"'],
    });
  });

  test("may be written in any case and end its line with LF alone", () => {
    const expected = ['PUB 2 <foo><>" 2\\r\\n""hi\\r\\n"'];
    for (const verb of ["pub", "Pub", "pUb", "puB", "PUb", "pUB"]) {
      expectAll({ [`${verb} foo 2\r\nhi\r\n`]: expected, [`${verb} foo 2\nhi\r\n`]: expected });
    }
  });

  test("keeps a size as it was written", () => {
    expectAll({
      "PUB foo 002\r\nhi\r\n": ['PUB 2 <foo><>" 002\\r\\n""hi\\r\\n"'],
      "PUB foo 000000002\r\nhi\r\n": ['PUB 2 <foo><>" 000000002\\r\\n""hi\\r\\n"'],
      "PUB  foo  002\r\nhi\r\n": ['PUB 2 <foo><>" 002\\r\\n""hi\\r\\n"'],
      "PUB foo 00\r\n\r\n": ['PUB 0 <foo><>" 00\\r\\n""\\r\\n"'],
    });
  });

  test("may have numbers for subject and reply", () => {
    expectAll({
      "PUB 1 2 3\r\nabc\r\n": ['PUB 3 <1><2>" 2 3\\r\\n""abc\\r\\n"'],
      "PUB 1 3\r\nabc\r\n": ['PUB 3 <1><>" 3\\r\\n""abc\\r\\n"'],
      "PUB 1 0000000000 1\r\na\r\n": ['PUB 1 <1><0000000000>" 0000000000 1\\r\\n""a\\r\\n"'],
      "PUB 1 -2 1\r\na\r\n": ['PUB 1 <1><-2>" -2 1\\r\\n""a\\r\\n"'],
      "PUB 1 2x 1\r\na\r\n": ['PUB 1 <1><2x>" 2x 1\\r\\n""a\\r\\n"'],
    });
  });

  test("takes any byte in subject, reply and payload", () => {
    const odd = "\0\x01\x0b\x0c\x7f\x80\xff";
    expect(read(`PUB ${odd} ${odd} 7\r\n${odd}\r\n`)).toEqual([
      `PUB 7 <${odd}><${odd}>${JSON.stringify(` ${odd} 7\r\n`)}${JSON.stringify(`${odd}\r\n`)}`,
    ]);
    expect(read("PUB a 6\r\n\r\nPUB \r\n")).toEqual(['PUB 6 <a><>" 6\\r\\n""\\r\\nPUB \\r\\n"']);
  });

  test("keeps a carriage return inside of its line, which costs the line its last byte", () => {
    expectAll({
      "PUB a\rb 2\r\nhi\r\n": ['PUB 2 <a\rb><>" 2\\r\\n""hi\\r\\n"'],
      "PUB a\rb 23\nhi\r\n": ['PUB 2 <a\rb><>" 2\\r\\n""hi\\r\\n"'],
      "PUB a r\rs 2\r\nhi\r\n": ['PUB 2 <a><r\rs>" r\\rs 2\\r\\n""hi\\r\\n"'],
    });
  });
});

describe("HPUB", () => {
  test("has two sizes, the second of which is the total", () => {
    expectAll({
      "HPUB foo 4 6\r\nabcdhi\r\n": ['HPUB 4/6 <foo><>" 4 6\\r\\n""abcdhi\\r\\n"'],
      "HPUB foo r 4 6\r\nabcdhi\r\n": ['HPUB 4/6 <foo><r>" r 4 6\\r\\n""abcdhi\\r\\n"'],
      "HPUB foo 4 4\r\nabcd\r\n": ['HPUB 4/4 <foo><>" 4 4\\r\\n""abcd\\r\\n"'],
      "hpub\tfoo  04\t06 \nabcdhi\r\n": ['HPUB 4/6 <foo><>" 04 06\\r\\n""abcdhi\\r\\n"'],
      "HPUB 1 2 3 4\r\nabcd\r\n": ['HPUB 3/4 <1><2>" 2 3 4\\r\\n""abcd\\r\\n"'],
      "HPUB 1 3 4 \r\nabcd\r\n": ['HPUB 3/4 <1><>" 3 4\\r\\n""abcd\\r\\n"'],
      "HPUB 1 3  4\r\nabcd\r\n": ['HPUB 3/4 <1><>" 3 4\\r\\n""abcd\\r\\n"'],
    });
  });

  test("without a header block is a PUB", () => {
    expectAll({
      "HPUB foo 0 2\r\nhi\r\n": ['PUB 2 <foo><>" 2\\r\\n""hi\\r\\n"'],
      "HPUB foo r 00 02\r\nhi\r\n": ['PUB 2 <foo><r>" r 02\\r\\n""hi\\r\\n"'],
      "HPUB foo r 0 0\r\n\r\n": ['PUB 0 <foo><r>" r 0\\r\\n""\\r\\n"'],
    });
  });
});

describe("lines with arguments are handed on as they are", () => {
  test("without the spaces before them and the end of the line", () => {
    for (const verb of ["SUB", "UNSUB", "-ERR", "CONNECT", "INFO"]) {
      expectAll({
        [`${verb} foo 1\r\n`]: [`${verb} <foo 1>`],
        [`${verb} foo 1\n`]: [`${verb} <foo 1>`],
        [`${verb}\t \tfoo\t1 \t\r\n`]: [`${verb} <foo\t1 \t>`],
        [`${verb.toLowerCase()} x\r\n`]: [`${verb} <x>`],
        [`${verb} \xff\0\r\n`]: [`${verb} <\xff\0>`],
      });
    }
  });

  test("after CONNECT and INFO there need be no space", () => {
    expectAll({
      "CONNECT{}\r\n": ["CONNECT <{}>"],
      'cOnNeCt{"a":"\\n"}\n': ['CONNECT <{"a":"\\n"}>'],
      "INFO{}\r\n": ["INFO <{}>"],
    });
  });

  test("the first byte after the spaces belongs to them even if it ends the line", () => {
    expectAll({
      "SUB \r\n": ["SUB <\r>"],
      "CONNECT\r\n": ["CONNECT <\r>"],
      "SUB \nPING\r\nPONG\r\n": ["SUB <\nPING>", "PONG"],
      "UNSUB  \rx\r\n": ["UNSUB <\rx>"],
    });
  });

  test("a carriage return costs the line its last byte", () => {
    expectAll({
      "SUB foo\r 12\n": ["SUB <foo\r 1>"],
      "SUB foo\r 12\r\n": ["SUB <foo\r 12>"],
      "SUB foo 1\r\r\n": ["SUB <foo 1\r>"],
    });
  });
});

describe("PING, PONG and +OK", () => {
  test("mean the same whatever stands on their line", () => {
    const junk = "x".repeat(10_000);
    expectAll({
      "PING\r\n": ["PING"],
      "ping\n": ["PING"],
      "pInGxxx yy\r\n": ["PING"],
      "PONG \r \r\n": ["PONG"],
      [`PONG${junk}\n`]: ["PONG"],
      "+OK\r\nPING\r\n": ["PING"],
      "+okjunk\nPONG\r\n": ["PONG"],
    });
  });
});

describe("HMSG", () => {
  test("whole and without a body is a publish of nothing to nobody", () => {
    const nothing = 'PUB 0 <><>" 0\\r\\n""\\r\\n"';
    expectAll({
      "HMSG foo 1 2 2\r\n\r\nPING\r\n": [nothing, "PING"],
      "hmsg x\n\r\n": [nothing],
    });
    expect(new Recorder({ headersAllowed: false }).feed("HMSG x\r\n\r\n").seen).toEqual([nothing]);
  });
});

test("operations follow each other without a byte lost", () => {
  const operations = [
    ["SUB a 1\r\n", "SUB <a 1>"],
    ["PUB a 1\r\nx\r\n", 'PUB 1 <a><>" 1\\r\\n""x\\r\\n"'],
    ["pub  a 1\nx\r\n", 'PUB 1 <a><>" 1\\r\\n""x\\r\\n"'],
    ["HPUB a 1 1\r\nx\r\n", 'HPUB 1/1 <a><>" 1 1\\r\\n""x\\r\\n"'],
    ["PING\n", "PING"],
    ["PONG\r\n", "PONG"],
    ["UNSUB 1\n", "UNSUB <1>"],
    ["CONNECT {}\r\n", "CONNECT <{}>"],
    ["INFO {}\n", "INFO <{}>"],
    ["HMSG \r\n\r\n", 'PUB 0 <><>" 0\\r\\n""\\r\\n"'],
  ] as const;
  for (const [first, seenFirst] of operations) {
    for (const [second, seenSecond] of operations) {
      expectAll({ [first + second + first]: [seenFirst, seenSecond, seenFirst] });
    }
  }
});

test("arguments are shown to a trace, those of INFO and the peer's error are not", () => {
  const recorder = new Recorder({ tracing: true });
  recorder.feed(
    "CONNECT {}\r\nSUB a 1\r\nPUB  a  r 1\r\nx\r\nHPUB a 1 1\r\nx\r\nping x\r\nPONG\r\n",
  );
  recorder.feed("+OK\r\nUNSUB 1\r\nINFO {}\r\nHMSG x\r\n\r\n-ERR 'x'\r\n");
  expect(recorder.traced).toEqual([
    "CONNECT {}",
    "SUB a 1",
    "PUB a  r 1",
    "HPUB a 1 1",
    "PING ",
    "PONG ",
    "UNSUB 1",
    "HMSG x",
  ]);
});

test("a parser that must see CONNECT first takes nothing else", () => {
  const fed = (input: string): Recorder => new Recorder({ connectRequired: true }).feed(input);
  expect(fed("CONNECT {}\r\n").seen).toEqual(["CONNECT <{}>"]);
  expect(fed("connect {}\r\nPING\r\n").seen).toEqual([
    "CONNECT <{}>",
    "too early",
    "fault: authorization required",
  ]);
  for (const input of ["PING\r\n", "PUB a 0\r\n\r\n", "\0", "\r\n"]) {
    expect(fed(input).fault).toMatchObject({ fault: "authorization required", state: 0, at: 0 });
  }
  const admitted = new Recorder({ connectRequired: true, admitsEarly: true });
  expect(admitted.feed("PING\r\nPING\r\n").seen).toEqual(["admitted", "PING", "PING"]);
  expect(fed("CONX").fault).toMatchObject({ fault: "unknown operation", state: 12, at: 3 });
});
