/** What connections to other servers have in common, one by one: sums are for whoever draws them. */

import type { ServerSession } from "../../../kinds/server-session.ts";
import type { Exposition, MetricType, Unit } from "../exposition.ts";

const MS_PER_SECOND = 1000;

export interface LinkColumn<L> {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit?: Unit;
  /** Undefined where there is nothing to tell. */
  of(link: L): number | undefined;
}

/** A connection, and the labels of its series. */
export interface ToldLink<L> {
  readonly link: L;
  readonly labels: string;
}

export const LINK_COLUMNS: readonly LinkColumn<ServerSession>[] = [
  {
    name: "rtt_seconds",
    type: "gauge",
    help: "Last round-trip time to the other server; 0 while unknown.",
    unit: "seconds",
    of: ({ keepalive }) => keepalive.rttMs / MS_PER_SECOND,
  },
  {
    name: "pending_bytes",
    type: "gauge",
    help: "Bytes that wait for the other server.",
    unit: "bytes",
    of: ({ outbound }) => outbound.pendingBytes,
  },
  {
    name: "subscriptions",
    type: "gauge",
    help: "Subscriptions of the other server.",
    of: ({ outbound }) => outbound.subCount,
  },
  {
    name: "in_messages_total",
    type: "counter",
    help: "Messages from the other server.",
    of: ({ inMsgs }) => inMsgs,
  },
  {
    name: "out_messages_total",
    type: "counter",
    help: "Messages to the other server.",
    of: ({ outbound }) => outbound.outMsgs,
  },
  {
    name: "in_bytes_total",
    type: "counter",
    help: "Bytes of messages from the other server.",
    unit: "bytes",
    of: ({ inBytes }) => inBytes,
  },
  {
    name: "out_bytes_total",
    type: "counter",
    help: "Bytes of messages to the other server.",
    unit: "bytes",
    of: ({ outbound }) => outbound.outBytes,
  },
  {
    name: "in_interest_lines_total",
    type: "counter",
    help: "Lines in which the other server has told what it wants, and no longer wants.",
    of: ({ heardLines }) => heardLines,
  },
  {
    name: "out_interest_lines_total",
    type: "counter",
    help: "Lines in which the other server was told the same.",
    of: ({ toldLines }) => toldLines,
  },
];

/** @param prefix of all names. */
export function linkFamilies<L>(
  text: Exposition,
  prefix: string,
  columns: readonly LinkColumn<L>[],
  told: readonly ToldLink<L>[],
): void {
  for (const { name, type, help, unit = "", of } of columns) {
    text.begin(`${prefix}_${name}`, type, help, unit);
    for (const { link, labels } of told) {
      const value = of(link);
      if (value !== undefined) text.sample(labels, value);
    }
  }
}
