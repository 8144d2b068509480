/** Why an answer counts for nothing, or a question cannot be asked. */

import { ClosedReason } from "../../protocol/errors.ts";

/** The message is nats-server's, with a small letter where it makes a sentence of it later. */
export class CalloutError extends Error {
  readonly reason: ClosedReason;

  constructor(text: string, reason: ClosedReason = ClosedReason.AuthenticationViolation) {
    super(text);
    this.reason = reason;
  }
}
