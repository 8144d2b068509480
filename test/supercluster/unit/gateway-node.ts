/** A server of a supercluster and nothing else: real gateways over real sockets, in this process. */

import { hashBytes } from "../../../src/bytes/hash.ts";
import { DEFAULT_GATEWAY, type GatewayOptions } from "../../../src/config/options/cluster.ts";
import {
  type EffectiveGateway,
  effectiveGateway,
} from "../../../src/config/options/effective-gateway.ts";
import { type Options, resolveOptions } from "../../../src/config/options/options.ts";
import { Account } from "../../../src/core/account.ts";
import { Exchange } from "../../../src/core/exchange.ts";
import { randomId } from "../../../src/core/random-id.ts";
import type { GatewayDialled, GatewayHost } from "../../../src/kinds/gateway/gateway-host.ts";
import { InboundGateway } from "../../../src/kinds/gateway/inbound-gateway.ts";
import { OutboundGateway } from "../../../src/kinds/gateway/outbound-gateway.ts";
import { Logger } from "../../../src/log/logger.ts";
import type { Clock } from "../../../src/net/clock.ts";
import type { Peer } from "../../../src/net/connection.ts";
import { Deadlines } from "../../../src/net/deadlines.ts";
import { dial } from "../../../src/net/dial/dial.ts";
import { ServerStats } from "../../../src/net/server-stats.ts";
import { SlowConsumers } from "../../../src/net/slow/slow-consumers.ts";
import type { Transport } from "../../../src/net/transport.ts";
import { Turn } from "../../../src/net/turn.ts";
import { NO_TLS, type ServerInfo } from "../../../src/protocol/info.ts";
import { Message } from "../../../src/protocol/message.ts";
import type { RouteInfo } from "../../../src/protocol/route-info.ts";
import { Supercluster, type SuperclusterMeans } from "../../../src/supercluster/supercluster.ts";
import type { SuperclusterHost } from "../../../src/supercluster/supercluster-host.ts";
import { TestSink } from "../../core/delivery-fixture.ts";

const LONGEST = 64 * 1024 * 1024;
/** Waiting takes a part of its time: what is due after a second is due at once. */
const HASTE = 50;

/** Time as it is, in which everything waits less. */
export const HASTY: Clock = {
  now: () => performance.now() * HASTE,
  random: () => Math.random(),
  wait: (milliseconds, signal) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds / HASTE);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
    if (signal.aborted) resolve();
    return promise;
  },
};

export interface NodeOptions extends Partial<GatewayOptions> {
  /** Clusters of the configuration, each with its URLs. */
  readonly remotes?: Readonly<Record<string, readonly string[]>>;
  /** Options of the server around the block. */
  readonly server?: Partial<Options>;
  readonly means?: Partial<SuperclusterMeans>;
}

export class GatewayNode implements SuperclusterHost, Disposable {
  readonly name: string;
  readonly supercluster: Supercluster;
  readonly exchange = new Exchange(true, { hasRoutes: true, hasGateways: true });
  readonly turn = new Turn();
  readonly serverInfo: ServerInfo;
  readonly options: Options;
  readonly lines: string[] = [];
  readonly log: Logger;
  readonly listenerTls = null;
  readonly admitsCertificate = null;
  /** What the other servers of this cluster were told. */
  readonly told: RouteInfo[] = [];
  /** Names of the other servers of this cluster. */
  readonly others: string[] = [];
  readonly made: (InboundGateway | OutboundGateway)[] = [];
  readonly settings: EffectiveGateway;
  readonly #accounts = new Map<string, Account>();
  readonly #host: GatewayHost;
  #cid = 4;

  /** @param cluster its name; the server has one that follows from it. */
  constructor(cluster: string, { server, means, remotes = {}, ...block }: NodeOptions = {}) {
    this.name = `${cluster}-${randomId().slice(0, 4)}`;
    const gateways = Object.entries(remotes).map(([name, urls]) => ({
      name,
      urls: [...urls],
      tls: null,
    }));
    const gateway = { ...DEFAULT_GATEWAY, host: "127.0.0.1", port: -1, name: cluster, gateways };
    this.options = resolveOptions({
      serverName: this.name,
      ...server,
      gateway: { ...gateway, ...block },
    });
    this.settings = effectiveGateway(this.options)!;
    this.log = new Logger((level, text) => this.lines.push(`[${level}] ${text}`), {
      debug: true,
      trace: false,
    });
    this.serverInfo = {
      id: `N${randomId()}${randomId()}`,
      name: this.name,
      host: "127.0.0.1",
      port: 4222,
      headers: true,
      cluster,
      connectUrls: [],
      authRequired: false,
      tls: NO_TLS,
      maxPayload: 1024 * 1024,
      xkey: "",
      runtime: "bun",
    };
    this.exchange.gateways!.configure(cluster, this.serverInfo.id);
    for (const account of ["$G", "$SYS"]) this.addAccount(account);
    this.supercluster = new Supercluster(this, this.settings, { clock: HASTY, dial, ...means });
    this.#host = this.#gatewayHost();
  }

  get id(): string {
    return this.serverInfo.id;
  }

  get url(): string {
    return `nats://${this.supercluster.url}`;
  }

  open(): this {
    this.supercluster.open();
    return this;
  }

  /** Clusters that this server has a connection to, and those that have one to it; sorted. */
  get view(): { to: string[]; from: string[] } {
    const { outbounds, inbounds } = this.supercluster;
    const to = outbounds.map(({ cluster }) => cluster).sort();
    return { to, from: [...inbounds].map(({ cluster }) => cluster).sort() };
  }

  /** Lines of the log that say something, without addresses of connections. */
  said(part: string): string[] {
    return this.lines
      .filter((line) => line.includes(part))
      .map((line) => line.replace(/\[?[\d.:a-f]+\]?:\d+ - gid:\d+ - /, ""));
  }

  remote(name: string): { urls: string[]; isExplicit: boolean } | null {
    for (const remote of this.supercluster.remotes) {
      if (remote.name !== name) continue;
      return { urls: remote.addresses.sort(), isExplicit: remote.isExplicit };
    }
    return null;
  }

  addAccount(name: string): Account {
    const account = this.exchange.foreign.take(name) ?? new Account(name, this.exchange);
    this.exchange.accountsByName.add(account);
    this.#accounts.set(name, account);
    return account;
  }

  account(name: string): Account {
    return this.#accounts.get(name)!;
  }

  subscribe(subject: string, { account = "$G", queue = "" } = {}): TestSink {
    const sink = new TestSink({ account: this.account(account), sinks: this.exchange.sinks });
    const buf = Buffer.from(`${subject} 1`);
    const end = buf.length;
    const ranges = { subjectStart: 0, subjectEnd: end - 2, sidStart: end - 1, sidEnd: end };
    this.account(account).subscribe(sink, queue, buf, ranges);
    return sink;
  }

  /** Subscriptions of other clusters that match a subject. */
  interestIn(subject: string, account = "$G"): number {
    const buf = Buffer.from(subject);
    const hash = hashBytes(buf, 0, buf.length);
    const { linkCount, routeCount } = this.account(account).sublist.match(buf, 0, buf.length, hash);
    return linkCount - routeCount;
  }

  dialTls(): null {
    return null;
  }

  makeOutbound(transport: Transport, peer: Peer, dialled: GatewayDialled): OutboundGateway {
    const gateway = new OutboundGateway(this.#host, transport, ++this.#cid, peer, dialled);
    this.made.push(gateway);
    return gateway;
  }

  makeInbound(transport: Transport, peer: Peer): InboundGateway {
    const gateway = new InboundGateway(this.#host, transport, ++this.#cid, peer);
    this.made.push(gateway);
    return gateway;
  }

  accounts(): Iterable<Account> {
    return this.#accounts.values();
  }

  accountNamed(name: string): Account | null {
    return this.#accounts.get(name) ?? null;
  }

  hasServerNamed(name: string): boolean {
    return this.others.includes(name);
  }

  tellPeers(info: RouteInfo): void {
    this.told.push(info);
  }

  [Symbol.dispose](): void {
    this.supercluster.stop();
  }

  #gatewayHost(): GatewayHost {
    const { log, exchange, turn, supercluster } = this;
    return {
      log,
      turn,
      exchange,
      supercluster,
      message: new Message(),
      routedMessage: new Message(),
      options: {
        maxControlLine: 4096,
        maxPayload: 1024 * 1024,
        maxPending: LONGEST,
        writeDeadlineMs: 10_000,
        writeTimeout: "retry",
        noFastProducerStall: false,
      },
      stats: new ServerStats(),
      slowConsumers: new SlowConsumers(),
      sampler: null,
      onConnectionClosed() {},
      serverKeepalive: {
        deadlines: new Deadlines(),
        options: { pingIntervalMs: 30_000, pingMax: 2 },
      },
      passwords: { verify: () => null },
      account: this.account("$G"),
    };
  }
}
