/** What `gatewayz` says of one connection to another cluster, without its accounts. */

import { rfc3339Nano } from "../../protocol/go-time.ts";
import {
  type ConnectionContext,
  type ConnectionDocument,
  connectionDocument,
} from "../connz/connection-document.ts";
import {
  type ConnectionFacts,
  lastActivity,
  type Moment,
  rttOf,
  type TlsFacts,
  tlsFacts,
} from "../connz/connection-facts.ts";
import { openLocalTime } from "../go-texts.ts";
import { shownName } from "../routez/route-document.ts";
import type { Gateway } from "../supercluster-view.ts";

const NO_PARTS = {
  certificates: undefined,
  nameTag: undefined,
  list: undefined,
  isDetailed: false,
};

export class GatewayDocuments {
  readonly #moment: Moment;
  readonly #context: ConnectionContext;

  private constructor(moment: Moment, context: ConnectionContext) {
    this.#moment = moment;
    this.#context = context;
  }

  static async open(moment: Moment): Promise<GatewayDocuments> {
    const localTime = await openLocalTime();
    const now = moment.micros;
    const context = { kind: "Gateway", localTime, utcTime: rfc3339Nano, now, auth: false } as const;
    return new GatewayDocuments(moment, context);
  }

  of(gateway: Gateway): ConnectionDocument {
    return connectionDocument(gatewayFacts(gateway, this.#moment), NO_PARTS, this.#context);
  }
}

/** As nats-server, it has the id of the other server for a name. */
export function gatewayFacts(gateway: Gateway, moment: Moment): ConnectionFacts {
  const { outbound, cid, peer, startedAt, inMsgs, inBytes, stalls, tls } = gateway;
  outbound.foldCounters();
  return {
    cid,
    peer,
    startedAt,
    lastAt: lastActivity(gateway, moment),
    isUnused: false,
    stoppedAt: 0,
    reason: "",
    rtt: rttOf(gateway),
    pendingBytes: outbound.pendingBytes,
    inMsgs,
    outMsgs: outbound.outMsgs,
    inBytes,
    outBytes: outbound.outBytes,
    stalls,
    subscriptions: outbound.subCount,
    name: shownName(gateway.remoteId),
    lang: "",
    version: "",
    tls: tls === null ? null : notFirst(tlsFacts(tls)),
    user: "",
    account: "",
    token: null,
    proxyKey: "",
  };
}

/** Gateways always begin with the handshake, so as in nats-server that is not said. */
function notFirst(facts: TlsFacts | null): TlsFacts | null {
  return facts === null ? null : { ...facts, isFirst: false };
}
