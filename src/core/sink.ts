/**
 * Whoever receives messages: a client, later a route, gateway or leafnode, or code in this process.
 *
 * Delivery appends frames to the sink's buffer and asks nothing else of it. What happens to the bytes
 * at the end of the turn (a socket write, a callback) is the sink's own affair.
 */

import type { PermissionSet } from "./permissions/permission-set.ts";
import type { ReplyPermits } from "./permissions/reply-permits.ts";
import type { SubscriptionOwner } from "./subscriptions.ts";

/** What the receivers of a message are called in traces. */
export interface SinkName {
  /** 0 for nobody's. */
  readonly cid: number;
  /** As the client has given it; "" for none. */
  readonly name: string;
}

export interface Sink extends SubscriptionOwner {
  /** Where frames go; bytes from `end` on are free. Replaced by `reserve`: read it anew. */
  buf: Buffer;
  end: number;
  /**
   * Frames may be appended up to here without asking. 0 whenever `reserve` must be called first,
   * because nothing is pending yet, room is short, a limit is near, or the sink is closed.
   */
  limit: number;
  /** Whether messages come back to the sink that published them. */
  echo: boolean;
  /** Whether the receiver understands headers; without, it gets the payload only. */
  headers: boolean;
  /** Whether each frame is shown to `onDelivered`. */
  tracing: boolean;
  /** Whether `onMaxReached` is wanted. */
  debugging: boolean;
  /** Asked before each message, once a subscription is wider than what is denied; null before. */
  filter: PermissionSet | null;
  /** Told of the requests that arrive, where they may be answered on subjects not allowed otherwise. */
  permits: ReplyPermits | null;
  /** It has got requests of other clusters, which it may answer. */
  answersAbroad: boolean;
  /** Messages and their bytes since these were last folded into the totals. */
  freshMsgs: number;
  freshBytes: number;

  /**
   * Who it is, as JSON, for a service of another account that it sends a request to; empty for nobody.
   *
   * @param isShared all is told about it, else only its account and round-trip time.
   * @param isSystem the server's name is told as well.
   */
  requestInfo(isShared: boolean, isSystem: boolean): Buffer;
  /** Who it is, for traces. */
  describe(): SinkName;
  /** Makes room for `bytes` more, and sees to it that they will be sent. False: drop the frame. */
  reserve(bytes: number): boolean;
  /** A subscription has had as many messages as it was to have. */
  onMaxReached(sid: string, max: number): void;
  /** A subscription is gone; the sid is given only while tracing. */
  onSubscriptionEnded(sid: string): void;
  /** A frame was appended: its control line, then its body, up to `frameEnd`. */
  onDelivered(frameStart: number, bodyStart: number, frameEnd: number): void;
}

/** Sinks by slot; slot 0 is nobody. */
export class SinkTable {
  readonly #sinks: (Sink | undefined)[] = [undefined];
  readonly #free: number[] = [];

  /** Gives a sink its slot. */
  add(sink: Sink): void {
    sink.slot = this.#free.pop() ?? this.#sinks.length;
    this.#sinks[sink.slot] = sink;
  }

  /** Frees the slot of a sink that has no subscriptions left. */
  remove(sink: Sink): void {
    this.#sinks[sink.slot] = undefined;
    this.#free.push(sink.slot);
    sink.slot = 0;
  }

  at(slot: number): Sink {
    return this.#sinks[slot]!;
  }
}
