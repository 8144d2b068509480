/** Where other servers answer what this one asks: one subscription stands for all questions. */

import { RandomText } from "../../core/crossing/random-text.ts";
import { serverHash } from "../../core/crossing/server-hash.ts";
import type { InternalMessage } from "../../core/internal-messaging.ts";

/** Questions that may be under way at a time. */
const QUESTIONS_MAX = 1024;
const TOKEN_BYTES = 8;

export class Inboxes {
  readonly #prefix: string;
  readonly #random = new RandomText();
  readonly #open = new Map<string, (message: InternalMessage) => void>();

  /** @param serverName makes the inboxes those of this server. */
  constructor(serverName: string) {
    this.#prefix = `$SYS._INBOX.${serverHash(serverName)}.`;
  }

  get isFull(): boolean {
    return this.#open.size >= QUESTIONS_MAX;
  }

  /** @returns a subject; what comes there is handed over until `close`. */
  open(take: (message: InternalMessage) => void): string {
    const token = Buffer.alloc(TOKEN_BYTES);
    this.#random.write(token, 0, TOKEN_BYTES);
    const subject = `${this.#prefix}${token}`;
    this.#open.set(subject, take);
    return subject;
  }

  close(subject: string): void {
    this.#open.delete(subject);
  }

  take(message: InternalMessage): void {
    this.#open.get(message.subject)?.(message);
  }
}
