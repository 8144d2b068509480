/**
 * A file as a log target, with rotation as nats-server does it.
 *
 * Lines wait in a bounded queue and are written in batches off the event loop. While the file cannot
 * be written (a full disk, most likely) they go on waiting and a write is tried again every second;
 * what does not fit into the queue is lost, and counted. Whoever watches standard error is told when
 * that begins; the log itself says how many lines are missing once it can be written again.
 *
 * Rotation: after the write that takes the file above the limit it is renamed, and the new file
 * begins with a notice of that. So a batch ends with the line that goes over the limit.
 */

import type { FileHandle } from "node:fs/promises";
import { goQuoteText } from "../protocol/go-quote.ts";
import { goErrorText } from "./go-error.ts";
import { createLineFormat, type LineFormat } from "./line-format.ts";
import { LineQueue, lostLines } from "./line-queue.ts";
import { purgeBackups } from "./log-backups.ts";
import type { LogSettings } from "./log-settings.ts";
import { type LogTarget, LogTargetError, type TroubleReport } from "./log-target.ts";
import type { LogLevel } from "./logger.ts";
import { createBackupStamp } from "./timestamp.ts";
import { waitAtMost } from "./wait-at-most.ts";

const QUEUE_BYTES = 4 * 1024 * 1024;
/** All that waits: under load it takes long until the next write can begin. */
const BATCH_BYTES = QUEUE_BYTES;
const RETRY_MS = 1000;
/** Longest wait for the disk at the end of the process. */
const FLUSH_MS = 5000;
const LF = 10;
const NOTHING = Buffer.alloc(0);
const MODE = 0o640;

/** Limits that tests make small. */
export interface FileLimits {
  queueBytes?: number;
  retryMs?: number;
}

interface Formats {
  line: LineFormat;
  /** Notices of rotation are in local time even where lines are in UTC. */
  notice: LineFormat;
  backupStamp: () => string;
}

export class FileTarget implements LogTarget {
  readonly #path: string;
  readonly #settings: Readonly<LogSettings>;
  readonly #formats: Formats;
  readonly #report: TroubleReport;
  readonly #queue: LineQueue;
  readonly #retryMs: number;
  /** Null while the file could not be opened again. */
  #handle: FileHandle | null = null;
  /** Bytes of the file that count for the limit, those from before included. */
  #size = 0;
  /** Size above which the file is rotated; grows when that fails. 0 is for never. */
  #limit: number;
  /** What a failed write has left over. */
  #rest: Buffer = NOTHING;
  /** Resolves after the last `reopen`: they go one after the other. */
  #reopens: Promise<void> = Promise.resolve();
  /** Resolves when the file is there to be written. */
  #opening: Promise<void> = Promise.resolve();
  /** The loop that empties the queue, while it runs. */
  #writing: Promise<void> | null = null;
  /** The last write has failed; the timer is set until the next attempt. */
  #isFailing = false;
  #retryTimer: Timer | undefined;
  #closed = false;

  private constructor(
    settings: Readonly<LogSettings>,
    formats: Formats,
    report: TroubleReport,
    limits: FileLimits,
  ) {
    this.#path = settings.logFile;
    this.#settings = settings;
    this.#formats = formats;
    this.#report = report;
    this.#limit = settings.logSizeLimit;
    this.#queue = new LineQueue(limits.queueBytes ?? QUEUE_BYTES);
    this.#retryMs = limits.retryMs ?? RETRY_MS;
  }

  /**
   * Opens the file for appending, or creates it. One that is above the limit is rotated at once.
   *
   * @param report tells of a file that cannot be written any more.
   * @throws LogTargetError when it cannot be opened.
   */
  static async open(
    settings: Readonly<LogSettings>,
    report: TroubleReport,
    limits: FileLimits = {},
  ): Promise<FileTarget> {
    const formats = {
      line: await createLineFormat(settings),
      notice: await createLineFormat({ ...settings, logtimeUtc: false }),
      backupStamp: await createBackupStamp(),
    };
    const target = new FileTarget(settings, formats, report, limits);
    await target.#openForStart();
    if (target.#isTooLarge()) target.write("info", "Rotating logfile...");
    return target;
  }

  get isBehind(): boolean {
    return !this.#isFailing && this.#queue.isBehind;
  }

  write(level: LogLevel, text: string): void {
    if (this.#closed) return;
    this.#queue.push(this.#formats.line(level, text));
    if (!this.#isFailing) this.#start();
  }

  async flush(): Promise<void> {
    this.#start();
    await waitAtMost(FLUSH_MS, this.#drain());
  }

  async close(): Promise<void> {
    await waitAtMost(FLUSH_MS, this.#reopens);
    await this.flush();
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    const lost = countLines(this.#rest) + this.#queue.count + this.#queue.dropped;
    if (lost > 0) await this.#report("error", `${this.#name}: ${lostLines(lost)}`);
    await waitAtMost(FLUSH_MS, closeQuietly(this.#handle));
    this.#handle = null;
  }

  /** Lines from before this call go to the old file. */
  reopen(): Promise<void> {
    const reopened = this.#reopens.then(() => this.#reopenOnce());
    this.#reopens = reopened.catch(() => {});
    return reopened;
  }

  async #reopenOnce(): Promise<void> {
    this.#start();
    while (this.#writing !== null) await this.#writing;
    const previous = this.#handle;
    const opening = this.#openForStart();
    // Nothing is written in the meantime.
    this.#opening = opening.catch(() => {});
    await opening;
    await closeQuietly(previous);
  }

  get #name(): string {
    return `Log file ${goQuoteText(this.#path)}`;
  }

  async #openForStart(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      throw new LogTargetError(`error opening file: open ${this.#path}: ${goErrorText(error)}`, {
        cause: error,
      });
    }
  }

  async #open(): Promise<void> {
    const { open } = await import("node:fs/promises");
    const handle = await open(this.#path, "a", MODE);
    const size = await sizeOf(handle);
    if (this.#closed) {
      // A handle that is forgotten ends the process when it is collected.
      await closeQuietly(handle);
      throw new Error("the log is closed");
    }
    this.#handle = handle;
    this.#size = size;
  }

  async #drain(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  /** Begins to write unless that goes on already. */
  #start(): void {
    clearTimeout(this.#retryTimer);
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    // Even when this is no wait at all, lines of one turn become one write.
    await this.#opening;
    try {
      while (this.#rest.length > 0 || !this.#queue.isEmpty) await this.#writeBatch();
    } catch (error) {
      // The next attempt opens it anew, in case that the handle is what fails.
      await closeQuietly(this.#handle);
      this.#handle = null;
      this.#onFailure(error);
    }
    this.#writing = null;
  }

  async #writeBatch(): Promise<void> {
    if (this.#rest.length === 0) this.#rest = Buffer.from(this.#queue.take(this.#batchBytes()));
    await this.#writeRest();
    this.#isFailing = false;
    if (this.#queue.isEmpty && this.#queue.dropped > 0) {
      this.#queue.push(this.#formats.line("warn", lostLines(this.#queue.takeDropped())));
    }
    if (this.#isTooLarge()) await this.#rotate();
  }

  #batchBytes(): number {
    return this.#limit > 0 ? Math.min(BATCH_BYTES, this.#limit - this.#size) : BATCH_BYTES;
  }

  async #writeRest(): Promise<void> {
    if (this.#handle === null) await this.#open();
    while (this.#rest.length > 0) {
      const { bytesWritten } = await this.#handle!.write(this.#rest);
      this.#queue.onProgress();
      this.#rest = this.#rest.subarray(bytesWritten);
      this.#size += bytesWritten;
    }
    this.#rest = NOTHING;
  }

  #onFailure(error: unknown): void {
    if (this.#closed) return;
    if (!this.#isFailing) {
      const what = `${this.#name} cannot be written: ${goErrorText(error)}`;
      void this.#report("error", `${what}; trying again until it can`);
    }
    this.#isFailing = true;
    this.#retryTimer = setTimeout(() => this.#start(), this.#retryMs);
    // Nobody waits for this at the end of the process.
    this.#retryTimer.unref();
  }

  #isTooLarge(): boolean {
    return this.#limit > 0 && this.#size > this.#limit;
  }

  async #rotate(): Promise<void> {
    const { rename } = await import("node:fs/promises");
    const backup = `${this.#path}.${this.#formats.backupStamp()}`;
    // Windows does not rename open files.
    await this.#handle?.close();
    this.#handle = null;
    try {
      await rename(this.#path, backup);
    } catch (error) {
      // Somebody has removed it: the next write begins a new one.
      if ((error as { code?: string }).code === "ENOENT") return;
      this.#limit *= 2;
      const next = `will attempt next rotation at size ${this.#limit}`;
      const what = `Unable to rename logfile for rotation (${goErrorText(error)})`;
      this.#queue.push(this.#formats.line("error", `${what}, ${next}`));
      return;
    }
    await this.#open();
    this.#limit = this.#settings.logSizeLimit;
    const first = this.#notice("info", `Rotated log, backup saved as ${goQuoteText(backup)}`);
    const purged: string[] = [];
    if (this.#settings.logfileMaxNum > 0) {
      await purgeBackups(this.#path, this.#settings.logfileMaxNum - 1, (level, text) => {
        purged.push(this.#notice(level, text));
      });
    }
    this.#rest = Buffer.from(first + purged.join(""));
    await this.#writeRest();
    // As in nats-server, lines about purged files do not count.
    this.#size = Buffer.byteLength(first);
  }

  /** These lines end in CR LF, as nats-server's do. */
  #notice(level: LogLevel, text: string): string {
    const line = this.#formats.notice(level, text);
    return this.#settings.logFormat === "json" ? line : line.replace(/\n$/, "\r\n");
  }
}

/** Pipes and devices have none. */
async function sizeOf(handle: FileHandle): Promise<number> {
  try {
    return (await handle.stat()).size;
  } catch {
    return 0;
  }
}

async function closeQuietly(handle: FileHandle | null): Promise<void> {
  try {
    await handle?.close();
  } catch {
    // What was written is written.
  }
}

function countLines(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => (byte === LF ? count + 1 : count), 0);
}
