/** The tree that a configuration file is parsed into. Every value knows where it stands. */

import type { Place, Source } from "./source.ts";

interface NodeBase extends Place {
  /** For a map's value the place of its key; for an array's item its own. */
  readonly source: Source;
  readonly offset: number;
  /** A `$variable` refers to it: an unknown key is then no mistake. */
  used: boolean;
}

export interface StringNode extends NodeBase {
  readonly kind: "string";
  readonly value: string;
}

export interface IntegerNode extends NodeBase {
  readonly kind: "integer";
  /** 64 bits, signed. */
  readonly value: bigint;
}

export interface FloatNode extends NodeBase {
  readonly kind: "float";
  readonly value: number;
}

export interface BooleanNode extends NodeBase {
  readonly kind: "boolean";
  readonly value: boolean;
}

export interface DateNode extends NodeBase {
  readonly kind: "date";
  readonly value: Date;
}

export interface ArrayNode extends NodeBase {
  readonly kind: "array";
  readonly value: readonly ConfigNode[];
}

export interface MapNode extends NodeBase {
  readonly kind: "map";
  /** Keys as written; a later key replaces an earlier one of the same spelling. */
  readonly value: ReadonlyMap<string, ConfigNode>;
}

export type ConfigNode =
  | StringNode
  | IntegerNode
  | FloatNode
  | BooleanNode
  | DateNode
  | ArrayNode
  | MapNode;

/** A block, or the blocks of a list. */
export function mapsIn(node: ConfigNode): MapNode[] {
  if (node.kind === "map") return [node];
  return node.kind === "array" ? node.value.filter((item) => item.kind === "map") : [];
}

/** Names of the kinds in nats-server's messages, which are Go's. */
export const GO_TYPE_NAMES: Readonly<Record<ConfigNode["kind"], string>> = {
  string: "string",
  integer: "int64",
  float: "float64",
  boolean: "bool",
  date: "time.Time",
  array: "[]interface {}",
  map: "map[string]interface {}",
};

/** Go's name of a value's type, as nats-server's messages print it. */
export function goTypeName(node: ConfigNode): string {
  return GO_TYPE_NAMES[node.kind];
}
