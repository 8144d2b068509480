/**
 * Sends spans of messages to a collector of OpenTelemetry, in batches. Nothing waits for it: what the
 * collector does not take in time is dropped and counted.
 */

import type { MessageTrace } from "../../core/tracing/message-trace.ts";
import type { SpanExporter } from "../../core/tracing/message-tracing.ts";
import type { TraceContext } from "../../core/tracing/trace-headers.ts";
import type { Logger } from "../../log/logger.ts";
import { encodeSpans, type Resource, type SpanSource, spanCount } from "./otlp-json.ts";
import { type SenderOptions, send } from "./otlp-sender.ts";

/** Spans that may wait for the collector; those of further messages are dropped. */
export const WAITING_SPANS_MAX = 16_384;
/** Spans of one request, but for those of the last message in it: so many are written in no time. */
const BATCH_SPANS = 128;
/** How long the first span of a batch waits for others. */
const BATCH_DELAY_MS = 250;
/** How long the end of the server waits for the last batches. */
const STOP_MS = 2000;
/** A long text counts for as many spans as would take its room. */
const TEXT_SHIFT = 9;
const PERCENT = 100;
/** Hex digits at the end of a trace's id that decide whether it is among the sampled, and their range. */
const SAMPLED_DIGITS = 13;
const SAMPLED_RANGE = 16 ** SAMPLED_DIGITS;

export class OtlpSpanExporter implements SpanExporter {
  exportedSpans = 0;
  droppedSpans = 0;
  failedRequests = 0;
  readonly #options: SenderOptions;
  readonly #resource: Resource;
  readonly #log: Logger;
  readonly #sampledBelow: number;
  readonly #stopped = new AbortController();
  #waiting: SpanSource[] = [];
  #weight = 0;
  #timer: Timer | undefined;
  #sending: Promise<void> | null = null;
  /** What has gone wrong was said, and not since then that all is well again. */
  #isFailing = false;

  /** @param sampling percent of the traces. */
  constructor(options: SenderOptions, resource: Resource, sampling: number, log: Logger) {
    this.#options = options;
    this.#resource = resource;
    this.#log = log;
    this.#sampledBelow = (SAMPLED_RANGE / PERCENT) * sampling;
  }

  /** All servers that are asked about a trace say the same. */
  samples({ traceId }: TraceContext): boolean {
    return Number.parseInt(traceId.slice(-SAMPLED_DIGITS), 16) < this.#sampledBelow;
  }

  export(trace: MessageTrace): void {
    const source = sourceOf(trace);
    const weight = weightOf(source);
    if (this.#weight + weight > WAITING_SPANS_MAX || this.#stopped.signal.aborted) {
      this.#drop(spanCount(source), "the collector is too slow");
      return;
    }
    this.#weight += weight;
    this.#waiting.push(source);
    if (this.#sending !== null) return;
    if (this.#weight >= BATCH_SPANS) this.#begin();
    else this.#timer ??= setTimeout(() => this.#begin(), BATCH_DELAY_MS);
  }

  /** Sends what is left, for a while. */
  async stop(): Promise<void> {
    if (this.#waiting.length > 0 && this.#sending === null) this.#begin();
    clearTimeout(this.#timer);
    this.#stopped.abort();
    if (this.#sending === null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, STOP_MS);
    await Promise.race([this.#sending, promise]);
    clearTimeout(timer);
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending = this.#sendAll().finally(() => {
      this.#sending = null;
      // More may have come while the last request was answered.
      if (this.#waiting.length > 0) this.#begin();
    });
  }

  async #sendAll(): Promise<void> {
    // Not in the middle of a delivery.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      const spans = batch.reduce((sum, source) => sum + spanCount(source), 0);
      const result = await send(
        encodeSpans(batch, this.#resource),
        this.#options,
        this.#stopped.signal,
      );
      for (const source of batch) this.#weight -= weightOf(source);
      if (!result.isSent) {
        this.failedRequests++;
        this.#drop(spans, result.reason);
      } else {
        // A collector may say anything.
        const rejected = Math.min(result.rejected, spans);
        this.exportedSpans += spans - rejected;
        if (rejected > 0) this.#drop(rejected, `refused: ${result.reason}`);
        else this.#onSuccess();
      }
    }
  }

  #takeBatch(): SpanSource[] {
    let spans = 0;
    let length = 0;
    while (length < this.#waiting.length && spans < BATCH_SPANS) {
      spans += spanCount(this.#waiting[length++]!);
    }
    return this.#waiting.splice(0, length);
  }

  /** Said once, until all is well again. */
  #drop(spans: number, reason: string): void {
    this.droppedSpans += spans;
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#log.warn(`OTLP: spans are dropped, as they cannot be exported: ${reason}`);
  }

  #onSuccess(): void {
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#log.info(`OTLP: spans are exported again, ${this.droppedSpans} were dropped so far`);
  }
}

/** What spans need of a trace: not its headers, which may be long, nor what only its event says. */
function sourceOf(trace: MessageTrace): SpanSource {
  const { ingress, context, endedAt, isOnly, error, spanSteps, droppedSpanSteps } = trace;
  const { at, cid, name, account, subject, messageBytes, headerBytes } = ingress;
  return {
    context: context!,
    at,
    endedAt,
    cid,
    clientName: name,
    account: account.name,
    subject,
    messageBytes,
    headerBytes,
    isOnly,
    error,
    steps: spanSteps,
    droppedSteps: droppedSpanSteps,
  };
}

function weightOf({ subject, clientName, context, steps }: SpanSource): number {
  let weight = 1 + ((subject.length + clientName.length + context.state.length) >> TEXT_SHIFT);
  for (const step of steps) weight += 1 + (lengthOf(step) >> TEXT_SHIFT);
  return weight;
}

function lengthOf(step: SpanSource["steps"][number]): number {
  if (step.type !== "eg") return step.to.length;
  return step.receiver.subscription.length + step.receiver.name.length;
}
