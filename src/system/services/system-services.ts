/**
 * The services of the system account: what they listen on. What they do is loaded when the first
 * request comes.
 */

import type { Account } from "../../core/account.ts";
import type {
  InternalCallback,
  InternalMessage,
  InternalSubscription,
} from "../../core/internal-messaging.ts";
import type { Peers } from "../peers/peers.ts";
import type { ServiceHost } from "./service-host.ts";
import type { ServiceSet } from "./service-set.ts";
import { type ServiceAddress, serviceAddresses } from "./subjects.ts";
import { WorkQueue } from "./work-queue.ts";

/** These are answered at once, whatever else is in work. */
const QUICK: readonly string[] = ["IDZ", "STATSZ", "USER"];

export class SystemServices {
  /** Other servers, so far as they tell of themselves. */
  readonly peers: Peers;
  readonly #host: ServiceHost;
  readonly #requests: WorkQueue;
  readonly #quick: WorkQueue;
  #account: Account | null = null;
  #subscriptions: InternalSubscription[] = [];
  #set: ServiceSet | null = null;

  constructor(host: ServiceHost) {
    this.#host = host;
    this.peers = host.peers;
    this.#requests = new WorkQueue(host.view.log);
    this.#quick = new WorkQueue(host.view.log);
  }

  /** Takes over which account is the system account; null for none. */
  serve(account: Account | null): void {
    if (account === this.#account) return;
    this.stop();
    this.#account = account;
    if (account === null) return;
    const { view, messaging, peers } = this.#host;
    const { id } = view.serverInfo;
    for (const address of serviceAddresses(id, view.serverInfo.name)) {
      const { kind, name, subject, isTold } = address;
      // Where there are operators, this is another's affair.
      if (kind === "claims" && view.trustedAccounts !== null) continue;
      const take: InternalCallback =
        kind === "peers" ? (message) => peers.take(name, message) : this.#taker(address);
      this.#subscriptions.push(messaging.subscribe(account, subject, take, "", isTold));
    }
  }

  stop(): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.unsubscribe();
    this.#requests.clear();
    this.#quick.clear();
    this.#host.peers.stop();
    this.#account = null;
  }

  #taker(address: ServiceAddress): (message: InternalMessage) => void {
    const queue = QUICK.includes(address.name) ? this.#quick : this.#requests;
    return (message) => {
      const bytes = message.payload.length + message.headers.length;
      queue.add(bytes, () => this.#answer(address, message));
    };
  }

  async #answer(address: ServiceAddress, message: InternalMessage): Promise<void> {
    if (this.#set === null) {
      const { ServiceSet } = await import("./service-set.ts");
      this.#set ??= new ServiceSet(this.#host, () => this.#requests.length);
    }
    await this.#set.answer(address, message);
  }
}
