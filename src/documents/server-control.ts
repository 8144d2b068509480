/** What may be done to a running server from outside, by its system account and by its dashboard. */

export interface ServerControl {
  /**
   * Reads the configuration again.
   *
   * @returns why it did not, as the log says it; "" when it did.
   */
  reload(): Promise<string>;
  /** Begins lame duck mode, and then the end of the server. */
  lameDuck(): void;
}
