/** An answer of a callout service, opened, decoded and checked in nats-server's order. */

import { type CurveBox, CurveError } from "../../protocol/curve-box.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import type { UserClaims } from "../../trust/claims/claims.ts";
import { decodeAuthorizationResponse, decodeUserClaims } from "../../trust/claims/decode.ts";
import { validateClaims } from "../../trust/claims/validate.ts";
import type { AnswerPolicy } from "./answer-policy.ts";
import { CalloutError } from "./callout-error.ts";

/** What a request has asked for. */
export interface Expected {
  /** Public key of the user that is to come of it. */
  readonly user: string;
  /** Public key of the server. */
  readonly server: string;
  readonly policy: AnswerPolicy;
  /** Null when the request was not sealed, and neither is the answer. */
  readonly box: CurveBox | null;
}

/** How every token begins. */
const TOKEN_START = Buffer.from("eyJ");
const MS = 1000;

/**
 * The token of the user, decoded but not looked at yet.
 *
 * @throws CalloutError or JwtError when it is no answer to the request.
 */
export async function readAnswer(payload: Buffer, expected: Expected): Promise<UserClaims> {
  const { policy, user, server } = expected;
  const account = goQuoteText(policy.account.name);
  if (payload.length === 0) {
    const what = goQuoteText("no reason supplied");
    throw new CalloutError(`auth callout violation: ${what} on account ${account}`);
  }
  const isSealed =
    expected.box !== null && !TOKEN_START.equals(payload.subarray(0, TOKEN_START.length));
  const token = isSealed ? open(payload, expected.box, policy, account) : payload;
  const answer = await decodeAuthorizationResponse(token.toString());
  const [issue] = validateClaims(answer, nowSeconds()).all;
  if (issue !== undefined) {
    throw new CalloutError(`authorization response had validation errors: ${issue}`);
  }
  if (answer.subject !== user) fail("auth callout response is not for expected user");
  if (answer.audience !== server) fail("auth callout response is not for server");
  if (!isSealed) policy.checkSigner(answer);
  if (answer.error !== "") {
    throw new CalloutError(`auth callout service returned an error: ${answer.error}`);
  }
  return await decodeUserClaims(answer.jwt);
}

/**
 * Checks the token of the user itself.
 *
 * @throws CalloutError with a text that begins with a capital.
 */
export function checkUser(user: UserClaims, { policy, user: wanted }: Expected): void {
  const [issue] = validateClaims(user, nowSeconds()).all;
  if (issue !== undefined) throw new CalloutError(`Error validating user JWT: ${issue}`);
  if (user.subject === wanted) return;
  const users = `${goQuoteText(wanted)} but got ${goQuoteText(user.subject)}`;
  const account = goQuoteText(policy.account.name);
  throw new CalloutError(`Expected authorized user of ${users} on account ${account}`);
}

function open(payload: Buffer, box: CurveBox, { xkey }: AnswerPolicy, account: string): Buffer {
  try {
    return box.open(payload, xkey);
  } catch (error) {
    if (!(error instanceof CurveError)) throw error;
    const what = `error decrypting auth callout response on account ${account}`;
    throw new CalloutError(`${what}: ${error.message}`);
  }
}

/** Go's clock counts whole seconds here. */
function nowSeconds(): number {
  return Math.floor(Date.now() / MS);
}

function fail(text: string): never {
  throw new CalloutError(`auth callout violation: ${text}`);
}
