/**
 * Options that set the same thing to different values. nats-server reads a block in random order,
 * so that each start may make another choice.
 */

import { type ConfigNode, type MapNode, mapsIn } from "../language/node.ts";
import { parseListen } from "../schema/listen.ts";
import type { Field, Section } from "../schema/section.ts";
import { ROOT } from "../sections/root.ts";
import type { Finding, Rule } from "./finding.ts";
import { NAMES, optionOf } from "./tree.ts";

const HINT = "which of the two counts is up to chance: keep one";

/** Options with host and port in one, and those that set either. */
const ADDRESSES: ReadonlyMap<string, { hosts: readonly string[]; ports: [string, ...string[]] }> =
  new Map([
    ["listen", { hosts: NAMES.host, ports: ["port"] }],
    ["http", { hosts: [], ports: ["http_port", "monitor_port"] }],
    ["https", { hosts: [], ports: ["https_port"] }],
  ]);
/** Options that set `trace` as well. */
const TRACES = ["trace_verbose", "trace_headers"];

export const rivalOptions: Rule = {
  finds: "options that contradict each other",
  *find({ root }) {
    yield* inBlock(root, ROOT as Section<never>);
    yield* rivalTraces(root);
  },
};

function* inBlock(block: MapNode, section: Section<never>): Iterable<Finding> {
  const seen = new Map<Field<never>, [string, ConfigNode]>();
  for (const [name, node] of block.value) {
    const field = section.find(name);
    if (field === undefined) continue;
    const other = seen.get(field);
    if (other === undefined) seen.set(field, [name, node]);
    else if (!isSame(node, other[1])) yield rivals(name, node, other[0]);
    if (ADDRESSES.has(field.names[0])) yield* rivalAddresses(block, field.names[0], node);
    if (field.section === undefined) continue;
    for (const inner of mapsIn(node)) yield* inBlock(inner, field.section);
  }
}

function rivals(name: string, place: ConfigNode, other: string): Finding {
  return { place, text: `"${name}" and "${other}" set the same option`, hint: HINT };
}

/** Blocks are never the same, as their places differ. */
function isSame(a: ConfigNode, b: ConfigNode): boolean {
  return a.kind === b.kind && a.value === b.value;
}

function* rivalAddresses(block: MapNode, listen: string, whole: ConfigNode): Iterable<Finding> {
  const { hosts, ports } = ADDRESSES.get(listen)!;
  const address = addressOf(whole);
  if (address === null) return;
  const host = optionOf(block, ...hosts);
  const port = optionOf(block, ...ports);
  if (host?.kind === "string" && host.value !== address.host) yield rivals(listen, whole, "host");
  else if (port?.kind === "integer" && Number(port.value) !== address.port) {
    yield rivals(listen, whole, ports[0]);
  }
}

function addressOf(node: ConfigNode): { host: string; port: number } | null {
  try {
    return parseListen(node);
  } catch {
    return null;
  }
}

function* rivalTraces(root: MapNode): Iterable<Finding> {
  const trace = optionOf(root, "trace");
  for (const name of TRACES) {
    const other = optionOf(root, name);
    if (trace?.kind !== "boolean" || other?.kind !== "boolean") continue;
    if (trace.value === other.value) continue;
    yield { place: other, text: `"${name}" sets "trace" as well, to another value`, hint: HINT };
  }
}
