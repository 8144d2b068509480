/** Many scenarios on one server, each with accounts of its own. */

import type { Group, Scenario } from "../scenarios/scenario.ts";
import { secret } from "../security/canaries.ts";
import { type Cast, fullConnect, type Play, scenario } from "./turns.ts";

/** Text behind name and password of users; those who are not named like an account, with theirs. */
export type Users = Readonly<Record<string, string | readonly [account: string, text: string]>>;

export interface Case extends Play {
  /**
   * What stands in the braces of each account besides its users. A name is one letter; in texts it is
   * written `@A`, and the user `a` in it `@a`. Connections `a`, `a2` … are of that user; `g` is in
   * `$G`, `sys` in the system account. `PASS` is everyone's password.
   */
  readonly accounts: Readonly<Record<string, string>>;
  readonly users?: Users | undefined;
  /** Options of CONNECT, by connection. */
  readonly options?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const pass = secret("accounts");

export function accountCase(
  name: string,
  accounts: Case["accounts"],
  turns: Case["turns"],
  more: Pick<Case, "users" | "options" | "isAnyone"> = {},
): Case {
  return { name, accounts, turns, ...more };
}

/** @param more lines of the configuration. */
export function accountGroup(name: string, cases: readonly Case[], more = ""): Group {
  const config = (changed?: number, change: Case["accounts"] = {}): string =>
    [
      "server_name: judge",
      `accounts {`,
      ...cases.flatMap((each, number) =>
        accountsOf(
          number === changed ? { ...each, accounts: { ...each.accounts, ...change } } : each,
          number,
        ),
      ),
      `SYS { users = [ {user: sys, password: "${pass}"} ] }`,
      "}",
      "system_account: SYS",
      `authorization { users = [ {user: g, password: "${pass}"} ] }`,
      more,
    ].join("\n");
  return {
    name,
    config: config(),
    scenarios: cases.map((each, number) => {
      const changed: Cast["changed"] = (change) => config(number, change);
      return scenario(each, { ...castOf(each, number), changed });
    }),
  };
}

/** A scenario with a server of its own. Its users are written `{user: a, PASS}`. */
export interface AloneCase extends SharedCase {
  readonly config: string;
}

/** A scenario on a server that it shares with others, and whose users do so. */
export type SharedCase = Omit<Case, "accounts" | "users">;

export function aloneGroup(name: string, cases: readonly AloneCase[]): Group {
  const scenarios = cases.map((each) => ({ ...ownScenario(each), config: written(each.config) }));
  return { name, config: "", isIsolated: true, scenarios };
}

export function sharedGroup(name: string, config: string, cases: readonly SharedCase[]): Group {
  return { name, config: written(config), scenarios: cases.map(ownScenario) };
}

function ownScenario(each: SharedCase): Scenario {
  return scenario(each, {
    login: (conn) => connectOf(conn, undefined, each.options),
    named: (text) => text.replaceAll("PASS", pass),
    changed: ({ config }) => written(config!),
  });
}

function written(config: string): string {
  return `server_name: judge\n${config.replaceAll("PASS", `password: "${pass}"`)}\n`;
}

function castOf({ options }: Case, number: number): Omit<Cast, "changed"> {
  return {
    login: (conn) => connectOf(conn, number, options),
    named: (text) => named(text, number),
  };
}

function connectOf(conn: string, number: number | undefined, options: Case["options"]): string {
  const user = conn.replace(/\d+$/, "");
  const isShared = number === undefined || user === "g" || user === "sys";
  const name = isShared ? user : `${user}_${number}`;
  const line = fullConnect({ user: name, pass, ...options?.[conn] });
  return number === undefined ? line : named(line, number);
}

function named(text: string, number: number): string {
  return text.replace(/@([A-Za-z])\b/g, `$1_${number}`).replaceAll("PASS", pass);
}

/** Those without a text are not there. */
function accountsOf({ accounts, users = {} }: Case, number: number): string[] {
  return Object.entries(accounts).map(([account, text]) => {
    if (text === ABSENT) return "";
    const own = [account.toLowerCase(), ...namesOf(users, account)].map((user) => {
      const more = users[user] ?? "";
      const rest = typeof more === "string" ? more : more[1];
      return `{user: ${user}_${number}, password: "${pass}", ${named(rest, number)}}`;
    });
    return `${account}_${number} {\nusers = [\n${own.join("\n")}\n]\n${named(text, number)}\n}`;
  });
}

/** Text of an account that is not there before a change, or not after it. */
export const ABSENT = "absent";

function namesOf(users: Users, account: string): string[] {
  return Object.entries(users)
    .filter(([, more]) => typeof more !== "string" && more[0] === account)
    .map(([user]) => user);
}
