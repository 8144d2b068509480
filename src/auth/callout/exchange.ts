/** One question and its answer. */

import type { InternalMessaging } from "../../core/internal-messaging.ts";
import { CurveBox, CurveError } from "../../protocol/curve-box.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import type { LoginAttempt } from "../login.ts";
import type { ServerKeys } from "../server-keys.ts";
import type { Expected } from "./answer.ts";
import type { AnswerPolicy } from "./answer-policy.ts";
import { CalloutError } from "./callout-error.ts";
import type { OwnDecision } from "./callout-service.ts";
import { AUTH_SUBJECT } from "./permission-sets.ts";
import { createUserKey, encodeRequest, type ServerDescription } from "./request.ts";

/** What questions need of their server. */
export interface ExchangeHost {
  readonly keys: ServerKeys;
  readonly messaging: InternalMessaging;
  readonly server: ServerDescription;
  /** How long an answer is waited for. */
  readonly authTimeoutMs: number;
}

export interface Answer {
  readonly payload: Buffer;
  readonly expected: Expected;
}

export class Exchange {
  readonly #host: ExchangeHost;
  #box: Promise<CurveBox> | null = null;

  constructor(host: ExchangeHost) {
    this.#host = host;
  }

  /**
   * Null when no answer has come in time. Where nobody listens that takes as long: clients shall not
   * come back at once, and all at the same time.
   *
   * @throws CalloutError when the question cannot be sealed.
   */
  async ask(attempt: LoginAttempt, own: OwnDecision, policy: AnswerPolicy): Promise<Answer | null> {
    const { keys, server, messaging, authTimeoutMs: timeoutMs } = this.#host;
    const end = performance.now() + timeoutMs;
    const isSealed = policy.xkey !== "";
    const user = await createUserKey();
    const facts = { server, xkey: isSealed ? keys.xkey : "", user, subject: policy.subject };
    const token = await encodeRequest({ ...facts, timeoutMs }, attempt, own, keys);
    const box = isSealed ? await this.#loadBox() : null;
    const request = box === null ? token : seal(box, token, policy);
    const headers = isSealed ? `NATS/1.0\r\nNats-Server-Xkey: ${keys.xkey}\r\n\r\n` : "";
    const { account } = policy;
    const left = Math.max(1, end - performance.now());
    const message = await messaging.request(account, AUTH_SUBJECT, request, left, headers);
    if (message === null) {
      await waitUntil(end);
      return null;
    }
    return { payload: message.payload, expected: { user, server: server.id, policy, box } };
  }

  #loadBox(): Promise<CurveBox> {
    this.#box ??= CurveBox.load(this.#host.keys.curveSecret);
    return this.#box;
  }
}

function seal(box: CurveBox, token: string, { xkey, account }: AnswerPolicy): Buffer {
  try {
    return box.seal(Buffer.from(token), xkey);
  } catch (error) {
    if (!(error instanceof CurveError)) throw error;
    const what = `Error encrypting auth request claim on account ${goQuoteText(account.name)}`;
    throw new CalloutError(`${what}: ${error.message}`);
  }
}

/** Does not keep the process alive. */
function waitUntil(end: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, end - performance.now())).unref();
  });
}
