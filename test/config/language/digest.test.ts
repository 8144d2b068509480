/** Digests that nats-server 2.15 shows. */

import { describe, expect, test } from "bun:test";
import { DigestWriter } from "../../../src/config/language/digest.ts";
import { digest } from "./parse.ts";
import { parse } from "./trees.ts";

function digestOf(text: string | Buffer): string {
  return digest(parse(text).root);
}

/** What Go writes as JSON for a tree, hashed. */
function hash(json: string): string {
  return `sha256:${new Bun.CryptoHasher("sha256").update(`${json}\n`).digest("hex")}`;
}

describe("a digest", () => {
  test("is nats-server's", () => {
    expect(digestOf("")).toBe(
      "sha256:ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356",
    );
    expect(digestOf("port: 21k # as any other")).toBe(
      "sha256:c14af2b0f74c8a3e4d9451ba005d4ca1cb2d014df85f34bc840f1ebfc4930e02",
    );
  });

  test("is that of Go's JSON", () => {
    expect(digestOf("b: [1, x, {}, [], true ]\na: {c: -1.5, B: 2020-01-02T03:04:05Z}")).toBe(
      hash('{"a":{"B":"2020-01-02T03:04:05Z","c":-1.5},"b":[1,"x",{},[],true]}'),
    );
    expect(digestOf("a: 1.0, b: -0.0, c: 0.0000001, d: 1000000000000000000000.0")).toBe(
      hash('{"a":1,"b":-0,"c":1e-7,"d":1e+21}'),
    );
    expect(digestOf('a: "<>&\\\\\\"\\n\b\u2028\\x00\\x1f\x7fé\\xff"')).toBe(
      hash('{"a":"\\u003c\\u003e\\u0026\\\\\\"\\n\\b\\u2028\\u0000\\u001f\x7fé\ufffd"}'),
    );
  });

  test("sorts keys by their bytes", () => {
    expect(digestOf("b: 1\na: 2\nB: 3\nab: 4\n😀: 5\n\uffee: 6\né: 7\n'': 8")).toBe(
      hash('{"":8,"B":3,"a":2,"ab":4,"b":1,"é":7,"\uffee":6,"😀":5}'),
    );
  });

  test("does not depend on the lengths of what is written at a time", () => {
    const values = Array.from({ length: 4000 }, (_, i) => "v".repeat((i * 37) % 300));
    values.push("w".repeat(4095), "x".repeat(4096), "é".repeat(70_000), "y".repeat(200_000));
    const text = `a: [\n${values.map((value) => `'${value}'`).join("\n")}\n]`;
    expect(digestOf(text)).toBe(hash(JSON.stringify({ a: values })));
    const writer = new DigestWriter(parse(text).root);
    while (writer.run(7));
    expect(writer.finish()).toBe(digestOf(text));
    expect(writer.depth).toBe(2);
  });
});
