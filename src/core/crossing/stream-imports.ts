/**
 * The streams that one account imports, and the subscriptions in the exporting accounts that stand for
 * those of its clients.
 */

import { GREATER, STAR } from "../../bytes/ascii.ts";
import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import { isSubsetOf } from "../../protocol/subject-text.ts";
import type { NameTable } from "../name-table.ts";
import { SUB_QUEUE, type Subscriptions } from "../subscriptions.ts";
import type { CrossingTable } from "./crossing.ts";
import type { StreamImport, StreamImportRule } from "./stream-import.ts";

const PLAIN = /^[ -~]*$/;

/** One exporting account's part of a client's subscription. */
interface Shadow {
  readonly id: number;
  readonly stream: StreamImport;
}

export class StreamImports {
  readonly #streams: readonly StreamImport[];
  readonly #crossings: CrossingTable;
  readonly #subs: Subscriptions;
  readonly #queues: NameTable;
  readonly #shadows = new Map<number, readonly Shadow[]>();

  constructor(
    streams: readonly StreamImport[],
    subs: Subscriptions,
    queues: NameTable,
    crossings: CrossingTable,
  ) {
    this.#streams = streams;
    this.#subs = subs;
    this.#queues = queues;
    this.#crossings = crossings;
    for (const stream of streams) stream.number = crossings.add(stream);
  }

  /**
   * A client of the importing account has subscribed.
   *
   * @param subject of the subscription, one character per byte.
   * @param debug is told of each subscription made in an exporting account; null for nobody.
   */
  subscribed(id: number, subject: string, debug: ((text: string) => void) | null): void {
    const shadows: Shadow[] = [];
    for (const stream of this.#streams) {
      const wanted = wantedSubject(stream.rule, subject);
      if (wanted === null) continue;
      const { exporter } = stream.rule;
      debug?.(`Creating import subscription on "${wanted}" from account "${exporter.name}"`);
      shadows.push({ id: this.#insert(id, stream, wanted), stream });
    }
    if (shadows.length > 0) this.#shadows.set(id, shadows);
  }

  /** A subscription of the importing account has ended. */
  unsubscribed(id: number): void {
    const shadows = this.#shadows.get(id);
    if (shadows === undefined) return;
    this.#shadows.delete(id);
    for (const { id: shadow, stream } of shadows) {
      stream.rule.exporter.sublist.remove(shadow);
      this.#subs.destroyCrossing(shadow);
    }
  }

  /** Takes everything back. */
  close(): void {
    for (const id of [...this.#shadows.keys()]) this.unsubscribed(id);
    for (const stream of this.#streams) this.#crossings.remove(stream.number);
  }

  /** As in nats-server, members of a queue group are one group with those of the exporting account. */
  #insert(origin: number, stream: StreamImport, subject: string): number {
    const { words } = this.#subs.pool;
    const queue = words[(origin << RECORD_SHIFT) + SUB_QUEUE]!;
    if (queue !== 0) this.#queues.acquire(this.#queues.name(queue));
    const id = this.#subs.createCrossing(stream.number, queue, origin);
    const bytes = Buffer.from(subject, "latin1");
    stream.rule.exporter.insertCrossing(id, bytes);
    return id;
  }
}

/**
 * What to subscribe to in the exporting account for a subscription here, one character per byte; null
 * for nothing.
 */
export function wantedSubject(
  rule: Pick<StreamImportRule, "from" | "to" | "transform">,
  subject: string,
): string | null {
  const to = binary(rule.to);
  if (areApart(to, subject)) return null;
  const common = isSubsetOf(to, subject) ? to : intersection(subject, to);
  if (common === null) return null;
  const from = binary(rule.from);
  if (common === to) return from;
  if (rule.transform === null) return from === to ? common : from;
  const back = rule.transform.inverse();
  // Where it names a wildcard twice there is no way back.
  if (back === null) return null;
  const out = Buffer.alloc(back.maxLength(common.length));
  const end = back.write(Buffer.from(common, "latin1"), 0, common.length, out, 0);
  return out.toString("latin1", 0, end);
}

/**
 * Tells at a glance that no subject matches both, as they differ before any wildcard. A subscription is
 * compared with all imports of its account, of which there may be thousands.
 */
function areApart(a: string, b: string): boolean {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const one = a.charCodeAt(i);
    const other = b.charCodeAt(i);
    if (isWild(one) || isWild(other)) return false;
    if (one !== other) return true;
  }
  return false;
}

function isWild(code: number): boolean {
  return code === STAR || code === GREATER;
}

/** One character per byte. */
function binary(text: string): string {
  if (PLAIN.test(text)) return text;
  return Buffer.from(text).toString("latin1");
}

/** The pattern of all subjects that match both; null when there are none. */
export function intersection(a: string, b: string): string | null {
  const [first, second] = [a.split("."), b.split(".")];
  const common: string[] = [];
  for (let i = 0; i < first.length && i < second.length; i++) {
    const [one, other] = [first[i]!, second[i]!];
    if (one === ">") return [...common, ...second.slice(i)].join(".");
    if (other === ">") return [...common, ...first.slice(i)].join(".");
    if (one !== other && one !== "*" && other !== "*") return null;
    common.push(one === "*" ? other : one);
  }
  return first.length === second.length ? common.join(".") : null;
}
