/**
 * What each signal does, as in nats-server: two stop the process, one reloads, one reopens the log
 * file, one begins lame duck mode, and two end it at once with a dump of its state.
 *
 * SIGTERM is ignored in lame duck mode, because systemd sends it as soon as the command that began
 * lame duck mode has returned. SIGINT is not, so that an impatient operator has a way.
 */

import type { ProcessLog } from "./process-log.ts";

/** How far the life of a server has come. */
export type Phase = "serving" | "lame duck" | "stopping";

export interface SignalHandlers {
  /** Decides what SIGTERM does; while stopping, signals go unheard. */
  readonly phase: Phase;
  stop(): void;
  reload(): void;
  reopen(): void;
  lameDuck(): void;
  /** Shows the state and ends the process. `signal` is `SIGQUIT: quit` or `SIGABRT: abort`. */
  dump(signal: string): void;
}

type Action = "stop" | "terminate" | "reload" | "reopen" | "lameDuck";

interface Trap {
  readonly signal: NodeJS.Signals;
  /** Name by which Go logs it. */
  readonly name: string;
  readonly action: Action;
}

const UNIX_TRAPS: readonly Trap[] = [
  { signal: "SIGINT", name: "interrupt", action: "stop" },
  { signal: "SIGTERM", name: "terminated", action: "terminate" },
  { signal: "SIGHUP", name: "hangup", action: "reload" },
  { signal: "SIGUSR1", name: "user defined signal 1", action: "reopen" },
  { signal: "SIGUSR2", name: "user defined signal 2", action: "lameDuck" },
];

/** Ctrl-C, Ctrl-Break, and the closing of the console window. */
const WINDOWS_TRAPS: readonly Trap[] = [
  { signal: "SIGINT", name: "interrupt", action: "stop" },
  { signal: "SIGBREAK", name: "interrupt", action: "stop" },
  { signal: "SIGTERM", name: "terminated", action: "stop" },
  { signal: "SIGHUP", name: "terminated", action: "stop" },
];

const DUMPS = { SIGQUIT: "quit", SIGABRT: "abort" } as const;

/** Go's runtime takes no notice of these; by default some of them would end the process. */
const IGNORED = ["SIGPIPE", "SIGALRM", "SIGWINCH"] as const;

/** Takes over the signals of this process. */
export function trapSignals(log: ProcessLog, handlers: SignalHandlers): void {
  const onWindows = process.platform === "win32";
  for (const { signal, name, action } of onWindows ? WINDOWS_TRAPS : UNIX_TRAPS) {
    process.on(signal, () => {
      if (handlers.phase === "stopping") return;
      const line = `Trapped "${name}" signal`;
      if (onWindows) log.debug(line);
      else log.info(line);
      act(handlers, action);
    });
  }
  if (onWindows) return;
  for (const [signal, name] of Object.entries(DUMPS)) {
    process.on(signal, () => handlers.dump(`${signal}: ${name}`));
  }
  for (const signal of IGNORED) process.on(signal, ignore);
}

function act(handlers: SignalHandlers, action: Action): void {
  if (action !== "terminate") handlers[action]();
  else if (handlers.phase !== "lame duck") handlers.stop();
}

function ignore(): void {}
