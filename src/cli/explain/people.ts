/** Who is in an account as far as a file says, and who of them may do something there. */

import type { Options } from "../../config/options/options.ts";
import { decide, type Question } from "./decision.ts";
import { type Identity, identities } from "./identity.ts";

export interface Crowd {
  readonly may: readonly string[];
  readonly mayNot: readonly string[];
}

/** What separates a subject from a queue group in a rule. */
const SPACES = /\s+/;

export class People {
  readonly #options: Options;
  readonly #byAccount: ReadonlyMap<string, readonly Identity[]>;
  readonly #answers = new Map<string, Crowd>();

  constructor(options: Options) {
    this.#options = options;
    this.#byAccount = Map.groupBy(identities(options), ({ account }) => account);
  }

  /** Whom else the file lets in, without saying what they may do; "" for nobody. */
  get others(): string {
    const { operators, trustedKeys, authorization } = this.#options;
    if (operators.length > 0 || trustedKeys.length > 0)
      return "users, whose JWTs say what they may";
    if (authorization?.authCallout) return "whom the auth_callout service lets in";
    return authorization?.oidc.length ? "whoever has a token of an identity provider" : "";
  }

  in(account: string): readonly Identity[] {
    return this.#byAccount.get(account) ?? [];
  }

  /** Who may subscribe to a subject, be it in a queue group. */
  receivers(account: string, subject: string): Crowd {
    return this.#ask("subscribe", account, subject, (who) =>
      queuesOf(who).some((queue) => this.#allows({ action: "subscribe", subject, queue }, who)),
    );
  }

  /** Who may publish to a subject. */
  publishers(account: string, subject: string): Crowd {
    return this.#ask("publish", account, subject, (who) =>
      this.#allows({ action: "publish", subject, queue: "" }, who),
    );
  }

  /** Who may answer a request that has this reply subject. */
  answerers(account: string, subject: string): Crowd {
    return this.#ask("answer", account, subject, (who) => {
      if ((who.permissions?.responses ?? null) !== null) return true;
      return this.#allows({ action: "publish", subject, queue: "" }, who);
    });
  }

  #allows(question: Question, who: Identity): boolean {
    return decide(question, who, this.#options).allowed;
  }

  #ask(
    what: string,
    account: string,
    subject: string,
    isAllowed: (who: Identity) => boolean,
  ): Crowd {
    const key = JSON.stringify([what, account, subject]);
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const crowd = { may: [] as string[], mayNot: [] as string[] };
    for (const who of this.in(account)) {
      (isAllowed(who) ? crowd.may : crowd.mayNot).push(who.name);
    }
    this.#answers.set(key, crowd);
    return crowd;
  }
}

/** None, and the queue groups that the rules name. */
function queuesOf({ permissions }: Identity): string[] {
  const rules = permissions?.subscribe?.allow ?? [];
  const named = rules.flatMap((rule) => rule.trim().split(SPACES).slice(1));
  return ["", ...new Set(named)];
}
