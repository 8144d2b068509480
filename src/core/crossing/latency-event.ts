/** What the owner of a service is told of one request to it, as JSON with nats-server's fields. */

import { goJsonText } from "../../protocol/go-json-text.ts";
import { rfc3339Nano } from "../../protocol/go-time.ts";
import type { Headers } from "./latency-headers.ts";
import type { MeasuredRequest } from "./latency-store.ts";

const TYPE = "io.nats.server.metric.v1.service_latency";

export interface Outcome {
  readonly status: number;
  /** "" for an answer. */
  readonly description: string;
  /** When the request began at the requester's, in microseconds since 1970. */
  readonly startMicros: number;
  /** Who has answered, as JSON; "" for nobody. */
  readonly responder: string;
  /** Nanoseconds: of the service itself, of this server, and of all together. */
  readonly service: number;
  readonly system: number;
  readonly total: number;
}

/** @param id tells events apart. */
export function encodeLatencyEvent(
  id: string,
  nowMicros: number,
  request: MeasuredRequest,
  outcome: Outcome,
): string {
  const { requestor, header } = request;
  const { status, description, responder, startMicros, service, system, total } = outcome;
  const fields = [
    `"type":"${TYPE}"`,
    `"id":"${id}"`,
    `"timestamp":"${rfc3339Nano(nowMicros)}"`,
    `"status":${status}`,
    ...(description === "" ? [] : [`"description":"${description}"`]),
    ...(requestor === "" ? [] : [`"requestor":${requestor}`]),
    ...(responder === "" ? [] : [`"responder":${responder}`]),
    ...(header === "" ? [] : [`"header":${header}`]),
    `"start":"${rfc3339Nano(startMicros)}"`,
    `"service":${service}`,
    `"system":${system}`,
    `"total":${total}`,
  ];
  return `{${fields.join(",")}}`;
}

/** Names in order; "" for no headers. */
export function encodeHeaders(headers: Headers): string {
  if (headers.size === 0) return "";
  const names = [...headers.keys()].sort();
  const fields = names.map((name) => `${json(name)}:[${headers.get(name)!.map(json).join(",")}]`);
  return `{${fields.join(",")}}`;
}

function json(binary: string): string {
  return goJsonText(Buffer.from(binary, "latin1"));
}
