/** Subject mappings: messages to one subject go to others. */

import { atoiOrNull } from "../../../protocol/go-atoi.ts";
import { goQuoteText } from "../../../protocol/go-quote.ts";
import { hasWildcardText, isValidSubjectText } from "../../../protocol/subject-text.ts";
import {
  checkMapping,
  checkTransform,
  nameWildcards,
  TransformError,
} from "../../../protocol/subject-transform.ts";
import type { ConfigNode } from "../../language/node.ts";
import type { MapDestination, SubjectMapping } from "../../options/accounts.ts";
import { goValue } from "../../schema/go-value.ts";
import type { Reader } from "../../schema/reader.ts";
import { type Field, Section } from "../../schema/section.ts";
import { text, type ValueType } from "../../schema/value-type.ts";

const WEIGHT_MAX = 100;

/** A destination as it is read; nats-server insists on a weight. */
interface Draft extends Omit<MapDestination, "weight"> {
  weight: number | null;
}

const weight: ValueType<number> = {
  name: "percent",
  read(node, reader) {
    if (node.kind !== "string" && node.kind !== "integer") {
      // The line break is nats-server's own.
      return reader.error(node, `Unknown entry type for weight of ${goValue(node)}\n`);
    }
    const digits = String(node.value).replace(/%$/, "");
    const value = atoiOrNull(digits);
    if (value === null) {
      return reader.error(node, `Invalid weight ${goQuoteText(digits)} for mapping destination`);
    }
    if (value >= 0n && value <= WEIGHT_MAX) return Number(value);
    return reader.error(node, `Invalid weight ${value} for mapping destination`);
  },
};

const DESTINATION: Section<Draft> = new Section<Draft>(
  "mappings",
  [
    {
      names: ["destination", "dest"],
      about: "Subject that messages are sent to",
      reload: "live",
      to: "subject",
      type: text,
    },
    {
      names: ["weight"],
      about: "Percent of the messages",
      reload: "live",
      to: "weight",
      type: weight,
    },
    {
      names: ["cluster"],
      about: "Cluster whose servers send messages there",
      reload: "live",
      to: "cluster",
      type: text,
    },
  ],
  {
    unknown: (name) => `Unknown field ${goQuoteText(name)} for mapping destination`,
    refusesVariables: true,
  },
);

function readDestination(node: ConfigNode, reader: Reader): MapDestination | undefined {
  if (node.kind !== "map") {
    return reader.error(node, "Expected an entry for the mapping destination");
  }
  const draft: Draft = { subject: "", weight: null, cluster: "" };
  const before = reader.problems.length;
  reader.placingTypeErrorsAt(node, () => DESTINATION.read(node, draft, reader));
  if (reader.problems.length > before) return undefined;
  const { subject, weight: percent, cluster } = draft;
  if (percent !== null) return { subject, weight: percent, cluster };
  return reader.error(node, `Missing weight for mapping destination ${goQuoteText(subject)}`);
}

function readDestinations(node: ConfigNode, reader: Reader): MapDestination[] | undefined {
  if (node.kind === "string") return [{ subject: node.value, weight: WEIGHT_MAX, cluster: "" }];
  const items = node.kind === "array" ? node.value : [node];
  const read = items.map((item) => readDestination(item, reader));
  const destinations = read.filter((each) => each !== undefined);
  // Of a list nats-server uses what is right in it.
  return node.kind === "array" || destinations.length > 0 ? destinations : undefined;
}

/** @throws TransformError */
function checkDestinations(source: string, destinations: readonly MapDestination[]): void {
  const seen = new Set<string>();
  const totals = new Map<string, number>([["", 0]]);
  for (const destination of destinations) {
    const { subject, cluster } = destination;
    if (seen.has(subject)) throw new TransformError(`duplicate entry for ${goQuoteText(subject)}`);
    seen.add(subject);
    const total = (totals.get(cluster) ?? 0) + destination.weight;
    totals.set(cluster, total);
    if (total > WEIGHT_MAX) throw new TransformError("total weight needs to be <= 100");
    checkMapping(source, subject);
  }
  // What is left of the messages keeps its subject.
  const isPartial = [...totals.values()].some((total) => total !== WEIGHT_MAX);
  if (!isPartial || seen.has(source)) return;
  checkTransform(source, hasWildcardText(source) ? nameWildcards(source) : source);
}

function readMapping(
  subject: string,
  node: ConfigNode,
  reader: Reader,
): SubjectMapping | undefined {
  const destinations = readDestinations(node, reader);
  if (destinations === undefined) return undefined;
  try {
    checkDestinations(subject, destinations);
    return { subject, destinations };
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    const to = node.kind === "string" ? ` to ${goQuoteText(node.value)}` : "";
    return reader.error(
      node,
      `Error adding mapping for ${goQuoteText(subject)}${to} : ${error.message}`,
    );
  }
}

const mappings: ValueType<SubjectMapping[]> = {
  name: "block of subjects",
  read(node, reader) {
    if (node.kind !== "map") return reader.wrongType(node, "map[string]interface {}");
    const found: SubjectMapping[] = [];
    for (const [subject, value] of node.value) {
      if (!isValidSubjectText(subject)) {
        reader.errorWithin(node, value, `Subject ${goQuoteText(subject)} is not a valid subject`);
        continue;
      }
      const mapping = readMapping(subject, value, reader);
      if (mapping === undefined) continue;
      found.push(mapping);
      reader.places?.addPart(mapping, value);
    }
    return found;
  },
};

/** The row of mappings, of an account or of the global one. */
export const mappingsField: Field<{ mappings: SubjectMapping[] | null }> = {
  names: ["mappings", "maps"],
  about: "Subjects, and the ones that messages to them go to instead",
  reload: "live",
  needs: "subject mappings",
  to: "mappings",
  type: mappings.name,
  section: DESTINATION as Section<never>,
  read(node, target, reader) {
    target.mappings = mappings.read(node, reader) ?? [];
  },
};
