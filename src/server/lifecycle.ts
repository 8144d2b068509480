/**
 * A server as a process: its files, its signals, its service manager, and its exit codes.
 *
 * Exit codes are nats-server's: 0 after an orderly stop, 1 when it cannot start, 2 after a crash or a
 * dump.
 */

import type { Options } from "../config/options/options.ts";
import { allUsers } from "../config/validate/users.ts";
import { ContradictionError } from "../config/validate/validate.ts";
import type { ServerControl } from "../documents/server-control.ts";
import type { LogSettings } from "../log/log-settings.ts";
import { LogTargetError } from "../log/log-target.ts";
import type { Logger } from "../log/logger.ts";
import { openLog, reconfigureLog } from "../log/open-log.ts";
import { startupErrorLine } from "../log/plain-error.ts";
import { CRASH_CODE, trapCrashes } from "../process/crash.ts";
import { writePidFile } from "../process/pid-file.ts";
import { PortsFile } from "../process/ports-file.ts";
import { flushLog } from "../process/process-log.ts";
import type { ServiceManager } from "../process/sd-notify.ts";
import { type Phase, type SignalHandlers, trapSignals } from "../process/signals.ts";
import { describeState } from "../process/state-dump.ts";
import { joinHostPort } from "../protocol/host-port.ts";
import type { ConfigurationSource } from "./banner.ts";
import type { ProcessFiles } from "./reload/reload-step.ts";
import { Server } from "./server.ts";
import { StartError } from "./start-error.ts";
import { logPlatform, systemLogSettings } from "./system-log.ts";

/** A dump that cannot be written in this time is given up. */
const DUMP_MS_MAX = 1000;
/** Accounts and users of a configuration that leaves some ten megabytes behind. */
const LARGE_CONFIGURATION = 5000;

/**
 * Applies a changed configuration to a running server.
 *
 * @throws Error whose message says why nothing was changed.
 */
export type Reload = (process: ServerProcess) => void | Promise<void>;

export interface RunExtras {
  /** The file that the options come from. */
  configuration?: ConfigurationSource;
  /** What SIGHUP does; by default it is refused, as without a configuration file. */
  reload?: Reload;
  /** What is to be said of the configuration, a line each. */
  advice?: readonly string[];
}

/**
 * Runs a server until a signal, or the service manager, stops it.
 *
 * @returns once it listens. When it cannot, the process ends.
 */
export async function runServer(
  options: Partial<Options>,
  extras: RunExtras = {},
): Promise<ServerProcess> {
  const server = await createServer(options, extras.configuration ?? null);
  const running = new ServerProcess(server, extras);
  // What the compiler knows to be false is left out of an executable, with all that it would import.
  if (process.platform === "win32") {
    const { runAsServiceIfAsked } = await import("./windows-service.ts");
    if (await runAsServiceIfAsked(running)) return running;
  }
  void running.ended.then((code) => process.exit(code));
  await running.start();
  return running;
}

/** The process of one server. Its methods are what signals, or a service manager's controls, do. */
export class ServerProcess implements SignalHandlers, ServerControl, ProcessFiles {
  readonly server: Server;
  /** Resolves to the exit code when the process is to end: its log is out by then. */
  readonly ended: Promise<number>;
  readonly #end: (code: number) => void;
  readonly #log: Logger;
  readonly #reload: Reload;
  readonly #advice: readonly string[];
  #portsFile: PortsFile | undefined;
  #manager: ServiceManager | null = null;
  #reloading: Promise<string> | null = null;
  #reloadAgain = false;

  constructor(server: Server, { reload = refuseReload, advice = [] }: RunExtras) {
    this.server = server;
    const { promise, resolve } = Promise.withResolvers<number>();
    this.ended = promise;
    this.#end = resolve;
    this.#log = server.log;
    this.#reload = reload;
    this.#advice = advice;
    server.control = this;
    server.commandLine = commandLine();
  }

  get phase(): Phase {
    return this.server.phase;
  }

  /** Starts listening, in nats-server's order; faults are logged and end the process. */
  async start(): Promise<void> {
    trapCrashes(this.#log);
    trapSignals(this.#log, this);
    const { server } = this;
    server.announce();
    for (const line of this.#advice) this.#log.warn(line);
    await this.#connectManager();
    const { pidFile, portsFileDir } = server.options;
    try {
      if (pidFile !== "") await writePidFile(pidFile);
    } catch (error) {
      return this.#fail(`Could not write pidfile: ${(error as Error).message}`);
    }
    try {
      await server.prepare(server.options);
    } catch (error) {
      return this.#fail((error as Error).message);
    }
    freeLeftovers(server.options);
    try {
      await server.openMonitor();
      server.listen();
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      return this.#fail(error.message);
    }
    if (server.phase === "stopping") return;
    if (portsFileDir !== "") await this.#writePortsFile(portsFileDir);
    this.#manager?.ready(this.#readyStatus);
  }

  /** Stops in order and ends the process with 0. */
  stop(): void {
    void this.#stop();
  }

  /** Reloads the configuration; what comes while a reload is under way is done after it, once. */
  reload(): Promise<string> {
    this.#reloadAgain = true;
    this.#reloading ??= this.#reloadWhileAsked();
    return this.#reloading;
  }

  /** Opens the log file anew, after it was moved away. */
  reopen(): void {
    void this.#log.reopen();
  }

  /** Lets the clients go, then stops; nothing when that has begun already. */
  lameDuck(): void {
    void this.#lameDuck();
  }

  dump(signal: string): void {
    void this.#dump(signal);
  }

  async configureLog(from: LogSettings, to: LogSettings): Promise<void> {
    const [before, after] = [await systemLogSettings(from), await systemLogSettings(to)];
    return reconfigureLog(this.server.log, before, after, logPlatform());
  }

  /** The new file is written, the old one stays, as in nats-server. */
  async writePidFile(path: string): Promise<void> {
    try {
      await writePidFile(path);
    } catch (error) {
      this.#log.error(`Failed to write pidfile: ${(error as Error).message}`);
    }
  }

  /** @param folder for the ports file from now on; empty for none. */
  async movePortsFile(folder: string): Promise<void> {
    await this.#removePortsFile();
    if (folder !== "") await this.#writePortsFile(folder);
  }

  get #readyStatus(): string {
    const { options, port } = this.server;
    return `Listening for client connections on ${joinHostPort(options.host, port)}`;
  }

  async #connectManager(): Promise<void> {
    if (process.env.NOTIFY_SOCKET === undefined) return;
    const { ServiceManager } = await import("../process/sd-notify.ts");
    this.#manager = await ServiceManager.connect(process.env, this.#log);
  }

  async #writePortsFile(folder: string): Promise<void> {
    this.#portsFile = await PortsFile.in(folder, this.#log);
    await this.#portsFile.write(this.server.endpoints);
  }

  async #removePortsFile(): Promise<void> {
    const file = this.#portsFile;
    this.#portsFile = undefined;
    await file?.remove();
  }

  async #stop(): Promise<void> {
    if (this.phase === "stopping") return;
    this.#manager?.stopping();
    await this.server.stop(() => this.#removePortsFile());
    await this.#manager?.close();
    await this.#exit(0);
  }

  async #lameDuck(): Promise<void> {
    if (this.phase !== "serving") return;
    const ending = this.server.lameDuck(this.server.options);
    this.#manager?.status("Lame duck mode: clients are going to other servers");
    if (await ending) await this.#stop();
  }

  /** @returns what was wrong the last time; "" when nothing was. */
  async #reloadWhileAsked(): Promise<string> {
    let fault = "";
    while (this.#reloadAgain && this.phase !== "stopping") {
      this.#reloadAgain = false;
      this.#manager?.reloading();
      fault = "";
      try {
        await this.#reload(this);
      } catch (error) {
        fault = (error as Error).message;
        this.#log.error(`Failed to reload server configuration: ${fault}`);
      }
      this.#manager?.ready(this.#readyStatus);
    }
    this.#reloading = null;
    return fault;
  }

  /** Goes to standard error wherever the log goes, as Go's dump does. */
  async #dump(signal: string): Promise<void> {
    const { clients, phase } = this.server;
    const { routes, gateways, ...stats } = this.server.stats;
    let subscriptions = 0;
    for (const client of clients.values()) subscriptions += client.outbound.subCount;
    const facts = {
      phase,
      clients: clients.size,
      subscriptions,
      ...stats,
      routedMsgs: routes.inMsgs,
      gatewayMsgs: gateways.inMsgs,
    };
    const written = Bun.write(Bun.stderr, describeState(signal, facts));
    await Promise.race([written.catch(() => {}), Bun.sleep(DUMP_MS_MAX)]);
    await this.#exit(CRASH_CODE);
  }

  async #fail(text: string): Promise<void> {
    this.#log.fatal(text);
    await this.#exit(1);
  }

  /** Never returns: the process is about to end. */
  async #exit(code: number): Promise<never> {
    await flushLog(this.#log);
    this.#end(code);
    return new Promise(() => {});
  }
}

/** As it was typed: the runtime puts the path of the program's text in its second place. */
function commandLine(): string[] {
  return [process.argv0, ...process.argv.slice(2)];
}

/**
 * What a large configuration was read with can be several times as large as what is kept of it. It is
 * freed before there are clients who would notice.
 */
function freeLeftovers(options: Readonly<Options>): void {
  if (options.accounts.length + allUsers(options).length > LARGE_CONFIGURATION) Bun.gc(true);
}

/** Ends the process when options contradict each other, or something cannot be opened. */
async function createServer(
  options: Partial<Options>,
  configuration: ConfigurationSource | null,
): Promise<Server> {
  try {
    const server = new Server(options, null, configuration);
    const settings = await systemLogSettings(server.options);
    await server.log.configure(settings, await openLog(settings, logPlatform()));
    await server.open();
    return server;
  } catch (error) {
    process.stderr.write(await startFault(error as Error));
    process.exit(1);
  }
}

async function startFault(error: Error): Promise<string> {
  if (error instanceof LogTargetError) return startupErrorLine(error.message);
  const isWrong = error instanceof ContradictionError || error instanceof StartError;
  if (isWrong) return `nats-server: ${error.message}\n`;
  throw error;
}

function refuseReload(): void {
  throw new Error("can only reload config when a file is provided using -c or --config");
}
