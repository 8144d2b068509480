/** Another server, as those see it who tell it of interest. */

import type { Sink } from "../../core/sink.ts";
import type { Laggard } from "../../net/turn.ts";

export interface InterestTarget {
  readonly outbound: Sink &
    Laggard & { readonly pendingBytes: number; readonly isBlocked: boolean };
  /** False from the moment on at which the connection ends. */
  readonly isOpen: boolean;
  /** The account that the connection is for; "" for one that carries many. */
  readonly accountName: string;
  /** Lines about interest that were sent; counted by whoever sends them. */
  toldLines: number;
  /** Whether this server takes messages on the subject from the other one. */
  mayImport(subject: Buffer, start: number, end: number): boolean;
  /** Shows something of the protocol to those who trace. */
  trace(text: string): void;
  /** Logs something for those who debug. */
  debug(text: string): void;
}
