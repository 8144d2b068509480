/** Hot path. Answers of an account to requests from others: all that is published to `_R_.<6>.>` there. */

import type { Message } from "../../protocol/message.ts";
import type { Account } from "../account.ts";
import type { Sink } from "../sink.ts";
import type { Crossing, ServiceCrossing } from "./crossing.ts";
import type { Passage } from "./passage.ts";
import { REPLY_PREFIX_BYTES } from "./pending-replies.ts";
import { RandomText } from "./random-text.ts";

const BEGIN = "_R_.";

export class ServiceReplies implements Crossing, ServiceCrossing {
  readonly service = this;
  readonly account: Account;
  /** `_R_.<6>.`: random, so that the accounts' reply subjects differ. */
  readonly prefix: Buffer;
  /** In the table of crossings. */
  number = 0;
  /** The subscription that leads here. */
  subscription = 0;
  readonly #passage: Passage;

  constructor(account: Account, passage: Passage) {
    this.account = account;
    this.#passage = passage;
    this.prefix = Buffer.from(BEGIN.padEnd(REPLY_PREFIX_BYTES, "."));
    new RandomText().write(this.prefix, BEGIN.length, REPLY_PREFIX_BYTES - BEGIN.length - 1);
  }

  take(): boolean {
    return false;
  }

  /** As in nats-server an answer counts as taken, also when nobody waits for it any more. */
  pass(source: Sink, message: Message): boolean {
    this.#passage.answer(this.account, source, message);
    return true;
  }
}
