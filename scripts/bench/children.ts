/** The processes of a benchmark. None of them outlives it, however it ends. */

import { constants } from "node:os";

/** On Linux the kernel kills a process that was started so with the one that started it. */
const WITH_PARENT = ["setpriv", "--pdeathsig", "KILL"];
const ENDING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const running = new Set<Bun.Subprocess>();
let isWatching = false;

/** What to start a command with, so that it ends even when the benchmark is killed. */
export function tied(command: readonly string[]): string[] {
  return Bun.which(WITH_PARENT[0]!) === null ? [...command] : [...WITH_PARENT, ...command];
}

/** Has a process killed at the end of the benchmark, if it still runs then. */
export function adopt<Child extends Bun.Subprocess>(child: Child): Child {
  if (!isWatching) watch();
  running.add(child);
  void child.exited.then(() => running.delete(child));
  return child;
}

/** Ends a process at once, with whatever it is at. */
export async function end(child: Bun.Subprocess): Promise<void> {
  child.kill("SIGKILL");
  await child.exited;
}

/** Not before there is something to kill: tests that import this keep their signals. */
function watch(): void {
  isWatching = true;
  process.on("exit", () => {
    for (const child of running) child.kill("SIGKILL");
  });
  for (const signal of ENDING) {
    process.on(signal, () => process.exit(128 + constants.signals[signal]));
  }
}
