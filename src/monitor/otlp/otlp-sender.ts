/** Requests to a collector: one at a time, tried again where that may help. */

import { printable } from "../../kinds/printable.ts";
import { goErrorText } from "../../log/go-error.ts";
import { limitedText } from "../../protocol/limited-text.ts";

export interface SenderOptions {
  /** Whole address of what is sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Certificates in PEM; "" for the system's. */
  readonly authorities: string;
}

export type Sent =
  /** @param rejected spans that the collector did not want. */
  | { readonly isSent: true; readonly rejected: number; readonly reason: string }
  | { readonly isSent: false; readonly reason: string };

const ATTEMPTS_MAX = 5;
const FIRST_DELAY_MS = 500;
/** Longest pause, also where the collector asks for a longer one. */
const DELAY_MS_MAX = 30_000;
const ANSWER_BYTES_MAX = 64 * 1024;
/** Of what the collector says, for the log. */
const REASON_CHARS_MAX = 200;
/** The collector may take the same at another time, as OTLP says. */
const RETRIED: readonly number[] = [429, 502, 503, 504];

interface Attempt {
  readonly result: Sent;
  readonly mayRetry: boolean;
  /** How long the collector wants to be left alone; 0 when it says nothing. */
  readonly pauseMs: number;
}

/** @param stopped from then on nothing is tried again, though what is under way may end. */
export async function send(
  body: string,
  options: SenderOptions,
  stopped: AbortSignal,
): Promise<Sent> {
  for (let attempt = 1; ; attempt++) {
    const { result, mayRetry, pauseMs } = await tryOnce(body, options);
    if (result.isSent || !mayRetry || attempt === ATTEMPTS_MAX || stopped.aborted) return result;
    // Servers that have failed together must not come back all at once.
    const backOff = FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.5 + Math.random());
    await pause(Math.min(Math.max(backOff, pauseMs), DELAY_MS_MAX), stopped);
  }
}

async function tryOnce(body: string, options: SenderOptions): Promise<Attempt> {
  try {
    const response = await fetch(options.url, {
      method: "POST",
      redirect: "manual",
      signal: AbortSignal.timeout(options.timeoutMs),
      headers: {
        ...options.headers,
        "content-type": "application/json",
        "accept-encoding": "identity",
      },
      body,
      // A short answer could become a very long one.
      decompress: false,
      tls: {
        rejectUnauthorized: true,
        ...(options.authorities === "" ? {} : { ca: options.authorities }),
      },
    });
    if (response.ok) return await success(response);
    await response.body?.cancel();
    const { status, headers } = response;
    const pauseMs = retryAfterMs(headers.get("retry-after"));
    return failure(`the answer is ${status}`, RETRIED.includes(status), pauseMs);
  } catch (error) {
    const isLate = (error as Error).name === "TimeoutError";
    return failure(isLate ? "no answer in time" : goErrorText(error), true, 0);
  }
}

/** A collector may say that it has taken only some of the spans. */
async function success(response: Response): Promise<Attempt> {
  const none: Attempt = {
    result: { isSent: true, rejected: 0, reason: "" },
    mayRetry: false,
    pauseMs: 0,
  };
  let answer: { partialSuccess?: { rejectedSpans?: unknown; errorMessage?: unknown } } | null;
  try {
    answer = JSON.parse((await limitedText(response, ANSWER_BYTES_MAX)) ?? "") as typeof answer;
  } catch {
    // What it has to say is of no use, but it has taken the spans.
    return none;
  }
  const rejected = Math.floor(Number(answer?.partialSuccess?.rejectedSpans ?? 0));
  if (!(rejected > 0)) return none;
  const reason = String(answer?.partialSuccess?.errorMessage ?? "").slice(0, REASON_CHARS_MAX);
  return { ...none, result: { isSent: true, rejected, reason: printable(reason) } };
}

function failure(reason: string, mayRetry: boolean, pauseMs: number): Attempt {
  return { result: { isSent: false, reason }, mayRetry, pauseMs };
}

/** Seconds, or a date, which is not worth the trouble. */
function retryAfterMs(value: string | null): number {
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : 0;
}

async function pause(ms: number, stopped: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (): void => resolve();
  const timer = setTimeout(end, ms);
  stopped.addEventListener("abort", end);
  await promise;
  clearTimeout(timer);
  stopped.removeEventListener("abort", end);
}
