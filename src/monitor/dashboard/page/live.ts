/** The live feed, as the page has it: connected while the page can be seen. */

import type { Hello, Sample, ServerFacts, Tick } from "../shapes.ts";
import { BASE } from "./api.ts";

/** Seconds of history that are kept. */
const HISTORY_MAX = 300;
/** History with a longer gap in it is begun anew. */
const GAP_MS_MAX = 60_000;
const RETRY_MS = 2000;
/** Something comes each second: after such a silence the connection is dead, whatever it says. */
const SILENCE_MS_MAX = 10_000;

export type LiveState = "connecting" | "live" | "lost";

export interface LiveListener {
  onHello(server: ServerFacts): void;
  onTick(tick: Tick): void;
  onState(state: LiveState): void;
}

export class Live {
  readonly #listener: LiveListener;
  #history: Sample[] = [];
  #server: ServerFacts | null = null;
  #source: EventSource | null = null;
  #retry = 0;
  #watchdog = 0;

  constructor(listener: LiveListener) {
    this.#listener = listener;
    document.addEventListener("visibilitychange", () => this.#follow());
    this.#follow();
  }

  /** Oldest first. */
  get history(): readonly Sample[] {
    return this.#history;
  }

  get server(): ServerFacts | null {
    return this.#server;
  }

  /** What nobody sees needs no feed. */
  #follow(): void {
    if (document.hidden) this.#close();
    else if (this.#source === null) this.#open();
  }

  #open(): void {
    this.#listener.onState("connecting");
    const source = new EventSource(`${BASE}/api/live`);
    this.#source = source;
    source.addEventListener("hello", ({ data }) => this.#greet(JSON.parse(data) as Hello));
    source.addEventListener("tick", ({ data }) => this.#take(JSON.parse(data) as Tick));
    source.onerror = () => this.#lose();
    this.#watch();
  }

  #lose(): void {
    this.#listener.onState("lost");
    this.#close();
    this.#retry = setTimeout(() => this.#follow(), RETRY_MS);
  }

  #watch(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#lose(), SILENCE_MS_MAX);
  }

  #close(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#watchdog);
    this.#source?.close();
    this.#source = null;
  }

  #greet({ server, history }: Hello): void {
    const last = this.#history.at(-1);
    if (last === undefined || Date.now() - last.time > GAP_MS_MAX) {
      this.#history = [...history];
    }
    this.#server = server;
    this.#watch();
    this.#listener.onState("live");
    this.#listener.onHello(server);
  }

  #take(tick: Tick): void {
    this.#watch();
    this.#history.push(tick.sample);
    if (this.#history.length > HISTORY_MAX) this.#history.shift();
    this.#listener.onTick(tick);
  }
}
