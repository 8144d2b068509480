/**
 * A server as a Windows service, apart from the calls: which states it goes through, and what the
 * codes mean that it is sent.
 *
 *     StartPending --ready--> Running --Stop, Shutdown, end--> StopPending --> Stopped (0)
 *          +---------not ready in time, or at all--------------------------> Stopped (1)
 */

import { parseGoDuration } from "../config/schema/go-quantities.ts";
import { ServiceState, type ServiceStatus } from "./layouts.ts";

/** Codes sent to a service. Those from 128 on are nats-server's own. */
export const Control = {
  stop: 1,
  interrogate: 4,
  shutdown: 5,
  paramChange: 6,
  reopenLog: 128,
  lameDuck: 129,
} as const;

/** Stop, Shutdown and ParamChange. */
export const ACCEPTED_CONTROLS = 0x1 | 0x4 | 0x8;

const DEFAULT_START_TIMEOUT_MS = 10_000;
/** Longest time a timer takes. */
const TIMER_MAX_MS = 2 ** 31 - 1;
/** What a stop may take; it only advises those who wait for it. */
const STOP_WAIT_HINT_MS = 30_000;

const EXIT_OK = 0;
const EXIT_NOT_READY = 1;

/** Where a service puts its words. */
export interface ServiceLog {
  error(text: string): void;
  debug(text: string): void;
}

/** What runs as a service. */
export interface ServiceProgram {
  readonly log: ServiceLog;
  /** Settles when the server has ended, for whatever reason. */
  readonly ended: Promise<unknown>;
  /** Starts the server. Resolves once connections are accepted; rejects, already logged, if never. */
  start(): Promise<void>;
  /** Shuts the server down. */
  stop(): Promise<void>;
  /** Opens the log file anew, for rotation. */
  reopenLog(): void | Promise<void>;
  /** @throws Error with what is wrong with the new configuration. */
  reload(): void | Promise<void>;
  /** Begins lame duck mode; `ended` settles at its end. */
  lameDuck(): void;
}

/**
 * How long a start may take, in milliseconds: 10 s, or what NATS_STARTUP_DELAY says as a Go duration.
 * What is no duration is logged and does not count, as in nats-server.
 */
export function startTimeout(log: ServiceLog, text = process.env.NATS_STARTUP_DELAY): number {
  if (text === undefined) return DEFAULT_START_TIMEOUT_MS;
  try {
    return Math.min(Math.max(parseGoDuration(text), 0), TIMER_MAX_MS);
  } catch (error) {
    const problem = (error as Error).message;
    log.error(`Failed to parse "${text}" as a duration for startup: ${problem}`);
    return DEFAULT_START_TIMEOUT_MS;
  }
}

export class ServiceProtocol {
  readonly #program: ServiceProgram;
  readonly #report: (status: ServiceStatus) => void;
  #status: ServiceStatus = statusOf(ServiceState.startPending);
  readonly #stopRequest = Promise.withResolvers<void>();
  /** Reloads and log openings that have not begun; each at most once. */
  readonly #waiting = new Set<number>();
  #working: Promise<void> = Promise.resolve();

  /** @param report tells the service control manager. */
  constructor(program: ServiceProgram, report: (status: ServiceStatus) => void) {
    this.#program = program;
    this.#report = report;
  }

  /** Runs the program from its start to its end. Resolves with the exit code reported. */
  async run(): Promise<number> {
    const timeoutMs = startTimeout(this.#program.log);
    this.#enter(statusOf(ServiceState.startPending, { waitHintMs: timeoutMs }));
    if (!(await this.#startsWithin(timeoutMs))) {
      this.#enter(statusOf(ServiceState.stopped, { exitCode: EXIT_NOT_READY }));
      return EXIT_NOT_READY;
    }
    this.#enter(statusOf(ServiceState.running, { accepts: ACCEPTED_CONTROLS }));
    const ended = this.#program.ended.then(ignore, ignore);
    await Promise.race([this.#stopRequest.promise, ended]);
    this.#enter(statusOf(ServiceState.stopPending, { waitHintMs: STOP_WAIT_HINT_MS }));
    await this.#stop();
    this.#enter(statusOf(ServiceState.stopped));
    return EXIT_OK;
  }

  /** Acts on a code from the service control manager, and never throws. */
  control(code: number): void {
    const isRunning = this.#status.state === ServiceState.running;
    if (code === Control.interrogate) {
      this.#report(this.#status);
    } else if (isRunning && (code === Control.stop || code === Control.shutdown)) {
      this.#stopRequest.resolve();
    } else if (isRunning && code === Control.lameDuck) {
      this.#program.lameDuck();
    } else if (isRunning && (code === Control.reopenLog || code === Control.paramChange)) {
      this.#enqueue(code);
    } else {
      this.#program.log.debug(`Unexpected control request: ${code}`);
    }
  }

  #enter(status: ServiceStatus): void {
    this.#status = status;
    this.#report(status);
  }

  async #startsWithin(timeoutMs: number): Promise<boolean> {
    const timeout = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => timeout.resolve(false), timeoutMs);
    const started = this.#program.start().then(
      () => true,
      () => false,
    );
    const isStarted = await Promise.race([started, timeout.promise]);
    clearTimeout(timer);
    return isStarted;
  }

  async #stop(): Promise<void> {
    try {
      await this.#program.stop();
    } catch (error) {
      this.#program.log.error(`Failed to shut down: ${(error as Error).message}`);
    }
  }

  /** One after the other, as they came. Asking again for what has not begun changes nothing. */
  #enqueue(code: number): void {
    if (this.#waiting.has(code)) return;
    this.#waiting.add(code);
    this.#working = this.#working.then(() => {
      this.#waiting.delete(code);
      return code === Control.reopenLog ? this.#reopenLog() : this.#reload();
    });
  }

  async #reopenLog(): Promise<void> {
    try {
      await this.#program.reopenLog();
    } catch (error) {
      this.#program.log.error(`Failed to reopen the log file: ${(error as Error).message}`);
    }
  }

  async #reload(): Promise<void> {
    try {
      await this.#program.reload();
    } catch (error) {
      const problem = (error as Error).message;
      this.#program.log.error(`Failed to reload server configuration: ${problem}`);
    }
  }
}

function statusOf(state: ServiceState, rest: Partial<ServiceStatus> = {}): ServiceStatus {
  return { state, accepts: 0, exitCode: 0, waitHintMs: 0, ...rest };
}

function ignore(): void {}
