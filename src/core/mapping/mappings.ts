/** The subject mappings of one account. */

import { hashBytes } from "../../bytes/hash.ts";
import type { SubjectMapping } from "../../config/options/accounts.ts";
import { TransformError } from "../../protocol/subject-transform.ts";
import { Mapping } from "./mapping.ts";
import { MappingSelector } from "./mapping-selector.ts";

/** What a mapping makes of a subject. */
export interface MappingExplanation {
  readonly source: string;
  readonly destinations: readonly {
    /** As it is configured; "" when messages are lost. */
    readonly destination: string;
    /** What the subject becomes; where a function draws lots, one outcome. */
    readonly subject: string;
    /** Percent of the messages. */
    readonly weight: number;
    /** The cluster whose servers send there; "" for all that have no destinations of their own. */
    readonly cluster: string;
  }[];
}

export class Mappings extends MappingSelector {
  /** Number of mappings. */
  readonly count: number;
  /** In their order, one for each source. */
  readonly all: readonly Mapping[];

  /**
   * Of several mappings of one source the last counts.
   *
   * @param cluster name of this server's cluster, "" for none.
   * @param onInvalid hears of mappings that cannot be made, which are left out. Those of a
   *   configuration have been checked.
   */
  constructor(
    mappings: readonly SubjectMapping[],
    cluster: string,
    onInvalid: (mapping: SubjectMapping, error: TransformError) => void = () => {},
  ) {
    const compiled = compileAll(mappings, cluster, onInvalid);
    super(compiled);
    this.count = compiled.length;
    this.all = compiled;
  }

  /** What becomes of a published subject; null when it stays. */
  explain(subject: string): MappingExplanation | null {
    const bytes = Buffer.from(subject);
    const mapping = this.find(bytes, 0, bytes.length, hashBytes(bytes, 0, bytes.length));
    if (mapping === null) return null;
    const destinations = mapping.shares.map(({ transform, subject: destination, ...share }) => ({
      destination,
      subject: transform?.text(subject.slice(0, this.seenLength(subject.length))) ?? "",
      ...share,
    }));
    const lost = 100 - (mapping.limits.at(-1) ?? 0);
    const rest = { destination: "", subject: "", weight: lost, cluster: "" };
    return {
      source: mapping.source,
      destinations: lost > 0 ? [...destinations, rest] : destinations,
    };
  }
}

function compileAll(
  mappings: readonly SubjectMapping[],
  cluster: string,
  onInvalid: (mapping: SubjectMapping, error: TransformError) => void,
): Mapping[] {
  const bySource = new Map<string, Mapping>();
  for (const mapping of mappings) {
    try {
      bySource.set(mapping.subject, new Mapping(mapping, cluster));
    } catch (error) {
      if (!(error instanceof TransformError)) throw error;
      onInvalid(mapping, error);
    }
  }
  return [...bySource.values()];
}
