/** One direction between two nodes, with all that can go wrong on it. */

import type { Socket } from "node:net";
import type { Prng } from "./prng.ts";

export interface LaneFaults {
  readonly latencyMs: number;
  /** Up to so much more latency, at random; order is kept. */
  readonly jitterMs: number;
  /** 0 for as many as there are. */
  readonly bytesPerSecond: number;
  /** Bytes wait until this ends, as when a net is down that TCP waits for. */
  readonly isStalled: boolean;
  /** Bytes are lost for good, and nobody is told: the connection is half open. */
  readonly isLost: boolean;
  /** One in so many reads has a byte changed; 0 for none. */
  readonly corruptOneIn: number;
}

const WELL: LaneFaults = {
  latencyMs: 0,
  jitterMs: 0,
  bytesPerSecond: 0,
  isStalled: false,
  isLost: false,
  corruptOneIn: 0,
};
/** What is under way at most on one connection; then its sender waits. */
const UNDERWAY_BYTES_MAX = 256 * 1024;

export class Lane {
  readonly from: string;
  readonly to: string;
  bytes = 0;
  faults: LaneFaults = WELL;
  readonly random: Prng;
  readonly #pipes = new Set<Pipe>();
  #hasLost = false;

  constructor(from: string, to: string, random: Prng) {
    this.from = from;
    this.to = to;
    this.random = random;
  }

  set(faults: Partial<LaneFaults>): void {
    this.faults = { ...this.faults, ...faults };
    for (const pipe of this.#pipes) pipe.pump();
  }

  heal(): void {
    this.set(WELL);
  }

  /** Whether bytes have been lost on a connection since this was last asked. */
  takeLoss(): boolean {
    const hasLost = this.#hasLost;
    this.#hasLost = false;
    return hasLost;
  }

  noteLoss(): void {
    this.#hasLost = true;
  }

  /** Carries what comes from one socket to another, beginning with bytes that are read already. */
  carry(source: Socket, sink: Socket, first: Buffer): void {
    const pipe = new Pipe(this, source, sink);
    this.#pipes.add(pipe);
    sink.once("close", () => {
      pipe.stop();
      this.#pipes.delete(pipe);
    });
    pipe.start(first);
  }

  stop(): void {
    for (const pipe of this.#pipes) pipe.stop();
    this.#pipes.clear();
  }
}

/** Bytes that are under way, or the end of the stream. */
interface Parcel {
  readonly due: number;
  readonly bytes: Buffer | "end" | "reset";
}

class Pipe {
  readonly #lane: Lane;
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #underway: Parcel[] = [];
  #underwayBytes = 0;
  #lastDue = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isBlocked = false;

  constructor(lane: Lane, source: Socket, sink: Socket) {
    this.#lane = lane;
    this.#source = source;
    this.#sink = sink;
  }

  start(first: Buffer): void {
    if (first.length > 0) this.#take(first);
    this.#source.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#source.once("end", () => this.#put("end"));
    this.#source.once("close", (hadError: boolean) => this.#put(hadError ? "reset" : "end"));
    this.#sink.on("drain", () => {
      this.#isBlocked = false;
      this.pump();
    });
    this.#source.resume();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#underway.length = 0;
    this.#underwayBytes = 0;
  }

  /** Hands on what is due. */
  pump(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = performance.now();
    while (this.#underway.length > 0 && !this.#isBlocked && !this.#lane.faults.isStalled) {
      const { due, bytes } = this.#underway[0]!;
      if (due > now) {
        this.#timer = setTimeout(() => this.pump(), due - now);
        break;
      }
      this.#underway.shift();
      this.#handOn(bytes);
    }
    if (this.#underwayBytes < UNDERWAY_BYTES_MAX) this.#source.resume();
    else this.#source.pause();
  }

  #take(chunk: Buffer): void {
    this.#lane.bytes += chunk.length;
    this.#put(this.#corrupt(chunk));
  }

  #put(bytes: Parcel["bytes"]): void {
    const { latencyMs, jitterMs, bytesPerSecond, isLost } = this.#lane.faults;
    if (isLost) {
      this.#lane.noteLoss();
      return;
    }
    const length = typeof bytes === "string" ? 0 : bytes.length;
    const jitter = jitterMs > 0 ? this.#lane.random.below(jitterMs + 1) : 0;
    const onTheWire = bytesPerSecond > 0 ? (length / bytesPerSecond) * 1000 : 0;
    const due = Math.max(performance.now() + latencyMs + jitter, this.#lastDue + onTheWire);
    this.#lastDue = due;
    this.#underway.push({ due, bytes });
    this.#underwayBytes += length;
    this.pump();
  }

  #handOn(bytes: Parcel["bytes"]): void {
    if (bytes === "end") this.#sink.end();
    else if (bytes === "reset") this.#sink.resetAndDestroy();
    else {
      this.#underwayBytes -= bytes.length;
      if (!this.#sink.write(bytes)) this.#isBlocked = true;
    }
  }

  #corrupt(chunk: Buffer): Buffer {
    const { corruptOneIn } = this.#lane.faults;
    const { random } = this.#lane;
    if (corruptOneIn === 0 || !random.chance(corruptOneIn)) return chunk;
    const changed = Buffer.from(chunk);
    changed[random.below(changed.length)]! ^= random.between(1, 255);
    this.#lane.noteLoss();
    return changed;
  }
}
