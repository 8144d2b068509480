/**
 * Spans as OTLP/HTTP has them in JSON: ids in hex, 64-bit numbers as strings, enumerations as numbers.
 *
 * A message is one span of the server, named after its subject. Each step on its way is a span below
 * that. Names of attributes are those of OpenTelemetry where it has one; the others begin with `nats.`.
 */

import type { TraceStep } from "../../core/tracing/message-trace.ts";
import type { TraceContext } from "../../core/tracing/trace-headers.ts";
import { withoutSecretShapes } from "../../protocol/secret-shapes.ts";

/** One message. Subjects and errors have one character per byte; times are microseconds. */
export interface SpanSource {
  readonly context: TraceContext;
  readonly at: number;
  readonly endedAt: number;
  readonly cid: number;
  readonly clientName: string;
  readonly account: string;
  readonly subject: string;
  readonly messageBytes: number;
  readonly headerBytes: number;
  readonly isOnly: boolean;
  /** "" when the message was not refused. */
  readonly error: string;
  readonly steps: readonly TraceStep[];
  readonly droppedSteps: number;
}

/** Who sends the spans. */
export interface Resource {
  readonly serviceName: string;
  readonly version: string;
  readonly serverId: string;
  readonly serverName: string;
}

const SPAN_ID_BYTES = 8;
const INTERNAL = 1;
const SERVER = 2;
const PRODUCER = 4;
const STATUS_ERROR = 2;
/** Bits of `flags` that say whether the parent is of another process. */
const KNOWS_PARENT = 0x100;
const PARENT_IS_REMOTE = 0x200;
/** Of a text: what is longer is cut. */
const TEXT_MAX = 512;
const TEMPORARY = /^(?:_INBOX|_R_)\./;

type Json = Readonly<Record<string, unknown>>;

/** The whole body of a request. */
export function encodeSpans(sources: readonly SpanSource[], resource: Resource): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: resourceAttributes(resource) },
        scopeSpans: [
          {
            scope: { name: "nats-server", version: resource.version },
            spans: sources.flatMap(spansOf),
          },
        ],
      },
    ],
  });
}

/** How many spans a message becomes. */
export function spanCount({ steps }: Pick<SpanSource, "steps">): number {
  return steps.length + 1;
}

function resourceAttributes(resource: Resource): Json[] {
  return [
    text("service.name", resource.serviceName),
    text("service.version", resource.version),
    text("service.instance.id", resource.serverId),
    text("nats.server.name", resource.serverName),
  ];
}

function spansOf(source: SpanSource): Json[] {
  const { context, at, endedAt, steps } = source;
  const root = newSpanId();
  const spans: Json[] = [
    {
      ...identity(context, root, context.parentId, KNOWS_PARENT | PARENT_IS_REMOTE),
      name: `process ${nameOf(source.subject)}`,
      kind: SERVER,
      ...times(at, endedAt),
      attributes: rootAttributes(source),
      ...statusOf(source.error),
    },
  ];
  let before = at;
  for (const step of steps) {
    spans.push({
      ...identity(context, newSpanId(), root, KNOWS_PARENT),
      ...times(before, step.at),
      ...describeStep(step),
    });
    before = step.at;
  }
  return spans;
}

function identity(
  { traceId, state, flags }: TraceContext,
  spanId: string,
  parentSpanId: string,
  bits: number,
): Json {
  const traceState = state === "" ? {} : { traceState: state };
  return { traceId, spanId, parentSpanId, ...traceState, flags: flags | bits };
}

function rootAttributes(source: SpanSource): Json[] {
  const { subject, messageBytes, headerBytes, cid, clientName, account } = source;
  const name = plain(subject);
  return [
    text("messaging.system", "nats"),
    text("messaging.operation.name", "process"),
    text("messaging.operation.type", "process"),
    text("messaging.destination.name", name),
    ...(TEMPORARY.test(name) ? [flag("messaging.destination.temporary")] : []),
    integer("messaging.message.body.size", messageBytes - headerBytes),
    integer("messaging.message.envelope.size", messageBytes),
    ...(clientName === "" ? [] : [text("messaging.client.id", fit(clientName))]),
    integer("nats.client.id", cid),
    text("nats.account", account),
    ...(source.isOnly ? [flag("nats.trace.only")] : []),
    ...(source.droppedSteps === 0 ? [] : [integer("nats.trace.dropped", source.droppedSteps)]),
  ];
}

function describeStep(step: TraceStep): Json {
  switch (step.type) {
    case "sm": {
      const attributes = [text("messaging.destination.name", plain(step.to))];
      return { name: `map to ${nameOf(step.to)}`, kind: INTERNAL, attributes };
    }
    case "se": {
      const attributes = [
        text("messaging.destination.name", plain(step.to)),
        text("nats.account", step.account),
      ];
      return { name: `export stream ${nameOf(step.to)}`, kind: INTERNAL, attributes };
    }
    case "si": {
      const attributes = [
        text("messaging.destination.name", plain(step.to)),
        text("nats.imported.name", plain(step.from)),
        text("nats.account", step.account),
      ];
      return { name: `import service ${nameOf(step.to)}`, kind: INTERNAL, attributes };
    }
    default:
      return describeDelivery(step);
  }
}

function describeDelivery(step: Extract<TraceStep, { type: "eg" }>): Json {
  const { subscription, queue, cid, name, account } = step.receiver;
  return {
    name: `deliver ${nameOf(subscription)}`,
    kind: PRODUCER,
    attributes: [
      text("messaging.system", "nats"),
      text("messaging.operation.name", "deliver"),
      text("messaging.operation.type", "send"),
      text("messaging.destination.subscription.name", plain(subscription)),
      ...(queue === "" ? [] : [text("messaging.consumer.group.name", plain(queue))]),
      ...(name === "" ? [] : [text("messaging.client.id", fit(name))]),
      integer("nats.client.id", cid),
      ...(account === "" ? [] : [text("nats.account", account)]),
    ],
    ...statusOf(step.error),
  };
}

function statusOf(error: string): Json {
  return error === "" ? {} : { status: { code: STATUS_ERROR, message: plain(error) } };
}

function times(from: number, to: number): Json {
  return { startTimeUnixNano: nanos(from), endTimeUnixNano: nanos(Math.max(from, to)) };
}

function nanos(micros: number): string {
  return `${Math.floor(micros)}000`;
}

/** Subjects that are made up for one answer would be as many names as answers. */
function nameOf(binary: string): string {
  const name = plain(binary);
  return TEMPORARY.test(name) ? "(temporary)" : name;
}

/** A text with one character per byte. */
function plain(binary: string): string {
  return fit(Buffer.from(binary, "latin1").toString());
}

/** What gives itself away as a secret does not leave the server, and what is long is cut. */
function fit(text: string): string {
  const safe = withoutSecretShapes(text);
  return safe.length <= TEXT_MAX ? safe : `${safe.slice(0, TEXT_MAX)}…`;
}

function text(key: string, value: string): Json {
  return { key, value: { stringValue: value } };
}

function integer(key: string, value: number): Json {
  return { key, value: { intValue: String(value) } };
}

function flag(key: string): Json {
  return { key, value: { boolValue: true } };
}

function newSpanId(): string {
  const id = Buffer.from(crypto.getRandomValues(new Uint8Array(SPAN_ID_BYTES))).toString("hex");
  // An id of zeros stands for none.
  return /[1-9a-f]/.test(id) ? id : newSpanId();
}
