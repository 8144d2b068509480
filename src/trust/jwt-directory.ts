/**
 * A directory of JWTs, one file for each account: `<public key>.jwt`.
 *
 * When it is opened its names are listed and nothing is read: files are read when they are needed, or
 * in the background for what concerns all of them. Files with other names are left alone. Each file
 * is written beside its place and moved there, so that nobody sees half of one.
 */

import { makeFolder } from "../config/files/make-folder.ts";
import { goErrorText } from "../log/go-error.ts";
import { isAccountKey, isPlainKey } from "./account-key.ts";
import { isToken, JwtIndex } from "./jwt-index.ts";
import { isNewer } from "./newer-jwt.ts";
import { MissingAccountError } from "./resolver.ts";

export interface JwtDirectorySettings {
  /** Files there can be; Infinity for any number. */
  readonly limit: number;
  /** What happens beyond that: the file used least recently goes, or no more are taken. */
  readonly evicts: boolean;
  /** How long a file stays that is not used; 0: until its JWT expires. */
  readonly ttlMs: number;
  /** What becomes of files that are deleted on request; null: none are. */
  readonly deletion: "rename" | "remove" | null;
}

const EXTENSION = ".jwt";
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** No token may be longer; what else is in a file is not read. */
const FILE_BYTES_MAX = 1024 * 1024;
/** Files that are read at a time in the background. */
const BATCH = 32;
const CHECK_MS_MAX = 60_000;
const CHECK_MS_MIN = 10;

export class JwtDirectory {
  readonly path: string;
  #settings: JwtDirectorySettings;
  #index: JwtIndex;
  #timer: Timer | undefined;
  /** Ends when all that was begun before has ended. */
  #writing: Promise<unknown> = Promise.resolve();
  #reading: Promise<void> | null = null;
  #isClosed = false;

  private constructor(path: string, settings: JwtDirectorySettings) {
    this.path = path;
    this.#settings = settings;
    this.#index = new JwtIndex(settings.ttlMs);
  }

  /** Makes the directory when there is none. @throws Error in Go's words. */
  static async open(path: string, settings: JwtDirectorySettings): Promise<JwtDirectory> {
    const { resolve } = await import("node:path");
    const directory = new JwtDirectory(resolve(path), settings);
    await makeFolder(directory.path, FOLDER_MODE);
    await directory.reload(settings);
    return directory;
  }

  get allowsDeletion(): boolean {
    return this.#settings.deletion !== null;
  }

  /** Takes over other settings, and what files there are now. @throws Error in Go's words. */
  async reload(settings: JwtDirectorySettings): Promise<void> {
    const index = new JwtIndex(settings.ttlMs);
    for (const key of await this.#list()) index.add(key);
    this.#settings = settings;
    this.#index = index;
    this.#reading = null;
    this.#checkEvery(checkMs(settings));
  }

  /** Lets files go no more that have expired, and reads none in the background. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  /** @throws MissingAccountError when there is no such file, Error when it cannot be read. */
  async load(key: string): Promise<string> {
    if (!isAccountKey(key)) {
      // Keys of another kind never have a file.
      throw isPlainKey(key) ? this.#missing(key) : new Error("invalid public key");
    }
    const contents = await this.#read(key);
    this.#index.touch(key);
    return contents;
  }

  /** The same, so long as it has the form of a token. */
  async loadToken(key: string): Promise<string> {
    const contents = await this.load(key);
    if (!isToken(contents)) throw new Error(`${this.#pathOf(key)} holds no JWT`);
    return contents;
  }

  /** @returns false when the file held that before. @throws Error in nats-server's words. */
  save(key: string, jwt: string): Promise<boolean> {
    if (!isAccountKey(key)) throw new Error("invalid public key");
    return this.#exclusively(() => this.#write(key, jwt));
  }

  /** The same, unless the file holds a JWT that is newer. */
  saveIfNewer(key: string, jwt: string): Promise<boolean> {
    if (!isAccountKey(key)) throw new Error("invalid public key");
    return this.#exclusively(async () => {
      const existing = await this.#read(key).catch((error) => {
        if (error instanceof MissingAccountError) return null;
        throw error;
      });
      if (existing !== null && !(await isNewer(key, jwt, existing))) return false;
      return await this.#write(key, jwt);
    });
  }

  /** Removes a file, or sets it aside. @returns false when there was none. @throws Error in Go's words. */
  delete(key: string): Promise<boolean> {
    if (!this.allowsDeletion) throw new Error("store is not set up to for delete");
    if (!isAccountKey(key)) throw new Error("invalid public key");
    return this.#exclusively(async () => {
      const isGone = await this.#remove(key, this.#settings.deletion === "rename");
      if (isGone) this.#index.remove(key);
      return isGone;
    });
  }

  /** SHA-256 of all files in one: the same wherever the same JWTs are. */
  async hash(): Promise<Buffer> {
    await this.readAll();
    return this.#index.hash;
  }

  /** Accounts with a JWT that has not expired, in order. */
  async keys(): Promise<string[]> {
    await this.readAll();
    return this.#index.valid(Date.now());
  }

  /** The same with their JWTs, as they can be read. */
  async *entries(): AsyncIterable<{ key: string; jwt: string }> {
    for (const key of await this.keys()) {
      const jwt = await this.#read(key).catch(() => "");
      if (isToken(jwt)) yield { key, jwt };
    }
  }

  /** Reads what has not been read yet, with pauses for others. Never fails. */
  readAll(): Promise<void> {
    this.#reading ??= this.#fill(this.#index);
    return this.#reading;
  }

  async #fill(index: JwtIndex): Promise<void> {
    while (index.unread.size > 0 && index === this.#index && !this.#isClosed) {
      const batch = [...index.unread.values().take(BATCH)];
      await Promise.all(
        batch.map(async (key) => {
          try {
            index.fill(key, await this.#read(key));
          } catch (error) {
            if (error instanceof MissingAccountError) index.remove(key);
            else index.fill(key, "");
          }
        }),
      );
      await Bun.sleep(0);
    }
  }

  async #list(): Promise<string[]> {
    const { readdir } = await import("node:fs/promises");
    try {
      const names = (await readdir(this.path)).filter((name) => name.endsWith(EXTENSION));
      return names
        .map((name) => name.slice(0, -EXTENSION.length))
        .filter(isAccountKey)
        .sort();
    } catch (error) {
      throw new Error(`open ${this.path}: ${goErrorText(error)}`);
    }
  }

  /** Only of keys: nothing else becomes a path. */
  #pathOf(key: string): string {
    return `${this.path}/${key}${EXTENSION}`;
  }

  #missing(key: string): MissingAccountError {
    return new MissingAccountError(`open ${this.#pathOf(key)}: no such file or directory`);
  }

  async #read(key: string): Promise<string> {
    const path = this.#pathOf(key);
    const file = Bun.file(path);
    try {
      const found = await file.stat();
      // A pipe would never end.
      if (!found.isFile()) throw new Error("is no regular file");
      if (found.size > FILE_BYTES_MAX) throw new Error(`is larger than ${FILE_BYTES_MAX} bytes`);
      return await file.text();
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") throw this.#missing(key);
      throw new Error(`open ${path}: ${goErrorText(error)}`);
    }
  }

  async #write(key: string, jwt: string): Promise<boolean> {
    if (jwt === "") throw new Error("invalid JWT");
    const index = this.#index;
    if (index.unread.has(key)) index.fill(key, await this.#read(key).catch(() => ""));
    if (index.has(key)) {
      index.touch(key);
      if (index.holds(key, jwt)) return false;
    } else if (index.size >= this.#settings.limit) await this.#makeRoom(index);
    await makeFolder(this.path, FOLDER_MODE);
    await this.#replace(this.#pathOf(key), jwt);
    this.#index.put(key, jwt);
    return true;
  }

  async #makeRoom(index: JwtIndex): Promise<void> {
    if (!this.#settings.evicts) throw new Error("jwt store is full");
    const key = index.oldest()!;
    await this.#remove(key, false);
    index.remove(key);
  }

  async #replace(path: string, contents: string): Promise<void> {
    const { constants, open, rename } = await import("node:fs/promises");
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW = 0 } = constants;
    const beside = `${path}.new`;
    try {
      const flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW;
      const handle = await open(beside, flags, FILE_MODE);
      try {
        await handle.writeFile(contents);
      } finally {
        await handle.close();
      }
      await rename(beside, path);
    } catch (error) {
      throw new Error(`open ${path}: ${goErrorText(error)}`);
    }
  }

  /** @returns false when it is not there. */
  async #remove(key: string, isSetAside: boolean): Promise<boolean> {
    const { rename, unlink } = await import("node:fs/promises");
    const path = this.#pathOf(key);
    try {
      if (isSetAside) await rename(path, `${path}.deleted`);
      else await unlink(path);
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return false;
      const what = isSetAside ? `rename ${path} ${path}.deleted` : `remove ${path}`;
      throw new Error(`${what}: ${goErrorText(error)}`);
    }
  }

  /** After all that was begun before, so that no two of them change the same files. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#writing.then(work);
    this.#writing = done.catch(() => {});
    return done;
  }

  #checkEvery(ms: number): void {
    clearInterval(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setInterval(() => void this.#dropOverdue(), ms);
    this.#timer.unref();
  }

  async #dropOverdue(): Promise<void> {
    // Only JWTs themselves say when they end, unless there is a time for all.
    if (this.#settings.ttlMs === 0) await this.readAll();
    const index = this.#index;
    for (const key of index.overdue(Date.now())) {
      await this.#exclusively(async () => {
        // It may have been used or written while others were removed.
        if (!index.isOverdue(key, Date.now())) return;
        await this.#remove(key, false);
        index.remove(key);
        // One that cannot be removed is tried again at the next check.
      }).catch(() => {});
    }
  }
}

function checkMs({ ttlMs }: JwtDirectorySettings): number {
  if (ttlMs <= 0) return CHECK_MS_MAX;
  return Math.min(Math.max(ttlMs / 2, CHECK_MS_MIN), CHECK_MS_MAX);
}
