/** A server that has sent a message which is to be traced. */

import { hashBytes } from "../bytes/hash.ts";
import type { Account } from "../core/account.ts";
import type { PermissionSet } from "../core/permissions/permission-set.ts";
import type { SinkName } from "../core/sink.ts";
import type { TraceKind } from "../core/tracing/message-trace.ts";
import type { TracePublisher } from "../core/tracing/message-tracing.ts";
import { goQuote } from "../protocol/go-quote.ts";
import { isReservedSubject } from "./reserved-subjects.ts";
import type { ServerSession } from "./server-session.ts";

export class ServerPublisher implements TracePublisher {
  readonly kind: TraceKind;
  readonly account: Account;
  readonly #session: ServerSession;
  readonly #permissions: PermissionSet | null;

  /** @param permissions what is taken from the other server; null for everything. */
  constructor(session: ServerSession, account: Account, permissions: PermissionSet | null) {
    this.kind = session.kind.traceKind;
    this.account = account;
    this.#session = session;
    this.#permissions = permissions;
  }

  describe(): SinkName {
    return this.#session.describe();
  }

  mayTraceTo(dest: Buffer): boolean {
    if (isReservedSubject(dest, 0, dest.length)) return false;
    const hash = hashBytes(dest, 0, dest.length);
    return this.#permissions?.mayPublish(dest, 0, dest.length, hash) ?? true;
  }

  /** As in nats-server, the log alone is told. */
  refuseTraceTo(dest: Buffer): void {
    this.logError(`Publish Violation - Subject ${goQuote(dest)}`);
  }

  logError(text: string): void {
    this.#session.logError(text);
  }
}
