/** Hot path. A gateway: a connection to a server of another cluster, by which messages come in. */

import type { Message } from "../../protocol/message.ts";
import { GatewaySession } from "./gateway-session.ts";

/** Looking for those who want a longer subject may take a millisecond: others have their turn after it. */
const SUBJECT_BYTES_MAX = 4096;

/** Requests whose origin is remembered, one or two milliseconds of work: others have their turn after them. */
const REQUESTS_MASK = 1023;

export abstract class Gateway extends GatewaySession {
  #requests = 0;

  /** RMSG and HMSG: for this cluster. */
  onMessage(message: Message): void {
    this.freshMsgs = (this.freshMsgs + 1) | 0;
    this.freshBytes = (this.freshBytes + message.totalBytes) | 0;
    if (this.parser.tracing) this.traceMessage(message);
    if (this.verbose) this.sendOk();
    if (message.subjectEnd - message.subjectStart > SUBJECT_BYTES_MAX) this.inbound.rest();
    const { buf, accountStart, accountEnd } = message;
    const { accountsByName, tracing, gateways } = this.host.exchange;
    const account =
      accountsByName.find(buf, accountStart, accountEnd) ??
      this.lateAccount(buf, accountStart, accountEnd);
    if (account === null) {
      // What is sent for nobody costs more than the rest.
      this.inbound.rest();
      this.reportUnknown(message);
      return;
    }
    const isAnswer = gateways!.isAnswer(message);
    if (!isAnswer) {
      account.gatewayed.inMsgs++;
      account.gatewayed.inBytes += message.totalBytes;
    }
    if (message.headerBytes !== 0 && tracing.concerns(message, account)) {
      this.deliverTraceable(account, message);
    } else if (isAnswer) {
      gateways!.receiveAnswer(account, this.outbound, message, true);
    } else gateways!.receive(account, this.outbound, message);
    if (message.prefixStart !== 0 && (++this.#requests & REQUESTS_MASK) === 0) this.inbound.rest();
    if (this.host.turn.lagging !== null) this.waitForReceiver();
  }
}
