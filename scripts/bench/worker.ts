/**
 * One process of the load generator: publishers, subscribers, requesters, a responder, idle
 * connections, or such that come and go, all on raw sockets.
 *
 * It prints `ready`, waits for a line on standard input, does its work and prints one line of JSON.
 * Publishers send prebuilt batches; subscribers of frames of one size only count bytes, so that the
 * server is the bottleneck and not this process. The total must be exact to the byte.
 */

import type { Login } from "./login.ts";
import { type Access, Peer } from "./peer.ts";
import { type Outcome, Visitors } from "./visits.ts";

export type Role = Access &
  (
    | { role: "publish"; connections: number; size: number; count: number; subjects: number }
    | {
        role: "subscribe";
        connections: number;
        size: number;
        count: number;
        subjects: number;
        queue: boolean;
        /** Subscribes to a pattern even when there is one subject only. */
        wildcard: boolean;
        /** Subject of what is received, where it is another one than is published. */
        received?: string;
      }
    | {
        role: "request";
        connections: number;
        size: number;
        count: number;
        /** Milliseconds from one request of a connection to the next; absent for no pause. */
        every?: number;
      }
    | { role: "respond" }
    | { role: "connect"; connections: number }
    | { role: "manySubs"; connections: number; count: number }
    /** Logs in and goes again, `connections` at the same time, with the logins in turn. */
    | { role: "visit"; connections: number; count: number; logins: readonly Login[] }
    /** Tries to log in with what is wrong. */
    | { role: "guess"; perSecond: number; seconds: number; logins: readonly Login[] }
  );

type Of<Name extends Role["role"]> = Extract<Role, { role: Name }>;

/** What a worker reports. Times are milliseconds since 1970; the rest depends on the role. */
export interface WorkerResult {
  startedAt: number;
  finishedAt: number;
  /** Messages sent, received or answered, subscriptions made, or visits. */
  count: number;
  /** Sorted round trips in microseconds. */
  latencies: number[];
  /** Share of one core that the worker itself used. */
  busy?: number;
  /** How visits ended. */
  outcomes?: Record<Outcome, number>;
}

const SUBJECT = "bench.foo";
const OPENED_AT_ONCE = 200;
const PING_BYTES = "PING\r\n".length;
const BATCH_BYTES = 64 * 1024;
/** How long the last guesses are waited for. */
const GUESS_PATIENCE_MS = 5000;

/** Milliseconds since 1970 with fractions, comparable between processes. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Not all of thousands at once, for which there would be no room at the listener. */
async function openPeers(access: Access, count: number): Promise<Peer[]> {
  const peers: Peer[] = [];
  while (peers.length < count) {
    const length = Math.min(count - peers.length, OPENED_AT_ONCE);
    peers.push(...(await Promise.all(Array.from({ length }, () => Peer.open(access)))));
  }
  return peers;
}

function subjectName(index: number, subjects: number): string {
  // Numbers of one length keep all frames of one size.
  return subjects === 1 ? SUBJECT : `${SUBJECT}.${String(index % subjects).padStart(4, "0")}`;
}

async function publish(spec: Of<"publish">): Promise<Work> {
  const peers = await openPeers(spec, spec.connections);
  const payload = "x".repeat(spec.size);
  const message = (i: number) =>
    `PUB ${subjectName(i, spec.subjects)} ${spec.size}\r\n${payload}\r\n`;
  const each = message(0).length;
  const perBatch = Math.max(spec.subjects, Math.floor(BATCH_BYTES / each), 1);
  const batch = Buffer.from(Array.from({ length: perBatch }, (_, i) => message(i)).join(""));
  return async () => {
    const startedAt = now();
    const run = async (peer: Peer): Promise<void> => {
      for (let left = spec.count; left > 0; left -= perBatch) {
        await peer.send(batch, Math.min(left, perBatch) * each);
      }
      await peer.roundTrip("");
    };
    await Promise.all(peers.map(run));
    return { startedAt, finishedAt: now(), count: spec.count * peers.length, latencies: [] };
  };
}

async function subscribe(spec: Of<"subscribe">): Promise<Work> {
  const peers = await openPeers(spec, spec.connections);
  const exact = spec.received ?? (spec.wildcard ? "bench.*" : SUBJECT);
  const subject = spec.subjects === 1 ? exact : `${SUBJECT}.*`;
  const arriving = spec.received ?? subjectName(0, spec.subjects);
  const frame = `MSG ${arriving} 1 ${spec.size}\r\n`;
  const frameBytes = frame.length + spec.size + 2;
  const copies = spec.queue ? 1 : spec.connections;
  const wanted = spec.count * copies * frameBytes;
  for (const peer of peers)
    await peer.roundTrip(`SUB ${subject} ${spec.queue ? "workers " : ""}1\r\n`);
  let received = 0;
  let startedAt = 0;
  const finished = new Promise<WorkerResult>((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      if (received === 0) {
        startedAt = now();
        const begins = chunk.toString("latin1", 0, 14);
        if (!frame.startsWith(begins.slice(0, Math.min(frame.length, 14))))
          reject(new Error(begins));
      }
      received += chunk.length;
      if (received < wanted) return;
      // Servers ping a connection that is two seconds old, in between the frames.
      const isExact = (received - wanted) % PING_BYTES === 0;
      if (!isExact) reject(new Error(`${received} bytes instead of ${wanted}`));
      resolve({ startedAt, finishedAt: now(), count: spec.count * copies, latencies: [] });
    };
    for (const peer of peers) peer.onData = onData;
  });
  return () => finished;
}

async function request(spec: Of<"request">): Promise<Work> {
  const peers = await openPeers(spec, spec.connections);
  const payload = "x".repeat(spec.size);
  const latencies: number[] = [];
  const run = async (peer: Peer, id: number): Promise<void> => {
    await peer.roundTrip(`SUB _INBOX.${id}.* 1\r\n`);
    let answered = (): void => {};
    let failed = (_error: Error): void => {};
    let missing = 0;
    peer.onLost = () => failed(new Error("the connection was closed"));
    peer.onData = (chunk) => {
      missing -= chunk.includes("PING\r\n") ? chunk.length - PING_BYTES : chunk.length;
      if (missing === 0) answered();
    };
    for (let i = 0; i < spec.count; i++) {
      const reply = `_INBOX.${id}.${i}`;
      const answer = new Promise<void>((resolve, reject) => {
        answered = resolve;
        failed = reject;
      });
      missing = `MSG ${reply} 1 ${spec.size}\r\n`.length + spec.size + 2;
      const bytes = Buffer.from(`PUB bench.req ${reply} ${spec.size}\r\n${payload}\r\n`);
      const sentAt = performance.now();
      peer.sendNow(bytes);
      await answer;
      latencies.push((performance.now() - sentAt) * 1000);
      if (spec.every !== undefined) await Bun.sleep(spec.every);
    }
  };
  return async () => {
    const startedAt = now();
    await Promise.all(peers.map(run));
    latencies.sort((a, b) => a - b);
    return { startedAt, finishedAt: now(), count: latencies.length, latencies };
  };
}

async function respond(spec: Of<"respond">): Promise<Work> {
  const peer = await Peer.open(spec);
  await peer.roundTrip("SUB bench.req 1\r\n");
  let rest = "";
  peer.onData = (chunk) => {
    rest += chunk.toString("latin1").replace("PING\r\n", "");
    let answers = "";
    for (;;) {
      const lineEnd = rest.indexOf("\r\n");
      if (lineEnd < 0) break;
      // With headers there are two sizes: theirs, and that of all.
      const tokens = rest.slice(0, lineEnd).split(" ");
      const total = Number(tokens.at(-1));
      const headers = tokens[0] === "HMSG" ? Number(tokens.at(-2)) : 0;
      const end = lineEnd + 2 + total + 2;
      if (rest.length < end) break;
      const body = rest.slice(lineEnd + 2 + headers, end);
      answers += `PUB ${tokens[3]} ${total - headers}\r\n${body}`;
      rest = rest.slice(end);
    }
    if (answers !== "") peer.sendNow(Buffer.from(answers, "latin1"));
  };
  return () => new Promise(() => {});
}

async function connectMany(spec: Of<"connect">): Promise<Work> {
  const startedAt = now();
  for (let left = spec.connections; left > 0; left -= 200) {
    await openPeers(spec, Math.min(left, 200));
  }
  return async () => ({ startedAt, finishedAt: now(), count: spec.connections, latencies: [] });
}

async function visit(spec: Of<"visit">): Promise<Work> {
  const visitors = new Visitors(spec);
  return () => watched(visitors, () => visitors.makeAll(spec.count, spec.connections));
}

async function guess(spec: Of<"guess">): Promise<Work> {
  const visitors = new Visitors(spec);
  const { perSecond, seconds } = spec;
  return () => watched(visitors, () => visitors.keepComing(perSecond, seconds, GUESS_PATIENCE_MS));
}

async function watched(visitors: Visitors, run: () => Promise<void>): Promise<WorkerResult> {
  const before = process.cpuUsage();
  const startedAt = now();
  await run();
  const finishedAt = now();
  const { user, system } = process.cpuUsage(before);
  const latencies = visitors.latencies.toSorted((a, b) => a - b);
  const busy = (user + system) / 1000 / (finishedAt - startedAt);
  const { outcomes, ended } = visitors;
  return { startedAt, finishedAt, count: ended, latencies, busy, outcomes };
}

/** Every subscription has a subject of its own; afterwards each seventh gets one message. */
async function subscribeMany(spec: Of<"manySubs">): Promise<Work> {
  const peers = await openPeers(spec, spec.connections);
  const subject = (i: number, k: number) => `app.${i}.dev${k % 1000}.evt.${k}`;
  const subs = peers.map((_peer, i) =>
    Array.from({ length: spec.count }, (_, k) => `SUB ${subject(i, k)} ${k + 1}\r\n`).join(""),
  );
  const startedAt = now();
  for (const [i, peer] of peers.entries()) await peer.roundTrip(subs[i]!);
  const made = spec.count * peers.length;
  const subscribed = { startedAt, finishedAt: now(), count: made, latencies: [] };
  process.stdout.write(`${JSON.stringify(subscribed)}\n`);
  return async () => {
    const publisher = await Peer.open(spec);
    const batches = peers.map((_peer, i) => publishToEachSeventh((k) => subject(i, k), spec.count));
    const publishedAt = now();
    for (const [i, peer] of peers.entries()) {
      let wanted = batches[i]!.frameBytes;
      const received = new Promise<void>((resolve) => {
        peer.onData = (chunk) => {
          wanted -= chunk.length;
          if (wanted <= 0) resolve();
        };
      });
      await publisher.roundTrip(batches[i]!.lines);
      await received;
    }
    const count = batches.reduce((sum, batch) => sum + batch.count, 0);
    return { startedAt: publishedAt, finishedAt: now(), count, latencies: [] };
  };
}

/** Lines that publish to each seventh subject, and the bytes of the frames they lead to. */
function publishToEachSeventh(
  subject: (k: number) => string,
  subjects: number,
): { lines: string; frameBytes: number; count: number } {
  const lines: string[] = [];
  let frameBytes = 0;
  for (let k = 0; k < subjects; k += 7) {
    lines.push(`PUB ${subject(k)} 2\r\nhi\r\n`);
    frameBytes += `MSG ${subject(k)} ${k + 1} 2\r\nhi\r\n`.length;
  }
  return { lines: lines.join(""), frameBytes, count: lines.length };
}

type Work = () => Promise<WorkerResult>;

/** Gets everything ready; the function it returns does the measured work. */
export function prepare(spec: Role): Promise<Work> {
  switch (spec.role) {
    case "publish":
      return publish(spec);
    case "subscribe":
      return subscribe(spec);
    case "request":
      return request(spec);
    case "respond":
      return respond(spec);
    case "connect":
      return connectMany(spec);
    case "manySubs":
      return subscribeMany(spec);
    case "visit":
      return visit(spec);
    case "guess":
      return guess(spec);
  }
}

if (import.meta.main) {
  const work = await prepare(JSON.parse(process.argv[2]!) as Role);
  process.stdout.write("ready\n");
  for await (const _line of console) break;
  process.stdout.write(`${JSON.stringify(await work())}\n`);
  // Idle connections and the responder stay until the line that ends them.
  for await (const _line of console) break;
  process.exit(0);
}
