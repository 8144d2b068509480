/** One mapping, compiled: a source and the destinations between which messages are shared. */

import { hashBytes } from "../../bytes/hash.ts";
import type { MapDestination, SubjectMapping } from "../../config/options/accounts.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { hasWildcardText, isValidSubjectText } from "../../protocol/subject-text.ts";
import { checkMapping, nameWildcards, TransformError } from "../../protocol/subject-transform.ts";
import { SubjectTransform } from "./subject-transform.ts";

const PERCENT_MAX = 100;

/** One destination, and how many of a hundred messages go there. */
export interface Share {
  readonly subject: string;
  /** Null for the empty subject, which loses messages. */
  readonly transform: SubjectTransform | null;
  readonly weight: number;
  /** "" when it is for all clusters that have none of their own. */
  readonly cluster: string;
}

export class Mapping {
  readonly source: string;
  readonly bytes: Uint8Array;
  readonly hash: number;
  /** The source is a literal: nothing but an equal subject matches. */
  readonly isLiteral: boolean;
  /** Those that are in force here, the least first. */
  readonly shares: readonly Share[];
  readonly transforms: readonly (SubjectTransform | null)[];
  /** A share gets the random numbers from the limit before to below its own. */
  readonly limits: Uint8Array;

  /**
   * @param cluster this server's, "" for none.
   * @throws TransformError with nats-server's message.
   */
  constructor({ subject: source, destinations }: SubjectMapping, cluster: string) {
    if (!isValidSubjectText(source)) throw new TransformError("invalid subject");
    this.source = source;
    this.bytes = Buffer.from(source);
    this.hash = hashBytes(this.bytes, 0, this.bytes.length);
    // nats-server takes any token that begins with a star for one, when it compares.
    this.isLiteral = !hasWildcardText(source) && !/(?:^|\.)\*/.test(source);
    checkWeights(destinations);
    const hasOwn = cluster !== "" && destinations.some((each) => each.cluster === cluster);
    const losesRest = destinations.some((each) => each.subject === source);
    const sets = new Set(["", ...destinations.map((each) => each.cluster)]);
    let shares: readonly Share[] = [];
    for (const set of sets) {
      // What is for other clusters is compiled too: it may be wrong.
      const compiled = sharesOf(source, destinations, set, losesRest);
      if (set === (hasOwn ? cluster : "")) shares = compiled;
    }
    this.shares = shares;
    this.transforms = shares.map((share) => share.transform);
    let limit = 0;
    this.limits = Uint8Array.from(shares, (share) => (limit += share.weight));
  }
}

/** @throws TransformError */
function checkWeights(destinations: readonly MapDestination[]): void {
  const seen = new Set<string>();
  const totals = new Map<string, number>();
  for (const { subject, cluster, weight } of destinations) {
    if (seen.has(subject)) throw new TransformError(`duplicate entry for ${goQuoteText(subject)}`);
    seen.add(subject);
    if (weight > PERCENT_MAX) {
      throw new TransformError("individual weights need to be <= 100");
    }
    const total = (totals.get(cluster) ?? 0) + weight;
    totals.set(cluster, total);
    if (total > PERCENT_MAX) throw new TransformError("total weight needs to be <= 100");
  }
}

/**
 * The destinations of one cluster. What is left of hundred percent keeps its subject.
 *
 * @param losesRest what is left is lost instead.
 * @throws TransformError
 */
function sharesOf(
  source: string,
  destinations: readonly MapDestination[],
  cluster: string,
  losesRest: boolean,
): Share[] {
  const shares: Share[] = [];
  let rest = PERCENT_MAX;
  for (const { subject, weight, cluster: scope } of destinations) {
    if (scope !== cluster) continue;
    checkMapping(source, subject);
    const transform = subject === "" ? null : SubjectTransform.compile(source, subject);
    shares.push({ subject, transform, weight, cluster });
    rest -= weight;
  }
  if (rest > 0 && !losesRest) {
    const subject = hasWildcardText(source) ? nameWildcards(source) : source;
    const transform = SubjectTransform.compile(source, subject);
    shares.push({ subject, transform, weight: rest, cluster });
  }
  return shares.sort((a, b) => a.weight - b.weight);
}
