/** What has happened to one message so far, in the order in which it did. */

import { currentMicros } from "../../log/clock.ts";
import type { Account } from "../account.ts";
import type { HeaderMap, TraceContext } from "./trace-headers.ts";

/** Weight of a message's steps that are kept for its event; what comes after that is left out. */
export const STEPS_WEIGHT_MAX = 65_536;
/** Steps that are kept for spans, of which each is much larger. */
const SPAN_STEPS_MAX = 256;
/** A text of so many bytes, as a power of two, weighs as much as a step. */
const TEXT_SHIFT = 7;
/** What every message weighs. */
const BASE_WEIGHT = 16;

/** What a connection is, as nats-server numbers them. */
export const TraceKind = { Client: 0, Route: 1, Gateway: 2 } as const;

export type TraceKind = (typeof TraceKind)[keyof typeof TraceKind];

/** Whose subscription a message is for. Subjects have one character per byte, as everywhere here. */
export interface Receiver {
  readonly kind: TraceKind;
  readonly cid: number;
  readonly name: string;
  /** "" for the publisher's. */
  readonly account: string;
  readonly subscription: string;
  /** One character per byte; "" for none. */
  readonly queue: string;
  /** Under which the other server tells what becomes of the message there; "" for none. */
  readonly hop: string;
}

/** Times are microseconds since 1970. */
export type TraceStep =
  /** The subject was mapped. */
  | { readonly type: "sm"; readonly at: number; readonly to: string }
  /** The message goes to an account that imports the stream. */
  | { readonly type: "se"; readonly at: number; readonly account: string; readonly to: string }
  /** The message goes to the account of a service, or back from it. */
  | {
      readonly type: "si";
      readonly at: number;
      readonly account: string;
      readonly from: string;
      readonly to: string;
    }
  /** A receiver has got it, or has not. */
  | {
      readonly type: "eg";
      readonly at: number;
      readonly receiver: Receiver;
      /** Why it was not delivered; "" when it was. */
      readonly error: string;
    };

/** Where the message has come from. */
export interface Ingress {
  readonly at: number;
  readonly kind: TraceKind;
  readonly cid: number;
  readonly name: string;
  readonly account: Account;
  /** As published. */
  readonly subject: string;
  /** Bytes of header block and payload. */
  readonly messageBytes: number;
  readonly headerBytes: number;
  readonly headers: HeaderMap;
  /** Under which another server has sent it; "" for none. */
  readonly hop: string;
}

export class MessageTrace {
  readonly ingress: Ingress;
  /** Subject that the event goes to, in the publisher's account; "" when there is to be none. */
  readonly dest: string;
  /** Nobody is to get the message. */
  readonly isOnly: boolean;
  /** Of the event, as the publisher can read it. */
  readonly acceptEncoding: string;
  /** Set when spans are to be made of it. */
  readonly context: TraceContext | null;
  /** Why it was refused as a whole; "" when it was not. */
  error = "";
  /** What the event says. */
  readonly steps: TraceStep[] = [];
  /** Stands for the memory that the event takes while it waits. */
  weight: number;
  /** What spans say: also what goes on in accounts that let nobody else look. */
  readonly spanSteps: TraceStep[] = [];
  /** Steps that there was no room for among those. */
  droppedSpanSteps = 0;
  /** When all was done. */
  endedAt = 0;
  /** Other servers that the message was sent to. */
  hops = 0;
  /** The message is in an account that does not let others trace there. */
  isHidden = false;

  constructor(
    ingress: Ingress,
    dest: string,
    isOnly: boolean,
    acceptEncoding: string,
    context: TraceContext | null,
  ) {
    this.ingress = ingress;
    this.dest = dest;
    this.isOnly = isOnly;
    this.acceptEncoding = acceptEncoding;
    this.context = context;
    this.weight = BASE_WEIGHT + (ingress.headerBytes >> TEXT_SHIFT);
  }

  add(step: TraceStep): void {
    if (this.dest !== "" && !this.isHidden && this.weight < STEPS_WEIGHT_MAX) {
      this.steps.push(step);
      this.weight += 1 + (textLength(step) >> TEXT_SHIFT);
    }
    if (this.context === null) return;
    if (this.spanSteps.length < SPAN_STEPS_MAX) this.spanSteps.push(step);
    else this.droppedSpanSteps++;
  }

  /** Under which it goes to the next server. */
  nextHop(): string {
    const { hop } = this.ingress;
    this.hops++;
    return hop === "" ? String(this.hops) : `${hop}.${this.hops}`;
  }

  addMapping(to: string): void {
    this.add({ type: "sm", at: currentMicros(), to });
  }
}

function textLength(step: TraceStep): number {
  if (step.type === "eg") {
    const { subscription, queue, name } = step.receiver;
    return subscription.length + queue.length + name.length;
  }
  return step.to.length + (step.type === "si" ? step.from.length : 0);
}
