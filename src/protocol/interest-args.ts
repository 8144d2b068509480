/**
 * Arguments of the lines by which routes tell interest, in any form that nats-server accepts.
 *
 *     RS+        account subject [queue weight]
 *     LS+ origin account subject [queue weight]
 *     RS-        account subject [queue]
 *     LS- origin account subject [queue]
 *
 * The account is left out on a connection that is one account's own, the origin in LS- by servers that
 * do not tell it there.
 */

import { CR, LF, parseDecimal, SPACE, TAB } from "../bytes/ascii.ts";
import { NO_BUFFER } from "../bytes/buffer-pool.ts";
import { InterestVerb } from "./interest-verb.ts";

/** How lines are to be read, which differs by connection. */
export interface InterestForm {
  /** Lines name no account. */
  readonly isDedicated: boolean;
  /** LS- names the origin, as `lnocu` in INFO tells. */
  readonly hasUnsubOrigin: boolean;
}

/** Origin, account, subject, queue and weight; one more is one too many. */
const TOKENS_MAX = 6;

/** One object for many lines. Ranges are of `buf`; those of what is not there are 0, and equal. */
export class InterestArgs {
  buf: Buffer = NO_BUFFER;
  accountStart = 0;
  accountEnd = 0;
  subjectStart = 0;
  subjectEnd = 0;
  queueStart = 0;
  queueEnd = 0;
  /** Members of the queue group; 0 when that is no number, and where there is none. */
  weight = 0;
  originStart = 0;
  originEnd = 0;
  /** Start and end of each token. */
  readonly #tokens = new Int32Array(TOKENS_MAX * 2);
  #count = 0;

  /**
   * Reads a line's arguments.
   *
   * @param verb not A+ nor A-, which have no meaning between routes.
   * @returns false for a line that nats-server closes the connection for.
   */
  parse(verb: InterestVerb, buf: Buffer, start: number, end: number, form: InterestForm): boolean {
    const isSub = verb === InterestVerb.RouteSub || verb === InterestVerb.LeafSub;
    const isLeaf = verb === InterestVerb.LeafSub || verb === InterestVerb.LeafUnsub;
    const hasOrigin = isLeaf && (isSub || form.hasUnsubOrigin);
    this.#split(buf, start, end);
    const subject = (hasOrigin ? 1 : 0) + (form.isDedicated ? 0 : 1);
    const extra = this.#count - subject - 1;
    if (extra !== 0 && extra !== (isSub ? 2 : 1)) return false;
    this.buf = buf;
    this.originStart = hasOrigin ? this.#tokens[0]! : 0;
    this.originEnd = hasOrigin ? this.#tokens[1]! : 0;
    const account = form.isDedicated ? -1 : subject - 1;
    this.accountStart = this.#start(account);
    this.accountEnd = this.#end(account);
    this.subjectStart = this.#start(subject);
    this.subjectEnd = this.#end(subject);
    const queue = extra === 0 ? -1 : subject + 1;
    this.queueStart = this.#start(queue);
    this.queueEnd = this.#end(queue);
    const weight = extra === 2 ? subject + 2 : -1;
    this.weight =
      weight < 0 ? 0 : Math.max(0, parseDecimal(buf, this.#start(weight), this.#end(weight)));
    return true;
  }

  #start(token: number): number {
    return token < 0 ? 0 : this.#tokens[token * 2]!;
  }

  #end(token: number): number {
    return token < 0 ? 0 : this.#tokens[token * 2 + 1]!;
  }

  #split(buf: Uint8Array, start: number, end: number): void {
    this.#count = 0;
    let i = start;
    while (this.#count < TOKENS_MAX) {
      while (i < end && isBlank(buf[i]!)) i++;
      if (i === end) return;
      this.#tokens[this.#count * 2] = i;
      while (i < end && !isBlank(buf[i]!)) i++;
      this.#tokens[this.#count * 2 + 1] = i;
      this.#count++;
    }
  }
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CR || byte === LF;
}

/** What the log says of arguments that `parse` has refused. */
export function interestFaultText(
  verb: InterestVerb,
  buf: Buffer,
  start: number,
  end: number,
): string {
  const line = buf.toString("utf8", start, end);
  if (verb === InterestVerb.RouteSub) return `processRemoteSub Parse Error: 'R ${line}'`;
  if (verb === InterestVerb.LeafSub) return `processRemoteSub Parse Error: 'L ${line}'`;
  return `processRemoteUnsub parse error: '${line}'`;
}
