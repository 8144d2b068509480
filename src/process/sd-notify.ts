/**
 * Word to systemd about where a service stands, when it asks for that: `NOTIFY_SOCKET` in the
 * environment says where to, `WATCHDOG_USEC` how often a sign of life is expected.
 *
 * The protocol is that of sd_notify(3): datagrams of `NAME=value` lines.
 */

import { NotifySocket } from "./notify-socket.ts";
import type { ProcessLog } from "./process-log.ts";

/** The manager's queue may be full for a moment; a message is offered this often and this long. */
const RETRY_MS = 20;
const TRIES_MAX = 50;

/** Environment variables, of which `NOTIFY_SOCKET` and the two of the watchdog are read. */
export type NotifyEnvironment = Readonly<Record<string, string | undefined>>;

export class ServiceManager {
  readonly #socket: NotifySocket;
  readonly #log: ProcessLog;
  readonly #watchdogMs: number;
  /** Messages arrive in the order in which they were sent, whichever has to be offered again. */
  #sending: Promise<void> = Promise.resolve();
  #watchdog: Timer | undefined;

  private constructor(socket: NotifySocket, log: ProcessLog, watchdogMs: number) {
    this.#socket = socket;
    this.#log = log;
    this.#watchdogMs = watchdogMs;
  }

  /** @returns null when there is nobody to notify; an address that cannot be used is logged. */
  static async connect(env: NotifyEnvironment, log: ProcessLog): Promise<ServiceManager | null> {
    const path = env.NOTIFY_SOCKET ?? "";
    if (path === "" || process.platform !== "linux") return null;
    try {
      return new ServiceManager(await NotifySocket.open(path), log, watchdogInterval(env));
    } catch (error) {
      log.warn(`Cannot notify the service manager at ${path}: ${(error as Error).message}`);
      return null;
    }
  }

  /** Start or reload is done; signs of life begin, where they are expected. */
  ready(status: string): void {
    this.#send(`READY=1\nSTATUS=${status}\nMAINPID=${process.pid}`);
    if (this.#watchdogMs === 0 || this.#watchdog !== undefined) return;
    // From the event loop, so that they stop when it hangs.
    this.#watchdog = setInterval(() => this.#socket.send("WATCHDOG=1"), this.#watchdogMs);
    this.#watchdog.unref();
  }

  reloading(): void {
    this.#send(`RELOADING=1\nMONOTONIC_USEC=${this.#socket.monotonicMicros()}`);
  }

  /** A word for people, who see it in `systemctl status`. */
  status(text: string): void {
    this.#send(`STATUS=${text}`);
  }

  stopping(): void {
    this.#send("STOPPING=1\nSTATUS=Shutting down");
  }

  /** Resolves when everything sent has arrived or was given up. */
  async close(): Promise<void> {
    clearInterval(this.#watchdog);
    await this.#sending;
    this.#socket.close();
  }

  #send(message: string): void {
    this.#sending = this.#sending.then(() => this.#offer(message));
  }

  async #offer(message: string): Promise<void> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      if (this.#socket.send(message)) return;
      await Bun.sleep(RETRY_MS);
    }
    const what = message.slice(0, message.indexOf("="));
    this.#log.warn(`The service manager does not take ${what}`);
  }
}

/** Milliseconds between signs of life, half of what is allowed; 0 when nobody expects them of us. */
function watchdogInterval({ WATCHDOG_USEC = "", WATCHDOG_PID = "" }: NotifyEnvironment): number {
  if (!/^[0-9]+$/.test(WATCHDOG_USEC)) return 0;
  if (WATCHDOG_PID !== "" && WATCHDOG_PID !== String(process.pid)) return 0;
  return Number(WATCHDOG_USEC) / 2000;
}
