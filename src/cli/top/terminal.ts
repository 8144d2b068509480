/** A terminal that is used as a whole screen, and left as it was. */

import { cutTo } from "./table.ts";

const ALTERNATE_SCREEN = "\u001b[?1049h\u001b[?25l\u001b[?7l";
const NORMAL_SCREEN = "\u001b[?7h\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const CLEAR_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";
const RESET = "\u001b[0m";

export const Style = { plain: "", title: "1", note: "2", warning: "33", danger: "1;31" } as const;

export type Style = keyof typeof Style;

export interface Line {
  readonly text: string;
  readonly style: Style;
}

export interface TerminalEvents {
  onInput(text: string): void;
  onResize(): void;
  /** Somebody wants the program to end. */
  onEnd(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Whether there is a terminal that can show a screen, and that keys come from. */
export function hasScreen(): boolean {
  const { stdin, stdout, env } = process;
  return stdin.isTTY === true && stdout.isTTY === true && env.TERM !== "dumb";
}

export class Terminal implements Disposable {
  readonly #events: TerminalEvents;
  readonly #hasColours = !process.env.NO_COLOR;
  readonly #onData = (chunk: Buffer): void => this.#events.onInput(chunk.toString());
  readonly #onResize = (): void => this.#events.onResize();
  readonly #onEnd = (): void => this.#events.onEnd();

  constructor(events: TerminalEvents) {
    this.#events = events;
    const { stdin, stdout } = process;
    stdin.setRawMode(true);
    stdin.on("data", this.#onData).on("end", this.#onEnd).on("error", this.#onEnd);
    stdin.resume();
    stdout.on("resize", this.#onResize).on("error", this.#onEnd);
    for (const signal of SIGNALS) process.on(signal, this.#onEnd);
    stdout.write(ALTERNATE_SCREEN);
  }

  get width(): number {
    return process.stdout.columns || 80;
  }

  get height(): number {
    return process.stdout.rows || 24;
  }

  /** Lines that are too long are cut, and those that are too many left out. */
  draw(lines: readonly Line[]): void {
    // What a slow terminal has not taken yet is not to pile up.
    if (process.stdout.writableNeedDrain) return;
    const { width, height } = this;
    const rows = lines.slice(0, height).map(({ text, style }) => {
      const cut = cutTo(text, width);
      const code = this.#hasColours ? Style[style] : "";
      return `${code === "" ? cut : `\u001b[${code}m${cut}${RESET}`}${CLEAR_LINE}`;
    });
    process.stdout.write(`${HOME}${rows.join("\r\n")}${CLEAR_BELOW}`);
  }

  [Symbol.dispose](): void {
    const { stdin, stdout } = process;
    stdin.off("data", this.#onData).off("end", this.#onEnd);
    stdout.off("resize", this.#onResize);
    for (const signal of SIGNALS) process.off(signal, this.#onEnd);
    stdin.setRawMode(false);
    stdin.pause();
    stdout.write(NORMAL_SCREEN);
  }
}
