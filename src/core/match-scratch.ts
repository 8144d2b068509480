/**
 * What a match, or the rebuilding of a subject, needs for its own duration. All sublists share it, as
 * one call is over before the next one begins, and there may be a great many small sublists.
 */

export class MatchScratch {
  /** Tokens of the subject being matched: start, end, hash. */
  tokens: Int32Array = new Int32Array(3 * 32);
  tokenCount = 0;
  /** Queue subscriptions found so far, before they are put into groups. */
  queued: Int32Array = new Int32Array(64);
  queuedCount = 0;
  /** Place of each queue name in the current groups, by queue id; 0 when unseen. */
  groupOf: Int32Array = new Int32Array(16);
  /** A subject, rebuilt from its node. */
  path: Uint8Array = new Uint8Array(256);
}
