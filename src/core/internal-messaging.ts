/** Messages that the server itself sends and receives: services, events, questions to others. */

import type { Account } from "./account.ts";

/** A message as a callback of the server receives it; the bytes are its own. */
export interface InternalMessage {
  readonly subject: string;
  readonly reply: string;
  /** The header block as it came, `NATS/1.0` line included; empty when there is none. */
  readonly headers: Buffer;
  readonly payload: Buffer;
  /** Where it was received. */
  readonly account: Account;
}

export type InternalCallback = (message: InternalMessage) => void;

export interface InternalSubscription {
  unsubscribe(): void;
}

/** How the server tells its system account what happens; the server itself does not receive that. */
export interface Announcing {
  /** Whether anybody but the server itself has a subscription there at all. Costs next to nothing. */
  hasAudience(account: Account): boolean;
  /** Whether anybody but the server itself would receive it. */
  hears(account: Account, subject: string): boolean;
  /**
   * @param reply "" for none.
   * @param headers a whole header block, "" for none.
   */
  announce(
    account: Account,
    subject: string,
    reply: string,
    payload: Uint8Array | string,
    headers?: string,
  ): void;
}

/** Subscribes and publishes in any account. Callbacks run after the turn in which a message came. */
export interface InternalMessaging {
  /**
   * @param subject valid, wildcards included.
   * @param queue name of the queue group, "" for none.
   * @param isTold other servers are to send messages for it, as they are unless told otherwise.
   */
  subscribe(
    account: Account,
    subject: string,
    callback: InternalCallback,
    queue?: string,
    isTold?: boolean,
  ): InternalSubscription;

  /**
   * @param reply "" for none.
   * @param headers a whole header block, "" for none.
   */
  publish(
    account: Account,
    subject: string,
    reply: string,
    payload: Uint8Array | string,
    headers?: string,
  ): void;

  /**
   * Asks and waits for the first answer.
   *
   * @returns null when nobody has answered in time, at once when nobody listens.
   */
  request(
    account: Account,
    subject: string,
    payload: Uint8Array | string,
    timeoutMs: number,
    headers?: string,
  ): Promise<InternalMessage | null>;
}
