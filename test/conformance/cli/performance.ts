/** Runs an invocation and records all that comes of it. */

import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Wire } from "../../support/wire.ts";
import { type Command, type Outcome, spawn } from "../config/program.ts";
import type { Invocation } from "./invocation.ts";
import { normalize } from "./normalize.ts";

/** Outcome of an invocation. */
export interface Performance extends Outcome {
  /** It became a server, which was then stopped. */
  served: boolean;
  /** Content of the files to read, by the path they were asked for with. */
  files: Record<string, string>;
  /** INFO as a client has received it. */
  info: string;
  /** Signal that the waiting process was ended by; null if it was left alone. */
  signal: number | string | null;
}

/** A program that neither ends nor serves by then is killed. */
const DEADLINE_MS = 8_000;
const POLL_MS = 5;
/** For log lines and files that come after the server is ready. */
const SETTLE_MS = 60;
const WAITING_S = 60;
/** Longest time until a signal that was sent has ended a process. */
const SIGNAL_MS = 250;

const READY = "Server is ready";
const LISTENING = /Listening for client connections on \S+:(\d+)/;

/** Runs an invocation in a folder that does not exist yet; what differs from run to run is masked. */
export async function perform(
  command: Command,
  invocation: Invocation,
  folder: string,
): Promise<Performance> {
  const busy = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const waiting = Bun.spawn(["sleep", String(WAITING_S)]);
  try {
    const given = { busy: String(busy.port), pid: String(waiting.pid) };
    const run = new Run(command, fillIn(invocation, given), folder);
    const performance = await run.toTheEnd();
    const mayBeSignalled = JSON.stringify(invocation).includes("{pid}");
    if (mayBeSignalled) await Promise.race([waiting.exited, Bun.sleep(SIGNAL_MS)]);
    return normalize({ ...performance, signal: waiting.signalCode }, { folder, ...given });
  } finally {
    waiting.kill("SIGKILL");
    busy.stop();
    await waiting.exited;
  }
}

function fillIn(invocation: Invocation, given: Record<string, string>): Invocation {
  const text = JSON.stringify(invocation);
  return JSON.parse(text.replace(/\{(busy|pid)\}/g, (_, name: string) => given[name]!));
}

class Run {
  readonly #command: Command;
  readonly #invocation: Invocation;
  readonly #folder: string;
  #stdout = "";
  #stderr = "";
  #files: Record<string, string> = {};
  #info = "";

  constructor(command: Command, invocation: Invocation, folder: string) {
    this.#command = command;
    this.#invocation = invocation;
    this.#folder = folder;
  }

  async toTheEnd(): Promise<Omit<Performance, "signal">> {
    await this.#prepare();
    const { args, env } = this.#invocation;
    // No other programs: a signal must not reach a server that this test has not started.
    const child = spawn(this.#command, args, {
      cwd: this.#folder,
      env: { PATH: join(this.#folder, "bin"), ...env },
    });
    const deadline = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
    const reading = Promise.all([
      collect(child.stdout, (text) => {
        this.#stdout += text;
      }),
      collect(child.stderr, (text) => {
        this.#stderr += text;
      }),
    ]);
    let served = false;
    while (!served && child.exitCode === null && child.signalCode === null) {
      await Bun.sleep(POLL_MS);
      served = await this.#isReady();
    }
    if (served) {
      await this.#observe();
      child.kill("SIGTERM");
    }
    await Promise.all([reading, child.exited]);
    clearTimeout(deadline);
    await this.#readFiles();
    return {
      code: child.signalCode ?? child.exitCode!,
      stdout: this.#stdout,
      stderr: this.#stderr,
      served,
      files: this.#files,
      info: this.#info,
    };
  }

  async #prepare(): Promise<void> {
    const { files = {}, processes } = this.#invocation;
    await mkdir(join(this.#folder, "bin"), { recursive: true });
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.#folder, path);
      await mkdir(path.endsWith("/") ? file : dirname(file), { recursive: true });
      if (!path.endsWith("/")) await writeFile(file, content);
    }
    if (processes === undefined) return;
    const pgrep = join(this.#folder, "bin/pgrep");
    const found = processes === "" ? "exit 1" : `printf '%s\\n' ${processes.split("\n").join(" ")}`;
    await writeFile(pgrep, `#!/bin/sh\n${found}\n`);
    await chmod(pgrep, 0o755);
  }

  async #isReady(): Promise<boolean> {
    if (this.#stderr.includes(READY)) return true;
    await this.#readFiles();
    return Object.values(this.#files).some((text) => text.includes(READY));
  }

  async #observe(): Promise<void> {
    if (this.#invocation.info) {
      const wire = await Wire.connect(Number(LISTENING.exec(this.#stderr)?.[1]));
      await wire.waitFor("\r\n");
      this.#info = wire.text;
      wire.close();
    }
    await Bun.sleep(SETTLE_MS);
    await this.#readFiles();
  }

  /** Keeps what it has read of a file that is gone. */
  async #readFiles(): Promise<void> {
    for (const pattern of this.#invocation.reads ?? []) {
      for await (const path of new Bun.Glob(pattern).scan({ cwd: this.#folder })) {
        this.#files[pattern] = await readFile(join(this.#folder, path), "latin1");
      }
    }
  }
}

async function collect(
  stream: ReadableStream<Uint8Array>,
  add: (text: string) => void,
): Promise<void> {
  for await (const chunk of stream) add(Buffer.from(chunk).toString("latin1"));
}
