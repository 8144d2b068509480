import { expect, test } from "bun:test";
import { Message } from "../../src/protocol/message.ts";
import { Parser, type ParserFault, type ParserHandler } from "../../src/protocol/parser.ts";
import { withSeed } from "../support/prng.ts";

/** Writes down every operation as text. */
class Recorder implements ParserHandler {
  readonly seen: string[] = [];
  readonly parser = new Parser(this, new Message(), 4096, 1 << 20);
  /** Pauses after every so many messages; 0 for never. */
  pauseEvery = 0;
  #messages = 0;

  constructor() {
    this.parser.headersAllowed = true;
  }

  /** Parses copies of the pieces, whose memory is gone afterwards as in a connection. */
  feed(...pieces: Buffer[]): string[] {
    for (const piece of pieces) {
      const chunk = Buffer.allocUnsafeSlow(piece.length);
      piece.copy(chunk);
      for (let at = 0, before = -1; at < chunk.length && at !== before; ) {
        before = at;
        at = this.parser.parse(chunk, at, chunk.length);
      }
      (chunk.buffer as ArrayBuffer).transfer(0);
    }
    return this.seen;
  }

  onMessage({ buf, subjectStart, subjectEnd, replyStart, replyEnd, ...rest }: Message): void {
    const { bodyStart, end, headerBytes, totalBytes } = rest;
    const part = (start: number, stop: number): string => buf.toString("latin1", start, stop);
    this.seen.push(
      `message ${part(subjectStart, subjectEnd)} reply=${part(replyStart, replyEnd)} ` +
        `tail=${JSON.stringify(part(subjectEnd, bodyStart))} ${headerBytes}/${totalBytes} ` +
        Bun.hash(part(bodyStart, end)),
    );
    this.#messages++;
    if (this.pauseEvery > 0 && this.#messages % this.pauseEvery === 0) this.parser.pause();
  }

  onMessageLine(): void {}

  onConnect(buf: Buffer, start: number, end: number): void {
    this.#line("connect", buf, start, end);
  }

  onSub(buf: Buffer, start: number, end: number): void {
    this.#line("sub", buf, start, end);
  }

  onUnsub(buf: Buffer, start: number, end: number): void {
    this.#line("unsub", buf, start, end);
  }

  onInfo(buf: Buffer, start: number, end: number): void {
    this.#line("info", buf, start, end);
  }

  onPeerError(buf: Buffer, start: number, end: number): void {
    this.#line("error", buf, start, end);
  }

  onPing(): void {
    this.seen.push("ping");
  }

  onPong(): void {
    this.seen.push("pong");
  }

  onArguments(): void {}

  onFault(fault: ParserFault): void {
    this.seen.push(`fault ${fault} in state ${this.parser.state}`);
  }

  #line(verb: string, buf: Buffer, start: number, end: number): void {
    this.seen.push(`${verb} ${buf.toString("latin1", start, end)}`);
  }
}

const TRAFFIC = Buffer.from(
  [
    'CONNECT {"verbose":false}\r\n',
    "PING\r\npOnG trailing\r\n+OK\r\n",
    "SUB foo.* 1\r\nsub\tbar  queue\t 22 \r\nUNSUB 1\r\nUNSUB 22 5\r\n",
    "PUB foo 5\r\nhello\r\nPUB foo reply.1 0\r\n\r\n",
    "pub  spaced\t reply  3 \r\nabc\r\nPUB 1 2 3\r\nxyz\r\nPUB 7 1\r\nz\r\n",
    "HPUB foo 12 14\r\nNATS/1.0\r\n\r\nhi\r\nHPUB foo 77 12 12\r\nNATS/1.0\r\n\r\n\r\n",
    "HPUB foo 0 2\r\nhi\r\nhpub foo r 04 06\r\nabcdhi\r\nPUB lf.only 2\nok\r\n",
    "INFO {}\r\nPUB subject.with.\u00e9 007\r\n1234567\r\n",
    `PUB long ${"x".repeat(200)} 300\r\n${"y".repeat(300)}\r\nPING\r\n`,
  ].join(""),
);

const expected = new Recorder().feed(TRAFFIC);

test("the traffic of these tests holds every operation and no fault", () => {
  expect(expected.filter((entry) => entry.startsWith("message")).length).toBe(12);
  expect(expected.some((entry) => entry.startsWith("fault"))).toBe(false);
  expect(expected[0]).toBe('connect {"verbose":false}');
  expect(expected.at(-1)).toBe("ping");
});

test("a split at any byte changes nothing", () => {
  for (let at = 1; at < TRAFFIC.length; at++) {
    const seen = new Recorder().feed(TRAFFIC.subarray(0, at), TRAFFIC.subarray(at));
    expect(seen).toEqual(expected);
  }
});

test("neither do splits after every byte, nor at random ones, nor pauses in between", () =>
  withSeed((random) => {
    const bytes = Array.from(TRAFFIC, (_, i) => TRAFFIC.subarray(i, i + 1));
    expect(new Recorder().feed(...bytes)).toEqual(expected);
    for (let round = 0; round < 500; round++) {
      const pieces: Buffer[] = [];
      for (let at = 0; at < TRAFFIC.length; ) {
        const end = at + 1 + random.below(random.pick([3, 30, 300]));
        pieces.push(TRAFFIC.subarray(at, end));
        at = end;
      }
      const recorder = new Recorder();
      recorder.pauseEvery = random.below(3);
      expect(recorder.feed(...pieces)).toEqual(expected);
    }
  }));

test("a large payload over many chunks arrives whole", () => {
  const payload = Buffer.alloc(1 << 20, "0123456789abcdef");
  const bytes = Buffer.concat([
    Buffer.from(`PUB big ${payload.length}\r\n`),
    payload,
    Buffer.from("\r\n"),
  ]);
  const whole = new Recorder().feed(bytes);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 7919) pieces.push(bytes.subarray(at, at + 7919));
  expect(new Recorder().feed(...pieces)).toEqual(whole);
});

test("limits hold while the bytes come in", () => {
  const endless = new Recorder();
  endless.feed(Buffer.from("PUB "), Buffer.alloc(4000, "x"), Buffer.alloc(200, "x"));
  expect(endless.seen).toEqual(["fault control line too long in state 33"]);
  const large = new Recorder();
  large.feed(Buffer.from("PUB foo 1048577\r\n"));
  expect(large.seen).toEqual(["fault payload too large in state 0"]);
});

test("mutated traffic never makes the parser throw", () =>
  withSeed((random) => {
    for (let round = 0; round < 5000; round++) {
      const bytes = Buffer.from(TRAFFIC);
      for (let flips = 1 + random.below(4); flips > 0; flips--) {
        bytes[random.below(bytes.length)] = random.below(256);
      }
      const cut = random.below(bytes.length);
      const recorder = new Recorder();
      recorder.feed(bytes.subarray(0, cut), bytes.subarray(cut));
      expect(recorder.seen.length).toBeGreaterThan(0);
    }
  }));
