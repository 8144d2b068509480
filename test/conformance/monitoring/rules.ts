/**
 * What is compared of each field. Without a rule a field must be the same, to the letter; a rule says
 * why it cannot be, and what of it is compared all the same.
 */

import type { Tree } from "./tree.ts";

/** What stands for a value of one server when it is compared; undefined if it is not of the kind. */
type Mask = (raw: string) => string | undefined;

interface Rule {
  /** Paths of fields, with `[]` for an item: `connections[].rtt`. */
  readonly path: RegExp;
  readonly mask: Mask;
  readonly why: string;
  /** Of the object that the field is in; for all without. */
  readonly when?: (object: Members) => boolean;
}

type Members = Extract<Tree, { kind: "object" }>["members"];

const TIME = /^"(\d{4})-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{0,8}[1-9])?(Z|[+-]\d\d:\d\d)"$/;
const UPTIME = /^"(?:(?:\d+y)?\d+d)?(?:\d+h)?(?:\d+m)?\d+s"$/;
const GO_DURATION = /^"(?:0s|[1-9]\d*(?:\.\d+)?(?:ns|µs|ms|s))"$/;

/** The zone is the same, and so is whether it is a time at all, or the one that stands for none. */
const time: Mask = (raw) => {
  const match = TIME.exec(raw);
  if (match === null) return undefined;
  return match[1] === "0001" ? raw : `<time ${match[2]}>`;
};
const uptime: Mask = (raw) => (UPTIME.test(raw) ? "<seconds>" : undefined);
/** None is never the same as some. */
const duration: Mask = (raw) => {
  if (!GO_DURATION.test(raw)) return undefined;
  return raw === '"0s"' ? raw : "<duration>";
};
const integer: Mask = (raw) => (/^\d+$/.test(raw) ? "<integer>" : undefined);
const positive: Mask = (raw) => (/^[1-9]\d*$/.test(raw) ? "<positive>" : undefined);
const decimal: Mask = (raw) => (/^\d+(?:\.\d+)?(?:e-\d+)?$/.test(raw) ? "<number>" : undefined);
const text: Mask = (raw) => (/^".+"$/.test(raw) ? "<text>" : undefined);
const eventId: Mask = (raw) => (/^"[0-9A-Za-z]{22}"$/.test(raw) ? "<event id>" : undefined);

const RULES: readonly Rule[] = [
  rule(
    /(^|\.)(now|start|stop|time|ts|timestamp|config_load_time|update_time|last_activity)$/,
    time,
    "a clock",
  ),
  rule(/(^|\.)(uptime|idle)$/, uptime, "a clock"),
  rule(/(^|\.)rtt$/, (raw) => duration(raw) ?? positive(raw), "a measured time"),
  rule(/(^|\.)(mem)$/, positive, "memory of the process"),
  rule(/(^|\.)cpu$/, decimal, "load of the process"),
  rule(/(^|\.)go$/, text, "the runtime's version"),
  rule(/^id$/, (raw) => eventId(raw) ?? raw, "made up for each event"),
  rule(/(^|\.)nonce$/, text, "made up for each client"),
  rule(/(^|\.)(num_cache|num_matches)$/, integer, "how lookups are cached is each server's affair"),
  rule(/(^|\.)(cache_hit_rate|avg_fanout)$/, decimal, "of the cache"),
  rule(/(^|\.)max_fanout$/, integer, "of the cache"),
  {
    ...rule(/connections\[\]\.pending_bytes$/, integer, "whether the last error was written yet"),
    when: (connection) => connection.some(([name]) => name === "reason"),
  },
  {
    ...rule(/subscriptions_list\[\]\.sid$/, text, "given out in the order of a Go map"),
    when: isOfServer,
  },
  {
    ...rule(/subscriptions_list\[\]\.cid$/, positive, "given out in the order of a Go map"),
    when: isOfServer,
  },
];

function rule(path: RegExp, mask: Mask, why: string): Rule {
  return { path, mask, why };
}

/** Clients of the test have names in place of their numbers. */
function isOfServer(subscription: Members): boolean {
  const cid = subscription.find(([name]) => name === "cid")?.[1];
  return cid?.kind === "number" && /^\d+$/.test(cid.raw);
}

/** More rules for one case: what depends on chance there. */
export interface Chance {
  readonly path: RegExp;
  readonly as: "integer" | "positive" | "number" | "text" | "anything";
  readonly why: string;
}

const CHANCES: Readonly<Record<Chance["as"], Mask>> = {
  integer,
  positive,
  number: decimal,
  text,
  anything: () => "<anything>",
};

/** Lists that nats-server writes in the order of a Go map. */
const UNORDERED =
  /(^|\.)(accounts|account_statz|imports|exports|subscriptions_list|subscriptions_list_detail|routes|leafs|approved_accounts|allow|deny|events|urls)$/;

export interface Masked {
  readonly tree: Tree;
  /** How many fields were compared by a rule. */
  readonly byRule: number;
}

/** A document with that in place of values which is compared. */
export class Masker {
  readonly #rules: readonly Rule[];
  readonly #name: (text: string, path: string) => string;
  #byRule = 0;

  /** @param name makes names of ids, ports and paths of one server that are the same for both. */
  constructor(name: (raw: string, path: string) => string, chances: readonly Chance[] = []) {
    this.#rules = [...chances.map(({ path, as, why }) => rule(path, CHANCES[as], why)), ...RULES];
    this.#name = name;
  }

  mask(tree: Tree): Masked {
    this.#byRule = 0;
    return { tree: this.#masked(tree, ""), byRule: this.#byRule };
  }

  #masked(tree: Tree, path: string, object: Members = []): Tree {
    if (tree.kind === "object") {
      const named = tree.members.map(([name, member]): readonly [string, Tree] => {
        const at = path === "" ? name : `${path}.${name}`;
        if (member.kind === "object" || member.kind === "array") return [name, member];
        return [name, { kind: member.kind, raw: this.#name(member.raw, at) }];
      });
      const members = named.map(([name, member]): readonly [string, Tree] => {
        const at = path === "" ? name : `${path}.${name}`;
        return [this.#name(name, ""), this.#masked(member, at, named)];
      });
      if (!/(^|\.)responses$/.test(path)) return { kind: "object", members };
      // Their keys are made up, and so is their order.
      const sorted = members.toSorted(([, a], [, b]) => byText(a, b));
      return {
        kind: "object",
        members: sorted.map(([name, member], index) => [`${name} ${index}`, member]),
      };
    }
    if (tree.kind === "array") {
      const items = tree.items.map((item) => this.#masked(item, itemPath(path)));
      if (!UNORDERED.test(path)) return { kind: "array", items };
      return { kind: "array", items: items.sort(byText) };
    }
    const found = this.#rules.find((each) => {
      return each.path.test(path) && (each.when?.(object) ?? true);
    });
    const masked = found?.mask(tree.raw);
    if (masked !== undefined) {
      if (masked !== tree.raw) this.#byRule++;
      return { kind: tree.kind, raw: masked };
    }
    return { kind: tree.kind, raw: this.#name(tree.raw, path) };
  }
}

/** The answers of a service are a list of their own, which is no part of the path. */
export function itemPath(list: string): string {
  return list === "" ? "" : `${list}[]`;
}

function byText(a: Tree, b: Tree): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
