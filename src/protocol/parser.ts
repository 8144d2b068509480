/**
 * Hot path. The NATS text protocol as a resumable byte state machine.
 *
 * Bytes come in any pieces; operations go out as offsets into the buffer that holds them. There are
 * two ways through:
 *
 * - A message that lies whole in the input and is written the common way (single spaces, CR LF,
 *   within limits) is scanned once and handed on where it lies.
 * - Everything else goes byte by byte through the states of `parser-states.ts`, which follow
 *   nats-server exactly, down to which byte an error is reported at. A message that is split or
 *   oddly spaced is gathered in a buffer of the connection's own, its line rewritten the common way.
 *
 * Limits are enforced as the bytes arrive, so a connection never holds more than one control line
 * or one message that it is allowed to send.
 */

import { CR, LETTER_H, LETTER_R, LF, LOWER_CASE_BIT, SPACE, TAB } from "../bytes/ascii.ts";
import { NO_BUFFER, releaseBuffer, takeBuffer } from "../bytes/buffer-pool.ts";
import { gatherPublish, gatherRouted } from "./gathered-line.ts";
import type { Grammar } from "./grammar.ts";
import { interestVerb, NO_INTEREST } from "./interest-verb.ts";
import type { Message } from "./message.ts";
import { argumentsOfPub, MessageScanner } from "./message-scanner.ts";
import type { ParserFault, ParserHandler } from "./parser-handler.ts";
import * as state from "./parser-states.ts";
import { STATE_KIND } from "./parser-states.ts";
import { PublishArgs } from "./publish-args.ts";
import { RoutedScanner } from "./routed-scanner.ts";

const RUNNING = 0;
const PAUSED = 1;
const STOPPED = 2;

const HELD = -1;

const LETTER_C = 0x63;
const LETTER_P = 0x70;

/** Shared by all parsers: a line is handled before the next one is read. */
const publishArgs = new PublishArgs();
const scanner = new MessageScanner();
const routedScanner = new RoutedScanner();

export class Parser {
  /** Bytes of arguments in one line. */
  maxControlLine: number;
  /** Bytes of header block and payload; 2^31 - 1 for no limit. */
  maxPayload: number;
  /** Whether HPUB is understood: by routes always, by clients once that is agreed upon. */
  headersAllowed: boolean;
  /** Whether anything but CONNECT is refused. */
  connectRequired = false;
  /** Whether arguments are shown to `onArguments`. */
  tracing = false;
  /** Whether the connection is one account's own, so that lines of routes do not name it. */
  isDedicated = false;
  /** State number as nats-server prints it. */
  state = state.START;

  readonly message: Message;
  readonly grammar: Grammar;
  readonly #handler: ParserHandler;
  #flow = RUNNING;
  /** First byte of the line, as lower case: verbs of routes share their last states. */
  #first = 0;
  /** Where the arguments begin in the input; `HELD` when they began earlier and gather in `#held`. */
  #argStart = 0;
  /** Bytes to leave out before the line feed: 1 after a carriage return. */
  #drop = 0;
  #held: Buffer = NO_BUFFER;
  #heldLength = 0;
  /** The message whose body is arriving in `#held`. */
  #heldMessage: Message | null = null;
  #isParsing = false;

  /** @param message filled anew for each message that lies whole in the input; parsers share it. */
  constructor(
    handler: ParserHandler,
    message: Message,
    maxControlLine: number,
    maxPayload: number,
    grammar: Grammar,
  ) {
    this.#handler = handler;
    this.message = message;
    this.grammar = grammar;
    this.headersAllowed = grammar.isRouted;
    this.maxControlLine = maxControlLine;
    this.maxPayload = maxPayload;
  }

  /** Bytes of memory for what has come in part. */
  get heldBytes(): number {
    return this.#held.length;
  }

  /** Asks `parse` to return after the current operation; call it again with the rest to go on. */
  pause(): void {
    if (this.#flow === RUNNING) this.#flow = PAUSED;
  }

  /** Ends parsing for good and gives held memory back. */
  stop(): void {
    this.#flow = STOPPED;
    if (!this.#isParsing) this.#releaseHeld();
  }

  /**
   * @returns index of the first byte not handled: `to`, or less when `pause` or `stop` was called.
   */
  parse(buf: Buffer, from: number, to: number): number {
    if (this.#flow === PAUSED) this.#flow = RUNNING;
    this.#isParsing = true;
    let i = from;
    while (i < to && this.#flow === RUNNING) {
      if (this.state === state.START && !this.tracing && !this.connectRequired) {
        const next = this.grammar.isRouted
          ? routedScanner.scan(buf, i, to, this)
          : this.#scan(buf, i, to);
        if (next !== 0) {
          this.#handler.onMessage(this.message);
          i = next;
          continue;
        }
      }
      i = this.#step(buf, i, to);
    }
    this.#isParsing = false;
    if (this.#flow === STOPPED) this.#releaseHeld();
    return i;
  }

  /** Tries the common form; returns the index after the message, or 0. */
  #scan(buf: Buffer, at: number, to: number): number {
    const first = buf[at]! | LOWER_CASE_BIT;
    if (first === LETTER_P) {
      const start = argumentsOfPub(buf, at, to);
      return start === 0 ? 0 : scanner.scan(buf, start, to, false, this);
    }
    if (first !== LETTER_H || !this.headersAllowed || at + 1 >= to) return 0;
    const start = argumentsOfPub(buf, at + 1, to);
    return start === 0 ? 0 : scanner.scan(buf, start, to, true, this);
  }

  /** Follows the states up to the end of one operation or of the input. */
  #step(buf: Buffer, from: number, to: number): number {
    let i = from;
    if (this.state === state.START) this.#first = buf[i]! | LOWER_CASE_BIT;
    if (this.state === state.START && this.connectRequired) {
      if (this.#isEarly()) {
        this.#fault("authorization required", buf, i, to);
        return i;
      }
      // Whether it is let in may take a while to decide.
      if (this.#flow !== RUNNING) return i;
    }
    const { nextState } = this.grammar;
    do {
      switch (STATE_KIND[this.state]) {
        case state.KIND_VERB: {
          const next = nextState[(this.state << 8) | buf[i]!]!;
          if (next === 0) {
            this.#fault("unknown operation", buf, i, to);
            return i;
          }
          this.state = next;
          i++;
          break;
        }
        case state.KIND_SPACES:
          if (buf[i] !== SPACE && buf[i] !== TAB) {
            this.#argStart = i;
            this.#drop = 0;
            this.state++;
          }
          i++;
          break;
        case state.KIND_ARG:
          i = this.#collectArguments(buf, i, to);
          break;
        case state.KIND_SKIP:
          i = this.#skipLine(buf, i, to);
          break;
        default:
          i = this.#collectPayload(buf, i, to);
      }
      if (this.#flow !== RUNNING) return i;
    } while (i < to && this.state !== state.START);
    if (STATE_KIND[this.state] === state.KIND_ARG) this.#holdArguments(buf, to);
    // nats-server cannot keep the subject it does not have while it waits for the rest of an HMSG.
    if (this.#heldMessage?.subjectEnd === 0) this.#fault("unknown operation", buf, to, to);
    return i;
  }

  /** Whether an operation that begins so comes before CONNECT, and may not. */
  #isEarly(): boolean {
    if (this.#first === LETTER_C) return false;
    this.connectRequired = !this.#handler.onEarlyOperation();
    return this.connectRequired;
  }

  /** PING, PONG and +OK: what else stands on the line means nothing. */
  #skipLine(buf: Buffer, from: number, to: number): number {
    let i = from;
    while (i < to && buf[i] !== LF) i++;
    if (i === to) return to;
    const verb = this.state;
    this.state = state.START;
    if (verb !== state.PLUS_OK && this.tracing) {
      this.#handler.onArguments(verb === state.PING ? "PING" : "PONG", buf, i, i);
    }
    if (verb === state.PING) this.#handler.onPing();
    else if (verb === state.PONG) this.#handler.onPong();
    return i + 1;
  }

  #collectArguments(buf: Buffer, from: number, to: number): number {
    const isHeld = this.#argStart === HELD;
    let i = from;
    for (; i < to; i++) {
      const byte = buf[i]!;
      if (byte === LF) break;
      // As in nats-server, a carriage return anywhere shortens an unsplit line by one byte and
      // is left out of a split one.
      if (byte === CR) this.#drop = 1;
      else if (isHeld) this.#hold(buf, i, i + 1);
      if (isHeld && this.#heldLength > this.maxControlLine) {
        this.#fault("control line too long", buf, i, to);
        return i;
      }
    }
    if (i === to) return to;
    const source = isHeld ? this.#held : buf;
    const start = isHeld ? 0 : this.#argStart;
    const end = isHeld ? this.#heldLength : i - this.#drop;
    this.#drop = 0;
    if (end - start > this.maxControlLine) {
      this.#fault("control line too long", source, start, end);
      return i;
    }
    this.#finishLine(source, start, end);
    return i + 1;
  }

  /** Acts on a whole line of arguments; the state becomes START, or PAYLOAD when a body follows. */
  #finishLine(buf: Buffer, start: number, end: number): void {
    const argState = this.state;
    this.state = state.START;
    if (this.tracing) {
      const verb = this.grammar.tracedVerb(argState, this.#first);
      if (verb !== undefined) this.#handler.onArguments(verb, buf, start, end);
    }
    const { isRouted } = this.grammar;
    switch (argState) {
      case state.PUB_ARG:
      case state.HPUB_ARG:
        this.#beginPublish(argState === state.HPUB_ARG, buf, start, end);
        return;
      case state.MSG_ARG:
      case state.HMSG_ARG:
        if (isRouted) this.#beginRouted(buf, start, end);
        else this.#beginNothing();
        return;
      case state.CONNECT_ARG:
        this.#handler.onConnect(buf, start, end);
        break;
      case state.INFO_ARG:
        this.#handler.onInfo(buf, start, end);
        break;
      case state.MINUS_ERR_ARG:
        this.#handler.onPeerError(buf, start, end);
        break;
      default:
        if (isRouted) this.#finishInterest(argState, buf, start, end);
        else if (argState === state.SUB_ARG) this.#handler.onSub(buf, start, end);
        else this.#handler.onUnsub(buf, start, end);
    }
    this.#releaseHeld();
  }

  /** A SUB of clients means nothing to routes, as in nats-server. */
  #finishInterest(argState: number, buf: Buffer, start: number, end: number): void {
    const first = this.grammar.isGateway ? LETTER_R : this.#first;
    const verb = interestVerb(argState, first);
    if (verb !== NO_INTEREST) this.#handler.onInterest(verb, buf, start, end);
  }

  /** Checks a publish line and holds it, rewritten the common way, until its body is there. */
  #beginPublish(withHeaders: boolean, buf: Buffer, start: number, end: number): void {
    if (withHeaders && !this.headersAllowed) {
      this.#fault("headers not supported", buf, start, end);
      return;
    }
    const fault = publishArgs.parse(buf, start, end, withHeaders);
    if (fault !== "") {
      this.#fault(fault, buf, start, end);
      return;
    }
    if (publishArgs.totalBytes > this.maxPayload) {
      this.message.totalBytes = publishArgs.totalBytes;
      this.#fault("payload too large", buf, start, end);
      return;
    }
    const message = gatherPublish(publishArgs, buf);
    this.#awaitBody(message);
    this.#handler.onMessageLine(message);
  }

  /** The same for a message of a route. */
  #beginRouted(buf: Buffer, start: number, end: number): void {
    const message = gatherRouted(buf, start, end, this.#first, this.isDedicated);
    if (typeof message === "string") {
      this.#fault(message, buf, start, end);
      return;
    }
    this.#awaitBody(message);
    this.#handler.onMessageLine(message);
  }

  /** Clients have no use for HMSG, yet nats-server reads one as a publish of nothing to nobody. */
  #beginNothing(): void {
    publishArgs.setNothing();
    this.#awaitBody(gatherPublish(publishArgs, NO_BUFFER));
  }

  /** Holds a line, in place of what was held of its arguments. */
  #awaitBody(message: Message): void {
    releaseBuffer(this.#held);
    this.#held = message.buf;
    this.#heldLength = message.bodyStart;
    this.#heldMessage = message;
    this.state = state.PAYLOAD;
  }

  #collectPayload(buf: Buffer, from: number, to: number): number {
    const bodyEnd = this.#heldMessage!.end - 2;
    const wanted = bodyEnd - this.#heldLength;
    if (wanted > 0) {
      const taken = Math.min(wanted, to - from);
      this.#hold(buf, from, from + taken);
      return from + taken;
    }
    this.state = wanted === 0 ? state.PAYLOAD_CR : state.PAYLOAD_LF;
    if (buf[from] !== (wanted === 0 ? CR : LF)) {
      this.#fault("unknown operation", buf, from, to);
      return from;
    }
    this.#hold(buf, from, from + 1);
    if (this.#heldLength === bodyEnd + 2) this.#finishMessage();
    return from + 1;
  }

  #finishMessage(): void {
    const message = this.#heldMessage!;
    this.state = state.START;
    this.#heldMessage = null;
    message.buf = this.#held;
    this.#handler.onMessage(message);
    this.#releaseHeld();
  }

  /** The input ends inside a line of arguments: keeps what there is of it. */
  #holdArguments(buf: Buffer, to: number): void {
    const start = this.#argStart;
    if (start === HELD) return;
    this.#argStart = HELD;
    this.#heldLength = 0;
    this.#hold(buf, start, to - this.#drop);
    if (this.#heldLength > this.maxControlLine) {
      this.#fault("control line too long", this.#held, 0, this.#heldLength);
    }
  }

  /** Appends to what is held; grows by doubling, so that a size that lies costs nothing. */
  #hold(buf: Buffer, start: number, end: number): void {
    const length = this.#heldLength + (end - start);
    if (length > this.#held.length) {
      // Room for the whole message once a quarter of it is there.
      const whole = this.#heldMessage === null ? 0 : this.#heldMessage.end;
      const larger = takeBuffer(length * 4 >= whole && length <= whole ? whole : length * 2);
      this.#held.copy(larger, 0, 0, this.#heldLength);
      releaseBuffer(this.#held);
      this.#held = larger;
    }
    buf.copy(this.#held, this.#heldLength, start, end);
    this.#heldLength = length;
  }

  #releaseHeld(): void {
    releaseBuffer(this.#held);
    this.#held = NO_BUFFER;
    this.#heldLength = 0;
  }

  #fault(fault: ParserFault, buf: Buffer, at: number, end: number): void {
    this.#handler.onFault(fault, buf, at, end);
    this.#flow = STOPPED;
  }
}
