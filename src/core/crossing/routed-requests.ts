/**
 * Measured requests that other servers have sent: who has answered, and how long that has taken, is
 * told to the server that measures. Such requests have reply subjects with the mark of that server:
 *
 *     _R_.<6>.<6>.<8 characters of the server>.T
 */

import { currentMicros } from "../../log/clock.ts";
import { goJsonText } from "../../protocol/go-json-text.ts";
import { rfc3339Nano } from "../../protocol/go-time.ts";
import type { Message } from "../../protocol/message.ts";
import type { Account } from "../account.ts";
import type { Sink } from "../sink.ts";
import { RESPONSE_THRESHOLD_MS } from "./service-export.ts";

/** Requests that may wait for their answers; of those beyond it the oldest are not reported. */
export const REQUESTS_MAX = 65_536;
const DOT = 0x2e;
const MARK = 0x54;
const BEGIN = "_R_.";
/** No server makes longer ones. */
const REPLY_LENGTH_MAX = 64;
/** Go's time of nothing. */
const NO_TIME = "0001-01-01T00:00:00Z";

interface RoutedRequest {
  readonly account: Account;
  readonly startMicros: number;
  readonly at: number;
}

/** Publishes a measurement in the system account. */
export type TellMeasurement = (subject: string, json: string) => void;

export class RoutedRequests {
  /** Some answers are waited for. */
  isAwaiting = false;
  readonly #byReply = new Map<string, RoutedRequest>();
  #tell: TellMeasurement | null = null;

  start(tell: TellMeasurement): void {
    this.#tell = tell;
  }

  /** Somebody of this server has got the request of another one. */
  note(account: Account, message: Message): void {
    const { buf, replyStart, replyEnd } = message;
    if (this.#tell === null || replyEnd - replyStart > REPLY_LENGTH_MAX) return;
    const reply = buf.toString("latin1", replyStart, replyEnd);
    if (serverOf(reply) === "") return;
    const now = performance.now();
    this.#prune(now);
    this.#byReply.set(reply, { account, startMicros: currentMicros(), at: now });
    this.isAwaiting = true;
  }

  /** Somebody publishes what may be the answer. */
  onAnswer(source: Sink, message: Message): void {
    const reply = message.subjectText;
    const request = this.#byReply.get(reply);
    if (request === undefined) return;
    this.#remove(reply);
    const responder = source.requestInfo(true, false).toString();
    // As in nats-server, what a server itself has answered is not reported.
    if (responder === "") return;
    const elapsedNs = Math.round((performance.now() - request.at) * 1e6);
    const { rtt = 0 } = JSON.parse(responder) as { rtt?: number };
    const service = Math.max(elapsedNs - rtt, 0);
    const fields = [
      `"type":"","id":"","timestamp":"${NO_TIME}","status":200`,
      `"responder":${responder}`,
      `"start":"${rfc3339Nano(request.startMicros)}"`,
      `"service":${service},"system":0,"total":${service + rtt}`,
    ];
    const account = goJsonText(Buffer.from(request.account.name));
    const json = `{"account":${account},"req_id":"${reply}","m2":{${fields.join(",")}}}`;
    this.#tell?.(`$SYS.LATENCY.M2.${serverOf(reply)}`, json);
  }

  #prune(now: number): void {
    for (const [reply, { at }] of this.#byReply) {
      const isOver = now - at > RESPONSE_THRESHOLD_MS || this.#byReply.size >= REQUESTS_MAX;
      if (!isOver) return;
      this.#remove(reply);
    }
  }

  #remove(reply: string): void {
    this.#byReply.delete(reply);
    this.isAwaiting = this.#byReply.size > 0;
  }
}

/** Whether the last two bytes of a subject are those of one that is measured. */
export function hasMark(buf: Uint8Array, end: number): boolean {
  return buf[end - 1] === MARK && buf[end - 2] === DOT;
}

/** Characters of the server that measures; "" when none does. */
function serverOf(reply: string): string {
  const tokens = reply.split(".");
  return reply.startsWith(BEGIN) && tokens.at(-1) === "T" ? (tokens.at(-2) ?? "") : "";
}
