/**
 * `-sl`: sends a signal to a running server, found by its process id, by a pid file, or as the only
 * one there is. Messages are nats-server's.
 */

import { goErrorText } from "../log/go-error.ts";
import { goQuoteText } from "../protocol/go-quote.ts";

const PROCESS_NAME = "nats-server";

const SIGNALS: Readonly<Record<string, NodeJS.Signals>> = {
  stop: "SIGKILL",
  quit: "SIGINT",
  term: "SIGTERM",
  reopen: "SIGUSR1",
  reload: "SIGHUP",
  ldm: "SIGUSR2",
};

const UNRESOLVED = "unable to resolve pid, try providing one";

/**
 * Does what `-sl VALUE` asks for.
 *
 * @param value `command`, or `command=pid`, `command=pid prefix*` or `command=pid file`.
 * @throws Error with nats-server's message.
 */
export async function sendSignal(value: string): Promise<void> {
  const [command = "", target = "", ...rest] = value.split("=");
  if (rest.length > 0) throw new Error(`invalid signal parameters: [${rest.join(" ")}]`);
  if (process.platform === "win32") {
    const { sendServiceControl } = await import("../windows/service-control.ts");
    await sendServiceControl(command, target);
    return;
  }
  await signalProcesses(command, await pidExpression(target));
}

/** A readable file stands for what is in it, to the last byte. */
async function pidExpression(target: string): Promise<string> {
  if (target === "") return "";
  const file = Bun.file(target);
  return (await file.exists()) ? file.text() : target;
}

async function signalProcesses(command: string, expression: string): Promise<void> {
  const isPattern = expression.endsWith("*");
  const pidText = isPattern ? expression.slice(0, -1) : expression;
  if (pidText !== "" && !isPid(pidText)) throw new Error(`invalid pid: ${pidText}`);
  const pids = pidText === "" || isPattern ? await runningServers() : [Number(pidText)];
  if (pids.length > 1 && !isPattern) {
    throw new Error(`multiple ${PROCESS_NAME} processes running:\n${pids.join("\n")}`);
  }
  if (pids.length === 0) throw new Error(`no ${PROCESS_NAME} processes running`);
  const signal = Object.hasOwn(SIGNALS, command) ? SIGNALS[command] : undefined;
  if (signal === undefined) throw new Error(`unknown signal ${goQuoteText(command)}`);
  const meant = isPattern ? pids.filter((pid) => String(pid).startsWith(pidText)) : pids;
  const failures = meant.map((pid) => kill(command, signal, pid)).filter((fault) => fault !== "");
  if (failures.length > 0) throw new Error(failures.join(""));
}

/** Process 0 and negative ones stand for whole groups, which nobody means here. */
function isPid(text: string): boolean {
  return /^\+?\d{1,10}$/.test(text) && Number(text) > 0;
}

/** @returns what went wrong on a line of its own, or nothing. */
function kill(command: string, signal: NodeJS.Signals, pid: number): string {
  try {
    process.kill(pid, signal);
    return "";
  } catch (error) {
    return `\nsignal "${command}" ${pid}: ${goErrorText(error)}`;
  }
}

/** All servers but this process, as pgrep finds them by name. */
async function runningServers(): Promise<number[]> {
  let output: string;
  try {
    const pgrep = Bun.spawn(["pgrep", PROCESS_NAME], { stdout: "pipe", stderr: "ignore" });
    output = await new Response(pgrep.stdout).text();
  } catch {
    throw new Error(UNRESOLVED);
  }
  const lines = output.split("\n").filter((line) => line !== "");
  if (!lines.every(isPid)) throw new Error(UNRESOLVED);
  return lines.map(Number).filter((pid) => pid !== process.pid);
}
