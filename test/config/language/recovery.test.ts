/** One reading finds all faults, and only those. */

import { describe, expect, test } from "bun:test";
import { headlinesOf, parse, placeOf, toPlain } from "./trees.ts";

/** Line and text at each problem, with its hint. */
function faultsOf(text: string): (string | undefined)[][] {
  return parse(text).problems.map((problem) => [...placeOf(problem, 2), problem.hint]);
}

function linesOf(text: string): number[] {
  return parse(text).problems.map(({ place }) => place!.source.lineAt(place!.offset));
}

describe("after a fault", () => {
  test("the next line is read as usual", () => {
    const text = "a: 1 x\nb: 2\nc: .5\nd: 3\n= 4\ne: 5";
    expect(linesOf(text)).toEqual([1, 3, 5]);
    expect(toPlain(parse(text).root)).toEqual({ a: 1n, b: 2n, d: 3n, e: 5n });
  });

  test("a map goes on, and ends where it does", () => {
    const text = "m {\n a: 1 x {y: 2} }\nb: 2\nn { c: 3 ] z\n d: - }\ne: 4";
    expect(linesOf(text)).toEqual([2, 4, 5]);
    expect(toPlain(parse(text).root)).toEqual({ m: { a: 1n }, b: 2n, n: { c: 3n }, e: 4n });
  });

  test("an array goes on, and ends where it does", () => {
    const text = "a [b c, d]\ne: [\n f g\n h,,\n i\n]\nj: 1";
    expect(linesOf(text)).toEqual([1, 3, 4]);
    expect(toPlain(parse(text).root)).toEqual({ a: ["b"], e: ["f", "h", "i"], j: 1n });
  });

  test("what is not closed ends with what is around it", () => {
    const text = "m { a: [b, c }\nn: [ {d: 1 ], e: 2\no: 3";
    expect(toPlain(parse(text).root)).toEqual({
      m: { a: ["b", "c"] },
      n: [{ d: 1n }],
      e: 2n,
      o: 3n,
    });
  });

  test("brackets in quotes and comments do not count", () => {
    const text = "m {\n a: 1 x '}' \"}\" # }\n b: 2\n}\nc: 3";
    expect(linesOf(text)).toEqual([2]);
    expect(toPlain(parse(text).root)).toEqual({ m: { a: 1n, b: 2n }, c: 3n });
  });

  test("a wrong escape does not end its string", () => {
    const text = 'm {a: "C:\\dir\\e", b: 2}\nc: C:\\x\\\nd: 1';
    expect(linesOf(text)).toEqual([1, 2]);
    expect(toPlain(parse(text).root)).toMatchObject({ m: { b: 2n }, d: 1n });
  });

  test("a value on the line after its key is still its value", () => {
    const text = "m:\n{\n a: 1\n}\nb:\n5\nc:\nd: 6";
    expect(linesOf(text)).toEqual([1, 5, 7]);
    expect(toPlain(parse(text).root)).toEqual({ m: { a: 1n }, b: 5n, d: 6n });
  });

  test("values that cannot be are left out", () => {
    const text = "a: 9223372036854775808\nb: [2020-02-30T00:00:00Z, c]\nd: $e\nf: 1";
    expect(linesOf(text)).toEqual([1, 2, 3]);
    expect(toPlain(parse(text).root)).toEqual({ b: ["c"], f: 1n });
  });

  test("the end of the file is reported once", () => {
    expect(headlinesOf("a { b { c [ d")).toHaveLength(1);
    expect(headlinesOf('a { b: "c')).toHaveLength(1);
  });

  test("no more than a thousand problems are collected", () => {
    expect(parse("a: 1 x\n".repeat(3000)).problems).toHaveLength(1000);
  });
});

describe("hints", () => {
  test("tell what to write", () => {
    expect(faultsOf("a: b c")).toEqual([
      ["1:5", "c", "put the value in quotes if this belongs to it, or begin a new line"],
    ]);
    expect(faultsOf("a: 'b")).toEqual([["1:3", "'b", "nothing closes this"]]);
    expect(faultsOf("a: {\n b: 1\n")).toEqual([["1:3", "{\n", "nothing closes this"]]);
    expect(faultsOf("a:\n")).toEqual([["1:2", "\n", "write the value on the line of its key"]]);
    expect(faultsOf("a")).toEqual([["1:1", "", '"a" has no value']]);
  });

  test("lead to the array that a number keeps open", () => {
    const text = "a: 1\nb: [1]\nc: [2, 3]\nd: x\ne: 1 y\n";
    const hint = 'write a space before "]": right behind a number it becomes part of the value';
    const [first, second, third] = faultsOf(text);
    // nats-server stops somewhere in the lines after it.
    expect(headlinesOf(text)[0]).toStartWith("Parse error on line 3:");
    expect(first).toEqual(["2:6", "]\n", hint]);
    expect(second).toEqual(["3:9", "]\n", hint]);
    expect(third?.[0]).toBe("5:6");
    expect(toPlain(parse(text).root)).toEqual({ a: 1n, b: [1n], c: [2n, 3n], d: "x", e: 1n });
  });
});
