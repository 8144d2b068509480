/** How often clients have gone or were refused, by reason. */

import type { LoginFailure } from "../auth/login.ts";
import type { ClientObserver } from "../kinds/client-observer.ts";
import type { ClientSession } from "../kinds/client-session.ts";
import type { ClosedReason } from "../protocol/errors.ts";

export class ClientCounts implements ClientObserver {
  readonly #closed = new Map<ClosedReason, number>();
  readonly #refused = new Map<ClosedReason, number>();

  /** Clients that have gone. */
  get closed(): ReadonlyMap<ClosedReason, number> {
    return this.#closed;
  }

  /** Logins that were refused, or are no longer valid. */
  get refused(): ReadonlyMap<ClosedReason, number> {
    return this.#refused;
  }

  onLogin(): void {}

  onRefused(_client: ClientSession, { reason }: LoginFailure): void {
    count(this.#refused, reason);
  }

  onClosing({ closedReason }: ClientSession): void {
    if (closedReason !== null) count(this.#closed, closedReason);
  }
}

function count(counts: Map<ClosedReason, number>, reason: ClosedReason): void {
  counts.set(reason, (counts.get(reason) ?? 0) + 1);
}
