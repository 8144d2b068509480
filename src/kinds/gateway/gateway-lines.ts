/** Lines about interest, as gateways read them, and what the log says of those that cannot be read. */

import { InterestArgs, type InterestForm } from "../../protocol/interest-args.ts";
import { InterestVerb } from "../../protocol/interest-verb.ts";

/** Lines always name the account, and never a leafnode. */
const FORM: InterestForm = { isDedicated: false, hasUnsubOrigin: false };

/** Shared by all gateways: a line is handled before the next one is read. */
const line = new InterestArgs();

/** RS+ and RS-; null for a line that nats-server closes the connection for. */
export function readInterest(
  verb: InterestVerb,
  buf: Buffer,
  start: number,
  end: number,
): InterestArgs | null {
  return line.parse(verb, buf, start, end, FORM) ? line : null;
}

/** What the log says of arguments that cannot be read. */
export function gatewayFaultText(
  verb: InterestVerb,
  buf: Buffer,
  start: number,
  end: number,
): string {
  const args = buf.toString("utf8", start, end);
  return verb === InterestVerb.RouteSub
    ? `processGatewaySubjectSub Parse Error: '${args}'`
    : `processGatewaySubjectUnsub parse error: '${args}'`;
}

/** Whether it is about a whole account: A+ and A-. */
export function isOfAccount(verb: InterestVerb): boolean {
  return verb === InterestVerb.AccountSub || verb === InterestVerb.AccountUnsub;
}
