/** What users with tokens may do, compiled once for all that have the same. */

import type { Permissions } from "../../config/options/auth.ts";
import { PermissionSet } from "../../core/permissions/permission-set.ts";
import { isValidSubject } from "../../core/subject.ts";
import type { AccountClaims, UserClaims, UserPermissionLimits } from "../../trust/claims/claims.ts";
import { type Endorsement, endorse } from "./signing-keys.ts";

/** Subjects of JetStream and of what is built on it. */
const JETSTREAM_SUBJECTS = ["$JSC.>", "$NRG.>", "$JS.API.>", "$KV.>", "$OBJ.>"];

const RESPONSES_DEFAULT = 1;
const RESPONSE_MS_DEFAULT = 120_000;

export class JwtPermissions {
  /** By the object they are made of, which tokens, scopes and accounts keep. */
  readonly #compiled = new WeakMap<Permissions, PermissionSet>();
  readonly #endorsed = new WeakMap<UserClaims, { account: AccountClaims; result: Endorsement }>();

  /** Same objects as long as the account's claims do not change. */
  endorse(user: UserClaims, account: AccountClaims, isStrict: boolean): Endorsement {
    const known = this.#endorsed.get(user);
    if (known?.account === account) return known.result;
    const result = endorse(user, account, isStrict);
    this.#endorsed.set(user, { account, result });
    return result;
  }

  /** The user's own, or else those of the account; null for everything. */
  compile({ permissions }: UserPermissionLimits, account: AccountClaims): PermissionSet | null {
    const counting = hasNone(permissions) ? account.defaultPermissions : permissions;
    if (counting === null || hasNone(counting)) return null;
    let set = this.#compiled.get(counting);
    if (set === undefined) {
      set = PermissionSet.compile(withDefaults(counting));
      this.#compiled.set(counting, set);
    }
    return set;
  }
}

/** As tokens may leave it to the server how many answers are meant, and whether to nothing else. */
export function withDefaults(permissions: Permissions): Permissions {
  const { publish, subscribe, responses } = permissions;
  if (responses === null) return permissions;
  return {
    publish: { allow: publish?.allow ?? [], deny: publish?.deny ?? null },
    subscribe,
    responses: {
      maxMsgs: responses.maxMsgs || RESPONSES_DEFAULT,
      expiresMs: responses.expiresMs || RESPONSE_MS_DEFAULT,
    },
  };
}

/** Nothing is said of what the user may do. */
export function hasNone({ publish, subscribe, responses }: Permissions): boolean {
  return publish === null && subscribe === null && responses === null;
}

/** Subjects of JetStream that lists deny, as the log says it; "" for none. */
export function deniedJetStream({ publish, subscribe }: Permissions): string {
  const pub = deniedIn(publish?.deny);
  const sub = deniedIn(subscribe?.deny);
  return pub.length + sub.length === 0 ? "" : `pub: [${pub.join(" ")}] sub: [${sub.join(" ")}]`;
}

function deniedIn(deny: readonly string[] | null | undefined): string[] {
  if (!deny) return [];
  return JETSTREAM_SUBJECTS.filter((subject) => deny.some((rule) => covers(rule, subject)));
}

/** The subject counts as a literal one. */
function covers(rule: string, subject: string): boolean {
  const bytes = Buffer.from(rule);
  if (!isValidSubject(bytes, 0, bytes.length)) return false;
  const wanted = rule.split(".");
  const tokens = subject.split(".");
  const isOpen = wanted.at(-1) === ">";
  if (isOpen ? tokens.length < wanted.length : tokens.length !== wanted.length) return false;
  return wanted.every(
    (token, i) => token === "*" || token === tokens[i] || (isOpen && i === wanted.length - 1),
  );
}
