/** How far subscriptions reach: further than rules seem to say, here or in nats-server. */

import { type ConfigNode, type MapNode, mapsIn, type StringNode } from "../language/node.ts";
import type { Rule } from "./finding.ts";
import { accountsIn, DIRECTIONS, NAMES, optionOf, permissionBlocks } from "./tree.ts";

const [[, PUBLISH], [, SUBSCRIBE]] = DIRECTIONS;
const SPACES = /\s+/;
/** Subjects of more tokens than that are not looked at. */
const TOKENS_MAX = 64;
/** Options that keep a user without rules from listening to everything. */
const LIMITS = ["no_wildcards", "max_wildcard_depth"];

/**
 * `foo.*` lets `SUB foo.>` through in nats-server. That is worth a word where the file shows that
 * there are such subjects, as some rule is about them.
 */
export const lastWildcards: Rule = {
  finds: "subjects that mean more in nats-server",
  *find({ root }) {
    const candidates = lastWildcardsIn(root);
    if (candidates.size === 0) return;
    const deep = deepPrefixes(root);
    for (const [prefix, places] of candidates) {
      if (!deep.has(prefix)) continue;
      for (const place of places) {
        yield {
          place,
          text: `"${place.value}" allows no "${prefix}>", which nats-server lets through with all below it`,
          hint: `allow "${prefix}>" if that is meant`,
        };
      }
    }
  },
};

/** Subjects that end in `*` and may be subscribed to, by what is in front of it. */
function lastWildcardsIn(root: MapNode): Map<string, StringNode[]> {
  const found = new Map<string, StringNode[]>();
  for (const block of permissionBlocks(root)) {
    const rules = optionOf(block, ...SUBSCRIBE);
    const allow = rules?.kind === "map" ? optionOf(rules, "allow") : rules;
    for (const [subject, node] of entriesOf(allow)) {
      if (subject !== "*" && !subject.endsWith(".*")) continue;
      const prefix = subject.slice(0, -1);
      const places = found.get(prefix);
      if (places === undefined) found.set(prefix, [node]);
      else places.push(node);
    }
  }
  return found;
}

/** Beginnings of subjects that have two tokens or more behind them. */
function deepPrefixes(root: MapNode): Set<string> {
  const deep = new Set<string>();
  for (const block of permissionBlocks(root)) {
    for (const [, names] of DIRECTIONS) {
      for (const [subject] of entriesOf(optionOf(block, ...names))) addDeeper(subject, deep);
    }
  }
  return deep;
}

function addDeeper(subject: string, deep: Set<string>): void {
  const tokens = subject.split(".", TOKENS_MAX + 1);
  // Who may use every subject says nothing about those that there are.
  if (tokens.length > TOKENS_MAX || subject === ">") return;
  const behind = tokens.at(-1) === ">" ? 1 : 2;
  let prefix = "";
  for (let i = 0; i + behind <= tokens.length; i++) {
    deep.add(prefix);
    prefix += `${tokens[i]}.`;
  }
}

/** Users whose publishing is limited, and who may listen to everything, where others may not. */
export const openEars: Rule = {
  finds: "permissions that let everything be read",
  *find({ root }) {
    const open = new Map<ConfigNode["value"], MapNode>();
    let someAreLimited = false;
    for (const [user, permissions] of usersWithPermissions(root)) {
      if (optionOf(permissions, ...SUBSCRIBE) !== undefined) someAreLimited = true;
      else if (optionOf(user, ...LIMITS) === undefined && limitsPublishing(permissions)) {
        open.set(permissions.value, permissions);
      }
    }
    if (!someAreLimited) return;
    for (const place of open.values()) {
      yield {
        place,
        text: "these permissions say nothing of subscribe: whoever has them may read everything",
        hint: "add subscribe to them, or no_wildcards to the user",
      };
    }
  },
};

/** Users with the permissions that count for them. */
function* usersWithPermissions(root: MapNode): Iterable<[user: MapNode, permissions: MapNode]> {
  const authorization = optionOf(root, "authorization");
  yield* usersIn(authorization, optionOf(authorization, ...NAMES.defaultPermissions));
  for (const account of accountsIn(root)) {
    yield* usersIn(account, optionOf(account, "default_permissions"));
  }
}

function* usersIn(
  block: ConfigNode | undefined,
  defaults: ConfigNode | undefined,
): Iterable<[MapNode, MapNode]> {
  const users = optionOf(block, "users");
  for (const user of users === undefined ? [] : mapsIn(users)) {
    const permissions = optionOf(user, ...NAMES.permissions) ?? defaults;
    if (permissions?.kind === "map") yield [user, permissions];
  }
}

function limitsPublishing(permissions: MapNode): boolean {
  const rules = optionOf(permissions, ...PUBLISH);
  if (rules === undefined) return permissions.value.size > 0;
  return rules.kind !== "string" || rules.value !== ">";
}

/** Subjects of rules in any of their forms, without queues. */
function entriesOf(rules: ConfigNode | undefined): [string, StringNode][] {
  if (rules === undefined) return [];
  if (rules.kind === "map") {
    return ["allow", "deny"].flatMap((list) => entriesOf(optionOf(rules, list)));
  }
  const nodes = rules.kind === "array" ? rules.value : [rules];
  return nodes.flatMap((node): [string, StringNode][] =>
    node.kind === "string" ? [[node.value.trim().split(SPACES, 1)[0]!, node]] : [],
  );
}
