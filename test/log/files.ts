/** Folders and log files for tests, and settings to fill them. */

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_LOG_SETTINGS, type LogSettings } from "../../src/log/log-settings.ts";
import type { LogLevel } from "../../src/log/logger.ts";

/** A folder that is gone at the end of the test. */
export class Folder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<Folder> {
    return new Folder(await mkdtemp(join(tmpdir(), "nats-log-")));
  }

  file(name: string): string {
    return join(this.path, name);
  }

  text(name: string): Promise<string> {
    return Bun.file(this.file(name)).text();
  }

  /** Lines with their line breaks. */
  async lines(name: string): Promise<string[]> {
    return (await this.text(name)).split(/(?<=\n)/);
  }

  /** Names of the files in it, in order. */
  async names(): Promise<string[]> {
    return (await readdir(this.path)).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

export function settings(given: Partial<LogSettings>): LogSettings {
  return { ...DEFAULT_LOG_SETTINGS, ...given };
}

/** Collects what a target tells of its troubles. */
export class Reports {
  readonly lines: string[] = [];
  readonly report = async (level: LogLevel, text: string): Promise<void> => {
    this.lines.push(`${level} ${text}`);
  };
}

/** A text line without what differs from run to run. */
export function withoutTime(line: string): string {
  return line.replace(/^\[\d+\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} /, "");
}
