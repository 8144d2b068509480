/** What is told of a server beyond what nats-io's exporter knows. All names begin with `nats_`. */

import { VerdictCache } from "../../../core/permissions/verdict-cache.ts";
import type { ServerView } from "../../../documents/server-view.ts";
import type { Varz } from "../../../documents/varz/varz.ts";
import { ClosedReason } from "../../../protocol/errors.ts";
import { COMPATIBLE_VERSION } from "../../../protocol/info.ts";
import { COMMIT, VERSION } from "../../../version.ts";
import type { CacheCounts } from "../cache-counts.ts";
import { type Exposition, labels } from "../exposition.ts";
import { LAG_BOUNDS, type LoopLagMeter } from "../loop-lag-meter.ts";
import type { Survey } from "../survey.ts";

const MS_PER_SECOND = 1000;
const CLIENTS = labels({ kind: "client" });
const ROUTES = labels({ kind: "route" });

/** Listeners, and where `varz` tells of them; "" for clients, which are told of at its top. */
const LISTENERS: readonly (readonly [listener: string, part: string])[] = [
  ["clients", ""],
  ["cluster", "cluster"],
  ["gateway", "gateway"],
  ["leafnodes", "leaf"],
  ["mqtt", "mqtt"],
  ["websocket", "websocket"],
];

export function buildFamilies(text: Exposition, { serverInfo, accounts }: ServerView): void {
  text.begin("nats_build_info", "gauge", "What the server is; always 1.");
  const build = {
    version: VERSION,
    compatible_version: COMPATIBLE_VERSION,
    commit: COMMIT,
    runtime: serverInfo.runtime,
  };
  text.sample(labels(build), 1);
  text.single("nats_accounts", "gauge", "Accounts of the server.", accounts.count);
}

export function loopFamilies(text: Exposition, { counts, sum }: LoopLagMeter): void {
  const help = "How much too late timers came. Measured from the first scrape on.";
  text.begin("nats_event_loop_lag_seconds", "histogram", help, "seconds");
  text.histogram(LAG_BOUNDS, counts, sum);
}

export function bufferFamilies(
  text: Exposition,
  { pendingBytes, heldBytes }: Survey,
  { cluster }: ServerView,
): void {
  const routes = { pendingBytes: 0, heldBytes: 0 };
  for (const { outbound, inbound } of cluster?.routes ?? []) {
    routes.pendingBytes += outbound.pendingBytes;
    routes.heldBytes += inbound.heldBytes;
  }
  const waiting = "Bytes that wait to be sent, by kind of connection.";
  text.begin("nats_outbound_buffered_bytes", "gauge", waiting, "bytes");
  text.sample(CLIENTS, pendingBytes);
  if (cluster !== null) text.sample(ROUTES, routes.pendingBytes);
  const held = "Memory of input that could not be handled yet, by kind of connection.";
  text.begin("nats_inbound_buffered_bytes", "gauge", held, "bytes");
  text.sample(CLIENTS, heldBytes);
  if (cluster !== null) text.sample(ROUTES, routes.heldBytes);
}

export function parserFamilies(text: Exposition, { stats }: ServerView): void {
  const { inMsgs, reads, readBytes, gatheredMsgs } = stats;
  text.single("nats_parser_messages_total", "counter", "Messages that have come in.", inMsgs);
  text.single("nats_parser_reads_total", "counter", "Pieces that input came in.", reads);
  const bytes = "Bytes of input, after decryption.";
  text.single("nats_parser_read_bytes_total", "counter", bytes, readBytes, "bytes");
  const gathered = "Messages that came in several reads, or were written in an uncommon way.";
  text.single("nats_parser_gathered_messages_total", "counter", gathered, gatheredMsgs);
}

export function cacheFamilies(text: Exposition, { lookups, hits }: CacheCounts): void {
  const looked = "Messages whose receivers were looked for.";
  text.single("nats_sublist_cache_lookups_total", "counter", looked, lookups);
  const found = "Messages whose receivers were remembered.";
  text.single("nats_sublist_cache_hits_total", "counter", found, hits);
  const misses = "Subjects that permissions were decided on anew, in the whole process.";
  text.single("nats_permission_cache_misses_total", "counter", misses, VerdictCache.misses);
}

export function slowFamilies(text: Exposition, { slowConsumers }: ServerView): void {
  const { counts, blockedCount } = slowConsumers;
  const blocked = "Connections that cannot take more at the moment.";
  text.single("nats_slow_consumers_blocked", "gauge", blocked, blockedCount);
  const detected = "Slow consumers that were detected.";
  text.single("nats_slow_consumers_detected_total", "counter", detected, counts.detected);
  const outcomes = "What became of slow consumers: why they were closed, or that they recovered.";
  text.begin("nats_slow_consumer_outcomes_total", "counter", outcomes);
  text.sample(labels({ outcome: "pending_bytes" }), counts.closedForPendingBytes);
  text.sample(labels({ outcome: "write_deadline" }), counts.closedForWriteDeadline);
  text.sample(labels({ outcome: "recovered" }), counts.recovered);
}

export function denialFamilies(text: Exposition, { denials }: ServerView): void {
  const { publish, subscribe, reply } = denials.counts;
  text.begin("nats_denials_total", "counter", "Operations that permissions did not allow.");
  for (const [operation, count] of Object.entries({ publish, subscribe, reply })) {
    text.sample(labels({ operation }), count);
  }
}

export function clientFamilies(text: Exposition, { clientCounts }: ServerView): void {
  text.begin("nats_connections_closed_total", "counter", "Clients that have gone, by reason.");
  for (const reason of Object.values(ClosedReason)) {
    text.sample(labels({ reason }), clientCounts.closed.get(reason) ?? 0);
  }
  const refused = "Logins that were refused, or are no longer valid, by reason.";
  text.begin("nats_logins_refused_total", "counter", refused);
  for (const reason of Object.values(ClosedReason)) {
    const count = clientCounts.refused.get(reason) ?? 0;
    if (count > 0 || reason === ClosedReason.AuthenticationViolation) {
      text.sample(labels({ reason }), count);
    }
  }
}

export function traceFamilies(text: Exposition, { exchange }: ServerView): void {
  const { tracedMsgs, droppedTraces, exporter } = exchange.tracing;
  text.single("nats_traced_messages_total", "counter", "Messages that were traced.", tracedMsgs);
  const dropped = "Traces that were not published, as too many waited.";
  text.single("nats_traced_messages_dropped_total", "counter", dropped, droppedTraces);
  if (exporter === null) return;
  const { exportedSpans, droppedSpans, failedRequests } = exporter;
  text.single("nats_otlp_spans_exported_total", "counter", "Spans sent by OTLP.", exportedSpans);
  const lost = "Spans that the OTLP collector did not take in time.";
  text.single("nats_otlp_spans_dropped_total", "counter", lost, droppedSpans);
  const failed = "Requests to the OTLP collector that failed.";
  text.single("nats_otlp_requests_failed_total", "counter", failed, failedRequests);
}

export function logFamilies(text: Exposition, { log }: ServerView): void {
  text.begin("nats_log_lines_total", "counter", "Lines of the log, by level.");
  for (const [level, count] of Object.entries(log.counts)) text.sample(labels({ level }), count);
}

export function dashboardFamilies(text: Exposition, viewers: number): void {
  text.single("nats_dashboard_viewers", "gauge", "Who watches the dashboard.", viewers);
}

export function certificateFamilies(text: Exposition, varz: Varz): void {
  const help = "When the certificate of a listener ends, since 1970.";
  text.begin("nats_certificate_expiry_timestamp_seconds", "gauge", help, "seconds");
  for (const [listener, part] of LISTENERS) {
    const fields = part === "" ? varz : (varz[part] as Varz | undefined);
    const end = fields?.tls_cert_not_after;
    if (typeof end !== "string") continue;
    text.sample(labels({ listener }), Date.parse(end) / MS_PER_SECOND);
  }
}
