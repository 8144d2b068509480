/** What all connections together amount to, counted bit by bit. */

import type { ServerView } from "../../documents/server-view.ts";
import { Slices } from "../../documents/slices.ts";
import type { Client } from "../../kinds/client.ts";

export interface Survey {
  connections: number;
  subscriptions: number;
  pendingBytes: number;
  /** Of input that could not be handled yet. */
  heldBytes: number;
  inMsgs: number;
  inBytes: number;
  outMsgs: number;
  outBytes: number;
  /** Those that most bytes wait for, most first. */
  readonly heaviest: readonly Client[];
}

/** @param heaviestMax connections that are wanted by themselves. */
export async function survey(view: ServerView, heaviestMax: number): Promise<Survey> {
  const heaviest = new Heaviest(heaviestMax);
  const sums: Survey = {
    connections: 0,
    subscriptions: 0,
    pendingBytes: 0,
    heldBytes: 0,
    inMsgs: 0,
    inBytes: 0,
    outMsgs: 0,
    outBytes: 0,
    heaviest: heaviest.clients,
  };
  const slices = new Slices();
  for (const client of view.clients.values()) {
    const { outbound, inbound } = client;
    outbound.foldCounters();
    sums.connections++;
    sums.subscriptions += outbound.subCount;
    sums.pendingBytes += outbound.pendingBytes;
    sums.heldBytes += inbound.heldBytes;
    sums.inMsgs += client.inMsgs;
    sums.inBytes += client.inBytes;
    sums.outMsgs += outbound.outMsgs;
    sums.outBytes += outbound.outBytes;
    heaviest.add(client, outbound.pendingBytes);
    if (slices.isOver) await slices.pause();
  }
  return sums;
}

/** Finds a few among many, without sorting them all. */
class Heaviest {
  readonly clients: Client[] = [];
  readonly #bytes: number[] = [];
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  add(client: Client, bytes: number): void {
    if (this.#max === 0) return;
    let at = this.clients.length;
    if (at === this.#max && bytes <= this.#bytes[at - 1]!) return;
    while (at > 0 && this.#bytes[at - 1]! < bytes) at--;
    this.clients.splice(at, 0, client);
    this.#bytes.splice(at, 0, bytes);
    if (this.clients.length <= this.#max) return;
    this.clients.pop();
    this.#bytes.pop();
  }
}
