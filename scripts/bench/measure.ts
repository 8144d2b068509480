/** Runs workloads against running servers. */

import { resolve } from "node:path";
import { adopt, end, tied } from "./children.ts";
import type { TlsVersion } from "./peer.ts";
import { CONTESTANTS, type Contestant, RunningServer } from "./servers.ts";
import type { Role, WorkerResult } from "./worker.ts";
import { type Cast, type Flow, rolesOf } from "./workloads.ts";

/** One measured run. Rates are messages delivered (or published, or answered) per second. */
export interface Run {
  rate: number;
  /** Server's processor seconds per million of them. */
  cpuPerMillion: number;
  p50: number;
  p99: number;
}

/** A worker process and the lines it prints. */
export class Worker {
  readonly #process: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #lines: AsyncIterator<string>;

  constructor(role: Role) {
    const script = resolve(import.meta.dir, "worker.ts");
    const command = tied([process.execPath, script, JSON.stringify(role)]);
    this.#process = adopt(Bun.spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "inherit" }));
    this.#lines = linesOf(this.#process.stdout);
  }

  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("a worker ended early");
    return value;
  }

  async result(): Promise<WorkerResult> {
    return JSON.parse(await this.line()) as WorkerResult;
  }

  go(): void {
    this.#process.stdin.write("go\n");
    this.#process.stdin.flush();
  }

  stop(): Promise<void> {
    return end(this.#process);
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

/** Plays one traffic workload once. */
export async function runTraffic(
  server: RunningServer,
  traffic: Flow,
  scale: number,
  cast: Cast = {},
): Promise<Run> {
  const workers: Worker[] = [];
  for (const role of rolesOf(traffic, server.port, scale, cast)) {
    const worker = new Worker(role);
    workers.push(worker);
    await worker.line();
  }
  const cpuBefore = server.cpuSeconds();
  for (const worker of workers) worker.go();
  const driver = workers.at(-1)!;
  const driven = driver.result();
  // A responder has no result; receivers of published messages decide when the run is over.
  const receiver = traffic.subscribers > 0 ? workers[0]!.result() : driven;
  const [sent, received] = await Promise.all([driven, receiver]);
  const cpu = server.cpuSeconds() - cpuBefore;
  await Promise.all(workers.map((worker) => worker.stop()));
  const seconds = (received.finishedAt - sent.startedAt) / 1000;
  const { latencies } = sent;
  return {
    rate: received.count / seconds,
    cpuPerMillion: (cpu / received.count) * 1e6,
    p50: latencies[Math.floor(latencies.length * 0.5)] ?? 0,
    p99: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
  };
}

/**
 * Resident bytes that one idle connection adds to a fresh server.
 *
 * @param args what the server is started with.
 */
export async function idleConnectionBytes(
  contestant: Contestant,
  count: number,
  args: readonly string[] = [],
  tls?: TlsVersion,
): Promise<number> {
  const server = await RunningServer.start(contestant, ...args);
  const before = server.residentBytes();
  const access = { port: server.port, ...(tls && { tls }) };
  const worker = new Worker({ ...access, role: "connect", connections: count });
  await worker.line();
  await Bun.sleep(500);
  const bytes = (server.residentBytes() - before) / count;
  await worker.stop();
  await server.stop();
  return bytes;
}

/** Cost and speed of many distinct subscriptions on a fresh server. */
export interface SubscriptionCost {
  bytesEach: number;
  subscribesPerSecond: number;
  messagesPerSecond: number;
}

export async function subscriptionCost(
  contestant: Contestant,
  count: number,
): Promise<SubscriptionCost> {
  const connections = 10;
  const server = await RunningServer.start(contestant);
  const before = server.residentBytes();
  const worker = new Worker({
    role: "manySubs",
    port: server.port,
    connections,
    count: Math.round(count / connections),
  });
  const subscribed = await worker.result();
  await worker.line();
  await Bun.sleep(500);
  const bytesEach = (server.residentBytes() - before) / subscribed.count;
  worker.go();
  const published = await worker.result();
  await worker.stop();
  await server.stop();
  return {
    bytesEach,
    subscribesPerSecond: rateOf(subscribed),
    messagesPerSecond: rateOf(published),
  };
}

function rateOf({ count, startedAt, finishedAt }: WorkerResult): number {
  return count / ((finishedAt - startedAt) / 1000);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

export function startAll(): Promise<RunningServer[]> {
  return Promise.all(CONTESTANTS.map((contestant) => RunningServer.start(contestant)));
}
