/** A server that has sent a message which is to be traced. */

import { hashBytes } from "../../bytes/hash.ts";
import type { Account } from "../../core/account.ts";
import type { SinkName } from "../../core/sink.ts";
import { TraceKind } from "../../core/tracing/message-trace.ts";
import type { TracePublisher } from "../../core/tracing/message-tracing.ts";
import { goQuote } from "../../protocol/go-quote.ts";
import { isReservedSubject } from "../reserved-subjects.ts";
import type { RouteSession } from "./route-session.ts";

export class RoutePublisher implements TracePublisher {
  readonly kind = TraceKind.Route;
  readonly account: Account;
  readonly #route: RouteSession;

  constructor(route: RouteSession, account: Account) {
    this.#route = route;
    this.account = account;
  }

  describe(): SinkName {
    return this.#route.describe();
  }

  mayTraceTo(dest: Buffer): boolean {
    if (isReservedSubject(dest, 0, dest.length)) return false;
    const { permissions } = this.#route;
    const hash = hashBytes(dest, 0, dest.length);
    return permissions?.mayPublish(dest, 0, dest.length, hash) ?? true;
  }

  /** As in nats-server, the log alone is told. */
  refuseTraceTo(dest: Buffer): void {
    this.logError(`Publish Violation - Subject ${goQuote(dest)}`);
  }

  logError(text: string): void {
    this.#route.logError(text);
  }
}
