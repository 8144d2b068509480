/** Where the JWTs of accounts come from. */

/** A resolver has no JWT of that account. */
export class MissingAccountError extends Error {}

export interface Resolver {
  /** Takes no JWTs: `store` would fail. */
  readonly isReadOnly: boolean;
  /** Whether there may be a JWT of that account, so far as that is known without asking anybody. */
  mayHave(key: string): boolean;
  /**
   * The JWT of an account, unread.
   *
   * @param key public key of an account, see `isAccountKey`.
   * @throws MissingAccountError when there is none, Error when that cannot be found out; both in
   *   nats-server's words.
   */
  fetch(key: string): Promise<string>;
  /** Keeps a JWT unless a newer one is there. @throws Error in nats-server's words. */
  store(key: string, jwt: string): Promise<void>;
  /** Ends what is under way. */
  close(): void;
}
