/** Asking others in the system account, servers or services, for the JWTs of accounts. */

import type { Account } from "../core/account.ts";
import type { InternalMessaging } from "../core/internal-messaging.ts";
import { lookupSubject } from "./claims-subjects.ts";

const INBOX_CHARS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const INBOX_PART = 8;
/** Begins with one part for the life of the server, so that inboxes can be told from others'. */
const INBOX_PREFIX = "$SYS._INBOX.";

export class PeerLookup {
  readonly #messaging: InternalMessaging;
  readonly #account: Account;
  readonly #prefix = `${INBOX_PREFIX}${randomPart()}.`;
  readonly #giveUp = new Set<() => void>();

  /** @param account the system account. */
  constructor(messaging: InternalMessaging, account: Account) {
    this.#messaging = messaging;
    this.#account = account;
  }

  newInbox(): string {
    return this.#prefix + randomPart();
  }

  /** Whether an answer would go to this server: what it asks, it does not answer itself. */
  isOwn(reply: string): boolean {
    return reply.startsWith(this.#prefix);
  }

  /**
   * The first answer that anybody gives.
   *
   * @throws Error in nats-server's words when there is none in time, or an empty one.
   */
  ask(key: string, timeoutMs: number): Promise<string> {
    const inbox = this.newInbox();
    return new Promise((resolve, reject) => {
      const end = (text: string, jwt = ""): void => {
        clearTimeout(timer);
        subscription.unsubscribe();
        this.#giveUp.delete(giveUp);
        if (jwt !== "") resolve(jwt);
        else reject(new Error(text));
      };
      const giveUp = (): void => end("fetching jwt failed due to shutdown");
      const timer = setTimeout(() => end("fetching jwt timed out"), timeoutMs);
      const subscription = this.#messaging.subscribe(this.#account, inbox, ({ payload }) =>
        end("account jwt not found", payload.toString()),
      );
      this.#giveUp.add(giveUp);
      this.#messaging.publish(this.#account, lookupSubject(key), inbox, "");
    });
  }

  /** Ends all that is waited for. */
  close(): void {
    for (const giveUp of this.#giveUp) giveUp();
  }
}

function randomPart(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(INBOX_PART));
  return Array.from(bytes, (byte) => INBOX_CHARS[byte % INBOX_CHARS.length]).join("");
}
