/** Entries of permissions that say nothing, or the opposite of what they seem to say. */

import type { ConfigNode, MapNode, StringNode } from "../language/node.ts";
import type { Finding, Rule } from "./finding.ts";
import { SubjectSet } from "./subject-set.ts";
import { DIRECTIONS, optionOf, permissionBlocks } from "./tree.ts";

const RESPONSES = ["allow_responses", "publish_allow_responses"];
const SPACES = /\s+/;
/** Subjects of more tokens than that are not compared. */
const TOKENS_MAX = 256;

export const idlePermissions: Rule = {
  finds: "permissions without effect",
  *find({ root }) {
    for (const block of permissionBlocks(root)) {
      for (const [verb, names] of DIRECTIONS) {
        const node = optionOf(block, ...names);
        // Most say a single subject, which nothing can be held against.
        if (node === undefined || node.kind === "string") continue;
        yield* emptyList(node, verb, block);
        yield* inDirection(node);
      }
    }
    const cluster = optionOf(optionOf(root, "cluster"), "permissions");
    for (const [, names] of DIRECTIONS) {
      const node = optionOf(cluster, ...names);
      if (node !== undefined) yield* inDirection(node);
    }
  },
};

/** nats-server takes a list without entries for no list at all. */
function* emptyList(node: ConfigNode, verb: string, block: MapNode): Iterable<Finding> {
  const allow = node.kind === "map" ? optionOf(node, "allow") : node;
  if (allow?.kind !== "array" || allow.value.length > 0 || limitsOtherwise(block, verb)) return;
  yield {
    place: allow,
    text: `an empty list allows to ${verb} to nothing here, and to everything in nats-server`,
    hint: 'deny ">" if nothing is meant, and leave the list out if everything is',
  };
}

function* inDirection(node: ConfigNode): Iterable<Finding> {
  const allow = node.kind === "map" ? optionOf(node, "allow") : node;
  const deny = node.kind === "map" ? optionOf(node, "deny") : undefined;
  if (deny === undefined && !(allow?.kind === "array" && allow.value.length > 1)) return;
  const denied = new SubjectSet();
  const denials = entriesIn(deny);
  for (const { key } of denials) denied.add(key);
  yield* superfluous(denials, "denied", denied);
  const allowed: Entry[] = [];
  for (const entry of entriesIn(allow)) {
    const covering = denied.covering(entry.key, true) ?? denied.covering(entry.plainKey, true);
    if (covering === null) allowed.push(entry);
    else {
      yield {
        place: entry.node,
        text: `"${entry.node.value}" is allowed in vain: "${shown(covering)}" is denied`,
        hint: "what is denied stays denied: remove one of the two",
      };
    }
  }
  yield* superfluous(allowed, "allowed");
}

/** Who is allowed replies is allowed to publish nothing else, unless it is listed. */
function limitsOtherwise(block: MapNode, verb: string): boolean {
  if (verb !== "publish") return false;
  const responses = optionOf(block, ...RESPONSES);
  return responses !== undefined && !(responses.kind === "boolean" && !responses.value);
}

interface Entry {
  readonly node: StringNode;
  /** Subject with the queue in front, as entries for different queues have nothing in common. */
  readonly key: string;
  /** The same for any queue, which is what an entry without one denies. */
  readonly plainKey: string;
}

/** Entries that others of the same list make superfluous. */
function* superfluous(
  entries: readonly Entry[],
  verb: string,
  plain?: SubjectSet,
): Iterable<Finding> {
  const all = new SubjectSet();
  const twice = new Set(entries.filter(({ key }) => !all.add(key)));
  for (const entry of entries) {
    const { node, key, plainKey } = entry;
    const wider = key === plainKey ? null : (plain?.covering(plainKey, true) ?? null);
    const covering = all.covering(key, twice.has(entry)) ?? wider;
    if (covering === null) continue;
    const why = covering === key ? "twice" : `by "${shown(covering)}" as well`;
    yield { place: node, text: `"${node.value}" is ${verb} ${why}`, hint: "remove it" };
  }
}

function entriesIn(node: ConfigNode | undefined): Entry[] {
  if (node?.kind === "string") return toEntries(node);
  return node?.kind === "array" ? node.value.flatMap(toEntries) : [];
}

function toEntries(node: ConfigNode): Entry[] {
  if (node.kind !== "string") return [];
  const [subject = "", queue = ""] = node.value.trim().split(SPACES);
  if (subject.split(".", TOKENS_MAX + 1).length > TOKENS_MAX) return [];
  const plainKey = ` .${subject}`;
  return [{ node, key: queue === "" ? plainKey : keyOf(subject, queue), plainKey }];
}

/** No subject has a token with a space in it. */
function keyOf(subject: string, queue: string): string {
  return ` ${queue.replaceAll(".", " ")}.${subject}`;
}

function shown(key: string): string {
  const dot = key.indexOf(".");
  const queue = key.slice(0, dot).trim().replaceAll(" ", ".");
  return key.slice(dot + 1) + (queue === "" ? "" : ` ${queue}`);
}
