/**
 * Plays scenarios to a server and writes down, as text that can be compared, what came back on each
 * connection and what the server logged about it.
 */

import { TlsWire } from "../../support/tls-wire.ts";
import { Wire } from "../../support/wire.ts";
import { FrameReader, sortDeliveries } from "../frames.ts";
import {
  type ConnectionStep,
  type Group,
  PING,
  type Scenario,
  type Situation,
} from "./scenario.ts";
import { LoggingServer, type LogLine } from "./server.ts";

/** How to play to one server program. */
export interface Player {
  /** Command line of the server. */
  readonly program: readonly string[];
  /** Folder of the certificates, if any are needed. */
  readonly certificates?: string;
  /** Multiplies the time that counts as quiet. */
  readonly patience: number;
  /** Gets everything that was received or logged, to search it for secrets. */
  readonly onText?: (text: string) => void;
  /** Makes, for one scenario, what takes out of frames and log lines what differs by chance. */
  readonly newMask?: () => Mask;
  /** Brings what may come in any order into one; all deliveries, if not given. */
  readonly sort?: (frames: readonly string[]) => string[];
}

/** Replaces in a text what differs by chance. */
export type Mask = (text: string) => string;

/** For answers that have to come: used up only when one is missing. */
const ANSWER_MS = 4_000;
/** No bytes for this long after a step that waits for nothing, or at the end. */
const QUIET_MS = 15;
const LOG_MS = 2_000;
const LOG_EXTRA_MS = 3;
const POLL_MS = 2;
const DEFAULT_CONNECTION = "a";
/** Of what was sent, for the report of a difference. */
const SHOWN_BYTES = 200;

const VIOLATION = /(?:Publish|Subscription) Violation - /;
/** What this server adds to a violation: the rule, and how many it has kept quiet. */
const RULE =
  / \((?:not allowed|(?:publish|subscribe) (?:allow|deny) rule ".*")(?:, \d+ more of these were not logged)?\)$/;
/** Lines and errors whose order is left to the server. */
const REMOVED = /Removed sub|\(sid "/;
/** Unless a scenario says otherwise: servers differ in the suite of TLS 1.3 that they like best. */
const ONE_SUITE = ["-ciphersuites", "TLS_AES_128_GCM_SHA256"];
const LABEL = /^127\.0\.0\.1:(\d+) - cid:\d+ - /;
/**
 * Not compared: what is logged by the clock, or when one of two clocks is first, what nats-server says
 * at every reload, this server only when something has changed, what it says once in a while, or of peers
 * that are gone when it writes, clients it has for itself, and JetStream.
 */
const IGNORED = new RegExp(
  [
    "TLS handshake timeout$",
    "Client Ping Timer$",
    "^Reloaded: (?:accounts|authorization users|tls = enabled)$",
    "maximum subscriptions exceeded$",
    "Readloop processing time: ",
    "Error flushing: ",
    "^ACCOUNT - Account connection closed: ",
    " has JetStream denied on ",
  ].join("|"),
);
/** What nats-server says again, if it has not for a while. */
const TWICE = /maximum account active connections exceeded$/;
/** In the reason why a certificate has expired. */
const NOW = /current time \S+Z/;
const CLOSED = "Client connection closed";
/** Of accounts, whose order at the start is left to the server. */
const ISSUES = /has validation issues:$|^\[WRN\] {3}- /;
/** Lines at the start that have to do with security. */
const START_UP =
  /TLS|certificate|password|auth|nkey|proxy|pinned|^Trusted Op|^ {2}(System|Operator|Issued|Expires) *:/i;

interface Connection {
  readonly name: string;
  readonly wire: Wire | TlsWire;
  readonly reader: FrameReader;
}

/** Plays all scenarios of a group; the report of each, and of the start under the name "start". */
export async function playGroup(player: Player, group: Group): Promise<Map<string, string>> {
  const reports = new Map<string, string>();
  if (group.isIsolated) {
    for (const scenario of group.scenarios) {
      reports.set(scenario.name, await playAlone(player, group, scenario));
    }
    return reports;
  }
  await using server = await LoggingServer.start(player.program, player.certificates, group);
  reports.set("start", reportStart(server, player.newMask?.()));
  for (const scenario of group.scenarios) {
    reports.set(scenario.name, await new Play(player, server, scenario).run());
  }
  player.onText?.(server.text);
  return reports;
}

/** Plays one scenario to a server of its own. */
export async function playAlone(
  player: Player,
  group: Group,
  scenario: Scenario | undefined,
): Promise<string> {
  const config = scenario?.config ?? group.config;
  const settings = { ...group, config };
  await using server = await LoggingServer.start(player.program, player.certificates, settings);
  const report =
    scenario === undefined
      ? reportStart(server, player.newMask?.())
      : await new Play(player, server, scenario).run();
  player.onText?.(server.text);
  return report;
}

function reportStart(server: LoggingServer, mask: Mask = (text) => text): string {
  const lines = server.lines
    .filter(({ level, text }) => /WRN|ERR/.test(level) || START_UP.test(text))
    .map(({ level, text }) => `[${level}] ${mask(text)}`);
  return sortRuns(lines, (line) => ISSUES.test(line), String).join("\n");
}

/** One scenario being played. */
class Play {
  readonly #player: Player;
  readonly #server: LoggingServer;
  readonly #scenario: Scenario;
  readonly #connections = new Map<string, Connection>();
  readonly #sent: string[] = [];
  readonly #mask: Mask | undefined;
  /** Where the log of this scenario begins. */
  readonly #firstLine: number;

  constructor(player: Player, server: LoggingServer, scenario: Scenario) {
    this.#player = player;
    this.#server = server;
    this.#scenario = scenario;
    this.#mask = player.newMask?.();
    this.#firstLine = server.lines.length;
  }

  async run(): Promise<string> {
    try {
      return await this.#play();
    } finally {
      for (const { wire } of this.#connections.values()) await wire.close();
    }
  }

  async #play(): Promise<string> {
    for (const step of this.#scenario.steps) {
      if ("reload" in step) await this.#server.reload(step.reload, step.files);
      else await this.#take(step);
    }
    const { patience } = this.#player;
    const connections = [...this.#connections.values()];
    await Promise.all(connections.map(({ wire }) => wire.waitForQuiet(QUIET_MS * patience)));
    const received = connections.map((each) => reportReceived(each, this.#player.sort));
    if (this.#scenario.isAnyone) received.push(...takeDeliveries(received));
    await Promise.all(connections.map(({ wire }) => close(wire)));
    await this.#waitForLog();
    for (const { wire } of connections) this.#player.onText?.(wire.text);
    const details = connections.map((each) => reportDetails(each));
    return [this.#sent, received, details, this.#reportLog()].flat(2).join("\n");
  }

  async #take(step: ConnectionStep): Promise<void> {
    const name = step.conn ?? DEFAULT_CONNECTION;
    const { wire } = this.#connections.get(name) ?? (await this.#open(name, step));
    const situation = this.#situation(wire);
    const { when } = step;
    if (when !== undefined) await this.#waitUntil(() => when(situation));
    const pongs = countPongs(wire);
    const bytes = await bytesOf(step, wire, situation);
    if (bytes !== undefined) {
      // What is made of the nonce is not the same for both servers.
      const made = typeof step.send === "function" ? "…" : shorten(Buffer.from(bytes));
      const shown = step.shown ?? made;
      this.#sent.push(`${name} > ${shown}`);
      await wire.send(bytes, step.split);
    }
    if (endsWithPing(bytes)) await wire.waitFor(() => countPongs(wire) > pongs, ANSWER_MS);
    if (step.finish) wire.finish();
    if (step.listenMs !== undefined) await Bun.sleep(step.listenMs);
    else if (step.until === "end" || step.finish) await wire.waitForEnd(ANSWER_MS);
    else if (step.until !== undefined) await wire.waitFor(step.until, ANSWER_MS);
    else if (!endsWithPing(bytes)) await wire.waitForQuiet(QUIET_MS * this.#player.patience);
  }

  #situation(wire: Wire | TlsWire): Situation {
    return {
      get nonce() {
        return /"nonce":"([^"]*)"/.exec(wire.text)?.[1] ?? "";
      },
      received: (conn) => (conn === undefined ? wire : this.#connections.get(conn)!.wire).text,
    };
  }

  /** For what is awaited on any connection. */
  async #waitUntil(isSo: () => boolean): Promise<void> {
    const deadline = performance.now() + ANSWER_MS;
    while (!isSo() && performance.now() < deadline) await Bun.sleep(POLL_MS);
  }

  async #open(name: string, { tls }: ConnectionStep): Promise<Connection> {
    const { port } = this.#server;
    const folder = this.#player.certificates ?? "";
    const wire = tls
      ? await TlsWire.connect(port, { ...tls, args: [...ONE_SUITE, ...(tls.args ?? [])], folder })
      : await Wire.connect(port);
    const connection = { name, wire, reader: new FrameReader(port, this.#mask) };
    this.#connections.set(name, connection);
    return connection;
  }

  /** Each connection's last line is in the log when everything about it is. */
  async #waitForLog(): Promise<void> {
    const deadline = performance.now() + LOG_MS;
    const isComplete = (): boolean => {
      const lines = this.#server.lines.slice(this.#firstLine);
      return [...this.#connections.values()].every(({ wire: { localPort } }) =>
        lines.some(({ text }) => text.includes(CLOSED) && portOf(text) === localPort),
      );
    };
    while (!isComplete() && performance.now() < deadline) await Bun.sleep(POLL_MS);
    // The reason for closing may be logged behind it.
    await Bun.sleep(LOG_EXTRA_MS * this.#player.patience);
  }

  #reportLog(): string[] {
    const names = new Map<number, string>();
    for (const { name, wire } of this.#connections.values()) names.set(wire.localPort, name);
    const lines = this.#server.lines.slice(this.#firstLine);
    const mine = [...names].flatMap(([port, name]) => {
      const own = lines.filter(({ text }) => portOf(text) === port);
      return closedLast(onceEach(own)).map(({ level, text }) => ({
        level,
        text: `${name} - ${text.replace(LABEL, "")}`,
      }));
    });
    const rest = lines.filter(({ text }) => portOf(text) === undefined);
    return [...mine, ...sortRuns(rest, ({ text }) => REMOVED.test(text), textOf)]
      .filter(({ level, text }) => level !== "TRC" && !IGNORED.test(text))
      .map((line) => this.#maskPorts(line, names));
  }

  #maskPorts({ level, text }: LogLine, names: ReadonlyMap<number, string>): string {
    const masked = text.replace(/127\.0\.0\.1:(\d+)/g, (all, digits) => {
      if (Number(digits) === this.#server.port) return "<server>";
      return names.get(Number(digits)) ?? all;
    });
    const line = `[${level}] ${masked.replace(NOW, "current time <now>")}`;
    return this.#mask?.(line) ?? line;
  }
}

/** As a client that is done: a reset would be logged in another way. */
async function close(wire: Wire | TlsWire): Promise<void> {
  if (wire instanceof TlsWire) return wire.close();
  wire.finish();
  await wire.waitForEnd(ANSWER_MS);
  wire.close();
}

function reportReceived({ name, wire, reader }: Connection, sort = sortDeliveries): string[] {
  // The server's own PING comes by the clock.
  const frames = sort(reader.read(wire.text).filter((frame) => frame !== PING));
  const sorted = sortRuns(frames, (frame) => REMOVED.test(frame), String);
  return [
    ...sorted.map((frame) => `${name} < ${visible(frame)}`),
    `${name} ${wire.ended ? "closed" : "open"}`,
  ];
}

/** Takes all deliveries out of what connections have received, and the receivers out of them. */
function takeDeliveries(received: string[][]): string[][] {
  const isDelivery = (line: string): boolean => /^\S+ < H?MSG /.test(line);
  const deliveries = received.flatMap((lines) => lines.filter(isDelivery));
  for (const [index, lines] of received.entries()) {
    received[index] = lines.filter((line) => !isDelivery(line));
  }
  return [deliveries.map((line) => line.replace(/^\S+ < (H?MSG \S+) \S+/, "someone < $1")).sort()];
}

function reportDetails({ name, wire }: Connection): string[] {
  return wire instanceof TlsWire ? wire.details.map((detail) => `${name} TLS ${detail}`) : [];
}

function textOf({ text }: LogLine): string {
  return text;
}

/** Sorts neighbours of one kind. */
function sortRuns<T>(
  items: readonly T[],
  isOne: (item: T) => boolean,
  key: (item: T) => string,
): T[] {
  const sorted: T[] = [];
  let run: T[] = [];
  const end = (): void => {
    sorted.push(...run.sort((a, b) => (key(a) < key(b) ? -1 : 1)));
    run = [];
  };
  for (const item of items) {
    if (isOne(item)) {
      run.push(item);
    } else {
      end();
      sorted.push(item);
    }
  }
  end();
  return sorted;
}

/** This server does not repeat some lines, nor the like of a violation for another subscription. */
function onceEach(lines: readonly LogLine[]): LogLine[] {
  const seen = new Set<string>();
  return lines
    .map(({ level, text }) => ({
      level,
      text: VIOLATION.test(text) ? text.replace(RULE, "") : text,
    }))
    .filter(({ text }) => {
      if (!VIOLATION.test(text) && !TWICE.test(text)) return true;
      const what = text.replace(/, SID \S+$/, "");
      return !seen.has(what) && seen.add(what);
    });
}

/** Whether it comes before or after the reason for it is left to chance. */
function closedLast(lines: readonly LogLine[]): LogLine[] {
  const isClosed = ({ text }: LogLine): boolean => text.includes(CLOSED);
  return [...lines.filter((line) => !isClosed(line)), ...lines.filter(isClosed)];
}

/** Port of the connection that a log line is about. */
function portOf(text: string): number | undefined {
  const port = LABEL.exec(text)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** What a step sends; what it makes of the nonce needs INFO first. */
async function bytesOf(
  { send }: ConnectionStep,
  wire: Wire | TlsWire,
  situation: Situation,
): Promise<string | Uint8Array | undefined> {
  if (typeof send !== "function") return send;
  await wire.waitFor("\r\n", ANSWER_MS);
  return send(situation);
}

function countPongs(wire: Wire | TlsWire): number {
  return wire.text.split("PONG\r\n").length;
}

function endsWithPing(bytes: string | Uint8Array = ""): boolean {
  return /(^|\n)ping\r\n$/i.test(Buffer.from(bytes).toString("latin1"));
}

function visible(bytes: string): string {
  return bytes.replaceAll("\r", "\\r").replaceAll("\n", "\\n");
}

function shorten(bytes: Buffer): string {
  const text = visible(bytes.toString("latin1"));
  return text.length > SHOWN_BYTES ? `${text.slice(0, SHOWN_BYTES)}…` : text;
}
