/** What `routez` says of a route, in the order of nats-server's fields. */

import type { Route } from "../../kinds/route/route.ts";
import { withoutSecretShapes } from "../../protocol/secret-shapes.ts";
import { rttText } from "../connz/connection-document.ts";
import type { GoValue } from "../go-document.ts";
import { type LocalTime, nanoseconds, omitEmpty, uptimeText } from "../go-texts.ts";

const MICROS_PER_MS = 1000;

interface Subjects {
  readonly allow?: readonly string[] | null;
  readonly deny?: readonly string[] | null;
}

/** What is the same for all routes of a document. */
export interface RouteContext {
  /** In the zone of the machine. */
  readonly localTime: LocalTime;
  /** One time by two clocks: microseconds since 1970, and as `performance.now` tells. */
  readonly now: { readonly micros: number; readonly steadyMs: number };
}

/** The list of what the other server asks for, under its name; undefined for none. */
export interface RouteList {
  readonly field: "subscriptions_list" | "subscriptions_list_detail";
  readonly items: readonly GoValue[] | undefined;
}

export type RouteDocument = { readonly [field: string]: GoValue | undefined };

export function routeDocument(
  route: Route,
  { field, items }: RouteList,
  { localTime, now }: RouteContext,
): RouteDocument {
  const { outbound, remote, dialled, keepalive } = route;
  outbound.foldCounters();
  const startedAt = route.startedAt * MICROS_PER_MS;
  const lastAt = lastActivity(route, now);
  return {
    rid: route.cid,
    remote_id: route.remoteId,
    remote_name: shownName(route.remoteName),
    did_solicit: route.isSolicited,
    is_configured: dialled?.isExplicit ?? false,
    ip: route.peer.ip,
    port: route.peer.port,
    start: localTime(startedAt),
    last_activity: localTime(lastAt),
    rtt: rttText(Math.ceil(nanoseconds(keepalive.rttMs))),
    uptime: uptimeText((now.micros - startedAt) / MICROS_PER_MS),
    idle: uptimeText((now.micros - lastAt) / MICROS_PER_MS),
    import: subjectsDocument(remote?.import),
    export: subjectsDocument(remote?.export),
    pending_size: outbound.pendingBytes,
    in_msgs: route.inMsgs,
    out_msgs: outbound.outMsgs,
    in_bytes: route.inBytes,
    out_bytes: outbound.outBytes,
    subscriptions: outbound.subCount,
    subscriptions_list: field === "subscriptions_list" ? items : undefined,
    subscriptions_list_detail: field === "subscriptions_list_detail" ? items : undefined,
    account: omitEmpty(route.accountName),
    compression: omitEmpty(route.compression),
  };
}

/** What another server says of itself may be a secret in the wrong place. */
export function shownName(name: string): string {
  return withoutSecretShapes(name).toWellFormed();
}

/** Undefined where everything is allowed. */
export function subjectsDocument(subjects: Subjects | null | undefined): GoValue | undefined {
  if (subjects === null || subjects === undefined) return undefined;
  const { allow, deny } = subjects;
  return { allow: omitEmpty(allow ?? []), deny: omitEmpty(deny ?? []) };
}

/** Microseconds since 1970 of the last message or change of interest; before that, of the beginning. */
function lastActivity(
  { outbound, registeredAt, startedAt }: Route,
  now: RouteContext["now"],
): number {
  const { lastUsedAt } = outbound;
  if (lastUsedAt === 0) return Math.max(registeredAt, startedAt) * MICROS_PER_MS;
  return Math.round(now.micros - (now.steadyMs - lastUsedAt) * MICROS_PER_MS);
}
