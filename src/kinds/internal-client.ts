/** The server as a client of its own accounts: services, events and questions to others. */

import { hashBytes } from "../bytes/hash.ts";
import { RECORD_SHIFT } from "../bytes/record-pool.ts";
import type { Account } from "../core/account.ts";
import type { Crossing } from "../core/crossing/crossing.ts";
import type { Exchange } from "../core/exchange.ts";
import type {
  Announcing,
  InternalCallback,
  InternalMessage,
  InternalMessaging,
  InternalSubscription,
} from "../core/internal-messaging.ts";
import type { Sink } from "../core/sink.ts";
import { SUB_SINK } from "../core/subscriptions.ts";
import { Message } from "../protocol/message.ts";

/** Where answers to the server's own questions go. */
const INBOX = "$SYS._INBOX.";
const INBOX_BYTES = 8;
/** Where answers to requests of other accounts go. */
const ACCOUNT_REPLY = "_R_.";
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
  answersAbroad: false,
  freshMsgs: 0,
  freshBytes: 0,
  requestInfo: () => NOBODY,
  describe: () => ({ cid: 0, name: "" }),
  reserve: () => false,
  onMaxReached() {},
  onSubscriptionEnded() {},
  onDelivered() {},
};

/** The same for what is nothing new to the server itself. */
const ANNOUNCER: Sink = { ...SOURCE, echo: false };

/** Messages that wait for the end of the turn, whoever they are for, in the order in which they came. */
class Handout {
  #waiting: { readonly to: Received; readonly message: InternalMessage }[] = [];

  add(to: Received, message: InternalMessage): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#handOut());
    this.#waiting.push({ to, message });
  }

  #handOut(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { to, message } of waiting) to.handOut(message);
  }
}

/** What one subscription receives. */
class Received implements Crossing {
  readonly service = null;
  readonly #account: Account;
  readonly #callback: InternalCallback;
  readonly #handout: Handout;
  #isEnded = false;

  constructor(account: Account, callback: InternalCallback, handout: Handout) {
    this.#account = account;
    this.#callback = callback;
    this.#handout = handout;
  }

  take(_id: number, source: Sink, message: Message): boolean {
    if (source === ANNOUNCER) return false;
    this.#handout.add(this, copyOf(message, this.#account));
    return true;
  }

  handOut(message: InternalMessage): void {
    if (!this.#isEnded) this.#callback(message);
  }

  end(): void {
    this.#isEnded = true;
  }
}

export class InternalClient implements InternalMessaging, Announcing {
  readonly #exchange: Exchange;
  readonly #handout = new Handout();
  /** Subscriptions of the server itself, by account. */
  readonly #own = new WeakMap<Account, number>();

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  subscribe(
    account: Account,
    subject: string,
    callback: InternalCallback,
    queue = "",
    isTold = true,
  ): InternalSubscription {
    const { subs, crossings, queues } = this.#exchange;
    const received = new Received(account, callback, this.#handout);
    const number = crossings.add(received);
    const queueId = queue === "" ? 0 : queues.acquire(queue);
    const id = subs.createCrossing(number, queueId, 0, isTold);
    account.insertCrossing(id, Buffer.from(subject));
    this.#countOwn(account, 1);
    let isEnded = false;
    return {
      unsubscribe: () => {
        if (isEnded) return;
        isEnded = true;
        this.#countOwn(account, -1);
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
    this.#deliver(SOURCE, account, subject, reply, payload, headers);
  }

  hasAudience(account: Account): boolean {
    return account.sublist.size > (this.#own.get(account) ?? 0);
  }

  hears(account: Account, subject: string): boolean {
    if (!this.hasAudience(account)) return false;
    const { sublist } = account;
    const { subs, crossings } = this.#exchange;
    const bytes = Buffer.from(subject);
    const { plain, plainCount, queue, queueCount, linkCount } = sublist.match(
      bytes,
      0,
      bytes.length,
      hashBytes(bytes, 0, bytes.length),
    );
    const isOther = (id: number): boolean => {
      const slot = subs.pool.words[(id << RECORD_SHIFT) + SUB_SINK]!;
      return slot > 0 || (slot < 0 && !(crossings.at(-slot) instanceof Received));
    };
    for (let i = 0; i < plainCount; i++) if (isOther(plain[i]!)) return true;
    // Whoever is on another server is somebody else.
    if (linkCount > 0) return true;
    for (let i = 0; i < queueCount; i++) if (isOther(queue[i]!)) return true;
    return false;
  }

  announce(
    account: Account,
    subject: string,
    reply: string,
    payload: Uint8Array | string,
    headers = "",
  ): void {
    this.#deliver(ANNOUNCER, account, subject, reply, payload, headers);
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
    const count = this.#deliver(SOURCE, account, subject, inbox, payload, headers);
    if (count === 0) finish(null);
    return promise;
  }

  /** @returns how many have got it. */
  #deliver(
    source: Sink,
    account: Account,
    subject: string,
    reply: string,
    payload: Uint8Array | string,
    headers: string,
  ): number {
    const message = messageOf(subject, reply, payload, headers);
    if (account.onWake !== null) account.wake();
    const result = account.sublist.match(message.subject, 0, message.subjectEnd, message.hash);
    const { gateways, delivery } = this.#exchange;
    if (gateways === null) return delivery.deliver(account, source, message, result);
    return gateways.publish(-account.number, account, source, message, result);
  }

  #countOwn(account: Account, by: number): void {
    this.#own.set(account, (this.#own.get(account) ?? 0) + by);
  }
}

/**
 * As in nats-server, the place of the reply subject is there even when it is empty, but not in answers
 * that go to other accounts.
 */
function messageOf(
  subject: string,
  reply: string,
  payload: Uint8Array | string,
  headers: string,
): Message {
  const headerBytes = Buffer.byteLength(headers);
  const payloadBytes = Buffer.byteLength(payload);
  const total = headerBytes + payloadBytes;
  const sizes = headerBytes > 0 ? `${headerBytes} ${total}` : `${total}`;
  const place = reply === "" && subject.startsWith(ACCOUNT_REPLY) ? "" : `${reply} `;
  const head = `${subject} ${place}${sizes}\r\n${headers}`;
  const headBytes = Buffer.byteLength(head);
  const message = new Message();
  message.end = headBytes + payloadBytes + "\r\n".length;
  message.buf = Buffer.allocUnsafe(message.end);
  message.buf.write(head, 0);
  if (typeof payload === "string") message.buf.write(payload, headBytes);
  else message.buf.set(payload, headBytes);
  message.buf.write("\r\n", message.end - "\r\n".length);
  message.subjectEnd = Buffer.byteLength(subject);
  message.replyStart = message.subjectEnd + 1;
  message.replyEnd = message.replyStart + Buffer.byteLength(reply);
  message.bodyStart = headBytes - headerBytes;
  message.headerBytes = headerBytes;
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
