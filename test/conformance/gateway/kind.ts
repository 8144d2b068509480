/** One kind of server: one starts when a case needs it, for each setting and so many cases. */

import { Turns } from "../scenarios/turns.ts";
import type { GatewayCase } from "./case.ts";
import { CASES } from "./cases/index.ts";
import { type SettingName, StageServer } from "./settings.ts";
import { Stage } from "./stage.ts";

/** Cases at a time, where they would be in each other's way otherwise. */
const TURNS: Readonly<Partial<Record<SettingName, number>>> = { alone: 1, cluster: 1 };
/** Above it nobody would be served in time. */
const TURNS_MAX = 12;
/** Cases that one server has the accounts of: whoever comes in is told of all of them. */
const CASES_MAX = 50;

export class Kind implements AsyncDisposable {
  readonly #command: readonly string[];
  readonly #servers = new Map<string, Promise<StageServer>>();
  readonly #turns = new Map<SettingName, Turns>();
  readonly #played = new Map<GatewayCase, Promise<string>>();

  constructor(command: readonly string[]) {
    this.#command = command;
  }

  /** What has happened, one line each; each case is played once. */
  play(each: GatewayCase): Promise<string> {
    let transcript = this.#played.get(each);
    if (transcript === undefined) {
      transcript = this.#turnsOf(each.setting).take(() => this.#play(each));
      this.#played.set(each, transcript);
    }
    return transcript;
  }

  /** The case is played again when it is asked for. */
  forget(each: GatewayCase): void {
    this.#played.delete(each);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const started = await Promise.allSettled(this.#servers.values());
    for (const each of started) {
      if (each.status === "fulfilled") await each.value[Symbol.asyncDispose]();
    }
  }

  async #play(each: GatewayCase): Promise<string> {
    const stage = new Stage(await this.#server(each), accountsOf(each));
    try {
      await each.play(stage);
    } catch (error) {
      stage.note(`failed: ${(error as Error).message}`);
    } finally {
      stage.close();
    }
    return stage.transcript.join("\n");
  }

  #turnsOf(setting: SettingName): Turns {
    let turns = this.#turns.get(setting);
    if (turns === undefined) {
      turns = new Turns(TURNS[setting] ?? TURNS_MAX);
      this.#turns.set(setting, turns);
    }
    return turns;
  }

  #server(each: GatewayCase): Promise<StageServer> {
    const { setting } = each;
    const cases = CASES.filter((other) => other.setting === setting);
    const share = Math.floor(cases.indexOf(each) / CASES_MAX);
    const name = `${setting} ${share}`;
    let server = this.#servers.get(name);
    if (server === undefined) {
      const accounts = cases
        .slice(share * CASES_MAX, (share + 1) * CASES_MAX)
        .map((other) => other.accounts(accountName(other)))
        .join("\n");
      server = StageServer.start(this.#command, setting, accounts);
      this.#servers.set(name, server);
    }
    return server;
  }
}

/** Its own comes first. */
function accountsOf(each: GatewayCase): string[] {
  const own = accountName(each);
  const names = each.accounts(own).match(new RegExp(`\\b${own}\\w?(?= \\{ users)`, "g"));
  return [...new Set([own, ...(names ?? [])])];
}

/** Each case has an account of its own: several are played to a server at the same time. */
function accountName(each: GatewayCase): string {
  return `T${String(CASES.indexOf(each)).padStart(3, "0")}`;
}
