/** Who is logged in to the dashboard. Sessions are known by a digest: what is in memory opens nothing. */

/** The oldest makes room for one more. */
export const SESSIONS_MAX = 32;
/** A session ends after this time in any case, and after this time without a request. */
export const SESSION_MS_MAX = 8 * 60 * 60 * 1000;
export const SESSION_IDLE_MS_MAX = 60 * 60 * 1000;
const TOKEN_BYTES = 32;
const TOKEN_LENGTH_MAX = 64;

export interface Session {
  readonly user: string;
  /** Tells which configuration let it in. */
  readonly grounds: string;
}

interface Entry extends Session {
  readonly startedAt: number;
  usedAt: number;
}

export class Sessions {
  readonly #clock: () => number;
  /** By digest of the token, the oldest first. */
  readonly #entries = new Map<string, Entry>();

  /** @param clock milliseconds. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#entries.size;
  }

  /** Begins one, and returns its token. */
  begin(session: Session): string {
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < SESSIONS_MAX) break;
      this.#entries.delete(oldest);
    }
    const token = Buffer.from(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES))).toString(
      "base64url",
    );
    const now = this.#clock();
    this.#entries.set(digestOf(token), { ...session, startedAt: now, usedAt: now });
    return token;
  }

  /** @param grounds sessions of another configuration count no more. */
  find(token: string, grounds: string): Session | undefined {
    if (token === "" || token.length > TOKEN_LENGTH_MAX) return undefined;
    const digest = digestOf(token);
    const entry = this.#entries.get(digest);
    if (entry === undefined) return undefined;
    const now = this.#clock();
    const isOver =
      now - entry.startedAt > SESSION_MS_MAX || now - entry.usedAt > SESSION_IDLE_MS_MAX;
    if (isOver || entry.grounds !== grounds) {
      this.#entries.delete(digest);
      return undefined;
    }
    entry.usedAt = now;
    return entry;
  }

  end(token: string): void {
    this.#entries.delete(digestOf(token));
  }
}

function digestOf(token: string): string {
  return new Bun.CryptoHasher("sha256").update(token).digest("base64");
}
