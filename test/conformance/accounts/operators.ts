/** Many scenarios on one server in operator mode, each with accounts and users of its own. */

import {
  accountJwt,
  type CommonClaims,
  type Key,
  operatorJwt,
  signedToken,
  userJwt,
} from "../../support/jwt.ts";
import type { Group, Situation } from "../scenarios/scenario.ts";
import { keyOf } from "./keys.ts";
import { type Cast, fullConnect, type Play, scenario, type Turn, waits } from "./turns.ts";

/** A token: what is in `nats`, what is beside it, and who signs. */
export interface Token {
  /** What is made of the text of the claims before it is signed. */
  readonly patched?: (claims: string) => string;
  /** What is made of the token in the end. */
  readonly altered?: (jwt: string) => string;
  readonly nats?: object | ((keyOf: (letter: string) => Key) => object);
  readonly claims?: CommonClaims;
  readonly signer?: Key;
}

/** An account; its key is made from its place. */
export interface AccountToken extends Token {
  /** The server does not have it at the start. */
  readonly isAbsent?: boolean;
}

export interface UserToken extends Token {
  /** Letter of the account whose key signs. */
  readonly account?: string;
  /** More options of CONNECT. */
  readonly connect?: Readonly<Record<string, unknown>>;
  /** In place of the user's key, to sign the nonce; null for no signature. */
  readonly signs?: Key | null;
}

/** What depends on the time, in seconds since 1970. */
type Timed<T> = T | ((now: number) => T);

export interface OperatorCase extends Play {
  /** By letter; written `@A` in texts, where it stands for the public key. */
  readonly accounts: Readonly<Record<string, Timed<AccountToken>>>;
  /** By connection, without digits; those without an entry are users of the account they are named after. */
  readonly users?: Readonly<Record<string, Timed<UserToken>>>;
  /** Other tokens of accounts, by the letter of the account and something: `@jwt:A2` in texts. */
  readonly tokens?: Readonly<Record<string, Timed<AccountToken>>>;
}

export interface OperatorSettings {
  /** Part `nats` of the operator's token. */
  readonly operator?: object;
  /** Lines of the configuration; the resolver is MEMORY if there are none about it. */
  readonly more?: string;
  readonly isIsolated?: boolean;
}

export const OPERATOR = keyOf("O", 1);
/** Signing key of the operator. */
export const OPERATOR_SIGNING = keyOf("O", 2);
export const FOREIGN_OPERATOR = keyOf("O", 3);
export const SYSTEM = keyOf("A", 255);

const SYSTEM_USER = keyOf("U", 255);
const ACCOUNTS_PER_CASE = 3;

export function operatorCase(
  name: string,
  accounts: OperatorCase["accounts"],
  turns: OperatorCase["turns"],
  users: NonNullable<OperatorCase["users"]> = {},
  tokens: NonNullable<OperatorCase["tokens"]> = {},
): OperatorCase {
  return { name, accounts, users, turns, tokens };
}

/** The system user sends the token of an account to the server, and waits for its answer. */
export function update(name: string, subject = "$SYS.REQ.CLAIMS.UPDATE"): readonly Turn[] {
  return asks(name, subject, `@jwt:${name}`);
}

/** The system user asks the server something, and waits for its answer. */
export function asks(name: string, subject: string, payload = ""): readonly Turn[] {
  const reply = `answer.${name}`;
  return [
    ["sys", `SUB ${reply} ${name}`, `PUB ${subject} ${reply} =${payload}`],
    waits("sys", new RegExp(`MSG answer\\.${name} .*?\r\n`)),
  ];
}

export function operatorGroup(
  name: string,
  cases: readonly OperatorCase[],
  { operator = {}, more = "", isIsolated = false }: OperatorSettings = {},
): Group {
  const config = (own: readonly Tenant[]) => (): string => {
    const nats = { signing_keys: [OPERATOR_SIGNING.publicKey], ...operator };
    const accounts = own.flatMap((each) => each.preloaded());
    return [
      "server_name: judge",
      `operator: ${operatorJwt(OPERATOR, nats)}`,
      `system_account: ${SYSTEM.publicKey}`,
      /^resolver:/m.test(more) ? "" : "resolver: MEMORY",
      "resolver_preload {",
      `${SYSTEM.publicKey}: ${accountJwt(SYSTEM, OPERATOR_SIGNING, {}, { name: "SYS" })}`,
      ...accounts,
      "}",
      more,
    ].join("\n");
  };
  const tenants = cases.map((each, index) => new Tenant(each, isIsolated ? 0 : index));
  return {
    name,
    isIsolated,
    config: config(tenants),
    scenarios: cases.map((each, index) => ({
      ...scenario(each, tenants[index]!),
      ...(isIsolated ? { config: config([tenants[index]!]) } : {}),
    })),
  };
}

/** The keys and tokens of one case. */
class Tenant implements Cast {
  readonly #case: OperatorCase;
  /** Number of its first key. */
  readonly #first: number;

  constructor(each: OperatorCase, index: number) {
    this.#case = each;
    this.#first = index * ACCOUNTS_PER_CASE + 1;
  }

  preloaded(): string[] {
    return Object.entries(this.#case.accounts).flatMap(([letter, account]) => {
      const { isAbsent = false } = at(account);
      return isAbsent ? [] : [`${this.#account(letter).publicKey}: ${this.#accountToken(letter)}`];
    });
  }

  login(conn: string, { nonce }: Situation): string {
    const name = conn.replace(/\d+$/, "");
    if (name === "sys") {
      const jwt = userJwt(SYSTEM_USER, SYSTEM);
      return fullConnect({ jwt, sig: signature(SYSTEM_USER, nonce) });
    }
    const user = at(this.#case.users?.[name] ?? {});
    const { account = name[0]!.toUpperCase(), nats = {}, claims = {}, connect = {} } = user;
    const key = this.#user(name);
    const signer = user.signer ?? this.#account(account);
    const plain = userJwt(key, signer, this.#resolved(nats), { name, ...claims });
    const made = patched(plain, user.patched, signer);
    const jwt = user.altered?.(made) ?? made;
    const signs = user.signs === undefined ? key : user.signs;
    const sig = signs === null ? {} : { sig: signature(signs, nonce) };
    return this.named(fullConnect({ jwt, ...sig, ...connect }));
  }

  named(text: string): string {
    return text
      .replace(/@jwt:(([A-Z])\w*)/g, (_, name, letter) =>
        this.#accountToken(letter, this.#case.tokens?.[name]),
      )
      .replace("@userjwt", () => userJwt(SYSTEM_USER, SYSTEM))
      .replace(/@([A-Z])\b/g, (_, letter) => this.#account(letter).publicKey)
      .replace(/@([a-z])\b/g, (_, letter) => this.#user(letter).publicKey);
  }

  changed(): never {
    throw new Error("the configuration of an operator's server does not change");
  }

  #accountToken(letter: string, other = this.#case.accounts[letter] ?? {}): string {
    const account = at(other);
    const { nats = {}, claims = {}, signer = OPERATOR } = account;
    const key = this.#account(letter);
    const plain = accountJwt(key, signer, this.#resolved(nats), { name: letter, ...claims });
    const made = patched(plain, account.patched, signer);
    return account.altered?.(made) ?? made;
  }

  #resolved(nats: NonNullable<Token["nats"]>): object {
    const value = typeof nats === "function" ? nats((letter) => this.#account(letter)) : nats;
    return named(value, (text) => this.named(text)) as object;
  }

  #account(letter: string): Key {
    return keyOf("A", this.#first + letter.charCodeAt(0) - "A".charCodeAt(0));
  }

  #user(name: string): Key {
    return keyOf("U", this.#first + name.charCodeAt(0) - "a".charCodeAt(0));
  }
}

function patched(token: string, patch: Token["patched"], signer: Key): string {
  if (patch === undefined) return token;
  const [header, claims] = token
    .split(".")
    .map((part) => Buffer.from(part, "base64url").toString());
  return signedToken(header, patch(claims!), signer);
}

/** The value with other texts and names; what is left out on purpose stays so. */
function named(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((each) => named(each, change));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, each]) => [change(name), named(each, change)]));
}

function at<T extends object>(value: Timed<T>): T {
  return typeof value === "function" ? value(Math.floor(Date.now() / 1000)) : value;
}

function signature(key: Key, nonce: string): string {
  return key.sign(nonce).toString("base64url");
}
