/** Compares what came with what had to come. */

import type { Arrival } from "./actor.ts";
import type { Expected, NoResponders } from "./model.ts";
import type { Names } from "./names.ts";

const STATUS = "NATS/1.0 503\r\n";
const INFO = /^nats-request-info *:(.*)\r$/gim;

/** Everything that was missing or too much, as text; empty when all is well. */
export function faultsOf(
  expected: readonly Expected[],
  silent: readonly NoResponders[],
  arrivals: readonly Arrival[],
  names: Names,
): string[] {
  const statuses = arrivals.filter(isStatus);
  const byPayload = Map.groupBy(
    arrivals.filter((each) => !isStatus(each)),
    ({ payload }) => payload,
  );
  const wanted = Map.groupBy(expected, ({ payload }) => payload);
  const faults = statusFaults(silent, statuses, names);
  for (const payload of new Set([...byPayload.keys(), ...wanted.keys()])) {
    const [these, those] = [wanted.get(payload) ?? [], byPayload.get(payload) ?? []];
    learn(these, those, names);
    faults.push(...unpaired(these, those, (one, other) => fits(one, other, names)));
  }
  return faults;
}

function isStatus({ header }: Arrival): boolean {
  return header.startsWith(STATUS);
}

function statusFaults(
  silent: readonly NoResponders[],
  statuses: readonly Arrival[],
  names: Names,
): string[] {
  return unpaired(silent, statuses, (one, other) => {
    const subject = /Nats-Subject: (\S*)\r/.exec(other.header)?.[1] ?? "";
    const isSame = one.client === other.client && one.reply === other.subject;
    return isSame && names.shape(one.subject) === names.shape(subject);
  });
}

/** Takes down which subject stands for which, where there is no choice. */
function learn(expected: readonly Expected[], arrivals: readonly Arrival[], names: Names): void {
  for (let isNew = true; isNew; ) {
    isNew = false;
    for (const arrival of arrivals) {
      const found = new Map<string, () => boolean>();
      for (const each of expected) {
        for (const { subject } of candidates(each, arrival, names)) {
          found.set(`${subject} ${each.reply}`, () => {
            const isSubjectNew = names.bind(subject, arrival.subject);
            return names.bind(each.reply, arrival.reply) || isSubjectNew;
          });
        }
      }
      if (found.size === 1 && [...found.values()][0]!()) isNew = true;
    }
  }
}

function fits(expected: Expected, arrival: Arrival, names: Names): boolean {
  return candidates(expected, arrival, names).length > 0 && hasHeader(expected, arrival);
}

function candidates(expected: Expected, arrival: Arrival, names: Names): Expected["receivers"] {
  if (!names.agree(expected.reply, arrival.reply)) return [];
  return expected.receivers.filter(
    ({ client, sid, subject }) =>
      client === arrival.client && sid === arrival.sid && names.agree(subject, arrival.subject),
  );
}

/** A service learns once, and from the server alone, who asks; otherwise the header is untouched. */
function hasHeader({ header, info }: Expected, arrival: Arrival): boolean {
  if (info === null) return arrival.header === header;
  const told = [...arrival.header.matchAll(INFO)];
  if (told.length !== 1) return false;
  const { acc, svc } = parsed(told[0]![1]!);
  const kept = /^X-Kept: .*\r$/m.exec(header)?.[0] ?? "";
  return acc === info.acc && svc === info.svc && arrival.header.includes(kept);
}

function parsed(json: string): { acc?: string; svc?: string } {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

/** Pairs as many as possible; tells of those that are left. */
function unpaired<A, B>(
  wanted: readonly A[],
  come: readonly B[],
  canPair: (one: A, other: B) => boolean,
): string[] {
  const takenBy = new Map<B, A>();
  const find = (one: A, tried: Set<B>): boolean =>
    come.some((other) => {
      if (tried.has(other) || !canPair(one, other)) return false;
      tried.add(other);
      const owner = takenBy.get(other);
      if (owner !== undefined && !find(owner, tried)) return false;
      takenBy.set(other, one);
      return true;
    });
  const missing = wanted.filter((one) => !find(one, new Set()));
  const extra = come.filter((other) => !takenBy.has(other));
  return [
    ...missing.map((each) => `missing ${JSON.stringify(each)}`),
    ...extra.map((each) => `too much ${JSON.stringify(each)}`),
  ];
}
