/**
 * What a match, or the rebuilding of a subject, needs for its own duration. All sublists share it, as
 * one call is over before the next one begins, and there may be a great many small sublists.
 */

import { doubled } from "./match-result.ts";

export class MatchScratch {
  /** Tokens of the subject being matched: start, end, hash. */
  tokens: Int32Array = new Int32Array(3 * 32);
  tokenCount = 0;
  /** Queue subscriptions found so far, before they are put into groups. */
  queued: Int32Array = new Int32Array(64);
  queuedCount = 0;
  /** The same of other servers. */
  remote: Int32Array = new Int32Array(16);
  remoteCount = 0;
  /** What other clusters want: plain subscriptions, each cluster once, and queue subscriptions. */
  gateways: Int32Array = new Int32Array(16);
  gatewayCount = 0;
  /** Place of each queue name in the current groups, by queue id; 0 when unseen. */
  groupOf: Int32Array = new Int32Array(16);
  /** A subject, rebuilt from its node. */
  path: Buffer = Buffer.alloc(256);
  /** The match in which each link was last found, by its number. */
  #linkSeen: Int32Array = new Int32Array(16);
  #serial = 0;

  get hasQueued(): boolean {
    return this.queuedCount + this.remoteCount > 0;
  }

  begin(): void {
    this.queuedCount = 0;
    this.remoteCount = 0;
    this.gatewayCount = 0;
    this.#serial = (this.#serial + 1) | 0;
  }

  addQueued(id: number): void {
    if (this.queuedCount === this.queued.length) this.queued = doubled(this.queued);
    this.queued[this.queuedCount++] = id;
  }

  addRemote(id: number): void {
    if (this.remoteCount === this.remote.length) this.remote = doubled(this.remote);
    this.remote[this.remoteCount++] = id;
  }

  addGateway(id: number): void {
    if (this.gatewayCount === this.gateways.length) this.gateways = doubled(this.gateways);
    this.gateways[this.gatewayCount++] = id;
  }

  /** Whether the link has not been found before in this match. */
  isFirst(link: number): boolean {
    while (link >= this.#linkSeen.length) this.#linkSeen = doubled(this.#linkSeen);
    if (this.#linkSeen[link] === this.#serial) return false;
    this.#linkSeen[link] = this.#serial;
    return true;
  }
}
