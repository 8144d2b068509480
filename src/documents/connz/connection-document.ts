/** What a document says of a connection, in the order of nats-server's fields. */

import { goDuration } from "../../log/go-duration.ts";
import { GLOBAL_ACCOUNT } from "../../protocol/account-names.ts";
import type { GoValue } from "../go-document.ts";
import { type LocalTime, omitEmpty, uptimeText } from "../go-texts.ts";
import type { ConnectionFacts } from "./connection-facts.ts";

const MICROS_PER_MS = 1000;
const NANOSECONDS_PER_MICRO = 1000;
const NANOSECONDS_PER_MS = 1e6;

/** What is the same for all connections of a document. */
export interface ConnectionContext {
  readonly kind: "Client" | "Gateway";
  /** In the zone of the machine, and in UTC. */
  readonly localTime: LocalTime;
  readonly utcTime: LocalTime;
  /** Microseconds since 1970. */
  readonly now: number;
  readonly auth: boolean;
}

/** Parts that not every document has, undefined when there is nothing to tell. */
export interface ConnectionParts {
  readonly certificates: GoValue | undefined;
  /** The name of the account. */
  readonly nameTag: string | undefined;
  /** Of subscriptions. */
  readonly list: readonly GoValue[] | undefined;
  readonly isDetailed: boolean;
}

export type ConnectionDocument = { readonly [field: string]: GoValue | undefined };

export function connectionDocument(
  facts: ConnectionFacts,
  parts: ConnectionParts,
  { kind, localTime, utcTime, now, auth }: ConnectionContext,
): ConnectionDocument {
  const { cid, peer, stoppedAt, lastAt, tls, token, account } = facts;
  const startedAt = facts.startedAt * MICROS_PER_MS;
  const until = stoppedAt === 0 ? now : stoppedAt;
  // As in nats-server, those that are closed tell all that their tokens say.
  const claims = auth || stoppedAt !== 0 ? token : null;
  return {
    cid,
    kind,
    type: kind === "Client" ? "nats" : undefined,
    ip: peer.port === 0 ? "" : peer.ip,
    port: peer.port,
    start: localTime(startedAt),
    last_activity: facts.isUnused ? utcTime(lastAt) : localTime(lastAt),
    stop: stoppedAt === 0 ? undefined : localTime(stoppedAt),
    reason: omitEmpty(facts.reason),
    rtt: rttText(facts.rtt),
    uptime: uptimeText((until - startedAt) / MICROS_PER_MS),
    idle: uptimeText((until - lastAt) / MICROS_PER_MS),
    pending_bytes: facts.pendingBytes,
    in_msgs: facts.inMsgs,
    out_msgs: facts.outMsgs,
    in_bytes: facts.inBytes,
    out_bytes: facts.outBytes,
    stalls: omitEmpty(facts.stalls),
    subscriptions: facts.subscriptions,
    name: omitEmpty(facts.name),
    lang: omitEmpty(facts.lang),
    version: omitEmpty(facts.version),
    tls_version: tls?.version,
    tls_cipher_suite: tls?.cipherSuite,
    tls_peer_certs: parts.certificates,
    tls_first: omitEmpty(tls?.isFirst),
    authorized_user: auth ? omitEmpty(facts.user) : undefined,
    account: auth && account !== GLOBAL_ACCOUNT ? account : undefined,
    subscriptions_list: parts.isDetailed ? undefined : parts.list,
    subscriptions_list_detail: parts.isDetailed ? parts.list : undefined,
    jwt: omitEmpty(claims?.jwt),
    issuer_key: omitEmpty(claims?.issuer),
    name_tag: omitEmpty(parts.nameTag),
    tags: claims === null || claims.tags.length === 0 ? undefined : claims.tags,
    proxy: facts.proxyKey === "" ? undefined : { key: facts.proxyKey },
  };
}

/** Of nanoseconds, 0 for unknown. Below a millisecond whole microseconds are enough. */
export function rttText(nanoseconds: number): string {
  const isCut = nanoseconds > NANOSECONDS_PER_MICRO && nanoseconds < NANOSECONDS_PER_MS;
  const rest = isCut ? nanoseconds % NANOSECONDS_PER_MICRO : 0;
  return goDuration((nanoseconds - rest) / NANOSECONDS_PER_MS);
}
