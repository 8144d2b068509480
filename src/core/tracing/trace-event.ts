/** The event that tells what happened to a message, as JSON with nats-server's fields. */

import { goJsonText } from "../../protocol/go-json-text.ts";
import { rfc3339Nano } from "../../protocol/go-time.ts";
import type { MessageTrace, TraceStep } from "./message-trace.ts";
import type { HeaderMap } from "./trace-headers.ts";

/** Steps that are written without a pause. */
const SLICE = 256;

/**
 * @param server the object `server`, as JSON.
 * @returns pieces of the event; there may be a pause between any two of them.
 */
export function* encodeTraceEvent(trace: MessageTrace, server: string): Iterable<string> {
  const { headers, messageBytes } = trace.ingress;
  const hops = trace.hops === 0 ? "" : `,"hops":${trace.hops}`;
  const size = messageBytes === 0 ? "" : `,"msgsize":${messageBytes}`;
  const request = `{"header":${headersOf(headers)}${size}}`;
  yield `{"server":${server},"request":${request}${hops},"events":[${ingressOf(trace)}`;
  for (let at = 0; at < trace.steps.length; at += SLICE) {
    yield `,${trace.steps
      .slice(at, at + SLICE)
      .map(encodeStep)
      .join(",")}`;
  }
  yield "]}";
}

function ingressOf({ ingress, error }: MessageTrace): string {
  const { at, kind, cid, name, account, subject } = ingress;
  const who = `"kind":${kind},"cid":${cid}${optional("name", text(name))}`;
  const place = `"acc":${text(account.name)},"subj":${json(subject)}`;
  return `{${headOf("in", at)},${who},${place}${optional("error", json(error))}}`;
}

function encodeStep(step: TraceStep): string {
  const head = headOf(step.type, step.at);
  switch (step.type) {
    case "sm":
      return `{${head},"to":${json(step.to)}}`;
    case "se":
      return `{${head},"acc":${text(step.account)},"to":${json(step.to)}}`;
    case "si":
      return `{${head},"acc":${text(step.account)},"from":${json(step.from)},"to":${json(step.to)}}`;
    default: {
      const { kind, cid, name, hop, account, subscription, queue } = step.receiver;
      const by = `${optional("name", text(name))}${optional("hop", text(hop))}`;
      const who = `"kind":${kind},"cid":${cid}${by}`;
      const where = `${optional("acc", text(account))}${optional("sub", json(subscription))}`;
      const what = `${optional("queue", json(queue))}${optional("error", text(step.error))}`;
      return `{${head},${who}${where}${what}}`;
    }
  }
}

function headOf(type: string, at: number): string {
  return `"type":"${type}","ts":"${rfc3339Nano(at)}"`;
}

/** Names in the order of their bytes. */
function headersOf(headers: HeaderMap): string {
  const names = [...headers.keys()].sort();
  const fields = names.map((name) => `${json(name)}:[${headers.get(name)!.map(json).join(",")}]`);
  return `{${fields.join(",")}}`;
}

/** @param value as JSON; an empty text is left out. */
function optional(field: string, value: string): string {
  return value === '""' ? "" : `,"${field}":${value}`;
}

/** Of bytes, of which each is a character. */
function json(binary: string): string {
  return binary === "" ? '""' : goJsonText(Buffer.from(binary, "latin1"));
}

function text(plain: string): string {
  return plain === "" ? '""' : goJsonText(Buffer.from(plain));
}
