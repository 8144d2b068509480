/**
 * What is known of the files of a directory of JWTs: their order of use, when they end, and a hash
 * over all of them. Names are known from the start; what files hold is filled in as it is read.
 */

/** 32 bytes as text, one character each, which take the least memory. */
type Digest = string;

interface Entry {
  /** Milliseconds since 1970 from which the file is to go; Infinity for never. */
  removeAtMs: number;
  /** What its JWT says of itself, in seconds since 1970; 0 for never. */
  expiresAt: number;
  /** Empty until the file has been read. */
  digest: Digest;
  isToken: boolean;
}

const HASH_BYTES = 32;
/** The form of every token; a line break may follow in a file. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+\s*$/;

export class JwtIndex {
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  readonly #unread = new Set<string>();
  readonly #ttlMs: number;
  readonly #hash = Buffer.alloc(HASH_BYTES);

  /** @param ttlMs how long a file stays that is not used, whatever its JWT says; 0: as its JWT says. */
  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Names of files that have not been read yet. */
  get unread(): ReadonlySet<string> {
    return this.#unread;
  }

  /** Exclusive or of the SHA-256 of all files that have been read; a copy. */
  get hash(): Buffer {
    return Buffer.from(this.#hash);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** A file is there. */
  add(key: string): void {
    this.#entries.set(key, {
      removeAtMs: this.#ttlMs === 0 ? Number.POSITIVE_INFINITY : Date.now() + this.#ttlMs,
      expiresAt: 0,
      digest: "",
      isToken: false,
    });
    this.#unread.add(key);
  }

  /** What a file that was there holds; nothing when it has been written in the meantime. */
  fill(key: string, contents: string): void {
    if (this.#unread.has(key)) this.#record(this.#entries.get(key)!, key, contents);
  }

  /** What a file holds from now on. */
  put(key: string, contents: string): void {
    if (!this.#entries.has(key)) this.add(key);
    this.#record(this.#entries.get(key)!, key, contents);
    this.touch(key);
  }

  /** Whether a file is known to hold just this. */
  holds(key: string, contents: string): boolean {
    return this.#entries.get(key)?.digest === digestOf(contents);
  }

  /** A file was used. */
  touch(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    if (this.#ttlMs !== 0) entry.removeAtMs = Date.now() + this.#ttlMs;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }

  /** A file is gone. */
  remove(key: string): void {
    this.#mix(this.#entries.get(key)?.digest ?? "");
    this.#entries.delete(key);
    this.#unread.delete(key);
  }

  /** The one that was used least recently. */
  oldest(): string | undefined {
    return this.#entries.keys().next().value;
  }

  /** Those that are to go. */
  overdue(now: number): string[] {
    return [...this.#entries.keys()].filter((key) => this.isOverdue(key, now));
  }

  isOverdue(key: string, now: number): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.removeAtMs <= now;
  }

  /** Those that hold a token which has not expired, in the order of their names. */
  valid(now: number): string[] {
    const isValid = ({ isToken, expiresAt }: Entry): boolean =>
      isToken && (expiresAt === 0 || expiresAt >= Math.floor(now / 1000));
    return [...this.#entries]
      .filter(([, entry]) => isValid(entry))
      .map(([key]) => key)
      .sort();
  }

  #record(entry: Entry, key: string, contents: string): void {
    this.#mix(entry.digest);
    entry.digest = digestOf(contents);
    this.#mix(entry.digest);
    this.#unread.delete(key);
    entry.isToken = isToken(contents);
    entry.expiresAt = expiryOf(contents);
    if (this.#ttlMs === 0) {
      entry.removeAtMs = entry.expiresAt > 0 ? entry.expiresAt * 1000 : Number.POSITIVE_INFINITY;
    }
  }

  /** Takes a digest in, or out again. */
  #mix(digest: Digest): void {
    for (let i = 0; i < digest.length; i++) this.#hash[i]! ^= digest.charCodeAt(i);
  }
}

/** Whether a text has the form of a token at all. */
export function isToken(contents: string): boolean {
  return TOKEN.test(contents);
}

function digestOf(contents: string): Digest {
  const bytes = new Bun.CryptoHasher("sha256").update(contents).digest();
  return bytes.toString("latin1");
}

/** When a token expires by its own word, which nobody has to believe; 0 for never. */
function expiryOf(contents: string): number {
  const claims = contents.split(".")[1] ?? "";
  try {
    const { exp } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { exp?: unknown };
    return typeof exp === "number" && exp > 0 ? exp : 0;
  } catch {
    return 0;
  }
}
