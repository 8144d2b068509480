/**
 * Measures requests to services whose exports ask for it, and reports how each has ended.
 *
 * Reports themselves are never measured: two services could keep each other busy with them for ever.
 */

import { currentMicros } from "../../log/clock.ts";
import type { Message } from "../../protocol/message.ts";
import type { Account } from "../account.ts";
import type { InternalMessaging } from "../internal-messaging.ts";
import { LINK_BASE } from "../link/link.ts";
import type { Sink } from "../sink.ts";
import { encodeHeaders, encodeLatencyEvent, type Outcome } from "./latency-event.ts";
import { LatencyHalves, merged } from "./latency-halves.ts";
import { LatencyOutbox } from "./latency-outbox.ts";
import { sample } from "./latency-sampling.ts";
import type { MeasuredRequest } from "./latency-store.ts";
import type { LossReason, PendingReplies } from "./pending-replies.ts";
import { RandomText } from "./random-text.ts";
import { type RemoteMeasurement, readMeasurement } from "./remote-measurement.ts";
import { RoutedRequests } from "./routed-requests.ts";
import { serverHash } from "./server-hash.ts";
import type { ServiceImport } from "./service-import.ts";

const EVENT_ID_BYTES = 22;
const NANOS_PER_MILLI = 1e6;
const NANOS_PER_MICRO = 1e3;

const LOSSES: Readonly<Record<LossReason, readonly [status: number, description: string]>> = {
  "interest lost": [408, "Request Timeout"],
  "no delivery": [503, "Service Unavailable"],
  timeout: [504, "Service Timeout"],
};

export class ServiceLatencies {
  /** Requests that other servers measure. */
  readonly routed = new RoutedRequests();
  readonly #replies: PendingReplies;
  readonly #random: () => number;
  readonly #randomText = new RandomText();
  readonly #halves = new LatencyHalves();
  #outbox: LatencyOutbox | null = null;
  #serverName = "";
  #suffix: Buffer | null = null;

  constructor(replies: PendingReplies, random: () => number = Math.random) {
    this.#replies = replies;
    this.#random = random;
    replies.onLost = (id, reason) => this.#onLost(id, reason);
  }

  /**
   * Measures from now on.
   *
   * @param system gives the account in which servers tell each other what they have measured.
   */
  start(messaging: InternalMessaging, serverName: string, system: () => Account | null): void {
    const outbox = new LatencyOutbox(messaging);
    this.#outbox = outbox;
    this.#serverName = serverName;
    this.routed.start((subject, json) => {
      const account = system();
      if (account !== null) outbox.add(account, subject, json);
    });
  }

  /**
   * What reply subjects of measured requests end with: `.`, eight characters and `.T`. Made for the
   * first of them, as most servers can do without the memory that hashing takes.
   */
  get suffix(): Buffer {
    this.#suffix ??= Buffer.from(`.${serverHash(this.#serverName)}.T`);
    return this.#suffix;
  }

  /**
   * A request is passed on to a service whose export wants it measured.
   *
   * @param reply its pending reply, 0 when it has none.
   */
  onRequest(route: ServiceImport, source: Sink, message: Message, reply: number): void {
    const { exported, rule } = route;
    const { latency } = exported;
    const outbox = this.#outbox;
    if (outbox === null || outbox.isPublishing || latency === null || !exported.isSingleton) return;
    const isAsked = message.replyEnd > message.replyStart;
    // As in nats-server, what is acknowledged is not measured.
    if (isAsked && reply === 0) return;
    const headers = sample(latency.sampling, message, this.#random);
    if (headers === null) return;
    const requestor = source.requestInfo(rule.share, false).toString();
    const rttNs = rttOf(requestor);
    const request = { latency, requestor, rttNs, header: encodeHeaders(headers) };
    if (isAsked) this.#replies.track(reply, request);
    else this.#report(exported.account, request, failure(400, "Bad Request", rttNs));
  }

  /** The first answer to a measured request is passed back. */
  onAnswer(reply: number, source: Sink, message: Message): void {
    if (source.slot > LINK_BASE) {
      this.#onRoutedAnswer(reply, message.subjectText);
      return;
    }
    const responder = source.requestInfo(true, false).toString();
    // As in nats-server, what the server itself has answered is not reported.
    if (responder === "") return;
    const replies = this.#replies;
    const request = replies.measured.at(reply);
    const now = performance.now();
    const serviceRttNs = nanos(now - replies.timeOf(reply));
    const responderRttNs = rttOf(responder);
    const system = responderRttNs > 0 ? nanos(performance.now() - now) : 0;
    this.#report(replies.exportOf(reply).account, request, {
      status: 200,
      description: "",
      responder,
      startMicros: microsBefore(request.rttNs + serviceRttNs),
      service: Math.max(serviceRttNs - responderRttNs, 0),
      system,
      total: request.rttNs + serviceRttNs + system,
    });
  }

  /**
   * Another server tells how long somebody there has taken.
   *
   * @param find gives an account by name.
   * @returns what is wrong with it; "" for nothing.
   */
  onRemote(json: string, find: (account: string) => Account | null): string {
    let told: RemoteMeasurement;
    try {
      told = readMeasurement(json);
    } catch (error) {
      return `Error unmarshalling remote latency measurement: ${(error as Error).message}`;
    }
    const account = find(told.account);
    if (account === null) return "";
    const { reply, half } = told;
    const bytes = Buffer.from(reply);
    const pending = this.#replies.find(account, bytes, 0, bytes.length);
    const isAwaited = pending !== 0 && this.#replies.isTracked(pending);
    const own = this.#halves.addRemote(reply, account, half, isAwaited);
    if (own !== null) this.#report(account, own.request, merged(own.outcome, half));
    return "";
  }

  /** Who has answered, and how fast, is told by the responder's server. */
  #onRoutedAnswer(id: number, reply: string): void {
    const replies = this.#replies;
    const request = replies.measured.at(id);
    const elapsedNs = nanos(performance.now() - replies.timeOf(id));
    const outcome = {
      ...failure(200, "", request.rttNs + elapsedNs),
      service: elapsedNs,
      total: request.rttNs + elapsedNs,
    };
    const { account } = replies.exportOf(id);
    const remote = this.#halves.addOwn(reply, { account, request, outcome });
    if (remote !== null) this.#report(account, request, merged(outcome, remote));
  }

  #onLost(id: number, reason: LossReason): void {
    const replies = this.#replies;
    if (!replies.isTracked(id)) return;
    const request = replies.measured.at(id);
    const elapsedNs = nanos(performance.now() - replies.timeOf(id));
    const [status, description] = LOSSES[reason];
    const outcome = failure(status, description, request.rttNs + elapsedNs);
    this.#report(replies.exportOf(id).account, request, outcome);
  }

  #report(account: Account, request: MeasuredRequest, outcome: Outcome): void {
    const id = Buffer.alloc(EVENT_ID_BYTES);
    this.#randomText.write(id, 0, EVENT_ID_BYTES);
    const json = encodeLatencyEvent(id.toString(), currentMicros(), request, outcome);
    this.#outbox?.add(account, request.latency.subject, json);
  }
}

function failure(status: number, description: string, sinceStartNs: number): Outcome {
  const startMicros = microsBefore(sinceStartNs);
  return { status, description, responder: "", startMicros, service: 0, system: 0, total: 0 };
}

/** The time on the wall clock so many nanoseconds ago. */
function microsBefore(ns: number): number {
  return currentMicros() - Math.round(ns / NANOS_PER_MICRO);
}

function nanos(ms: number): number {
  return Math.round(ms * NANOS_PER_MILLI);
}

/** Round-trip time in nanoseconds of whom is described by this JSON. */
function rttOf(info: string): number {
  if (info === "") return 0;
  const { rtt } = JSON.parse(info) as { rtt?: number };
  return rtt ?? 0;
}
