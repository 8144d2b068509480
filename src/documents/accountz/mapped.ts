/** Mappings of an account, as details of it show them. */

import type { SubjectMapping } from "../../config/options/accounts.ts";
import { Mapping } from "../../core/mapping/mapping.ts";
import { TransformError } from "../../protocol/subject-transform.ts";
import { GoMap, type GoValue } from "../go-document.ts";
import { omitEmpty } from "../go-texts.ts";

/**
 * Destinations by source; undefined for none. As in nats-server a weight includes those before it, and
 * what the weights leave over is there too.
 */
export function mappedSubjects(mappings: readonly SubjectMapping[]): GoMap | undefined {
  const bySource = new Map<string, GoValue>();
  for (const mapping of mappings) {
    try {
      bySource.set(mapping.subject, destinations(mapping));
    } catch (error) {
      // Claims may have mappings that make no sense, which are not in force.
      if (!(error instanceof TransformError)) throw error;
    }
  }
  return bySource.size === 0 ? undefined : new GoMap(bySource);
}

/** Of all clusters, those for every cluster first. */
function destinations(mapping: SubjectMapping): GoValue[] {
  const clusters = new Set(["", ...mapping.destinations.map(({ cluster }) => cluster)]);
  return [...clusters].flatMap((cluster) => {
    const { shares, limits } = new Mapping(mapping, cluster);
    return shares.map(({ subject }, index) => ({
      subject,
      weight: limits[index]!,
      cluster: omitEmpty(cluster),
    }));
  });
}
