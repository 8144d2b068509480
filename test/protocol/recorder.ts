/** Writes down every operation that a parser hands on, as text that can be compared. */

import { hashBytes } from "../../src/bytes/hash.ts";
import { CLIENT_GRAMMAR, type Grammar } from "../../src/protocol/grammar.ts";
import type { InterestVerb } from "../../src/protocol/interest-verb.ts";
import { Message } from "../../src/protocol/message.ts";
import { Parser } from "../../src/protocol/parser.ts";
import type { ParserFault, ParserHandler } from "../../src/protocol/parser-handler.ts";

/** A fault with everything that the log says of it. */
export interface SeenFault {
  fault: ParserFault;
  state: number;
  /** Where in the piece, or in what is held of earlier ones. */
  at: number;
  /** The bytes of the range that came with it. */
  text: string;
}

export interface RecorderSettings {
  maxControlLine?: number;
  maxPayload?: number;
  headersAllowed?: boolean;
  connectRequired?: boolean;
  /** What becomes of an operation that comes earlier. */
  admitsEarly?: boolean;
  /** Leaves the scan of common messages out: every byte goes through the states. */
  tracing?: boolean;
  grammar?: Grammar;
}

/** Payloads longer than this are shown by length and digest. */
const SHOWN_MAX = 100;
/** Bytes before and after a piece, which must not be read. */
const MARGIN = 4;

export class Recorder implements ParserHandler {
  readonly seen: string[] = [];
  /** Arguments as a trace shows them. */
  readonly traced: string[] = [];
  readonly parser: Parser;
  fault: SeenFault | null = null;
  /** Called after each operation. */
  afterEach: (recorder: Recorder) => void = () => {};
  /** The message whose line came ahead of it. */
  #announced: Message | null = null;
  #chunk: Buffer | null = null;
  readonly #shared = new Message();
  readonly #admitsEarly: boolean;

  constructor(settings: RecorderSettings = {}) {
    const { maxControlLine = 4096, maxPayload = 1 << 20, grammar = CLIENT_GRAMMAR } = settings;
    this.parser = new Parser(this, this.#shared, maxControlLine, maxPayload, grammar);
    this.parser.headersAllowed = settings.headersAllowed ?? true;
    this.parser.connectRequired = settings.connectRequired ?? false;
    this.#admitsEarly = settings.admitsEarly ?? false;
    this.parser.tracing = settings.tracing ?? false;
  }

  /** Parses pieces as a connection does: each in memory of its own, which is then gone. */
  feed(...pieces: readonly (Uint8Array | string)[]): this {
    for (const piece of pieces) {
      const bytes = Buffer.from(piece as string, "latin1");
      const chunk = Buffer.allocUnsafeSlow(bytes.length + MARGIN * 2).fill("P");
      bytes.copy(chunk, MARGIN);
      this.#chunk = chunk;
      const end = chunk.length - MARGIN;
      for (let at = MARGIN; at < end; ) {
        const next = this.parser.parse(chunk, at, end);
        if (this.fault !== null) return this;
        if (next <= at) throw new Error("the parser does not go on");
        at = next;
      }
      (chunk.buffer as ArrayBuffer).transfer(0);
    }
    return this;
  }

  onMessage(message: Message): void {
    const { buf, subjectStart, subjectEnd, replyStart, replyEnd, bodyStart, end } = message;
    this.expectAnnounced(message);
    const text = (from: number, to: number): string => buf.toString("latin1", from, to);
    const kind = message.headerBytes > 0 ? `HPUB ${message.headerBytes}/` : "PUB ";
    // The tail is what receivers get: reply and sizes as written, single spaces, CR LF.
    this.see(
      `${kind}${message.totalBytes} <${text(subjectStart, subjectEnd)}>` +
        `<${text(replyStart, replyEnd)}>${JSON.stringify(text(subjectEnd, bodyStart))}` +
        shown(buf.subarray(bodyStart, end)),
    );
  }

  /** A message is the shared one, or its line came before. */
  protected expectAnnounced(message: Message): void {
    const { buf, subjectStart, subjectEnd } = message;
    // HMSG has no subject, and nothing to announce.
    const isAnnounced = message === this.#announced || subjectEnd === subjectStart;
    if (message !== this.#shared && !isAnnounced) throw new Error("no line came");
    this.#announced = null;
    if (message.hash !== hashBytes(buf, subjectStart, subjectEnd)) throw new Error("wrong hash");
  }

  onMessageLine(message: Message): void {
    if (message === this.#shared) throw new Error("a line came for a message that is whole");
    this.#announced = message;
  }

  onEarlyOperation(): boolean {
    this.seen.push(this.#admitsEarly ? "admitted" : "too early");
    return this.#admitsEarly;
  }

  onConnect(buf: Buffer, start: number, end: number): void {
    this.#line("CONNECT", buf, start, end);
  }

  onSub(buf: Buffer, start: number, end: number): void {
    this.#line("SUB", buf, start, end);
  }

  onUnsub(buf: Buffer, start: number, end: number): void {
    this.#line("UNSUB", buf, start, end);
  }

  onInfo(buf: Buffer, start: number, end: number): void {
    this.#line("INFO", buf, start, end);
  }

  onPeerError(buf: Buffer, start: number, end: number): void {
    this.#line("-ERR", buf, start, end);
  }

  onInterest(verb: InterestVerb, buf: Buffer, start: number, end: number): void {
    this.#line(`interest ${verb}`, buf, start, end);
  }

  onPing(): void {
    this.see("PING");
  }

  onPong(): void {
    this.see("PONG");
  }

  onArguments(verb: string, buf: Buffer, start: number, end: number): void {
    this.traced.push(`${verb} ${buf.toString("latin1", start, end)}`);
  }

  onFault(fault: ParserFault, buf: Buffer, at: number, end: number): void {
    if (this.fault !== null) throw new Error(`a second fault: ${fault}`);
    const text = buf.toString("latin1", at, end);
    const offset = buf === this.#chunk ? MARGIN : 0;
    this.fault = { fault, state: this.parser.state, at: at - offset, text };
    this.seen.push(`fault: ${fault}`);
  }

  #line(verb: string, buf: Buffer, start: number, end: number): void {
    this.see(`${verb} <${buf.toString("latin1", start, end)}>`);
  }

  protected see(what: string): void {
    if (this.fault !== null) throw new Error(`${what} after a fault`);
    this.seen.push(what);
    this.afterEach(this);
  }
}

/** A payload as it stands in what is seen. */
export function shown(body: Buffer): string {
  if (body.length <= SHOWN_MAX) return JSON.stringify(body.toString("latin1"));
  return `${body.length} bytes ${Bun.hash(body).toString(16)}`;
}
