/**
 * Messages that ask to be traced: which of them are, and who is told what has happened to them.
 *
 * The publisher itself asks with the header `Nats-Trace-Dest`, or a tracing system does with
 * `traceparent`, where the account says what is to become of that or spans are exported.
 */

import { currentMicros } from "../../log/clock.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import type { Message } from "../../protocol/message.ts";
import { isValidLiteralText } from "../../protocol/subject-text.ts";
import type { Account } from "../account.ts";
import type { Exchange } from "../exchange.ts";
import type { InternalMessaging } from "../internal-messaging.ts";
import type { SinkName } from "../sink.ts";
import { MessageTrace, TraceKind } from "./message-trace.ts";
import { withTraceDest } from "./trace-dest-header.ts";
import {
  DISABLED,
  readTraceContext,
  readTraceRequest,
  type TraceContext,
  type TraceRequest,
} from "./trace-headers.ts";
import { TraceOutbox } from "./trace-outbox.ts";
import { TraceReplies } from "./trace-replies.ts";
import { asksForTrace } from "./trace-scan.ts";
import { TracedDelivery } from "./traced-delivery.ts";

const TOO_LARGE = "maximum payload exceeded";
const PERCENT = 100;
/** Characters of a header's value that the log is told: it may be as long as a message. */
const SHOWN_MAX = 4096;

/** The client that has published a message, or the server that has sent it. */
export interface TracePublisher {
  readonly kind: TraceKind;
  readonly account: Account;
  describe(): SinkName;
  /** Whether it may publish to that subject itself. */
  mayTraceTo(dest: Buffer): boolean;
  /** Tells the client that it may not. */
  refuseTraceTo(dest: Buffer): void;
  logError(text: string): void;
}

/** Makes spans of what has happened to messages, for those who look at many systems at once. */
export interface SpanExporter {
  /** Spans and requests since it began. */
  readonly exportedSpans: number;
  readonly droppedSpans: number;
  readonly failedRequests: number;
  /** Whether messages with this context are among those that spans are made of. */
  samples(context: TraceContext): boolean;
  /** Takes a trace over. Must not wait for anything. */
  export(trace: MessageTrace): void;
}

export interface Begun {
  /** To go on with; its headers may be others than those that were published. */
  readonly message: Message;
  /** The message is not to be looked at any further. */
  readonly isDropped: boolean;
  /** Null when it is not traced. */
  readonly trace: MessageTrace | null;
}

interface Decision {
  /** "" for nowhere. */
  readonly dest: string;
  /** Nobody further on is to trace the message. */
  readonly isDisabled?: boolean;
  readonly isDropped?: boolean;
}

const NOWHERE: Decision = { dest: "" };

export class MessageTracing {
  /** Null when no spans are wanted. */
  exporter: SpanExporter | null = null;
  /** Messages that were traced, for an event or for spans. */
  tracedMsgs = 0;
  readonly #exchange: Exchange;
  readonly #random: () => number;
  readonly #replies: TraceReplies;
  #outbox: TraceOutbox | null = null;

  constructor(exchange: Exchange, random: () => number = Math.random) {
    this.#exchange = exchange;
    this.#replies = new TraceReplies(exchange);
    this.#random = random;
  }

  /**
   * Publishes events from now on.
   *
   * @param server gives the object `server` of an event, as JSON.
   */
  start(messaging: InternalMessaging, server: () => string): void {
    this.#outbox = new TraceOutbox(messaging, server);
  }

  /** Whether a message with headers has to be looked at by `begin`. */
  concerns(message: Message, account: Account): boolean {
    return asksForTrace(message, account.trace !== null || this.exporter !== null);
  }

  begin(publisher: TracePublisher, message: Message): Begun {
    const { buf, bodyStart, headerBytes, subjectText, totalBytes } = message;
    const block = buf.toString("latin1", bodyStart, bodyStart + headerBytes);
    const request = readTraceRequest(block);
    const decision = this.#decide(publisher, request);
    const isDropped = decision.isDropped ?? false;
    const trace = isDropped
      ? null
      : this.#open(publisher, request, decision, block, subjectText, totalBytes);
    const isChanged = (decision.isDisabled ?? false) && !isDropped;
    return { message: isChanged ? withTraceDest(message, DISABLED) : message, isDropped, trace };
  }

  /**
   * A message is refused before it is there as a whole.
   *
   * @param block what there is of its header block, one character per byte.
   * @param bytes that the whole message would have.
   */
  refuseTooLarge(publisher: TracePublisher, subject: string, block: string, bytes: number): void {
    const request = readTraceRequest(block);
    const decision = this.#decide(publisher, request);
    if (decision.isDropped) return;
    const trace = this.#open(publisher, request, decision, block, subject, bytes);
    if (trace === null) return;
    trace.error = TOO_LARGE;
    this.finish(trace);
  }

  /** Traces whose events were dropped, as too many waited to be published. */
  get droppedTraces(): number {
    return this.#outbox?.dropped ?? 0;
  }

  /** What delivers the message from here on. */
  deliveryOf(trace: MessageTrace): TracedDelivery {
    return new TracedDelivery(this.#exchange, trace, this.#replies);
  }

  /** All that was to happen to the message has. */
  finish(trace: MessageTrace): void {
    this.tracedMsgs++;
    trace.endedAt = currentMicros();
    // As in nats-server there are no events without a system account.
    if (trace.dest !== "" && this.#exchange.passage.systemAccount !== null) {
      this.#outbox?.add(trace);
    }
    if (trace.context !== null) this.exporter?.export(trace);
  }

  #open(
    publisher: TracePublisher,
    request: TraceRequest | null,
    { dest }: Decision,
    block: string,
    subject: string,
    messageBytes: number,
  ): MessageTrace | null {
    const context = this.#contextOf(block);
    if (dest === "" && context === null) return null;
    const { cid, name } = publisher.describe();
    const { account } = publisher;
    const headers = request?.headers ?? new Map<string, string[]>();
    const at = currentMicros();
    const size = { messageBytes, headerBytes: block.length };
    const hop = publisher.kind === TraceKind.Client ? "" : (request?.hop ?? "");
    const who = { kind: publisher.kind, cid, name, hop };
    const ingress = { at, ...who, account, subject, ...size, headers };
    const isOnly = dest !== "" && request !== null && request.isOnly;
    return new MessageTrace(ingress, dest, isOnly, request?.acceptEncoding ?? "", context);
  }

  #contextOf(block: string): TraceContext | null {
    const { exporter } = this;
    const context = exporter === null ? null : readTraceContext(block);
    return context !== null && exporter!.samples(context) ? context : null;
  }

  /** The order of checks is nats-server's, and so are the texts. */
  #decide(publisher: TracePublisher, request: TraceRequest | null): Decision {
    if (request === null) return NOWHERE;
    const { isExternal, isOnly, originAccount } = request;
    if (originAccount !== "") {
      const header = '"Nats-Trace-Origin-Account"';
      const value = goQuoteText(originAccount.slice(0, SHOWN_MAX));
      publisher.logError(
        `Message tracing disabled because of header ${header} with value=${value}`,
      );
      return { dest: "", isDropped: isOnly, isDisabled: true };
    }
    const settings = publisher.account.trace;
    if (isExternal && settings === null) return NOWHERE;
    // What another server has picked stays picked.
    const mayPick = isExternal && publisher.kind === TraceKind.Client;
    if (mayPick && !this.#isPicked(settings!.sampling)) return { dest: "", isDisabled: true };
    const bytes = isExternal ? Buffer.from(settings!.dest) : Buffer.from(request.dest, "latin1");
    const dest = bytes.toString();
    if (!isValidLiteralText(dest)) {
      const shown = goQuoteText(dest.slice(0, SHOWN_MAX));
      publisher.logError(`Destination ${shown} is not valid, won't be able to trace events`);
      return { dest: "", isDropped: isOnly };
    }
    if (publisher.mayTraceTo(bytes)) return { dest };
    publisher.refuseTraceTo(bytes);
    return { dest: "", isDropped: true };
  }

  /** As in nats-server, one in a hundred more than asked for. */
  #isPicked(sampling: number): boolean {
    if (sampling <= 0 || sampling >= PERCENT) return true;
    return Math.floor(this.#random() * PERCENT) <= sampling;
  }
}
