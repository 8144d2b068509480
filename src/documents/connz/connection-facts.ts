/** What is told of one connection, as it is at one moment: of open ones when asked, of others at their end. */

import { shownUser } from "../../kinds/client-info.ts";
import type { ClientSession } from "../../kinds/client-session.ts";
import { currentMicros } from "../../log/clock.ts";
import type { Connection } from "../../net/connection.ts";
import type { TlsSession } from "../../net/tls/session.ts";
import { withoutSecretShapes } from "../../protocol/secret-shapes.ts";
import { type TokenFacts, tokenFacts } from "./token-facts.ts";

const MICROS_PER_MS = 1000;
const NANOSECONDS_PER_MS = 1e6;

/** There may be ten thousand of these. Texts are "" and lists empty when there is nothing to tell. */
export interface ConnectionFacts {
  readonly cid: number;
  readonly peer: { readonly ip: string; readonly port: number };
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Microseconds since 1970. */
  readonly lastAt: number;
  /** Nothing has gone either way since CONNECT, which nats-server shows by the zone of the time. */
  readonly isUnused: boolean;
  /** Microseconds since 1970; 0 while it is open. */
  readonly stoppedAt: number;
  readonly reason: string;
  /** Nanoseconds; 0 while unknown. */
  readonly rtt: number;
  readonly pendingBytes: number;
  readonly inMsgs: number;
  readonly outMsgs: number;
  readonly inBytes: number;
  readonly outBytes: number;
  readonly stalls: number;
  readonly subscriptions: number;
  readonly name: string;
  readonly lang: string;
  readonly version: string;
  readonly tls: TlsFacts | null;
  readonly user: string;
  readonly account: string;
  /** Null for the many users that are configured. */
  readonly token: TokenFacts | null;
  readonly proxyKey: string;
}

export interface TlsFacts {
  readonly version: string;
  readonly cipherSuite: string;
  readonly isFirst: boolean;
}

/** One time by two clocks. */
export interface Moment {
  /** Since 1970. */
  readonly micros: number;
  /** As `performance.now` tells. */
  readonly steadyMs: number;
}

export function currentMoment(): Moment {
  return { micros: currentMicros(), steadyMs: performance.now() };
}

/** @param isEnding it ends at that moment. */
export function connectionFacts(
  client: ClientSession,
  moment: Moment,
  isEnding: boolean,
): ConnectionFacts {
  const { outbound, options, identity, account, cid, peer, startedAt } = client;
  const { login } = client.login;
  outbound.foldCounters();
  const { outMsgs, outBytes, subCount } = outbound;
  const { inMsgs, inBytes, stalls } = client;
  return {
    cid,
    peer,
    startedAt,
    lastAt: lastActivity(client, moment),
    isUnused: client.login.hasConnected && inMsgs === 0 && outMsgs === 0 && subCount === 0,
    stoppedAt: isEnding ? moment.micros : 0,
    reason: isEnding ? (client.closedReason ?? "") : "",
    rtt: rttOf(client),
    pendingBytes: outbound.pendingBytes,
    inMsgs,
    outMsgs,
    inBytes,
    outBytes,
    stalls,
    subscriptions: subCount,
    name: told(options.name),
    lang: told(options.lang),
    version: told(options.version),
    tls: client.tls === null ? null : tlsFacts(client.tls),
    user: told(shownUser(options, identity)),
    account: account.name,
    token: tokenFacts(client),
    proxyKey: login?.proxyKey ?? "",
  };
}

/** What a client says of itself may be a secret in the wrong place. */
function told(text: string): string {
  return withoutSecretShapes(text).toWellFormed();
}

/** Nanoseconds; 0 while unknown. */
export function rttOf({ keepalive }: { readonly keepalive: { readonly rttMs: number } }): number {
  return Math.ceil(keepalive.rttMs * NANOSECONDS_PER_MS);
}

/** Microseconds since 1970 of the last message or change of interest; before that, of CONNECT or accept. */
export function lastActivity(
  { outbound, startedAt }: Pick<Connection, "outbound" | "startedAt">,
  moment: Moment,
): number {
  const { lastUsedAt } = outbound;
  if (lastUsedAt === 0) return startedAt * MICROS_PER_MS;
  return Math.round(moment.micros - (moment.steadyMs - lastUsedAt) * MICROS_PER_MS);
}

/** A socket that is gone has forgotten what it had agreed on. */
export function tlsFacts(session: TlsSession): TlsFacts | null {
  try {
    const { version, cipherSuite, isFirst } = session;
    return { version, cipherSuite, isFirst };
  } catch {
    return null;
  }
}
