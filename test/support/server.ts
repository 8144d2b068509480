/**
 * A server with its log, for tests of everything that is not an answer on one connection.
 *
 * NATS_TEST_TARGET chooses what is tested: `embedded` (the default) is ours in this process, `binary`
 * our executable, `peer` the real nats-server, which tests the tests.
 */

import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type LogLevel, NatsServer, type Options } from "../../src/embed.ts";
import { findPeer } from "./peer.ts";
import { toConfig } from "./target.ts";
import { until } from "./until.ts";

export { until };

export interface LogLine {
  level: LogLevel;
  text: string;
}

export interface TestServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** Everything logged so far. */
  readonly log: readonly LogLine[];
  /** Resident memory of the process the server runs in. */
  memoryBytes(): number;
  stop(): Promise<void>;
}

type TargetName = "embedded" | "binary" | "peer";

const TARGETS: readonly string[] = ["embedded", "binary", "peer"] satisfies TargetName[];
/** Below the time a test has, so that it fails with a reason. */
const DEADLINE_MS = 4_000;
const STOP_DEADLINE_MS = 5_000;

/** `[4242] 2026/01/31 12:34:56.123456 [INF] text` */
const LOG_LINE = /^\[\d+\] \S+ \S+ \[([A-Z]{3})\] (.*)$/;
const LEVELS: Readonly<Record<string, LogLevel>> = {
  INF: "info",
  WRN: "warn",
  ERR: "error",
  FTL: "fatal",
  DBG: "debug",
  TRC: "trace",
};
const LISTENING = /^Listening for client connections on \S+:(\d+)$/;

export const target = chooseTarget();

function chooseTarget(): TargetName {
  const name = process.env.NATS_TEST_TARGET ?? "embedded";
  if (!TARGETS.includes(name)) throw new Error(`NATS_TEST_TARGET=${name}: ${TARGETS.join(", ")}`);
  return name as TargetName;
}

/**
 * Starts a server on 127.0.0.1, on a free port unless one is given.
 *
 * @throws Error that carries the reason when it does not start.
 */
export function startServer(options: Partial<Options> = {}): Promise<TestServer> {
  return target === "embedded" ? startEmbedded(options) : startProcess(target, options);
}

/** Waits for a log line and returns its match; shows the last ones when it does not come in time. */
export async function logged(
  server: TestServer,
  level: LogLevel,
  pattern: RegExp,
  deadlineMs = DEADLINE_MS,
): Promise<RegExpExecArray> {
  let match: RegExpExecArray | null = null;
  const find = (): boolean =>
    server.log.some((line) => {
      match = line.level === level ? pattern.exec(line.text) : null;
      return match !== null;
    });
  try {
    await until(`${level} ${pattern}`, find, deadlineMs);
  } catch (error) {
    const lines = server.log.slice(-20).map((line) => `${line.level} ${line.text.slice(0, 200)}`);
    throw new Error(`${(error as Error).message}; logged:\n${lines.join("\n")}`);
  }
  return match!;
}

async function startEmbedded(options: Partial<Options>): Promise<TestServer> {
  const log: LogLine[] = [];
  const server = await NatsServer.start({
    ...options,
    host: "127.0.0.1",
    log: (level, text) => log.push({ level, text }),
  });
  const stop = (): Promise<void> => server.stop();
  return {
    host: server.host,
    port: server.port,
    url: server.url,
    log,
    memoryBytes: () => process.memoryUsage.rss(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function startProcess(
  which: "binary" | "peer",
  options: Partial<Options>,
): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), "nats-test-"));
  try {
    return await spawnServer(which, await commandLine(options, folder));
  } finally {
    // A configuration file is read once, at start.
    await rm(folder, { recursive: true, force: true });
  }
}

async function commandLine(options: Partial<Options>, folder: string): Promise<string[]> {
  const { port = 0, debug = false, trace = false, maxTracedMsgLen, ...settings } = options;
  // On the command line 0 stands for "not given"; -1 is any free port.
  const args = ["-a", "127.0.0.1", "-p", String(port === 0 ? -1 : port)];
  if (debug) args.push("-D");
  if (trace) args.push("-V");
  const traced = maxTracedMsgLen === undefined ? "" : `max_traced_msg_len: ${maxTracedMsgLen}\n`;
  const config = toConfig(settings) + traced;
  // An empty file would be worth a warning.
  if (config === "") return args;
  const file = join(folder, "nats-server.conf");
  await writeFile(file, config);
  return [...args, "-c", file];
}

function findBinary(which: "binary" | "peer"): string {
  if (which === "binary") return resolve(import.meta.dir, "../../dist/nats-server");
  const peer = findPeer();
  if (peer === undefined) throw new Error("bun run peer fetches the real nats-server");
  return peer;
}

async function spawnServer(which: "binary" | "peer", args: string[]): Promise<TestServer> {
  const child = Bun.spawn([findBinary(which), ...args], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const log: LogLine[] = [];
  const reading = readLog(child.stderr, log);
  let ended = false;
  void reading.then(() => {
    ended = true;
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const force = setTimeout(() => child.kill("SIGKILL"), STOP_DEADLINE_MS);
    await child.exited;
    clearTimeout(force);
    await reading;
  };
  const isReady = (): boolean => log.some(({ text }) => text === "Server is ready");
  try {
    await until("start of the server", () => ended || isReady());
  } finally {
    if (!isReady()) await stop();
  }
  if (!isReady()) throw new Error(log.map(({ text }) => text).join("\n"));

  const port = Number(LISTENING.exec(log.find(({ text }) => LISTENING.test(text))!.text)![1]);
  return {
    host: "127.0.0.1",
    port,
    url: `nats://127.0.0.1:${port}`,
    log,
    memoryBytes: () => residentBytes(child.pid),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Reads to the end: a full pipe would block the server. */
async function readLog(stderr: ReadableStream<Uint8Array>, log: LogLine[]): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stderr) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const match = LOG_LINE.exec(line);
      const level = LEVELS[match?.[1] ?? ""] ?? "fatal";
      log.push({ level, text: match?.[2] ?? line });
    }
  }
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}
