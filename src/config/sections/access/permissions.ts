/** Permissions: which subjects a user, or another server, may use. */

import { goQuoteText } from "../../../protocol/go-quote.ts";
import { isValidSubjectText } from "../../../protocol/subject-text.ts";
import { type ConfigNode, goTypeName } from "../../language/node.ts";
import type { Permissions, ResponsePermission, SubjectPermission } from "../../options/auth.ts";
import { parseGoDuration, quantityOr } from "../../schema/go-quantities.ts";
import { goValue } from "../../schema/go-value.ts";
import type { Reader } from "../../schema/reader.ts";
import { type Field, type ReloadRule, Section } from "../../schema/section.ts";
import { integer, type ValueType } from "../../schema/value-type.ts";

const DEFAULT_RESPONSES: Readonly<ResponsePermission> = { maxMsgs: 1, expiresMs: 120_000 };
/** What separates a subject from a queue group. */
const SPACES = /\s+/;

const unknown = (name: string): string => `Unknown field ${goQuoteText(name)} parsing permissions`;

/** What is wrong with an entry of a list of subjects, in nats-server's words; null when nothing is. */
function subjectFault(entry: string, allowsQueue: boolean): string | null {
  if (isValidSubjectText(entry)) return null;
  const words = allowsQueue ? entry.trim().split(SPACES) : [];
  const [subject, queue] = words as [string, string];
  if (words.length !== 2) return `subject ${goQuoteText(entry)} is not a valid subject`;
  if (!isValidSubjectText(subject)) return `subject ${goQuoteText(subject)} is not a valid subject`;
  return isValidSubjectText(queue) ? null : `queue ${goQuoteText(queue)} is not a valid queue`;
}

interface ListDetails {
  readonly allowsQueue: boolean;
  /** nats-server says where a list is when it is inside a block of its own. */
  readonly isPlaced: boolean;
  /** A list without entries is one, and not the same as none at all. */
  readonly keepsEmpty: boolean;
}

/** A subject or a list of them. */
class SubjectList implements ValueType<string[] | null> {
  readonly name = "subject or list of subjects";
  readonly #details: ListDetails;

  constructor(details: ListDetails) {
    this.#details = details;
  }

  read(node: ConfigNode, reader: Reader): string[] | null | undefined {
    if (node.kind === "string") return this.#take(node, [node], reader);
    if (node.kind !== "array") {
      const problem = "Expected subject permissions to be a subject, or array of subjects";
      return this.#report(node, node, `${problem}, got ${goTypeName(node)}`, reader);
    }
    return this.#take(node, node.value, reader);
  }

  /** Undefined when no entry of a list can be used. */
  #take(
    list: ConfigNode,
    items: readonly ConfigNode[],
    reader: Reader,
  ): string[] | null | undefined {
    const subjects: string[] = [];
    for (const item of items) {
      if (item.kind !== "string") {
        reader.error(item, "Subject in permissions array cannot be cast to string");
        continue;
      }
      const fault = subjectFault(item.value, this.#details.allowsQueue);
      if (fault === null) subjects.push(item.value);
      else this.#report(list, item, fault, reader);
    }
    if (subjects.length === 0) {
      if (items.length > 0) return undefined;
      if (!this.#details.keepsEmpty) return null;
    }
    reader.places?.addList(subjects, { list, entries: items });
    return subjects;
  }

  #report(list: ConfigNode, at: ConfigNode, fault: string, reader: Reader): undefined {
    if (this.#details.isPlaced) reader.errorWithin(list, at, fault);
    else reader.errorWithoutPlace(at, fault);
  }
}

/** Subjects without queue groups. */
export const subjects: ValueType<string[] | null> = new SubjectList({
  allowsQueue: false,
  isPlaced: true,
  keepsEmpty: false,
});

/** A list of subjects that are allowed, or a block of allowed and denied ones. */
class SubjectRules implements ValueType<SubjectPermission | null> {
  readonly name = "subject, list of subjects or block";
  readonly section: Section<SubjectPermission>;
  readonly #list: SubjectList;

  constructor(allowsQueue: boolean) {
    this.#list = new SubjectList({ allowsQueue, isPlaced: false, keepsEmpty: true });
    const allow = new SubjectList({ allowsQueue, isPlaced: true, keepsEmpty: true });
    const deny = new SubjectList({ allowsQueue, isPlaced: true, keepsEmpty: false });
    this.section = new Section<SubjectPermission>(
      "permissions",
      [
        {
          names: ["allow"],
          about: "Subjects that may be used, none of them when the list is empty",
          reload: "live",
          to: "allow",
          type: allow,
        },
        {
          names: ["deny"],
          about: "Subjects that may not",
          reload: "live",
          to: "deny",
          type: deny,
        },
      ],
      {
        unknown: (name) =>
          `Unknown field name ${goQuoteText(name)} parsing subject permissions, only 'allow' or 'deny' are permitted`,
      },
    );
  }

  read(node: ConfigNode, reader: Reader): SubjectPermission | null | undefined {
    if (node.kind !== "map") {
      const allow = this.#list.read(node, reader);
      return allow === undefined ? undefined : { allow, deny: null };
    }
    if (node.value.size === 0) return null;
    const rules: SubjectPermission = { allow: null, deny: null };
    this.section.read(node, rules, reader);
    return rules;
  }
}

const maxResponses: ValueType<number> = {
  name: integer.name,
  read: (node, reader) => integer.read(node, reader) || undefined,
};

const responseTime: ValueType<number> = {
  name: "duration",
  read(node, reader) {
    if (node.kind !== "string") {
      return reader.error(node, "error parsing expires, not a duration string");
    }
    return quantityOr(
      () => parseGoDuration(node.value) || undefined,
      (problem) => reader.error(node, `error parsing expires: ${problem}`),
    );
  },
};

/** In both rows 0 stands for the default. */
const RESPONSES = new Section<ResponsePermission>(
  "allow_responses",
  [
    {
      names: ["max_msgs", "max", "max_messages", "max_responses"],
      about: "Replies to one request, negative for any number",
      reload: "live",
      to: "maxMsgs",
      type: maxResponses,
    },
    {
      names: ["expires", "expiration", "ttl"],
      about: "How long after the request replies may come, negative for any time",
      reload: "live",
      to: "expiresMs",
      type: responseTime,
    },
  ],
  { unknown },
);

const responses: ValueType<ResponsePermission | null> = {
  name: "true, false or block",
  read(node, reader) {
    if (node.kind === "boolean") return node.value ? { ...DEFAULT_RESPONSES } : null;
    if (node.kind !== "map") {
      const problem = "error parsing response permissions, expected a boolean or a map";
      return reader.error(node, problem);
    }
    const value = { ...DEFAULT_RESPONSES };
    // After a wrong value nats-server goes on as if the option were not there.
    return RESPONSES.read(node, value, reader) ? value : undefined;
  },
};

/** A row whose value may be a block. */
function blockRow<Key extends keyof Permissions>(details: {
  names: readonly [string, ...string[]];
  about: string;
  to: Key;
  type: ValueType<Permissions[Key]>;
  section: Section<never>;
}): Field<Permissions> {
  const { type, ...base } = details;
  return {
    ...base,
    reload: "live",
    type: type.name,
    read(node, target, reader) {
      const value = type.read(node, reader);
      if (value !== undefined) target[details.to] = value;
    },
  };
}

const publishRules = new SubjectRules(false);
const subscribeRules = new SubjectRules(true);

export const PERMISSIONS: Section<Permissions> = new Section<Permissions>(
  "permissions",
  [
    blockRow({
      names: ["publish", "pub", "import"],
      about: "Subjects to publish to; in a cluster, subjects whose interest is sent",
      to: "publish",
      type: publishRules,
      section: publishRules.section as Section<never>,
    }),
    blockRow({
      names: ["subscribe", "sub", "export"],
      about: "Subjects to subscribe to; in a cluster, subjects whose interest is accepted",
      to: "subscribe",
      type: subscribeRules,
      section: subscribeRules.section as Section<never>,
    }),
    blockRow({
      names: ["allow_responses", "publish_allow_responses"],
      about: "Allow replies to received requests, whatever their subject",
      to: "responses",
      type: responses,
      section: RESPONSES as Section<never>,
    }),
  ],
  { unknown },
);

export const permissions: ValueType<Permissions> = {
  name: "block",
  read(node, reader) {
    if (node.kind !== "map") {
      return reader.error(node, `Expected permissions to be a map/struct, got ${goValue(node)}`);
    }
    const value = noPermissions();
    PERMISSIONS.read(node, value, reader);
    // Who is allowed replies is allowed nothing else, unless it is listed.
    if (value.responses !== null) {
      value.publish ??= { allow: null, deny: null };
      value.publish.allow ??= [];
    }
    return value;
  },
};

function noPermissions(): Permissions {
  return { publish: null, subscribe: null, responses: null };
}

/** The row of a block that takes permissions. */
export function permissionsField<Key extends string>(details: {
  names: readonly [string, ...string[]];
  about: string;
  reload: ReloadRule;
  to: Key;
}): Field<Record<Key, Permissions | null>> {
  return {
    ...details,
    type: permissions.name,
    section: PERMISSIONS as Section<never>,
    defaults: noPermissions,
    read(node, target, reader) {
      const value = permissions.read(node, reader);
      if (value !== undefined) target[details.to] = value;
    },
  };
}

const CLUSTER_LISTS = [
  ["publish", "import"],
  ["subscribe", "export"],
] as const;

/** What only a cluster's permissions must not have: its lists know no queue groups. */
export function clusterPermissionFault(value: Permissions): string | null {
  for (const [property, word] of CLUSTER_LISTS) {
    for (const list of ["allow", "deny"] as const) {
      for (const subject of value[property]?.[list] ?? []) {
        const fault = subjectFault(subject, false);
        if (fault !== null) return `cluster ${word} ${list}: ${fault}`;
      }
    }
  }
  return null;
}

/** In a cluster an empty list says no more than none at all. */
export function clusterPermissions({ publish, subscribe, responses }: Permissions): Permissions {
  return {
    publish: responses === null ? withoutEmptyList(publish) : publish,
    subscribe: withoutEmptyList(subscribe),
    responses,
  };
}

function withoutEmptyList(rules: SubjectPermission | null): SubjectPermission | null {
  return rules?.allow?.length === 0 ? { ...rules, allow: null } : rules;
}
