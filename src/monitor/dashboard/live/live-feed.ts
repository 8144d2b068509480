/**
 * The live feed: once a second everybody who watches is told the same. While nobody watches there is
 * no timer, no sampler and no survey of the connections.
 */

import { processUse } from "../../../documents/process-use.ts";
import type { ServerView } from "../../../documents/server-view.ts";
import { guarded, RefusedError } from "../answers.ts";
import type { ConnectionRates } from "../connections/rates.ts";
import type { Health, Hello, Sample, ServerFacts, Tick } from "../shapes.ts";
import { recentlyCutOff, slowNow } from "../slow.ts";
import { SubjectSampler } from "../subject-sampler.ts";
import { flowBetween, type Survey, survey } from "./survey.ts";
import { encodeEvent, Viewer } from "./viewer.ts";
import { WorstLag } from "./worst-lag.ts";

/** Who may watch at a time. */
export const VIEWERS_MAX = 16;
/** Seconds that somebody who begins to watch is told of. */
const HISTORY_MAX = 300;
const PERIOD_MS = 1000;
const SUBJECTS_SHOWN_MAX = 50;
const SLOW_SHOWN_MAX = 10;

export interface LiveSources {
  readonly view: ServerView;
  readonly rates: ConnectionRates;
  facts(): ServerFacts;
  health(): Promise<Health>;
}

export class LiveFeed {
  readonly #sources: LiveSources;
  readonly #viewers = new Set<Viewer>();
  readonly #lag = new WorstLag();
  #sampler: SubjectSampler | null = null;
  #history: Sample[] = [];
  #before: Survey | null = null;
  #timer: Timer | undefined;

  constructor(sources: LiveSources) {
    this.#sources = sources;
  }

  get viewerCount(): number {
    return this.#viewers.size;
  }

  /** @throws RefusedError when too many watch already. */
  watch(): Response {
    if (this.#viewers.size >= VIEWERS_MAX) {
      const text = `${VIEWERS_MAX} others are watching already: close one of their pages.`;
      throw new RefusedError(503, text, { "Retry-After": "5" });
    }
    const viewer = new Viewer((gone) => this.#forget(gone));
    this.#viewers.add(viewer);
    if (this.#timer === undefined) this.#start();
    const hello: Hello = { server: this.#sources.facts(), history: this.#history };
    viewer.send(encodeEvent("hello", hello), performance.now());
    return new Response(viewer.stream, {
      headers: guarded({ "Content-Type": "text/event-stream", "X-Accel-Buffering": "no" }),
    });
  }

  /** Ends all answers. */
  stop(): void {
    for (const viewer of this.#viewers) viewer.end();
    this.#viewers.clear();
    this.#end();
  }

  #forget(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size === 0) this.#end();
  }

  #start(): void {
    const { view } = this.#sources;
    this.#sampler = new SubjectSampler();
    view.sampler = this.#sampler;
    this.#lag.start();
    processUse();
    this.#timer = setInterval(() => void this.#tick(), PERIOD_MS);
    this.#timer.unref();
    void this.#survey();
  }

  #end(): void {
    const { view } = this.#sources;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#lag.stop();
    if (view.sampler === this.#sampler) view.sampler = null;
    this.#sampler = null;
    this.#history = [];
    this.#before = null;
  }

  async #tick(): Promise<void> {
    const before = this.#before;
    // The one before is still under way.
    if (before === null) return;
    const now = await this.#survey();
    if (this.#timer === undefined) return;
    const health = await this.#sources.health();
    if (this.#timer === undefined) return;
    const event = encodeEvent("tick", this.#tickOf(before, now, health));
    const time = performance.now();
    for (const viewer of this.#viewers) {
      if (viewer.send(event, time)) continue;
      viewer.end();
      this.#forget(viewer);
    }
  }

  async #survey(): Promise<Survey> {
    const { view, rates } = this.#sources;
    this.#before = null;
    const now = await survey(view, rates);
    if (this.#timer !== undefined) this.#before = now;
    return now;
  }

  #tickOf(before: Survey, now: Survey, health: Health): Tick {
    const { view } = this.#sources;
    const seconds = (now.at - before.at) / 1000;
    const { cpu, memory } = processUse();
    const sample: Sample = {
      time: Date.now(),
      ...flowBetween(before, now),
      connections: view.clients.size,
      pendingBytes: now.pendingBytes,
      lagMs: this.#lag.take(),
      cpu,
      memory,
    };
    this.#history.push(sample);
    if (this.#history.length > HISTORY_MAX) this.#history.shift();
    return {
      sample,
      totals: {
        ...now.total,
        connectionsTotal: view.totalClients,
        connectionsMax: view.options.maxConnections,
        subscriptions: now.subscriptions,
        accounts: view.accounts.count,
        slowConsumers: view.stats.slowConsumers,
        staleConnections: view.stats.staleConnections,
        denials: view.denials.counts.total,
      },
      health,
      subjects: this.#sampler?.tick(seconds, SUBJECTS_SHOWN_MAX) ?? [],
      slow: slowNow(view, SLOW_SHOWN_MAX),
      cutOff: recentlyCutOff(view),
      busiest: now.busiest,
      logSequence: view.log.tail?.sequence ?? 0,
    };
  }
}
