/**
 * A test subscription: its messages come as lines of JSON in one long answer. It ends with the page
 * that has asked for it, after so many messages, or after a time.
 */

import type { InternalMessage } from "../../../core/internal-messaging.ts";
import { isValidSubject } from "../../../core/subject.ts";
import { guarded, RefusedError, readJson, textOf } from "../answers.ts";
import type { ReceivedLine, SubscriptionNote } from "../shapes.ts";
import { type ActionHost, type Actor, accountOf, hasBlanks, logAction } from "./actions.ts";

/** Test subscriptions at a time. */
export const SUBSCRIPTIONS_MAX = 8;
const MESSAGES_MAX = 1000;
const DURATION_MS_MAX = 10 * 60 * 1000;
/** Messages in a second; further ones are only counted. */
const RATE_MAX = 50;
/** Bytes of a payload, and of headers, that are shown. */
const SHOWN_BYTES_MAX = 2048;
const BACKLOG_BYTES_MAX = 256 * 1024;
const SUBJECT_BYTES_MAX = 1024;

export class TestSubscriptions {
  readonly #host: ActionHost;
  readonly #open = new Set<TestSubscription>();

  constructor(host: ActionHost) {
    this.#host = host;
  }

  async begin(actor: Actor): Promise<Response> {
    const body = await readJson(actor.request);
    const account = accountOf(this.#host.view, textOf(body, "account"));
    const subject = textOf(body, "subject");
    const bytes = Buffer.from(subject);
    const isFit = bytes.length > 0 && bytes.length <= SUBJECT_BYTES_MAX && !hasBlanks(subject);
    if (!isFit || !isValidSubject(bytes, 0, bytes.length)) {
      throw new RefusedError(400, `"subject" is no subject that can be subscribed to.`);
    }
    if (this.#open.size >= SUBSCRIPTIONS_MAX) {
      throw new RefusedError(503, `${SUBSCRIPTIONS_MAX} test subscriptions are open already.`);
    }
    const where = `${JSON.stringify(subject)} in account ${JSON.stringify(account.label)}`;
    logAction(this.#host.view, actor, `subscribes to ${where}`);
    const test = new TestSubscription(
      (callback) => this.#host.messaging.subscribe(account, subject, callback),
      () => this.#open.delete(test),
    );
    this.#open.add(test);
    test.begin();
    return new Response(test.stream, {
      headers: guarded({ "Content-Type": "application/x-ndjson", "X-Accel-Buffering": "no" }),
    });
  }

  stop(): void {
    for (const test of this.#open) test.end("The server is being stopped.");
  }
}

type Subscribe = (callback: (message: InternalMessage) => void) => { unsubscribe(): void };

class TestSubscription {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #subscribe: Subscribe;
  readonly #onEnd: () => void;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #subscription: { unsubscribe(): void } | null = null;
  #second: Timer | undefined;
  #endsAt = 0;
  #messages = 0;
  #messagesInSecond = 0;
  #leftOut = 0;

  constructor(subscribe: Subscribe, onEnd: () => void) {
    this.#subscribe = subscribe;
    this.#onEnd = onEnd;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: () => this.#leave(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: BACKLOG_BYTES_MAX }),
    );
  }

  begin(): void {
    this.#endsAt = performance.now() + DURATION_MS_MAX;
    this.#second = setInterval(() => this.#onSecond(), 1000);
    this.#second.unref();
    this.#subscription = this.#subscribe((message) => this.#take(message));
    this.#write({ note: "subscribed" });
  }

  end(why: string): void {
    if (this.#subscription === null) return;
    this.#write({ note: why });
    this.#leave();
    this.#controller.close();
  }

  #take(message: InternalMessage): void {
    if (this.#subscription === null) return;
    const isFull = (this.#controller.desiredSize ?? 0) <= 0;
    if (isFull || ++this.#messagesInSecond > RATE_MAX) {
      this.#leftOut++;
      return;
    }
    this.#write(lineOf(message));
    if (++this.#messages >= MESSAGES_MAX) this.end(`Ended after ${MESSAGES_MAX} messages.`);
  }

  /** Something is sent each second, or the connection would count as idle. */
  #onSecond(): void {
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    this.#messagesInSecond = 0;
    const note = leftOut === 0 ? "" : `${leftOut} more messages in this second are not shown.`;
    if ((this.#controller.desiredSize ?? 0) > 0) this.#write({ note });
    const minutes = DURATION_MS_MAX / 60_000;
    if (performance.now() >= this.#endsAt) this.end(`Ended after ${minutes} minutes.`);
  }

  #write(line: ReceivedLine | SubscriptionNote): void {
    this.#controller.enqueue(Buffer.from(`${JSON.stringify(line)}\n`));
  }

  #leave(): void {
    clearInterval(this.#second);
    this.#subscription?.unsubscribe();
    this.#subscription = null;
    this.#onEnd();
  }
}

function lineOf({ subject, reply, headers, payload }: InternalMessage): ReceivedLine {
  return {
    subject,
    reply,
    headers: headers.toString("utf8", 0, SHOWN_BYTES_MAX),
    payload: payload.toString("utf8", 0, SHOWN_BYTES_MAX),
    bytes: payload.length,
    isCut: payload.length > SHOWN_BYTES_MAX,
  };
}
