/** What an account offers to others, and what it has of them. */

import { exportFor } from "../../accounts/access.ts";
import type { AccountEntry, AllowedImport } from "../../accounts/account-entry.ts";
import type { ExportDefinition } from "../../accounts/definition.ts";
import type { ServiceLatency } from "../../config/options/accounts.ts";
import type { PendingReplies } from "../../core/crossing/pending-replies.ts";
import type { ServiceExport } from "../../core/crossing/service-export.ts";
import type { Exchange } from "../../core/exchange.ts";
import { goText } from "../../protocol/go-json-text.ts";
import { rfc3339Nano } from "../../protocol/go-time.ts";
import { GoMap, type GoValue } from "../go-document.ts";
import { type LocalTime, omitEmpty } from "../go-texts.ts";
import type { ServerView } from "../server-view.ts";

type Fields = { readonly [field: string]: GoValue | undefined };

const RESPONSE_TYPES = { singleton: "Singleton", stream: "Streamed", chunked: "Chunked" } as const;
const MICROS_PER_SECOND = 1e6;
/** An account may have many more requests under way; whoever looks for one finds it among the oldest. */
const RESPONSES_MAX = 1024;
const TOKEN_BYTES = 6;
const SERVICE_TYPE = 2;

/** Services first, as in nats-server. */
export function exportsOf({ definition }: AccountEntry, localTime: LocalTime): Fields[] {
  const { exports } = definition;
  const services = exports.filter(({ kind }) => kind === "service");
  const streams = exports.filter(({ kind }) => kind === "stream");
  return [...services, ...streams].map((each) => exported(each, localTime));
}

function exported(definition: ExportDefinition, localTime: LocalTime): Fields {
  const { kind, subject, isTokenRequired, responseType, latency, accounts } = definition;
  const isService = kind === "service";
  return {
    subject,
    type: kind,
    token_req: omitEmpty(isTokenRequired),
    response_type: isService ? RESPONSE_TYPES[responseType] : undefined,
    service_latency: isService ? latencyOf(latency) : undefined,
    approved_accounts: omitEmpty(accounts ?? []),
    revoked_activations: revocations(definition.revocations, localTime),
  };
}

/** Keys that count no more, with the time up to which what they have signed does not. */
export function revocations(
  times: ReadonlyMap<string, number>,
  localTime: LocalTime = rfc3339Nano,
): GoMap | undefined {
  if (times.size === 0) return undefined;
  const entries = Array.from(times, ([key, seconds]) => {
    return [key, localTime(seconds * MICROS_PER_SECOND)] as const;
  });
  return new GoMap(entries);
}

/** Streams first, as in nats-server. */
export function importsOf(entry: AccountEntry): Fields[] {
  const { imports } = entry;
  const streams = imports.filter(({ kind }) => kind === "stream");
  const services = imports.filter(({ kind }) => kind === "service");
  return [...streams.map(importedStream), ...services.map(importedService)];
}

function importedStream({ exporter, here, there }: AllowedImport): Fields {
  return {
    subject: there,
    account: exporter.account.name,
    local_subject: here,
    type: "stream",
    invalid: false,
    share: false,
    tracking: false,
  };
}

function importedService({ exporter, here, there, definition }: AllowedImport): Fields {
  const offered = exportFor(exporter.definition, "service", there);
  return {
    subject: there,
    account: exporter.account.name,
    to: here,
    local_subject: here,
    type: "service",
    invalid: false,
    share: definition.share,
    tracking: false,
    latency: latencyOf(offered?.latency ?? null),
  };
}

/** Requests of other accounts that may still be answered, by the subject of the answer. */
export function responsesOf(entry: AccountEntry, view: ServerView): GoMap | undefined {
  const { replies } = view.exchange;
  const found: [string, Fields][] = [];
  for (const service of entry.services) {
    const shared = new Map<string, boolean>();
    for (let id = service.oldest; id !== 0; id = replies.newerThan(id)) {
      if (found.length === RESPONSES_MAX) break;
      const from = answerSubject(entry, view.exchange, id);
      const { name } = replies.requesterOf(id);
      const isShared = shared.get(name) ?? isSharedBy(view.accounts.entry(name), service);
      shared.set(name, isShared);
      found.push([from, response(replies, id, from, isShared)]);
    }
  }
  return found.length === 0 ? undefined : new GoMap(found);
}

function response(replies: PendingReplies, id: number, from: string, isShared: boolean): Fields {
  const measured = replies.isTracked(id) ? replies.measured.at(id) : null;
  return {
    subject: replyOf(replies, id),
    account: replies.requesterOf(id).name,
    to: from,
    local_subject: from,
    // In this place nats-server gives a number instead of the word.
    type: SERVICE_TYPE,
    invalid: false,
    share: isShared,
    tracking: measured !== null,
    tracking_header: measured === null ? undefined : headerOf(measured.header),
    latency: latencyOf(measured?.latency ?? null),
  };
}

/** The account that has asked shows its clients to the service. */
function isSharedBy(requester: AccountEntry | undefined, service: ServiceExport): boolean {
  const found = requester?.imports.find(
    ({ kind, exporter, there }) =>
      kind === "service" &&
      exporter.account === service.account &&
      exportFor(exporter.definition, "service", there)?.subject === service.subject,
  );
  return found?.definition.share ?? false;
}

/** The headers that a request is measured for, from JSON. */
function headerOf(json: string): GoMap | undefined {
  if (json === "") return undefined;
  return new GoMap(Object.entries(JSON.parse(json) as Record<string, GoValue>));
}

function answerSubject({ account }: AccountEntry, exchange: Exchange, id: number): string {
  const { replies, passage, latencies } = exchange;
  const token = Buffer.alloc(TOKEN_BYTES);
  replies.writeToken(id, token, 0);
  const suffix = replies.isTracked(id) ? latencies.suffix.toString() : "";
  return `${passage.replySubjects.prefixOf(account)}${token}${suffix}`;
}

function replyOf(replies: PendingReplies, id: number): string {
  const reply = Buffer.alloc(replies.replyLength(id));
  replies.writeReply(id, reply, 0);
  return goText(reply);
}

function latencyOf(latency: ServiceLatency | null): Fields | undefined {
  if (latency === null) return undefined;
  return { sampling: latency.sampling || "headers", results: latency.subject };
}
