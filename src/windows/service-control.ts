/** `-sl` on Windows: sends a control to a service and waits until it has had its effect. */

import type { Pointer } from "bun:ffi";
import { goQuoteText } from "../protocol/go-quote.ts";
import { openSystemCalls } from "./advapi.ts";
import { emptyServiceStatus, ServiceState, stateOf, wideString } from "./layouts.ts";
import { Control } from "./service-protocol.ts";
import type { SystemCalls } from "./system-calls.ts";
import { type ErrorCalls, lastErrorText } from "./system-error.ts";

/** How the effect of a control is waited for. */
export interface Patience {
  readonly pollMs: number;
  readonly timeoutMs: number;
}

const PATIENCE: Patience = { pollMs: 300, timeoutMs: 10_000 };

const SC_MANAGER_CONNECT = 0x1;
const SERVICE_QUERY_STATUS = 0x4;
const SERVICE_STOP = 0x20;
const SERVICE_PAUSE_CONTINUE = 0x40;
const SERVICE_USER_DEFINED_CONTROL = 0x100;

/** A command: what is sent, the right it needs, and the state that shows its effect. */
interface Command {
  readonly control: number;
  readonly right: number;
  readonly state: ServiceState;
}

const STOP: Command = {
  control: Control.stop,
  right: SERVICE_STOP,
  state: ServiceState.stopped,
};

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ["stop", STOP],
  ["quit", STOP],
  ["reopen", whileRunning(Control.reopenLog, SERVICE_USER_DEFINED_CONTROL)],
  ["reload", whileRunning(Control.paramChange, SERVICE_PAUSE_CONTINUE)],
  ["ldm", whileRunning(Control.lameDuck, SERVICE_USER_DEFINED_CONTROL)],
]);

function whileRunning(control: number, right: number): Command {
  return { control, right, state: ServiceState.running };
}

type ServiceControlCalls = ErrorCalls &
  Pick<
    SystemCalls,
    | "CloseServiceHandle"
    | "ControlService"
    | "OpenSCManagerW"
    | "OpenServiceW"
    | "QueryServiceStatus"
  >;

const NO_ACCESS = "could not access service: ";

type Handle = Pointer | bigint | null;

/**
 * Sends a command to a service.
 *
 * @param command `stop`, `quit`, `reopen`, `reload` or `ldm`.
 * @param service its name, or the path of a file that holds the name; "" for `nats-server`.
 * @throws Error in nats-server's words.
 */
export async function sendServiceControl(
  command: string,
  service: string,
  calls?: ServiceControlCalls,
  patience = PATIENCE,
): Promise<void> {
  const name = service === "" ? "nats-server" : await readName(service);
  const control = new ServiceControl(calls ?? (await openSystemCalls()), patience);
  await control.send(command, name);
}

/** What a file of that name holds, as it is, or else the name itself. */
async function readName(text: string): Promise<string> {
  const file = Bun.file(text);
  try {
    // Asked for first, as reading a missing file was seen never to end on Windows.
    return (await file.exists()) ? await file.text() : text;
  } catch {
    return text;
  }
}

/** @throws Error when the text, from a file as a rule, cannot be a name. */
function serviceName(text: string): Uint16Array {
  try {
    return wideString(text);
  } catch (error) {
    throw new Error(NO_ACCESS + (error as Error).message);
  }
}

class ServiceControl {
  readonly #calls: ServiceControlCalls;
  readonly #patience: Patience;

  constructor(calls: ServiceControlCalls, patience: Patience) {
    this.#calls = calls;
    this.#patience = patience;
  }

  async send(text: string, name: string): Promise<void> {
    const manager = this.#calls.OpenSCManagerW(null, null, SC_MANAGER_CONNECT);
    if (manager === null) throw this.#failure();
    try {
      const command = COMMANDS.get(text);
      const service = this.#openService(manager, name, command);
      try {
        // Only now, as nats-server looks for the service before it looks at the command.
        if (command === undefined) throw new Error(`unknown signal ${goQuoteText(text)}`);
        await this.#apply(service, command);
      } finally {
        this.#calls.CloseServiceHandle(service);
      }
    } finally {
      this.#calls.CloseServiceHandle(manager);
    }
  }

  /** Asks for no more rights than the command needs, so that users can be given just these. */
  #openService(manager: Handle, name: string, command: Command | undefined): Handle {
    const rights = SERVICE_QUERY_STATUS | (command?.right ?? 0);
    const service = this.#calls.OpenServiceW(manager, serviceName(name), rights);
    if (service === null) throw this.#failure(NO_ACCESS);
    return service;
  }

  async #apply(service: Handle, { control, state }: Command): Promise<void> {
    const status = emptyServiceStatus();
    if (this.#calls.ControlService(service, control, status) === 0) {
      throw this.#failure(`could not send control=${control}: `);
    }
    const deadline = performance.now() + this.#patience.timeoutMs;
    while (stateOf(status) !== state) {
      if (performance.now() > deadline) {
        throw new Error(`timeout waiting for service to go to state=${state}`);
      }
      await Bun.sleep(this.#patience.pollMs);
      if (this.#calls.QueryServiceStatus(service, status) === 0) {
        throw this.#failure("could not retrieve service status: ");
      }
    }
  }

  #failure(prefix = ""): Error {
    return new Error(prefix + lastErrorText(this.#calls));
  }
}
