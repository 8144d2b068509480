import { describe, expect, test } from "bun:test";
import { RECORD_WORDS, RecordPool } from "../../src/bytes/record-pool.ts";
import { Prng, withSeed } from "../support/prng.ts";

const TEXT_WORD = 7;
/** What fits into a record behind word 7 and the length byte. */
const INLINE_MAX = 35;
const FIRST_CAPACITY = 16;

function wordsOf(pool: RecordPool, id: number): number[] {
  return [...pool.words.subarray(id * RECORD_WORDS, (id + 1) * RECORD_WORDS)];
}

function setText(pool: RecordPool, id: number, text: string): void {
  const buf = Buffer.from(`<${text}>`);
  pool.setText(id, buf, 1, buf.length - 1);
}

const ZEROS = new Array<number>(RECORD_WORDS).fill(0);

describe("ids", () => {
  test("count up from 1, and the one freed last comes back first", () => {
    const pool = new RecordPool(TEXT_WORD);
    expect([pool.allocate(), pool.allocate(), pool.allocate()]).toEqual([1, 2, 3]);
    pool.free(1);
    pool.free(3);
    expect([pool.allocate(), pool.allocate(), pool.allocate()]).toEqual([3, 1, 4]);
  });

  test("begin again when the pool was emptied", () => {
    const pool = new RecordPool(TEXT_WORD);
    for (let id = 1; id <= 100; id++) pool.allocate();
    for (let id = 1; id <= 100; id++) pool.free(id);
    expect(pool.count).toBe(0);
    expect(pool.allocate()).toBe(1);
  });

  test("are never handed out twice, and never as 0", () =>
    withSeed((random) => {
      const pool = new RecordPool(TEXT_WORD);
      const used = new Set<number>();
      for (let step = 0; step < 5000; step++) {
        if (used.size === 0 || random.below(10) < (step % 1000 < 500 ? 7 : 3)) {
          const id = pool.allocate();
          expect(id).toBeGreaterThan(0);
          expect(used.has(id)).toBe(false);
          used.add(id);
        } else {
          const id = random.pick([...used]);
          pool.free(id);
          used.delete(id);
        }
        expect(pool.count).toBe(used.size);
      }
    }));
});

describe("a record", () => {
  test("is all zero when it is handed out again", () => {
    const pool = new RecordPool(TEXT_WORD);
    pool.allocate();
    const id = pool.allocate();
    pool.words.fill(-1, id * RECORD_WORDS, (id + 1) * RECORD_WORDS);
    setText(pool, id, "text");
    pool.free(id);
    expect(pool.allocate()).toBe(id);
    expect(wordsOf(pool, id)).toEqual(ZEROS);
  });

  test("is all zero after the pool was emptied, in whatever order", () => {
    const pool = new RecordPool(TEXT_WORD);
    const ids = Array.from({ length: 10 }, () => pool.allocate());
    for (const id of ids) setText(pool, id, "x".repeat(INLINE_MAX));
    for (const id of [3, 1, 7, 2, 10, 9, 4, 5, 6, 8]) pool.free(id);
    for (const id of ids) {
      expect(pool.allocate()).toBe(id);
      expect(wordsOf(pool, id)).toEqual(ZEROS);
    }
  });

  test("keeps its words and text while the pool grows", () => {
    const pool = new RecordPool(TEXT_WORD);
    const ids = Array.from({ length: 1000 }, () => pool.allocate());
    for (const id of ids) {
      pool.words[id * RECORD_WORDS] = id * 3;
      setText(pool, id, `token-${id}`);
    }
    for (let more = 0; more < 1000; more++) pool.allocate();
    for (const id of ids) {
      expect(pool.words[id * RECORD_WORDS]).toBe(id * 3);
      expect(pool.text(id)).toBe(`token-${id}`);
    }
  });
});

describe("memory", () => {
  test("doubles as needed and goes back to its first size when the last record is freed", () => {
    const pool = new RecordPool(TEXT_WORD);
    const ids = Array.from({ length: 1000 }, () => pool.allocate());
    expect(pool.words.length).toBe(1024 * RECORD_WORDS);
    for (const id of ids.slice(1)) pool.free(id);
    expect(pool.words.length).toBe(1024 * RECORD_WORDS);
    pool.free(ids[0]!);
    expect(pool.words.length).toBe(FIRST_CAPACITY * RECORD_WORDS);
    expect(pool.bytes.length).toBe(FIRST_CAPACITY * RECORD_WORDS * 4);
  });

  test("words and bytes show the same memory after growth", () => {
    const pool = new RecordPool(TEXT_WORD);
    for (let i = 0; i < 200; i++) pool.allocate();
    pool.words[RECORD_WORDS] = 0x01020304;
    expect(pool.bytes[RECORD_WORDS * 4]).toBe(4);
  });
});

describe("texts", () => {
  const lengths = [0, 1, INLINE_MAX - 1, INLINE_MAX, INLINE_MAX + 1, 254, 255, 256, 5000];

  for (const length of lengths) {
    test(`of ${length} bytes are kept whole`, () => {
      const pool = new RecordPool(TEXT_WORD);
      const before = pool.allocate();
      const id = pool.allocate();
      const after = pool.allocate();
      setText(pool, before, "before");
      setText(pool, after, "after");
      const text = new Prng(length).bytes(length);
      pool.setText(id, text, 0, length);

      expect(pool.textLength(id)).toBe(length);
      const copy = Buffer.alloc(length + 2, 0x2e);
      expect(pool.copyText(id, copy, 1)).toBe(length + 1);
      expect(copy).toEqual(Buffer.concat([Buffer.from("."), text, Buffer.from(".")]));
      expect(pool.textEquals(id, text, 0, length)).toBe(true);
      expect([pool.text(before), pool.text(after)]).toEqual(["before", "after"]);
    });

    test(`of ${length} bytes differ from every other text`, () => {
      const pool = new RecordPool(TEXT_WORD);
      const id = pool.allocate();
      const text = new Prng(length).bytes(length);
      pool.setText(id, text, 0, length);
      const longer = Buffer.concat([text, Buffer.from("x")]);
      expect(pool.textEquals(id, longer, 0, length + 1)).toBe(false);
      if (length === 0) return;
      expect(pool.textEquals(id, text, 0, length - 1)).toBe(false);
      for (const at of [0, length >> 1, length - 1]) {
        const other = Buffer.from(text);
        other[at]! ^= 1;
        expect(pool.textEquals(id, other, 0, length)).toBe(false);
      }
    });
  }

  test("that are long are copies", () => {
    const pool = new RecordPool(TEXT_WORD);
    const id = pool.allocate();
    const buf = Buffer.alloc(100, "a");
    pool.setText(id, buf, 0, 100);
    buf.fill("b");
    expect(pool.text(id)).toBe("a".repeat(100));
  });

  test("do not outlive their record, be they long or short", () => {
    const pool = new RecordPool(TEXT_WORD);
    pool.allocate();
    const id = pool.allocate();
    setText(pool, id, "x".repeat(100));
    pool.free(id);
    expect(pool.allocate()).toBe(id);
    expect(pool.textLength(id)).toBe(0);
    setText(pool, id, "short");
    expect(pool.text(id)).toBe("short");
  });
});
