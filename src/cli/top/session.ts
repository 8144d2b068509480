/** `top` on a terminal: looks again and again, until somebody has seen enough. */

import { EndpointError } from "./endpoint.ts";
import { HostNames } from "./host-names.ts";
import { readKeys } from "./keys.ts";
import type { Sampler } from "./sample.ts";
import { Screen } from "./screen.ts";
import type { Display, Schedule } from "./settings.ts";
import { Terminal } from "./terminal.ts";

/** A look that a key asks for comes a little later, as more keys may follow. */
const SOON_MS = 20;

export class Session {
  readonly #sampler: Sampler;
  readonly #display: Display;
  readonly #schedule: Schedule;
  readonly #screen: Screen;
  readonly #names = new HostNames(() => this.#draw());
  readonly #over = Promise.withResolvers<void>();
  #terminal: Terminal | undefined;
  #timer: Timer | undefined;
  #isLooking = false;
  /** A key has changed what is to be looked at, during a look. */
  #isStale = false;
  #looks = 0;

  constructor(sampler: Sampler, display: Display, schedule: Schedule) {
    this.#sampler = sampler;
    this.#display = display;
    this.#schedule = schedule;
    this.#screen = new Screen(display, { nameOf: (ip) => this.#names.nameOf(ip) });
  }

  /**
   * Resolves at the end.
   *
   * @throws EndpointError when already the first look fails; nothing has been shown then.
   */
  async run(): Promise<void> {
    this.#screen.show(await this.#sampler.take(this.#display));
    this.#looks++;
    using terminal = new Terminal({
      onInput: (text) => this.#onInput(text),
      onResize: () => this.#draw(),
      onEnd: () => this.#over.resolve(),
    });
    this.#terminal = terminal;
    this.#draw();
    this.#lookIn(this.#schedule.delayMs);
    await this.#over.promise;
    this.#terminal = undefined;
    clearTimeout(this.#timer);
  }

  #onInput(text: string): void {
    for (const key of readKeys(text)) {
      const wish = this.#screen.onKey(key);
      if (wish === "end") this.#over.resolve();
      if (wish !== "look") continue;
      if (this.#isLooking) this.#isStale = true;
      else this.#lookIn(SOON_MS);
    }
    this.#draw();
  }

  #draw(): void {
    const terminal = this.#terminal;
    terminal?.draw(this.#screen.lines(terminal.height));
  }

  #lookIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (this.#looks >= this.#schedule.count) this.#over.resolve();
    else this.#timer = setTimeout(() => void this.#look().catch(this.#over.reject), milliseconds);
  }

  async #look(): Promise<void> {
    if (this.#screen.isPaused) return;
    const start = performance.now();
    this.#isLooking = true;
    try {
      this.#screen.show(await this.#sampler.take(this.#display));
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      this.#screen.fault = error.message;
    }
    this.#isLooking = false;
    this.#looks++;
    if (this.#terminal === undefined) return;
    this.#draw();
    const wait = Math.max(SOON_MS, this.#schedule.delayMs - (performance.now() - start));
    this.#lookIn(this.#isStale ? SOON_MS : wait);
    this.#isStale = false;
  }
}
