/**
 * Hot path. What a user may do. The one place where that is decided, for every kind of listener.
 *
 * A set is made once for a user, is shared by all the user's connections and never changes. A deny
 * rule wins over every allow rule. Subscriptions are decided as nats-server decides them, and then
 * more strictly where it lets through what its rules do not say:
 *
 *   - An allow rule must cover a subscription: every subject the subscription can receive. `foo.*`
 *     does not cover `foo.>`.
 *   - An empty allow list allows nothing; only a list that is absent allows everything.
 *   - A deny rule refuses a subscription that its pattern matches token by token (`foo.*` refuses
 *     `foo.*`, `foo.x` and `foo.>`). A subscription that is wider than that is admitted, and messages
 *     on denied subjects are kept from it (`needsFilter`, `mayReceive`).
 *
 * A rule that names a queue speaks of that queue group only. Where an allow rule with a queue matches,
 * a queue subscription needs one that means its own group; rules without a queue then no longer count
 * for it. No rule with a queue ever lifts a deny rule.
 */

import type { Permissions, ResponsePermission } from "../../config/options/auth.ts";
import { NO_RESTRICTIONS, type Restrictions, restrictionAgainst } from "./restrictions.ts";
import { RuleTree } from "./rule-tree.ts";
import { bytesAsText, type RuleList } from "./subject-rule.ts";
import { type DecidingRule, describeRule, notAllowed, ruleOf, type Verdict } from "./verdict.ts";
import { UNKNOWN, VerdictCache } from "./verdict-cache.ts";

const ALLOWED = 1;
const DENIED = 2;
/** Denied to the queue groups that rules name. */
const DENIED_TO_QUEUES = 3;

/** Stands where there is nothing to decide. */
const NEVER_ASKED = new VerdictCache();

const UNLIMITED = "Nothing limits it.";

export class PermissionSet {
  /** What it was made of; null for everything. */
  readonly permissions: Permissions | null;
  readonly restrictions: Restrictions;
  /** The right to answer requests; its permits are kept by connection (`ReplyPermits`). */
  readonly responses: ResponsePermission | null;
  /** Whether rules limit publishing; without, `mayPublish` is always true. */
  readonly limitsPublish: boolean;
  /** Whether there are subscribe denies, so that deliveries of wide subscriptions need a check. */
  readonly deniesDelivery: boolean;
  readonly #publishAllow: RuleTree | null;
  readonly #publishDeny: RuleTree | null;
  readonly #subscribeAllow: RuleTree | null;
  readonly #subscribeDeny: RuleTree | null;
  readonly #published: VerdictCache;
  readonly #received: VerdictCache;

  private constructor(permissions: Permissions | null, restrictions: Restrictions) {
    this.permissions = permissions;
    this.restrictions = restrictions;
    this.responses = permissions?.responses ?? null;
    this.#publishAllow = treeOf("publish allow", permissions?.publish?.allow);
    this.#publishDeny = treeOf("publish deny", permissions?.publish?.deny);
    this.#subscribeAllow = treeOf("subscribe allow", permissions?.subscribe?.allow);
    this.#subscribeDeny = treeOf("subscribe deny", permissions?.subscribe?.deny);
    this.limitsPublish = this.#publishAllow !== null || this.#publishDeny !== null;
    this.deniesDelivery = this.#subscribeDeny !== null;
    this.#published = this.limitsPublish ? new VerdictCache() : NEVER_ASKED;
    this.#received = this.deniesDelivery ? new VerdictCache() : NEVER_ASKED;
  }

  /** Makes a user's set. The options are kept, not copied; null allows everything. */
  static compile(
    permissions: Permissions | null,
    restrictions: Restrictions = NO_RESTRICTIONS,
  ): PermissionSet {
    return new PermissionSet(permissions, restrictions);
  }

  /**
   * Whether the rules allow publishing to a subject; the right to answer requests is not among them.
   *
   * @param hash `hashBytes` of the subject.
   */
  mayPublish(buf: Uint8Array, start: number, end: number, hash: number): boolean {
    if (!this.limitsPublish) return true;
    let verdict = this.#published.find(buf, start, end, hash);
    if (verdict === UNKNOWN) {
      verdict = this.judgePublish(buf, start, end) ? ALLOWED : DENIED;
      this.#published.keep(buf, start, end, hash, verdict);
    }
    return verdict === ALLOWED;
  }

  /** `mayPublish` for a subject that is not likely to come again: nothing is remembered. */
  judgePublish(buf: Uint8Array, start: number, end: number): boolean {
    const allow = this.#publishAllow;
    if (allow !== null) {
      allow.match(buf, start, end, "", false);
      if (allow.plain === 0) return false;
    }
    const deny = this.#publishDeny;
    if (deny === null) return true;
    deny.match(buf, start, end, "", false);
    return deny.plain === 0;
  }

  /**
   * Whether a subscription to a valid subject is admitted.
   *
   * @param queue name of the queue group, one character per byte; "" for none.
   */
  maySubscribe(buf: Uint8Array, start: number, end: number, queue: string): boolean {
    if (restrictionAgainst(this.restrictions, buf, start, end) !== null) return false;
    const allow = this.#subscribeAllow;
    if (allow !== null && this.#allowing(allow, buf, start, end, queue) === 0) return false;
    const deny = this.#subscribeDeny;
    return deny === null || this.#denying(deny, buf, start, end, queue) === 0;
  }

  /** Whether messages for an admitted subscription can ever be on a denied subject. */
  needsFilter(buf: Uint8Array, start: number, end: number, queue: string): boolean {
    const deny = this.#subscribeDeny;
    return deny?.overlaps(buf, start, end, queue) ?? false;
  }

  /**
   * Whether a message on a subject may go to a subscription with this queue name, "" for none.
   *
   * @param hash `hashBytes` of the subject.
   */
  mayReceive(buf: Uint8Array, start: number, end: number, hash: number, queue: string): boolean {
    const deny = this.#subscribeDeny;
    if (deny === null) return true;
    let verdict = this.#received.find(buf, start, end, hash);
    if (verdict === UNKNOWN) {
      deny.match(buf, start, end, "", false);
      verdict = deny.plain !== 0 ? DENIED : deny.namesQueue ? DENIED_TO_QUEUES : ALLOWED;
      this.#received.keep(buf, start, end, hash, verdict);
    }
    if (verdict !== DENIED_TO_QUEUES || queue === "") return verdict !== DENIED;
    deny.match(buf, start, end, queue, false);
    return deny.queued === 0;
  }

  /** The rule that denies publishing; null when no allow rule matches, or nothing denies it. */
  rulePublishDenied(buf: Uint8Array, start: number, end: number): DecidingRule | null {
    const deny = this.#publishDeny;
    if (deny === null) return null;
    deny.match(buf, start, end, "", true);
    return deny.plain === 0 ? null : ruleOf(deny, deny.plain);
  }

  /** The rule that denies a subscription; null when no allow rule covers it, or nothing denies it. */
  ruleSubscribeDenied(
    buf: Uint8Array,
    start: number,
    end: number,
    queue: string,
  ): DecidingRule | null {
    const limit = restrictionAgainst(this.restrictions, buf, start, end);
    if (limit !== null) {
      const { maxWildcardDepth } = this.restrictions;
      return {
        list: limit,
        text: limit === "no_wildcards" ? "true" : String(maxWildcardDepth),
        index: 0,
      };
    }
    const deny = this.#subscribeDeny;
    if (deny === null) return null;
    const rule = this.#denying(deny, buf, start, end, queue);
    return rule === 0 ? null : ruleOf(deny, rule);
  }

  /** `mayPublish` with the rule that decided. */
  explainPublish(subject: string): Verdict {
    const buf = Buffer.from(subject);
    const denied = this.rulePublishDenied(buf, 0, buf.length);
    if (denied !== null) {
      const verdict = deniedBy(denied);
      return this.responses === null ? verdict : exceptReplies(verdict);
    }
    const allow = this.#publishAllow;
    if (allow === null) return allowedByNone(this.#publishDeny);
    allow.match(buf, 0, buf.length, "", true);
    if (allow.plain !== 0) return allowedBy(ruleOf(allow, allow.plain));
    const verdict = refused(allow, buf, "");
    return this.responses === null ? verdict : exceptReplies(verdict);
  }

  /** `maySubscribe` with the rule that decided; both arguments are plain text. */
  explainSubscribe(subject: string, queue: string): Verdict {
    const buf = Buffer.from(subject);
    const queueBytes = bytesAsText(queue);
    const denied = this.ruleSubscribeDenied(buf, 0, buf.length, queueBytes);
    if (denied !== null) return deniedBy(denied);
    const allow = this.#subscribeAllow;
    if (allow === null) return allowedByNone(this.#subscribeDeny);
    const rule = this.#allowing(allow, buf, 0, buf.length, queueBytes);
    return rule === 0 ? refused(allow, buf, queue) : allowedBy(ruleOf(allow, rule));
  }

  /** Number of the rule that admits a subscription, or 0. */
  #allowing(allow: RuleTree, buf: Uint8Array, start: number, end: number, queue: string): number {
    if (queue !== "") {
      // As in nats-server, a rule with a queue that merely matches already makes the queue count.
      allow.match(buf, start, end, queue, true);
      if (allow.namesQueue) {
        allow.cover(buf, start, end, queue);
        return allow.queued;
      }
    }
    allow.cover(buf, start, end, queue);
    return allow.plain;
  }

  /** Number of the rule that refuses a subscription, or 0. */
  #denying(deny: RuleTree, buf: Uint8Array, start: number, end: number, queue: string): number {
    deny.match(buf, start, end, queue, true);
    const { plain, queued } = deny;
    if (plain === 0 || queued === 0) return plain + queued;
    return plain < queued ? plain : queued;
  }
}

function treeOf(list: RuleList, rules: readonly string[] | null | undefined): RuleTree | null {
  if (rules === null || rules === undefined) return null;
  // A list that denies nothing is as good as none.
  return rules.length === 0 && list.endsWith("deny") ? null : new RuleTree(list, rules);
}

function deniedBy(rule: DecidingRule): Verdict {
  return { allowed: false, rule, reason: `The ${describeRule(rule)} denies it.` };
}

function allowedBy(rule: DecidingRule): Verdict {
  return { allowed: true, rule, reason: `The ${describeRule(rule)} allows it.` };
}

function refused(allow: RuleTree, subject: Uint8Array, queue: string): Verdict {
  return { allowed: false, rule: null, reason: notAllowed(allow, subject, queue) };
}

/** Permits for replies come after every rule. */
function exceptReplies(verdict: Verdict): Verdict {
  const reason = `${verdict.reason} Replies to received requests are allowed all the same.`;
  return { allowed: verdict.allowed, rule: verdict.rule, reason };
}

function allowedByNone(deny: RuleTree | null): Verdict {
  const reason = deny === null ? UNLIMITED : `No ${deny.list} rule denies it.`;
  return { allowed: true, rule: null, reason };
}
