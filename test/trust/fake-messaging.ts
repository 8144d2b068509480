/** Messages within one account, without a server. */

import type { Account } from "../../src/core/account.ts";
import type {
  InternalCallback,
  InternalMessage,
  InternalMessaging,
  InternalSubscription,
} from "../../src/core/internal-messaging.ts";

/** Nothing of an account is needed but its name. */
export function fakeAccount(name: string): Account {
  return { name } as Account;
}

export class FakeMessaging implements InternalMessaging {
  readonly #subscriptions = new Map<object, { subject: string; callback: InternalCallback }>();
  #inboxes = 0;

  get subjects(): string[] {
    return [...this.#subscriptions.values()].map(({ subject }) => subject);
  }

  subscribe(_: Account, subject: string, callback: InternalCallback): InternalSubscription {
    const id = {};
    this.#subscriptions.set(id, { subject, callback });
    return { unsubscribe: () => this.#subscriptions.delete(id) };
  }

  publish(account: Account, subject: string, reply: string, payload: Uint8Array | string): void {
    const message: InternalMessage = {
      subject,
      reply,
      headers: Buffer.alloc(0),
      payload: Buffer.from(payload as string),
      account,
    };
    queueMicrotask(() => {
      for (const { subject: pattern, callback } of [...this.#subscriptions.values()]) {
        if (matches(pattern, subject)) callback(message);
      }
    });
  }

  async request(): Promise<null> {
    return null;
  }

  /** Asks, and collects what comes until `isLast` says so or the time is over. */
  async ask(
    account: Account,
    subject: string,
    payload: Uint8Array | string,
    isLast: (answers: readonly Buffer[]) => boolean = () => true,
  ): Promise<Buffer[]> {
    const inbox = `_INBOX.${++this.#inboxes}`;
    const answers: Buffer[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const subscription = this.subscribe(account, inbox, (message) => {
      answers.push(message.payload);
      if (isLast(answers)) resolve();
    });
    this.publish(account, subject, inbox, payload);
    await Promise.race([promise, Bun.sleep(2000)]);
    subscription.unsubscribe();
    return answers;
  }
}

function matches(pattern: string, subject: string): boolean {
  const [wanted, given] = [pattern.split("."), subject.split(".")];
  return (
    wanted.length === given.length &&
    wanted.every((token, index) => token === "*" || token === given[index])
  );
}
