/** One look at a server: what its monitoring port says of it and of its connections. */

import { printable } from "../../kinds/printable.ts";
import { withoutSecretShapes } from "../../protocol/secret-shapes.ts";
import { type Endpoint, EndpointError } from "./endpoint.ts";
import type { Display } from "./settings.ts";

export interface Counters {
  readonly inMsgs: number;
  readonly outMsgs: number;
  readonly inBytes: number;
  readonly outBytes: number;
}

/** Texts are fit for a terminal. */
export interface ServerSample extends Counters {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly uptime: string;
  /** Percent of one core. */
  readonly cpu: number;
  readonly memoryBytes: number;
  readonly slowConsumers: number;
  readonly subscriptions: number;
}

export interface ConnectionSample extends Counters {
  readonly cid: number;
  readonly ip: string;
  readonly port: number;
  readonly name: string;
  readonly subscriptions: number;
  /** Subjects; empty unless they were asked for. */
  readonly subjects: readonly string[];
  readonly pendingBytes: number;
  readonly lang: string;
  readonly version: string;
  readonly uptime: string;
  readonly lastActivity: string;
}

/** A connection that is blocked, and may be cut off. */
export interface SlowSample {
  /** Of what may wait for it. */
  readonly percent: number;
  /** Estimated time until it is cut off; null when it does not look like that. */
  readonly endsInMs: number | null;
}

export interface Sample {
  /** As `performance.now` tells. */
  readonly at: number;
  readonly server: ServerSample;
  readonly connections: readonly ConnectionSample[];
  /** Connections there are, of which `connections` may be only some. */
  readonly total: number;
  /** By cid; null where the server does not tell. */
  readonly slow: ReadonlyMap<number, SlowSample> | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** Slow consumers that are asked for. */
const SLOW_MAX = 256;

export class Sampler {
  readonly #endpoint: Endpoint;
  /** Other servers have no such page. */
  #tellsSlow = true;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** @throws EndpointError */
  async take({ rows, sort, subscriptions }: Readonly<Display>): Promise<Sample> {
    const query = `limit=${rows}&sort=${sort}${subscriptions ? "&subs=1" : ""}`;
    const varz = await this.#endpoint.get("/varz");
    // A server tells how many connections it has, which other services do not.
    if (typeof varz.server_id !== "string" || typeof varz.in_msgs !== "number") {
      throw new EndpointError("it is no monitoring port of a NATS server");
    }
    const [connz, slow] = await Promise.all([
      this.#endpoint.get(`/connz?${query}`),
      this.#takeSlow(),
    ]);
    const connections = list(connz.connections).map(readConnection);
    return {
      at: performance.now(),
      server: readServer(varz),
      connections,
      total: Math.max(number(connz.total), connections.length),
      slow,
    };
  }

  async #takeSlow(): Promise<ReadonlyMap<number, SlowSample> | null> {
    if (!this.#tellsSlow) return null;
    try {
      const slowz = await this.#endpoint.get(`/slowz?state=current&limit=${SLOW_MAX}`);
      return new Map(list(slowz.current).map((entry) => [number(entry.cid), readSlow(entry)]));
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      // A server that is busy is asked again.
      if (error.status >= 400 && error.status < 500) this.#tellsSlow = false;
      return null;
    }
  }
}

function readServer(varz: Fields): ServerSample {
  const [id, name] = [text(varz.server_id), text(varz.server_name)];
  return {
    id,
    name: name === id ? "" : name,
    version: text(varz.version),
    uptime: text(varz.uptime),
    cpu: number(varz.cpu),
    memoryBytes: number(varz.mem),
    slowConsumers: number(varz.slow_consumers),
    subscriptions: number(varz.subscriptions),
    ...readCounters(varz),
  };
}

function readConnection(fields: Fields): ConnectionSample {
  const subjects = Array.isArray(fields.subscriptions_list) ? fields.subscriptions_list : [];
  return {
    cid: number(fields.cid),
    ip: text(fields.ip),
    port: number(fields.port),
    name: text(fields.name),
    subscriptions: number(fields.subscriptions),
    subjects: subjects.map(text),
    pendingBytes: number(fields.pending_bytes),
    lang: text(fields.lang),
    version: text(fields.version),
    uptime: text(fields.uptime),
    lastActivity: text(fields.last_activity).replace(/\.\d+/, ""),
    ...readCounters(fields),
  };
}

function readSlow(fields: Fields): SlowSample {
  const ends: number[] = [];
  if (typeof fields.limit_in_ms === "number") ends.push(fields.limit_in_ms);
  if (fields.will_miss_deadline === true) ends.push(number(fields.deadline_in_ms));
  return {
    percent: number(fields.pending_percent),
    endsInMs: ends.length === 0 ? null : Math.min(...ends),
  };
}

function readCounters(fields: Fields): Counters {
  return {
    inMsgs: number(fields.in_msgs),
    outMsgs: number(fields.out_msgs),
    inBytes: number(fields.in_bytes),
    outBytes: number(fields.out_bytes),
  };
}

function list(value: unknown): Fields[] {
  if (!Array.isArray(value)) return [];
  return value.filter((entry) => typeof entry === "object" && entry !== null);
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** Clients choose their names: nothing in them may do something to a terminal, or be a secret. */
function text(value: unknown): string {
  if (typeof value !== "string") return "";
  return printable(withoutSecretShapes(value)).replaceAll("\t", " ");
}
