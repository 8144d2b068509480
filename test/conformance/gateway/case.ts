/** What a case of the gateway protocol is. */

import type { SettingName } from "./settings.ts";
import type { Stage } from "./stage.ts";

type Play = (stage: Stage) => Promise<void>;

interface Script {
  /** Entries of the block of accounts, in place of one account with one user. */
  readonly accounts: (own: string) => string;
  readonly play: Play;
}

export interface GatewayCase {
  /** Unique among all. */
  readonly name: string;
  readonly setting: SettingName;
  readonly accounts: (own: string) => string;
  readonly play: Play;
}

/** Cases of one group, played to one server. */
export function group(
  name: string,
  setting: SettingName,
  scripts: Readonly<Record<string, Play | Script>>,
): GatewayCase[] {
  return Object.entries(scripts).map(([title, script]) => {
    const { play, accounts } =
      typeof script === "function" ? { play: script, accounts: account } : script;
    return { name: `${name}: ${title}`, setting, accounts, play };
  });
}

/** An account with one user of its name; `more` are options. */
export function account(name: string, more = ""): string {
  return `${name} { users: [{ user: ${name}, password: p }]\n${more} }`;
}

/** The same and a second one, whose name ends with "b". */
export function twoAccounts(own: string): string {
  return `${account(own)}\n${account(`${own}b`)}`;
}
