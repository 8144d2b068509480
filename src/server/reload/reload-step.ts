/** One thing that a reload may have to apply, and what is said about it. */

import type { Options } from "../../config/options/options.ts";
import { goDuration } from "../../log/go-duration.ts";
import type { Server } from "../server.ts";

/** Parts of a reload that are not the server's own but its process's. */
export interface ProcessFiles {
  /** @throws LogTargetError when the new log cannot be opened; the old one stays. */
  configureLog(from: Options, to: Options): Promise<void>;
  /** Logs what goes wrong. */
  writePidFile(path: string): Promise<void>;
  movePortsFile(folder: string): Promise<void>;
}

export interface Reloading {
  readonly server: Server;
  readonly files: ProcessFiles;
  readonly from: Options;
  readonly to: Options;
  /** The files of the `tls` block have other contents than before. */
  readonly hasNewCertificates: boolean;
}

export interface Step {
  /** What is compared: nothing is to be done while it is the same. */
  value(options: Options): unknown;
  /** Something else that makes the step due. */
  isDue?(reloading: Reloading): boolean;
  /** Lines of the log, in nats-server's words. */
  lines(to: Options, from: Options): readonly string[];
  apply?(reloading: Reloading): void | Promise<void>;
}

/** `Reloaded: KEY = VALUE`, as most options are reported. */
export function plainStep(property: keyof Options, key: string, apply?: Step["apply"]): Step {
  return {
    value: (options) => options[property],
    lines: (options) => [`Reloaded: ${key} = ${options[property]}`],
    ...(apply === undefined ? {} : { apply }),
  };
}

export function timeStep(property: "pingIntervalMs" | "writeDeadlineMs", key: string): Step {
  return {
    value: (options) => options[property],
    lines: (options) => [`Reloaded: ${key} = ${goDuration(options[property])}`],
  };
}

/** One line that names no value. */
export function namedStep(value: Step["value"], line: string): Step {
  return { value, lines: () => [line] };
}
