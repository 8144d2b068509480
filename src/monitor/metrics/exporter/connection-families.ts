/**
 * Connections, under the names that nats-io's exporter gives what it finds in `connz`. It sums up the
 * first 1024 connections; here all are counted.
 */

import {
  type ConnectionFacts,
  connectionFacts,
  currentMoment,
  type Moment,
} from "../../../documents/connz/connection-facts.ts";
import type { Client } from "../../../kinds/client.ts";
import { GLOBAL_ACCOUNT } from "../../../protocol/account-names.ts";
import { type Exposition, labels, type MetricType } from "../exposition.ts";
import type { Survey } from "../survey.ts";

/** Connections of a page of `connz`. */
const PAGE = 1024;
const MICROS_PER_MS = 1000;
const NANOSECONDS_PER_MICRO = 1000;
const MS_PER_SECOND = 1000;
/** Characters of what clients say of themselves. */
const TEXT_MAX = 256;

/** One connection that is told of by itself. */
interface Told {
  readonly labels: string;
  readonly facts: ConnectionFacts;
}

interface Column {
  readonly name: string;
  readonly type: MetricType;
  readonly help?: string;
  /** Absent where a sum makes no sense. */
  sum?(survey: Survey): number;
  of(facts: ConnectionFacts, moment: Moment): number;
}

const COLUMNS: readonly Column[] = [
  {
    name: "pending_bytes",
    type: "gauge",
    sum: ({ pendingBytes }) => pendingBytes,
    of: ({ pendingBytes }) => pendingBytes,
  },
  {
    name: "subscriptions",
    type: "gauge",
    sum: ({ subscriptions }) => subscriptions,
    of: ({ subscriptions }) => subscriptions,
  },
  { name: "in_bytes", type: "counter", sum: ({ inBytes }) => inBytes, of: (f) => f.inBytes },
  { name: "out_bytes", type: "counter", sum: ({ outBytes }) => outBytes, of: (f) => f.outBytes },
  { name: "in_msgs", type: "counter", sum: ({ inMsgs }) => inMsgs, of: (f) => f.inMsgs },
  { name: "out_msgs", type: "counter", sum: ({ outMsgs }) => outMsgs, of: (f) => f.outMsgs },
  {
    name: "start",
    type: "unknown",
    help: "When the connection began, in milliseconds since 1970.",
    of: ({ startedAt }) => startedAt,
  },
  {
    name: "last_activity",
    type: "unknown",
    help: "When the connection was last used, in milliseconds since 1970.",
    of: ({ lastAt }) => Math.floor(lastAt / MICROS_PER_MS),
  },
  {
    name: "rtt",
    type: "gauge",
    help: "Round-trip time in microseconds.",
    of: ({ rtt }) => Math.floor(rtt / NANOSECONDS_PER_MICRO),
  },
  {
    name: "uptime",
    type: "unknown",
    help: "How long the connection has been open, in milliseconds.",
    of: ({ startedAt }, { micros }) => wholeSeconds(micros / MICROS_PER_MS - startedAt),
  },
  {
    name: "idle",
    type: "gauge",
    help: "How long the connection has not been used, in milliseconds.",
    of: ({ lastAt }, { micros }) => wholeSeconds((micros - lastAt) / MICROS_PER_MS),
  },
];

export function connectionFamilies(
  text: Exposition,
  prefix: string,
  serverId: string,
  survey: Survey,
): void {
  const own = labels({ server_id: serverId });
  const heads = { num_connections: survey.connections, total: survey.connections };
  for (const [name, value] of Object.entries({ ...heads, offset: 0, limit: PAGE })) {
    text.begin(`${prefix}_connz_${name}`, "gauge", name);
    text.sample(own, value);
  }
  const moment = currentMoment();
  const told = survey.heaviest
    .filter(({ isClosed }) => !isClosed)
    .map((client) => tellOf(client, serverId, moment));
  for (const { name, type, help = name, sum, of } of COLUMNS) {
    if (sum === undefined && told.length === 0) continue;
    text.begin(`${prefix}_connz_${name}`, type, help);
    if (sum !== undefined) text.sample(own, sum(survey));
    for (const one of told) text.sample(one.labels, of(one.facts, moment));
  }
}

function tellOf(client: Client, serverId: string, moment: Moment): Told {
  const facts = connectionFacts(client, moment, false);
  const account = facts.account === GLOBAL_ACCOUNT ? "" : facts.account;
  const values = {
    server_id: serverId,
    cid: `${facts.cid}`,
    kind: "Client",
    type: "nats",
    ip: facts.peer.port === 0 ? "" : facts.peer.ip,
    port: `${facts.peer.port}`,
    name: shortened(facts.name),
    name_tag: client.account.nameTag,
    account,
    account_id: account,
    lang: shortened(facts.lang),
    version: shortened(facts.version),
    tls_version: facts.tls?.version ?? "",
    tls_cipher_suite: facts.tls?.cipherSuite ?? "",
  };
  return { labels: labels(values), facts };
}

function shortened(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}…`;
}

/** As precise as the texts that the exporter reads. */
function wholeSeconds(milliseconds: number): number {
  return Math.max(Math.floor(milliseconds / MS_PER_SECOND), 0) * MS_PER_SECOND;
}
