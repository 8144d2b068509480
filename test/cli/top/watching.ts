/** `top` on a terminal of the test's own. */

import { candidate } from "../../conformance/config/program.ts";
import { until } from "../../support/until.ts";

const LEAVES = "\u001b[?1049l";

export interface Watching extends AsyncDisposable {
  readonly exited: Promise<number>;
  /** All that the terminal was sent. */
  sent(): string;
  /** What is on the screen: the last whole picture, without colours. */
  screen(): string;
  shows(text: string | RegExp): Promise<void>;
  press(keys: string): void;
  resize(columns: number, rows: number): void;
  kill(signal: NodeJS.Signals): void;
  /** The end, with the screen as it was before. */
  left(): Promise<number>;
}

export function watch(
  args: readonly string[],
  env: Record<string, string> = {},
  size = { cols: 200, rows: 24 },
): Watching {
  let sent = "";
  const decoder = new TextDecoder();
  const child = Bun.spawn([...candidate, "top", ...args], {
    env: { PATH: process.env.PATH ?? "", HOME: "/", TERM: "xterm-256color", ...env },
    terminal: {
      ...size,
      data: (_, chunk) => {
        sent += decoder.decode(chunk, { stream: true });
      },
    },
  });
  const terminal = child.terminal!;
  const screen = (): string => {
    const whole = sent.slice(0, sent.lastIndexOf("\u001b[J"));
    return Bun.stripANSI(whole.slice(whole.lastIndexOf("\u001b[H"))).replaceAll("\r", "");
  };
  const isShown = (text: string | RegExp): boolean =>
    typeof text === "string" ? screen().includes(text) : text.test(screen());
  return {
    exited: child.exited,
    sent: () => sent,
    screen,
    shows: async (text) => {
      await until(`${text} on the screen`, () => isShown(text)).catch((error: Error) => {
        throw new Error(`${error.message}:\n${screen()}`);
      });
    },
    press: (keys) => void terminal.write(keys),
    resize: (columns, rows) => terminal.resize(columns, rows),
    kill: (signal) => child.kill(signal),
    left: async () => {
      const code = await child.exited;
      await until("the normal screen", () => sent.includes(LEAVES));
      return code;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.exited;
      terminal.close();
    },
  };
}
