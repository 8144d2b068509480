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

/** Subscribes and publishes in any account. Callbacks run after the turn in which a message came. */
export interface InternalMessaging {
  /** @param subject valid, wildcards included. */
  subscribe(account: Account, subject: string, callback: InternalCallback): InternalSubscription;

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
