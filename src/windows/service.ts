/**
 * Runs a program under the service control manager.
 *
 * StartServiceCtrlDispatcherW holds its thread until the service has stopped, and calls back from
 * threads of its own. It has the signature of a thread's main function, so it is made one: CreateThread
 * gets its address, and the program's thread stays free. The callbacks are thread-safe ones, which run
 * on the program's thread some time after the system's thread has made the call and gone on. Hence
 *
 * - none has a result: controls go to a Handler and not to a HandlerEx, whose result would be sent on
 *   to whoever sends the control;
 * - the service's main function returns at once, which leaves the service running;
 * - its arguments are not read, as they are gone by then. They are those of StartService; the flags
 *   are on the command line, as in nats-server.
 */

import type { Pointer } from "bun:ffi";
import { openSystemCalls } from "./advapi.ts";
import { type ServiceStatus, serviceStatus, serviceTable, wideString } from "./layouts.ts";
import { type ServiceProgram, ServiceProtocol } from "./service-protocol.ts";
import type { SystemCalls } from "./system-calls.ts";
import { type ErrorCalls, errorText, lastErrorText } from "./system-error.ts";

export { isWindowsService } from "./service-detection.ts";

/** The calls that a service makes. */
export type ServiceCalls = ErrorCalls &
  Pick<
    SystemCalls,
    | "CreateThread"
    | "GetModuleHandleW"
    | "GetProcAddress"
    | "RegisterServiceCtrlHandlerW"
    | "RegisterWaitForSingleObject"
    | "SetServiceStatus"
  >;

/** Name under which the service is registered, unless it is told another. */
export const SERVICE_NAME = "nats-server";

const WAIT_FOREVER = 0xffffffff;
const ONLY_ONCE = 0x8;
/** The thread cannot tell its last error; no connection to the manager is the one it can have. */
const ERROR_FAILED_SERVICE_CONTROLLER_CONNECT = 1063;
/** What the dispatcher may take to return once the service has stopped. */
const DISPATCHER_END_MS = 5_000;
/** Callbacks from other threads do not keep the process alive; a timer that never runs out does. */
const KEEP_ALIVE_MS = 2 ** 31 - 1;

/** What the system holds addresses of, for as long as the process lives. */
const held: unknown[] = [];

/** What the system calls. */
interface Callbacks {
  /** The service is to begin. */
  onMain(): void;
  onControl(code: number): void;
  /** The dispatcher has returned. */
  onEnd(): void;
}

/**
 * Runs a program as a service, from its start until it has stopped. The process should end then.
 *
 * @returns the exit code, which the service control manager has been told.
 * @throws Error when the service control manager cannot be reached.
 */
export async function runAsService(program: ServiceProgram, calls?: ServiceCalls): Promise<number> {
  const keepAlive = setInterval(() => {}, KEEP_ALIVE_MS);
  try {
    return await run(program, calls ?? (await openSystemCalls()));
  } finally {
    clearInterval(keepAlive);
  }
}

async function run(program: ServiceProgram, calls: ServiceCalls): Promise<number> {
  const begun = Promise.withResolvers<boolean>();
  const ended = Promise.withResolvers<void>();
  const reporter = new StatusReporter(program, calls);
  const protocol = new ServiceProtocol(program, (status) => reporter.report(status));
  const handler = await startDispatcher(calls, {
    onMain: () => begun.resolve(true),
    onControl: (code) => protocol.control(code),
    onEnd: () => {
      begun.resolve(false);
      ended.resolve();
    },
  });
  if (!(await begun.promise)) {
    throw new Error(errorText(calls, ERROR_FAILED_SERVICE_CONTROLLER_CONNECT));
  }
  reporter.register(handler);
  const code = await protocol.run();
  await Promise.race([ended.promise, Bun.sleep(DISPATCHER_END_MS)]);
  return code;
}

/** Tells the service control manager the states of the service. */
class StatusReporter {
  readonly #program: ServiceProgram;
  readonly #calls: ServiceCalls;
  #handle: Pointer | bigint | null = null;

  constructor(program: ServiceProgram, calls: ServiceCalls) {
    this.#program = program;
    this.#calls = calls;
  }

  /** @throws Error with the system's words. */
  register(handler: Pointer): void {
    const name = wideString(SERVICE_NAME);
    this.#handle = this.#calls.RegisterServiceCtrlHandlerW(name, handler);
    if (this.#handle === null) throw new Error(lastErrorText(this.#calls));
  }

  report(status: ServiceStatus): void {
    if (this.#calls.SetServiceStatus(this.#handle, serviceStatus(status)) !== 0) return;
    const problem = lastErrorText(this.#calls);
    this.#program.log.error(`Failed to report the state of the service: ${problem}`);
  }
}

/**
 * Starts the thread that serves the service control manager.
 *
 * @returns the address of the function that takes controls.
 * @throws Error with the system's words.
 */
async function startDispatcher(calls: ServiceCalls, callbacks: Callbacks): Promise<Pointer> {
  const { JSCallback, ptr } = await import("bun:ffi");
  const { onMain, onControl, onEnd } = callbacks;
  const common = { returns: "void", threadsafe: true } as const;
  const main = new JSCallback(() => onMain(), { ...common, args: ["u32", "ptr"] });
  const control = new JSCallback((code: number) => onControl(code), { ...common, args: ["u32"] });
  const end = new JSCallback(() => onEnd(), { ...common, args: ["ptr", "u8"] });
  const name = wideString(SERVICE_NAME);
  const table = serviceTable(ptr(name), main.ptr!);
  held.push(main, control, end, name, table);

  const dispatcher = calls.GetProcAddress(
    calls.GetModuleHandleW(wideString("advapi32.dll")),
    Buffer.from("StartServiceCtrlDispatcherW\0"),
  );
  if (dispatcher === null) throw new Error(lastErrorText(calls));
  const thread = calls.CreateThread(null, 0, dispatcher, ptr(table), 0, null);
  if (thread === null) throw new Error(lastErrorText(calls));
  const wait = new BigUint64Array(1);
  held.push(wait);
  if (
    calls.RegisterWaitForSingleObject(wait, thread, end.ptr, null, WAIT_FOREVER, ONLY_ONCE) === 0
  ) {
    throw new Error(lastErrorText(calls));
  }
  return control.ptr!;
}
