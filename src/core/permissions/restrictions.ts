/**
 * Limits on wildcards, which nats-server does not have: they forbid subscriptions that listen in on
 * the traffic of others, whatever the lists of subjects allow.
 *
 *     subscription        wildcard depth
 *     foo.bar             0
 *     foo.*               1
 *     foo.*.bar           2    tokens count from the first wildcard on
 *     foo.>               no end
 *     _INBOX.*            no end
 *     _INBOX.abc.>        0    an inbox of one's own, which client libraries need for requests
 *
 * `no_wildcards` admits depth 0 only, `max_wildcard_depth: 2` admits a depth of two at most. An inbox
 * is one's own when the token after `_INBOX` is literal: `_INBOX.*` and `_INBOX.>` would receive the
 * answers meant for everyone.
 */

import { DOT, GREATER, STAR, startsWith } from "../../bytes/ascii.ts";
import { tokenEnd } from "../subject.ts";

export interface Restrictions {
  readonly noWildcards: boolean;
  /** 0 means no limit. */
  readonly maxWildcardDepth: number;
}

export const NO_RESTRICTIONS: Restrictions = { noWildcards: false, maxWildcardDepth: 0 };

const INBOX = Buffer.from("_INBOX.");

/** Depth of a subscription, as in the table above; infinite for `>`. */
export function wildcardDepth(buf: Uint8Array, start: number, end: number): number {
  let depth = 0;
  let isLiteral = true;
  const ownFrom = startsWith(buf, start, end, INBOX) ? start + INBOX.length : -1;
  for (let at = start; at <= end; ) {
    const stop = tokenEnd(buf, at, end);
    const isStar = stop - at === 1 && buf[at] === STAR;
    const isRest = stop - at === 1 && buf[at] === GREATER;
    // A literal token after `_INBOX` and more after that.
    if (at === ownFrom && !isStar && !isRest && buf[stop] === DOT && stop < end) return 0;
    if (isRest || (isStar && at === ownFrom)) return Number.POSITIVE_INFINITY;
    if (isStar) isLiteral = false;
    if (!isLiteral) depth++;
    at = stop + 1;
  }
  return depth;
}

/** The limit that refuses a subscription, or null. */
export function restrictionAgainst(
  restrictions: Restrictions,
  buf: Uint8Array,
  start: number,
  end: number,
): "no_wildcards" | "max_wildcard_depth" | null {
  const { noWildcards, maxWildcardDepth } = restrictions;
  if (!noWildcards && maxWildcardDepth === 0) return null;
  const depth = wildcardDepth(buf, start, end);
  if (noWildcards && depth > 0) return "no_wildcards";
  return maxWildcardDepth !== 0 && depth > maxWildcardDepth ? "max_wildcard_depth" : null;
}
