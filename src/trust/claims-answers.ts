/** Answers of services about accounts, as nats-server gives and logs them. */

import type { Account } from "../core/account.ts";
import type { InternalMessaging } from "../core/internal-messaging.ts";
import type { Logger } from "../log/logger.ts";

/** JSON of the object `server` of an answer, its fields in nats-server's order; a new one for each. */
export type ServerInfoSource = () => string;

const OK = 200;
const FAILED = 500;
/** Characters that Go writes as escapes, so that JSON can stand in HTML. */
const ESCAPED = /[<>&\u2028\u2029]/g;

export class ClaimsAnswers {
  readonly #messaging: InternalMessaging;
  readonly #account: Account;
  readonly #serverInfo: ServerInfoSource;
  readonly #log: Logger;

  /** @param account the system account. */
  constructor(
    messaging: InternalMessaging,
    account: Account,
    serverInfo: ServerInfoSource,
    log: Logger,
  ) {
    this.#messaging = messaging;
    this.#account = account;
    this.#serverInfo = serverInfo;
    this.#log = log;
  }

  /**
   * Something was done.
   *
   * @param reply "" when nobody waits for the answer.
   * @param account whom it was done to; "" for several.
   */
  done(reply: string, account: string, message: string): void {
    this.#log.debug(account === "" ? message : `${message} - ${account}`);
    if (reply === "") return;
    const data = { ...named(account), code: OK, message };
    this.raw(reply, `{"server":${this.#serverInfo()},"data":${json(data)}}`);
  }

  failed(reply: string, account: string, message: string, error: Error): void {
    const whose = account === "" ? "" : ` - ${account}`;
    this.#log.error(`${message}${whose} - ${error.message}`);
    if (reply === "") return;
    const description = `${message} - ${error.message}`;
    const fault = { ...named(account), code: FAILED, description };
    this.raw(reply, `{"server":${this.#serverInfo()},"error":${json(fault)}}`);
  }

  list(reply: string, accounts: readonly string[]): void {
    this.raw(reply, `{"data":${json(accounts)},"server":${this.#serverInfo()}}`);
  }

  /** Something that is no JSON. */
  raw(reply: string, payload: Uint8Array | string): void {
    this.#messaging.publish(this.#account, reply, "", payload);
  }
}

function json(value: object): string {
  return JSON.stringify(value).replace(ESCAPED, escaped);
}

function named(account: string): { account?: string } {
  return account === "" ? {} : { account };
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
