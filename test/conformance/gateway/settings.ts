/** The servers that cases are played to: each of a kind, with the accounts of its cases. */

import { RawServer } from "../../kinds/route/raw-server.ts";
import { until } from "../../support/until.ts";
import { LoggingServer } from "../scenarios/server.ts";

/** Name of the server's own cluster. */
export const HERE = "HERE";
export const SERVER_NAME = "stage";
export const USER = "gate";
export const PASSWORD = "keeper";
/** Clusters that the server of the setting `known` dials by itself. */
export const REMOTES = ["K1", "K2", "K3", "K4", "K5", "K6"] as const;
/** One whose URL says who comes. */
export const REMOTE_WITH_USER = "K6";

export const HASHED = Bun.password.hashSync(PASSWORD, { algorithm: "bcrypt", cost: 4 });

export type SettingName = keyof typeof GATEWAYS;

/** The machine is busy. */
const SLOW = /Readloop processing time/;

type Remotes = ReadonlyMap<string, RawServer>;

/** Options of each setting, those of the gateway first. */
const GATEWAYS = {
  /** Everything as it usually is. */
  plain: () => ["", ""],
  /** The same; nobody else comes in at the same time. */
  alone: () => ["", ""],
  /** Somebody is asked for who comes in; limits are tight, and time is short. */
  strict: () => [
    `authorization { user: ${USER}, password: ${PASSWORD}, timeout: 0.6 }`,
    `ping_interval: "400ms", ping_max: 2, max_control_line: 256, max_payload: 100`,
  ],
  /** Unknown clusters are rejected, and known ones are dialled. */
  known: (remotes: Remotes) => [
    `reject_unknown: true
    authorization { user: ${USER}, password: "${HASHED}" }
    gateways: [
      { name: ${HERE}, url: "nats://127.0.0.1:1" }
      ${REMOTES.map((name) => `{ name: ${name}, url: "nats://${urlOf(name, remotes)}" }`).join("\n")}
    ]`,
    "",
  ],
  /** The other servers are older than 2.9, and this one has no name. */
  old: () => ["", ""],
  /** There are more servers in the cluster. */
  cluster: () => ["", 'cluster { listen: "127.0.0.1:-1", pool_size: -1 }'],
  /** Accounts come later. */
  reloading: () => ["", ""],
  /** Messages have no headers. */
  headless: () => ["", "no_header_support: true"],
} as const satisfies Record<string, (remotes: Remotes) => readonly [string, string]>;

function urlOf(name: string, remotes: Remotes): string {
  const user = name === REMOTE_WITH_USER ? "u:p%40w@" : "";
  return `${user}127.0.0.1:${remotes.get(name)!.port}`;
}

/** A server of one kind in one setting. */
export class StageServer implements AsyncDisposable {
  readonly id: string;
  readonly gatewayPort: number;
  readonly routePort: number;
  readonly remotes: Remotes;
  readonly #server: LoggingServer;
  readonly #options: string;

  private constructor(server: LoggingServer, remotes: Remotes, options: string) {
    this.#server = server;
    this.#options = options;
    this.remotes = remotes;
    this.id = /\bID: +(N[A-Z2-7]{55})\b/.exec(server.text)![1]!;
    this.gatewayPort = portOf(server, "gateways connections");
    this.routePort = portOf(server, "route connections");
  }

  /** @param accounts entries of the block of accounts. */
  static async start(
    command: readonly string[],
    setting: SettingName,
    accounts: string,
  ): Promise<StageServer> {
    const isDialling = setting === "known";
    const remotes = new Map(isDialling ? REMOTES.map((name) => [name, new RawServer()]) : []);
    const [gateway, rest] = GATEWAYS[setting](remotes);
    const options = `${setting === "old" ? "" : `server_name: ${SERVER_NAME}`}
      gateway { name: ${HERE}, listen: "127.0.0.1:-1"\n${gateway} }\n${rest}\n`;
    const config = options + accountsBlock(accounts);
    const server = await LoggingServer.start(command, undefined, { config, flags: [] });
    const isThere = () => !options.includes("cluster {") || portOf(server, "route conn") !== 0;
    await until("ports", () => portOf(server, "gateways conn") !== 0 && isThere());
    return new StageServer(server, remotes, options);
  }

  get port(): number {
    return this.#server.port;
  }

  /** Takes over other accounts. */
  reload(accounts: string): Promise<void> {
    return this.#server.reload(this.#options + accountsBlock(accounts));
  }

  /**
   * What the log says of a connection. What is said of many connections comes less often, and some
   * things come in any order.
   */
  logOf(address: string): string[] {
    const mark = `${address} - gid:`;
    const lines = this.#server.lines
      .filter(({ text }) => text.startsWith(mark) && !SLOW.test(text))
      .map(({ level, text }) => `${level} ${text.replace(/^\S+ - gid:\d+ - /, "")}`);
    return [...new Set(lines)].sort();
  }

  /** The end of the log, for a server that has gone. */
  get lastWords(): string {
    return this.#server.text.slice(-3000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const remote of this.remotes.values()) remote[Symbol.dispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}

function accountsBlock(accounts: string): string {
  return accounts === "" ? "" : `accounts {\n${accounts}\n}\n`;
}

function portOf({ text }: LoggingServer, what: string): number {
  return Number(
    new RegExp(`Listening for ${what}.* on 127\\.0\\.0\\.1:(\\d+)`).exec(text)?.[1] ?? 0,
  );
}
