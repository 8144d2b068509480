/** What mappings do that is known beforehand: shares of messages, clusters, order, buffers. */

import { describe, expect, test } from "bun:test";
import { hashBytes } from "../../src/bytes/hash.ts";
import type { MapDestination, SubjectMapping } from "../../src/config/options/accounts.ts";
import { Mapped } from "../../src/core/mapping/mapping-selector.ts";
import { Mappings } from "../../src/core/mapping/mappings.ts";
import { SubjectTransform } from "../../src/core/mapping/subject-transform.ts";
import { TransformError } from "../../src/protocol/subject-transform.ts";
import { mappedSubject } from "./mapping-model.ts";

type Row = string | (readonly [subject: string, weight: number, cluster?: string])[];

function mappingsOf(rows: Readonly<Record<string, Row>>, cluster = ""): Mappings {
  return new Mappings(
    Object.entries(rows).map(([subject, row]) => ({ subject, destinations: destinations(row) })),
    cluster,
    ({ subject }, error) => {
      throw new Error(`${subject}: ${error.message}`);
    },
  );
}

function destinations(row: Row): MapDestination[] {
  const list = typeof row === "string" ? [[row, 100] as const] : row;
  return list.map(([subject, weight, cluster = ""]) => ({ subject, weight, cluster }));
}

/** How many of many messages go where; "" for those that are lost. */
function tally(mappings: Mappings, subject: string, messages = 20_000): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < messages; i++) {
    const to = mappedSubject(mappings, subject) ?? "";
    counts.set(to, (counts.get(to) ?? 0) + 1);
  }
  return counts;
}

/** Expects shares, in percent, give or take two and a half: six times what chance does. */
function expectShares(mappings: Mappings, subject: string, shares: Record<string, number>): void {
  const messages = 20_000;
  const counts = tally(mappings, subject, messages);
  expect([...counts.keys()].sort()).toEqual(Object.keys(shares).sort());
  for (const [to, percent] of Object.entries(shares)) {
    expect(Math.abs((counts.get(to)! * 100) / messages - percent)).toBeLessThan(2.5);
  }
}

describe("partitions", () => {
  // Published results of FNV-1a with 32 bits.
  const HASHES = { a: 0xe40c292c, b: 0xe70c2de5, foo: 0xa9f37ed7, foobar: 0xbf9cf968 };

  test("are the hash of the token", () => {
    for (const [token, hash] of Object.entries(HASHES)) {
      for (const count of [1, 2, 3, 10, 1000, 2_147_483_647]) {
        const transform = SubjectTransform.compile("x.*", `y.{{partition(${count},1)}}`);
        expect(transform.text(`x.${token}`)).toBe(`y.${hash % count}`);
      }
    }
  });

  test("are the hash of several tokens in a row, or of the whole subject", () => {
    const tokens = SubjectTransform.compile("x.*.*", "{{partition(1000, 1, 2)}}");
    expect(tokens.text("x.foo.bar")).toBe(String(HASHES.foobar % 1000));
    const whole = SubjectTransform.compile("*", "{{partition(1000)}}");
    expect(whole.text("foobar")).toBe(String(HASHES.foobar % 1000));
  });

  test("of none are 0, and of less are those of the unsigned number", () => {
    expect(SubjectTransform.compile("*", "{{partition(0)}}").text("foo")).toBe("0");
    expect(SubjectTransform.compile("*", "{{partition(-1)}}").text("foobar")).toBe(
      String(HASHES.foobar),
    );
  });
});

describe("random numbers", () => {
  test("are all below the limit, and each of them comes", () => {
    const transform = SubjectTransform.compile("a", "b.{{random(5)}}");
    const seen = new Set(Array.from({ length: 500 }, () => transform.text("a")));
    expect([...seen].sort()).toEqual(["b.0", "b.1", "b.2", "b.3", "b.4"]);
    expect(SubjectTransform.compile("a", "b.{{random(0)}}").text("a")).toBe("b.0");
  });

  test("do not follow from the choice of the destination", () => {
    const mappings = mappingsOf({
      a: [
        ["x.{{random(2)}}", 50],
        ["y.{{random(2)}}", 50],
      ],
    });
    expectShares(mappings, "a", { "x.0": 25, "x.1": 25, "y.0": 25, "y.1": 25 });
  });
});

describe("weights", () => {
  test("share messages, and the rest keeps its subject", () => {
    const mappings = mappingsOf({
      "a.*": [
        ["b.$1", 60],
        ["c.$1", 30],
      ],
    });
    expectShares(mappings, "a.1", { "b.1": 60, "c.1": 30, "a.1": 10 });
  });

  test("lose the rest when the source itself is listed", () => {
    const rows: Row = [
      ["a", 20],
      ["b", 50],
    ];
    expectShares(mappingsOf({ a: rows }), "a", { a: 20, b: 50, "": 30 });
    expectShares(mappingsOf({ a: [["a", 0]] }), "a", { "": 100 });
  });

  test("of 0 send nothing", () => {
    const rows: Row = [
      ["b", 0],
      ["c", 100],
    ];
    expectShares(mappingsOf({ a: rows }), "a", { c: 100 });
  });

  test("that are too much are refused", () => {
    const refusals: string[] = [];
    const refuse = (subject: string, row: Row): void => {
      const mapping: SubjectMapping = { subject, destinations: destinations(row) };
      const mappings = new Mappings([mapping], "", (_, error) => refusals.push(error.message));
      expect(mappings.count).toBe(0);
      expect(mappedSubject(mappings, subject)).toBe(subject);
    };
    refuse("a", [["b", 101]]);
    refuse("a", [
      ["b", 60],
      ["c", 50],
    ]);
    refuse("a", [
      ["b", 10],
      ["b", 10, "X"],
    ]);
    refuse("a..b", "c");
    refuse("a", "b.$1");
    refuse("a.*", [["b.{{nothing(1)}}", 10, "Y"]]);
    expect(refusals).toEqual([
      "individual weights need to be <= 100",
      "total weight needs to be <= 100",
      'duplicate entry for "b"',
      "invalid subject",
      "invalid mapping destination: wildcard index out of range in $1",
      "invalid mapping destination: unknown function in {{nothing(1)}}",
    ]);
  });
});

describe("clusters", () => {
  const ROWS: Row = [
    ["near", 100, "X"],
    ["half", 50, "Y"],
    ["else", 100],
  ];

  test("have their own destinations, and their own rest", () => {
    expectShares(mappingsOf({ a: ROWS }, "X"), "a", { near: 100 });
    expectShares(mappingsOf({ a: ROWS }, "Y"), "a", { half: 50, a: 50 });
    expectShares(mappingsOf({ a: ROWS }, "Z"), "a", { else: 100 });
    expectShares(mappingsOf({ a: ROWS }), "a", { else: 100 });
  });

  test("leave what is for others alone", () => {
    const only: Row = [["near", 100, "X"]];
    expectShares(mappingsOf({ a: only }), "a", { a: 100 });
    // The source in one set is the source in all.
    expectShares(mappingsOf({ a: [["a", 50, "X"]] }), "a", { "": 100 });
    const both: Row = [
      ["a", 50, "X"],
      ["b", 60],
    ];
    expectShares(mappingsOf({ a: both }), "a", { b: 60, "": 40 });
  });
});

describe("of several mappings applies", () => {
  test("the literal one, then the first", () => {
    const mappings = mappingsOf({ "a.*": "one", "a.>": "two.>", "a.b": "three", "*.c.d": "four" });
    expect(mappedSubject(mappings, "a.b")).toBe("three");
    expect(mappedSubject(mappings, "a.c")).toBe("one");
    expect(mappedSubject(mappings, "a.c.d")).toBe("two.c.d");
    expect(mappedSubject(mappings, "b.c.d")).toBe("four");
    expect(mappedSubject(mappings, "a")).toBe("a");
  });

  test("the last of one source", () => {
    const list = ["one", "two"].map((subject) => ({
      subject: "a",
      destinations: destinations(subject),
    }));
    const mappings = new Mappings(list, "");
    expect(mappings.count).toBe(1);
    expect(mappedSubject(mappings, "a")).toBe("two");
  });

  test("the same with many and with few, at first and later", () => {
    const rows: Record<string, Row> = {};
    for (let i = 0; i < 40; i++) {
      rows[`a${i}.*`] = `b${i}.$1`;
      rows[`a${i}.x`] = `c${i}`;
    }
    const mappings = mappingsOf(rows);
    const long = "l".repeat(300);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 41; i++) {
        const known = i < 40;
        expect(mappedSubject(mappings, `a${i}.x`)).toBe(known ? `c${i}` : `a${i}.x`);
        for (const token of [...Array.from({ length: 60 }, (_, at) => String(at)), long]) {
          const subject = `a${i}.${token}`;
          expect(mappedSubject(mappings, subject)).toBe(known ? `b${i}.${token}` : subject);
        }
      }
    }
  });
});

describe("the new subject", () => {
  function select(mappings: Mappings, subject: string): number {
    const bytes = Buffer.from(`PUB ${subject} 0`);
    const end = bytes.length - 2;
    return mappings.select(bytes, 4, end, hashBytes(bytes, 4, end));
  }

  test("begins at 0 and is followed by a space, however long", () => {
    const mappings = mappingsOf({ "a.*": "b.{{sliceFromLeft(1,1)}}.$1.$1.$1" });
    for (const length of [1, 200, 4000, 10]) {
      const token = "x".repeat(length);
      expect(select(mappings, `a.${token}`)).toBe(Mapped.To);
      const expected = `b.${[...token].join(".")}.${token}.${token}.${token} `;
      expect(mappings.subject.toString("latin1", 0, mappings.end + 1)).toBe(expected);
    }
  });

  test("is empty when the message is lost", () => {
    const mappings = mappingsOf({ a: "b", c: [["c", 0]], "d.*": "{{split(1,-)}}", e: "" });
    expect(select(mappings, "a")).toBe(Mapped.To);
    for (const subject of ["c", "d.-", "e"]) {
      expect(select(mappings, subject)).toBe(Mapped.Nowhere);
      expect(mappings.end).toBe(0);
      expect(mappings.subject[0]).toBe(0x20);
    }
    expect(select(mappings, "f")).toBe(Mapped.Not);
  });
});

describe("an explanation", () => {
  test("names source, destinations and shares", () => {
    const mappings = mappingsOf({ "a.*": [["b.$1", 70]], c: [["c", 40]] });
    expect(mappings.explain("a.x")).toEqual({
      source: "a.*",
      destinations: [
        { destination: "a.$1", subject: "a.x", weight: 30, cluster: "" },
        { destination: "b.$1", subject: "b.x", weight: 70, cluster: "" },
      ],
    });
    expect(mappings.explain("c")).toEqual({
      source: "c",
      destinations: [
        { destination: "c", subject: "c", weight: 40, cluster: "" },
        { destination: "", subject: "", weight: 60, cluster: "" },
      ],
    });
    expect(mappings.explain("a")).toBeNull();
  });

  test("agrees with what happens to a literal that is alone", () => {
    const mappings = mappingsOf({ foo: "bar.{{partition(10)}}" });
    expect(mappings.explain("foo")?.destinations[0]?.subject).toBe("bar.1");
    expect(mappedSubject(mappings, "foo")).toBe("bar.1");
  });
});

describe("the way back", () => {
  const compile = (source: string, destination: string): SubjectTransform =>
    SubjectTransform.compile(source, destination, true);

  test("restores the subject", () => {
    for (const [source, destination, subject] of [
      ["a.*", "b.$1", "a.x"],
      ["a.*.*", "b.{{wildcard(2)}}.c.$1", "a.x.y"],
      ["a.*.>", "b.c.$1.>", "a.x.y.z"],
      [">", "pre.>", "x.y"],
      ["a.*.b.*", "$2.$1", "a.x.b.y"],
    ] as const) {
      const transform = compile(source, destination);
      for (const back of [transform.reverse()!, transform.inverse()!]) {
        const mapped = transform.text(subject);
        expect(back.matches(Buffer.from(mapped), 0, Buffer.byteLength(mapped))).toBe(true);
        expect(back.text(mapped)).toBe(subject);
      }
    }
  });

  test("of three in a circle is nats-server's, or the true one", () => {
    const transform = compile("a.*.*.*", "b.$2.$3.$1");
    expect(transform.text("a.x.y.z")).toBe("b.y.z.x");
    expect(transform.reverse()!.text("b.y.z.x")).toBe("a.z.x.y");
    expect(transform.inverse()!.text("b.y.z.x")).toBe("a.x.y.z");
  });

  test("is not there when the destination forgets where it came from", () => {
    for (const [source, destination] of [
      ["a.*", "b.$0"],
      ["a.*", "b.$1.$1"],
      ["a.*.*", "b.$1.$1"],
    ] as const) {
      expect(compile(source, destination).inverse()).toBeNull();
    }
    expect(compile("a.*", "b.$0").reverse()).toBeNull();
    expect(compile("a.*", "b.$1.$1").reverse()).toBeNull();
  });

  test("goes for imports only", () => {
    const text = "invalid mapping destination: not using all of the token wildcard(s) in b.$1";
    expect(() => compile("a.*.*", "b.$1")).toThrow(new TransformError(text));
    expect(() => SubjectTransform.compile("a.*", "")).toThrow(
      new TransformError("invalid subject"),
    );
  });
});
