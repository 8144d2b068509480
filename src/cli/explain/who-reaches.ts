/** Users of all accounts that can have to do with messages to a subject in one of them. */

import type { AccountEntry } from "../../accounts/account-entry.ts";
import type { Options } from "../../config/options/options.ts";
import { isValidLiteralText } from "../../protocol/subject-text.ts";
import { ArgumentError } from "../command-arguments.ts";
import type { AccountMap } from "./account-map.ts";
import type { Identity } from "./identity.ts";
import { type Arrival, PathFinder } from "./message-path.ts";
import { SourceFinder } from "./message-sources.ts";
import { People } from "./people.ts";

export interface Candidate {
  readonly who: Identity;
  /** The subject that needs a right. */
  readonly subject: string;
  /** What to publish or subscribe to. */
  readonly published: string;
}

/** Users whose messages would get to the subject, with the right to publish them. */
export function* whoReaches(
  map: AccountMap,
  options: Options,
  entry: AccountEntry,
  subject: string,
): Iterable<Candidate> {
  const people = new People(options);
  const seen = new Set<string>();
  const finder = new SourceFinder(map, people);
  const sources = finder.of(entry, subject);
  if (finder.isCut) throw tooMany();
  for (const source of sources) {
    // Which right it takes depends on what a service makes of the subject.
    if (!isValidLiteralText(source.mapped)) continue;
    const key = JSON.stringify([source.account, source.mapped, source.subject]);
    if (seen.has(key)) continue;
    seen.add(key);
    for (const who of people.in(source.account)) {
      yield { who, subject: source.mapped, published: source.subject };
    }
  }
}

/** Users who would get messages to the subject, with the right to subscribe. */
export function* whoIsReached(
  map: AccountMap,
  options: Options,
  entry: AccountEntry,
  subject: string,
): Iterable<Candidate> {
  const people = new People(options);
  const seen = new Set<string>();
  const finder = new PathFinder(map, people);
  const arrival = finder.enter(entry, subject);
  if (finder.isCut) throw tooMany();
  for (const { account, subject: here } of stopsOf(arrival)) {
    const key = JSON.stringify([account, here]);
    if (seen.has(key)) continue;
    seen.add(key);
    for (const who of people.in(account)) yield { who, subject: here, published: here };
  }
}

/** A list that is not whole would be a wrong answer. */
function tooMany(): ArgumentError {
  return new ArgumentError("imports lead there in too many ways to list who is meant");
}

/** Every account that the messages get to, and their subject there. */
export function* stopsOf(
  arrival: Arrival,
): Iterable<{ readonly account: string; readonly subject: string }> {
  for (const { stop } of arrival.ways) {
    if (stop === null) continue;
    yield stop;
    yield* stop.streams;
    for (const { next } of stop.services) if (typeof next !== "string") yield* stopsOf(next);
  }
}
