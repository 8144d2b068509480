/** The server as a client of its own accounts: services, events and questions to others. */

import { hashBytes } from "../bytes/hash.ts";
import type { Account } from "../core/account.ts";
import type { Crossing } from "../core/crossing/crossing.ts";
import type { Exchange } from "../core/exchange.ts";
import type {
  InternalCallback,
  InternalMessage,
  InternalMessaging,
  InternalSubscription,
} from "../core/internal-messaging.ts";
import type { Sink } from "../core/sink.ts";
import { Message } from "../protocol/message.ts";

/** Where answers to the server's own questions go. */
const INBOX = "$SYS._INBOX.";
const INBOX_BYTES = 8;
const NOBODY = Buffer.alloc(0);

/** Publishes, and receives nothing. */
const SOURCE: Sink = {
  slot: 0,
  firstSub: 0,
  subCount: 0,
  buf: NOBODY,
  end: 0,
  limit: 0,
  echo: true,
  headers: true,
  tracing: false,
  debugging: false,
  filter: null,
  permits: null,
  freshMsgs: 0,
  freshBytes: 0,
  requestInfo: () => NOBODY,
  reserve: () => false,
  onMaxReached() {},
  onSubscriptionEnded() {},
  onDelivered() {},
};

/** Messages that wait for the end of the turn. */
class Received implements Crossing {
  readonly service = null;
  readonly #account: Account;
  readonly #callback: InternalCallback;
  #waiting: InternalMessage[] = [];
  #isEnded = false;

  constructor(account: Account, callback: InternalCallback) {
    this.#account = account;
    this.#callback = callback;
  }

  take(_id: number, _source: Sink, message: Message): boolean {
    if (this.#waiting.length === 0) setImmediate(() => this.#handOut());
    this.#waiting.push(copyOf(message, this.#account));
    return true;
  }

  end(): void {
    this.#isEnded = true;
    this.#waiting = [];
  }

  #handOut(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) if (!this.#isEnded) this.#callback(message);
  }
}

export class InternalClient implements InternalMessaging {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  subscribe(account: Account, subject: string, callback: InternalCallback): InternalSubscription {
    const { subs, crossings } = this.#exchange;
    const received = new Received(account, callback);
    const number = crossings.add(received);
    const id = subs.createCrossing(number, 0, 0);
    account.insertCrossing(id, Buffer.from(subject));
    let isEnded = false;
    return {
      unsubscribe() {
        if (isEnded) return;
        isEnded = true;
        received.end();
        account.sublist.remove(id);
        subs.destroyCrossing(id);
        crossings.remove(number);
      },
    };
  }

  publish(
    account: Account,
    subject: string,
    reply: string,
    payload: Uint8Array | string,
    headers = "",
  ): void {
    this.#deliver(account, subject, reply, payload, headers);
  }

  request(
    account: Account,
    subject: string,
    payload: Uint8Array | string,
    timeoutMs: number,
    headers = "",
  ): Promise<InternalMessage | null> {
    const { promise, resolve } = Promise.withResolvers<InternalMessage | null>();
    const inbox = `${INBOX}${randomToken()}.${randomToken()}`;
    const subscription = this.subscribe(account, inbox, (message) => finish(message));
    const timer = setTimeout(() => finish(null), timeoutMs);
    const finish = (message: InternalMessage | null): void => {
      clearTimeout(timer);
      subscription.unsubscribe();
      resolve(message);
    };
    if (this.#deliver(account, subject, inbox, payload, headers) === 0) finish(null);
    return promise;
  }

  /** @returns how many have got it. */
  #deliver(
    account: Account,
    subject: string,
    reply: string,
    payload: Uint8Array | string,
    headers: string,
  ): number {
    const message = messageOf(subject, reply, Buffer.from(payload), Buffer.from(headers));
    if (account.onWake !== null) account.wake();
    const result = account.sublist.match(message.subject, 0, message.subjectEnd, message.hash);
    return this.#exchange.delivery.deliver(account, SOURCE, message, result);
  }
}

/** As in nats-server, the place of the reply subject is there even when it is empty. */
function messageOf(subject: string, reply: string, payload: Buffer, headers: Buffer): Message {
  const total = headers.length + payload.length;
  const sizes = headers.length > 0 ? `${headers.length} ${total}` : `${total}`;
  const line = Buffer.from(`${subject} ${reply} ${sizes}\r\n`);
  const message = new Message();
  message.buf = Buffer.concat([line, headers, payload, Buffer.from("\r\n")]);
  message.subjectEnd = Buffer.byteLength(subject);
  message.replyStart = message.subjectEnd + 1;
  message.replyEnd = message.replyStart + Buffer.byteLength(reply);
  message.bodyStart = line.length;
  message.end = message.buf.length;
  message.headerBytes = headers.length;
  message.totalBytes = total;
  message.hash = hashBytes(message.buf, 0, message.subjectEnd);
  return message;
}

/** The bytes of a message are its connection's only until the turn ends. */
function copyOf(message: Message, account: Account): InternalMessage {
  const { buf, subject, bodyStart, headerBytes, end } = message;
  const bodyEnd = end - "\r\n".length;
  return {
    subject: subject.toString("utf8", message.subjectStart, message.subjectEnd),
    reply: buf.toString("utf8", message.replyStart, message.replyEnd),
    headers: Buffer.from(buf.subarray(bodyStart, bodyStart + headerBytes)),
    payload: Buffer.from(buf.subarray(bodyStart + headerBytes, bodyEnd)),
    account,
  };
}

function randomToken(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(INBOX_BYTES))).toString("base64url");
}
