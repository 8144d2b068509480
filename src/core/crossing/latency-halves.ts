/**
 * A request to a service on another server is measured on both: here from the request to the answer,
 * there without the way between the servers. Whichever comes first waits for the other.
 */

import type { Account } from "../account.ts";
import type { Outcome } from "./latency-event.ts";
import type { MeasuredRequest } from "./latency-store.ts";

/** Halves that may wait; of those beyond it the oldest are dropped. */
export const HALVES_MAX = 8192;
/** Longer ones than that are not kept. */
const HALF_LENGTH_MAX = 16 * 1024;

/** What this server has measured. */
export interface OwnHalf {
  /** Of the service. */
  readonly account: Account;
  readonly request: MeasuredRequest;
  readonly outcome: Outcome;
}

/** What the responder's server has. */
export interface RemoteHalf {
  /** As JSON. */
  readonly responder: string;
  /** Nanoseconds. */
  readonly rtt: number;
  readonly service: number;
}

interface Halves {
  readonly account: Account;
  readonly own: OwnHalf | null;
  readonly remote: RemoteHalf | null;
}

export class LatencyHalves {
  readonly #byReply = new Map<string, Halves>();

  /** @returns the other half when it is there already. */
  addOwn(reply: string, own: OwnHalf): RemoteHalf | null {
    const waiting = this.#take(reply, own.account);
    if (waiting?.remote) return waiting.remote;
    this.#keep(reply, { account: own.account, own, remote: null });
    return null;
  }

  /**
   * @param isAwaited the answer may still come.
   * @returns the other half when it is there already.
   */
  addRemote(
    reply: string,
    account: Account,
    remote: RemoteHalf,
    isAwaited: boolean,
  ): OwnHalf | null {
    const waiting = this.#take(reply, account);
    if (waiting?.own) return waiting.own;
    const isShort = remote.responder.length <= HALF_LENGTH_MAX;
    if (isAwaited && isShort) this.#keep(reply, { account, own: null, remote });
    return null;
  }

  #take(reply: string, account: Account): Halves | null {
    const waiting = this.#byReply.get(reply);
    if (waiting === undefined || waiting.account !== account) return null;
    this.#byReply.delete(reply);
    return waiting;
  }

  #keep(reply: string, halves: Halves): void {
    this.#byReply.set(reply, halves);
    if (this.#byReply.size <= HALVES_MAX) return;
    this.#byReply.delete(this.#byReply.keys().next().value!);
  }
}

/** The outcome with what both servers have measured. */
export function merged(own: Outcome, { responder, rtt, service }: RemoteHalf): Outcome {
  const system = Math.max(own.service - (service + rtt), 0);
  return { ...own, responder, service: Math.max(service, 0), system };
}
