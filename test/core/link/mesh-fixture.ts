/**
 * Servers of one process whose links are buffers: what one writes to a link is read by the other when
 * the test says so. Nothing but the core takes part.
 */

import { hashBytes } from "../../../src/bytes/hash.ts";
import { Account } from "../../../src/core/account.ts";
import { Exchange } from "../../../src/core/exchange.ts";
import type { InterestFeed } from "../../../src/core/interest/interest-feed.ts";
import type { InterestLine } from "../../../src/core/link/interest-line.ts";
import type { Link } from "../../../src/core/link/link.ts";
import { Message } from "../../../src/protocol/message.ts";
import { messageOf, TestSink } from "../delivery-fixture.ts";

/** A link to another server, with the frames that wait in it. */
export class TestLink implements Link {
  isOpen = true;
  readonly isTraceable = true;
  readonly isDedicated: boolean;
  readonly outbound: TestSink;
  readonly to: Node;
  #read = 0;

  constructor(from: Node, to: Node, isDedicated = false) {
    this.outbound = new TestSink({ sinks: null, account: from.account });
    this.isDedicated = isDedicated;
    this.to = to;
    this.place(from);
  }

  protected place({ exchange }: Node): void {
    exchange.links.add(this);
  }

  /** What was written since the last call. */
  take(): string {
    const { text } = this.outbound;
    const fresh = text.slice(this.#read);
    this.#read = text.length;
    return fresh;
  }
}

/** What a client has got. */
interface Delivered {
  readonly sid: string;
  readonly body: string;
}

export class Node {
  readonly exchange: Exchange;
  readonly account: Account;
  readonly local: InterestFeed;
  readonly links = new Map<Node, TestLink>();
  readonly client: TestSink;
  #read = 0;

  constructor(name = "$G", hasGateways = false) {
    this.exchange = new Exchange(true, { hasRoutes: true, hasGateways });
    this.account = new Account(name, this.exchange);
    this.local = this.exchange.localInterest!;
    this.client = new TestSink({ sinks: this.exchange.sinks, account: this.account });
  }

  subscribe(subject: string, sid: string, queue = ""): void {
    const buf = Buffer.from(`${subject} ${sid}`);
    this.account.subscribe(this.client, queue, buf, {
      subjectStart: 0,
      subjectEnd: subject.length,
      sidStart: subject.length + 1,
      sidEnd: buf.length,
    });
  }

  unsubscribe(sid: string): void {
    const buf = Buffer.from(sid);
    const id = this.exchange.subs.find(this.client, buf, 0, buf.length);
    if (id !== 0) this.account.unsubscribe(this.client, id);
  }

  /** Publishes as the client; returns the count of receivers. */
  publish(line: string, body: string): number {
    const message = messageOf(line, body, 0);
    const { sublist } = this.account;
    const result = sublist.match(message.buf, 0, message.subjectEnd, message.hash);
    return this.exchange.delivery.deliver(this.account, this.client, message, result);
  }

  /** The same for what may be the answer to a request of another cluster. */
  answer(line: string, body: string): number {
    const message = messageOf(line, body, 0);
    const result = this.account.sublist.match(message.buf, 0, message.subjectEnd, message.hash);
    const gateways = this.exchange.gateways!;
    return gateways.publish(this.client.slot, this.account, this.client, message, result);
  }

  /** The other server wants something, or not any more. */
  hear(link: Link, line: string): void {
    const { remoteInterest } = this.exchange;
    if (line.startsWith("RS+")) remoteInterest.add(link, this.account, interestOf(line));
    else remoteInterest.remove(link, this.account, interestOf(line));
  }

  /** A message has come from another server. */
  receive(link: Link, line: string, body: string): number {
    const message = routedMessage(line, body);
    const { gateways } = this.exchange;
    if (gateways?.isAnswer(message)) {
      gateways.receiveAnswer(this.account, link.outbound, message, false);
      return 1;
    }
    const { sublist } = this.account;
    const { subjectStart, subjectEnd } = message;
    const result = sublist.matchRange(message.buf, subjectStart, subjectEnd);
    return this.exchange.delivery.deliverRouted(this.account, link.outbound, message, result);
  }

  /** What the client has got since the last call. */
  taken(): Delivered[] {
    const { text } = this.client;
    const fresh = text.slice(this.#read);
    this.#read = text.length;
    return [...fresh.matchAll(/MSG \S+ (\S+) (?:\S+ )?\d+\r\n(.*)\r\n/g)].map((found) => ({
      sid: found[1]!,
      body: found[2]!,
    }));
  }
}

/** A line about interest, as the parser hands it over. */
export function interestOf(line: string): InterestLine {
  const [verb, , subject, queue, weight] = line.split(" ");
  const subjectStart = line.indexOf(" ", verb!.length + 1) + 1;
  const subjectEnd = subjectStart + subject!.length;
  const queueStart = queue === undefined ? subjectEnd : subjectEnd + 1;
  const queueEnd = queueStart + (queue?.length ?? 0);
  const told = { buf: Buffer.from(line), subjectStart, subjectEnd, queueStart, queueEnd };
  return { ...told, weight: Number(weight ?? 1), originStart: 0, originEnd: 0 };
}

/** A line of RMSG, from the account on, as the parser hands it over. */
export function routedMessage(line: string, body: string): Message {
  const message = new Message();
  const tokens = line.split(" ");
  message.buf = Buffer.from(`${line}\r\n${body}\r\n`);
  message.accountEnd = tokens[0]!.length;
  message.subjectStart = message.accountEnd + 1;
  message.subjectEnd = message.subjectStart + tokens[1]!.length;
  message.hash = hashBytes(message.buf, message.subjectStart, message.subjectEnd);
  message.sizesStart = line.lastIndexOf(" ") + 1;
  const mark = tokens[2];
  let at = message.subjectEnd + 1;
  if (mark === "+" || mark === "|") at += 2;
  if (mark === "+" || (mark !== "|" && tokens.length === 4)) {
    const reply = tokens[mark === "+" ? 3 : 2]!;
    message.replyStart = at;
    message.replyEnd = at + reply.length;
    at = message.replyEnd + 1;
  }
  if (mark === "+" || mark === "|") {
    message.queuesStart = at;
    message.queuesEnd = message.sizesStart - 1;
  }
  message.bodyStart = line.length + 2;
  message.end = message.buf.length;
  message.totalBytes = body.length;
  return message;
}

/** Nodes that know each other, whose lines are passed on by `settle`. */
export class Mesh {
  readonly nodes: readonly Node[];

  constructor(count: number, hasGateways = false) {
    this.nodes = Array.from({ length: count }, () => new Node("$G", hasGateways));
    for (const from of this.nodes) {
      for (const to of this.nodes) {
        if (from !== to) from.links.set(to, new TestLink(from, to));
      }
      from.local.listener = {
        onInterest: (account, subject, length, queue, weight) => {
          const name = queue === 0 ? "" : ` ${from.exchange.queues.name(queue)}`;
          const text = Buffer.from(subject.subarray(0, length)).toString();
          const end = weight > 0 && queue !== 0 ? ` ${weight}` : "";
          const line = `RS${weight > 0 ? "+" : "-"} ${account.name} ${text}${name}${end}\r\n`;
          for (const { outbound } of from.links.values()) append(outbound, line);
        },
      };
    }
  }

  /** Passes on everything that waits in links, until nothing does; returns the lines of interest. */
  settle(): string[] {
    const interest: string[] = [];
    for (let isQuiet = false; !isQuiet; ) {
      isQuiet = true;
      for (const from of this.nodes) {
        from.local.flush();
        for (const [to, link] of from.links) {
          const text = link.take();
          if (text === "") continue;
          isQuiet = false;
          interest.push(...pass(text, to, to.links.get(from)!));
        }
      }
    }
    return interest;
  }
}

export function append(sink: TestSink, line: string): void {
  sink.reserve(line.length);
  sink.end += sink.buf.write(line, sink.end);
}

function pass(text: string, to: Node, link: TestLink): string[] {
  const interest: string[] = [];
  for (let rest = text; rest !== ""; ) {
    const lineEnd = rest.indexOf("\r\n");
    const line = rest.slice(0, lineEnd);
    rest = rest.slice(lineEnd + 2);
    if (line.startsWith("RS")) {
      interest.push(line);
      to.hear(link, line);
      continue;
    }
    const size = Number(line.slice(line.lastIndexOf(" ") + 1));
    to.receive(link, line.slice("RMSG ".length), rest.slice(0, size));
    rest = rest.slice(size + 2);
  }
  return interest;
}
