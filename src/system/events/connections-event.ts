/** The event about how many connections an account has, and what has gone through them. */

import type { AccountStat } from "../../documents/accstatz.ts";
import { encodeGo } from "../../documents/go-document.ts";
import { currentMicros } from "../../log/clock.ts";
import { rfc3339Nano } from "../../protocol/go-time.ts";
import { eventHead } from "./client-events.ts";

const TYPE = "io.nats.server.advisory.v1.account_connections";

/** May be sent several times, with the same id. */
export class ConnectionsEvent {
  readonly #stat: () => AccountStat;
  readonly #micros = currentMicros();
  /** Set when it is first written. */
  #head = "";
  #body = "";

  /** @param stat looked up when it is first written. */
  constructor(stat: () => AccountStat) {
    this.#stat = stat;
  }

  /** @param server the object `server` as JSON. */
  write(server: string): string {
    if (this.#body === "") {
      this.#body = encodeGo(this.#stat(), "").toString().slice(1);
      this.#head = eventHead(TYPE, rfc3339Nano(this.#micros));
    }
    return `{${this.#head},"server":${server},${this.#body}`;
  }
}
