/** A client whose messages ask to be traced: what it may do, and how it is told what it may not. */

import { hashBytes } from "../bytes/hash.ts";
import type { Account } from "../core/account.ts";
import type { SinkName } from "../core/sink.ts";
import { TraceKind } from "../core/tracing/message-trace.ts";
import type { MessageTracing, TracePublisher } from "../core/tracing/message-tracing.ts";
import { goQuote } from "../protocol/go-quote.ts";
import type { Message } from "../protocol/message.ts";
import { withoutSecretShapes } from "../protocol/secret-shapes.ts";
import { refusePublish, type ViolationHost, type Violator } from "./client-violations.ts";
import { isReservedSubject } from "./reserved-subjects.ts";

const ARGUMENTS = /[^ \t]+/g;
const LF = 0x0a;

interface TracedClient extends Violator {
  readonly account: Account;
  describe(): SinkName;
}

class TracedPublisher implements TracePublisher {
  readonly kind = TraceKind.Client;
  readonly account: Account;
  readonly #client: TracedClient;
  readonly #host: ViolationHost;

  constructor(client: TracedClient, host: ViolationHost) {
    this.account = client.account;
    this.#client = client;
    this.#host = host;
  }

  describe(): SinkName {
    return this.#client.describe();
  }

  /** The right to answer requests does not count. */
  mayTraceTo(dest: Buffer): boolean {
    if (isReservedSubject(dest, 0, dest.length)) return false;
    const { permissions } = this.#client;
    const hash = hashBytes(dest, 0, dest.length);
    return permissions?.mayPublish(dest, 0, dest.length, hash) ?? true;
  }

  refuseTraceTo(dest: Buffer): void {
    refusePublish(this.#client, this.#host, dest, 0, dest.length);
  }

  logError(text: string): void {
    this.#host.log.error(`${this.#client.label} - ${text}`);
  }
}

export function publisherOf(client: TracedClient, host: ViolationHost): TracePublisher {
  return new TracedPublisher(client, host);
}

/** What traces call a client; a name may be anything, a secret too. */
export function nameOf({ cid, options }: Pick<TracedClient, "cid" | "options">): SinkName {
  return { cid, name: withoutSecretShapes(options.name) };
}

/** What the client is told when it may not publish, one character per byte. */
export function publishViolation({ subject, subjectStart, subjectEnd }: Message): string {
  const quoted = goQuote(subject, subjectStart, subjectEnd);
  return Buffer.from(`Permissions Violation for Publish to ${quoted}`).toString("latin1");
}

/** The same for its reply subject. */
export function replyViolation({ buf, replyStart, replyEnd }: Message): string {
  const quoted = goQuote(buf, replyStart, replyEnd);
  return Buffer.from(`Permissions Violation for Publish with Reply of ${quoted}`).toString(
    "latin1",
  );
}

/**
 * A message is larger than it may be, of which the input may hold the headers.
 *
 * @param start of the arguments of its line in the input; `end` is after the last of them.
 */
export function traceTooLarge(
  publisher: TracePublisher,
  tracing: MessageTracing,
  input: Buffer,
  start: number,
  end: number,
): void {
  const words = input.toString("latin1", start, end).match(ARGUMENTS) ?? [];
  const [subject = ""] = words;
  const body = input.indexOf(LF, end) + 1;
  // Without headers the line has one word less.
  const headerBytes = words.length < 3 ? 0 : Number(words.at(-2));
  if (body === 0 || !(headerBytes > 0)) return;
  const stop = Math.min(body + headerBytes, input.length);
  const block = input.toString("latin1", body, stop);
  tracing.refuseTooLarge(publisher, subject, block, Number(words.at(-1)));
}
