/** A server of a cluster and nothing else: real routes over real sockets, no clients, in this process. */

import { hashBytes } from "../../../src/bytes/hash.ts";
import { Cluster, type ClusterMeans } from "../../../src/cluster/cluster.ts";
import type { ClusterGateways } from "../../../src/cluster/cluster-gateways.ts";
import type { ClusterHost } from "../../../src/cluster/cluster-host.ts";
import { InterestBoard } from "../../../src/cluster/interest/interest-board.ts";
import type { ClusterOptions } from "../../../src/config/options/cluster.ts";
import { DEFAULT_CLUSTER } from "../../../src/config/options/cluster.ts";
import {
  configuredClusterName,
  type EffectiveCluster,
  effectiveCluster,
} from "../../../src/config/options/effective-cluster.ts";
import { type Options, resolveOptions } from "../../../src/config/options/options.ts";
import { Account } from "../../../src/core/account.ts";
import { Exchange } from "../../../src/core/exchange.ts";
import { randomId } from "../../../src/core/random-id.ts";
import { Route } from "../../../src/kinds/route/route.ts";
import type { RouteHost, RouteOrigin } from "../../../src/kinds/route/route-host.ts";
import { Logger } from "../../../src/log/logger.ts";
import { CLOCK } from "../../../src/net/clock.ts";
import type { Peer } from "../../../src/net/connection.ts";
import { Deadlines } from "../../../src/net/deadlines.ts";
import { dial } from "../../../src/net/dial/dial.ts";
import { ServerStats } from "../../../src/net/server-stats.ts";
import { SlowConsumers } from "../../../src/net/slow/slow-consumers.ts";
import type { Transport } from "../../../src/net/transport.ts";
import { Turn } from "../../../src/net/turn.ts";
import { NO_TLS, type ServerInfo } from "../../../src/protocol/info.ts";
import { Message } from "../../../src/protocol/message.ts";
import { TestSink } from "../../core/delivery-fixture.ts";

const LONGEST = 64 * 1024 * 1024;

export interface MemberOptions extends Partial<ClusterOptions> {
  /** Options of the server around the block. */
  readonly server?: Partial<Options>;
  readonly means?: Partial<ClusterMeans>;
}

export class Member implements ClusterHost, Disposable {
  readonly name: string;
  readonly cluster: Cluster;
  readonly exchange = new Exchange(true, { hasRoutes: true, hasGateways: false });
  readonly interest: InterestBoard;
  gateways: ClusterGateways | null = null;
  readonly serverInfo: ServerInfo;
  readonly options: Options;
  readonly lines: string[] = [];
  readonly log: Logger;
  readonly clientPort = 4222;
  readonly listenerTls = null;
  readonly dialTls = null;
  readonly admitsCertificate = null;
  /** URLs that clients have been told, each time. */
  readonly told: string[][] = [];
  readonly names: string[] = [];
  /** Every route there has been. */
  readonly made: Route[] = [];
  settings: EffectiveCluster;
  readonly #accounts = new Map<string, Account>();
  readonly #host: RouteHost;
  #cid = 4;

  constructor(name: string, { server, means, ...block }: MemberOptions = {}) {
    this.name = name;
    const cluster = { ...DEFAULT_CLUSTER, host: "127.0.0.1", port: -1, name: "C1", ...block };
    this.options = resolveOptions({ host: "127.0.0.1", ...server, cluster });
    this.settings = effectiveCluster(this.options)!;
    this.log = new Logger((level, text) => this.lines.push(`[${level}] ${text}`), {
      debug: true,
      trace: false,
    });
    this.serverInfo = {
      id: `N${name}${randomId()}`,
      name,
      host: "127.0.0.1",
      port: this.clientPort,
      headers: true,
      cluster: configuredClusterName(this.options) || randomId(),
      connectUrls: [],
      authRequired: false,
      tls: NO_TLS,
      maxPayload: 1024 * 1024,
      xkey: "",
      runtime: "bun",
    };
    const turn = new Turn();
    this.interest = new InterestBoard(
      {
        exchange: this.exchange,
        turn,
        accounts: () => this.#accounts.values(),
      },
      { slotOf: (account) => this.cluster.slotOf(account) },
    );
    for (const account of ["$G", "$SYS"]) this.addAccount(account);
    this.cluster = new Cluster(this, this.settings, { clock: CLOCK, dial, ...means });
    this.#host = this.#routeHost(turn);
  }

  get id(): string {
    return this.serverInfo.id;
  }

  get url(): string {
    return `nats-route://127.0.0.1:${this.cluster.port}`;
  }

  open(): this {
    this.cluster.open();
    return this;
  }

  /** Routes by the name of the other server: slots and accounts, in order. */
  get view(): Record<string, string[]> {
    const view: Record<string, string[]> = {};
    for (const route of this.cluster.routes) {
      const place = route.accountName || `${route.isPooled ? route.poolIndex : "all"}`;
      view[route.remoteName] = [...(view[route.remoteName] ?? []), place].sort();
    }
    return view;
  }

  /** Lines of the log that say something, without addresses. */
  said(part: string): string[] {
    return this.lines
      .filter((line) => line.includes(part))
      .map((line) => line.replace(/\[?[\d.:a-f]+\]?:\d+ - rid:\d+ - /, ""));
  }

  async reload(block: Partial<ClusterOptions>): Promise<void> {
    const cluster = { ...this.options.cluster!, ...block };
    Object.assign(this.options, { cluster });
    this.settings = effectiveCluster(this.options)!;
    await this.cluster.reconfigure(this.settings);
  }

  addAccount(name: string): Account {
    const account = new Account(name, this.exchange);
    this.exchange.accountsByName.add(account);
    this.#accounts.set(name, account);
    return account;
  }

  account(name: string): Account {
    return this.#accounts.get(name)!;
  }

  subscribe(subject: string, account = "$G", queue = ""): TestSink {
    const sink = new TestSink({ account: this.account(account), sinks: this.exchange.sinks });
    const buf = Buffer.from(`${subject} 1`);
    const end = buf.length;
    const ranges = { subjectStart: 0, subjectEnd: end - 2, sidStart: end - 1, sidEnd: end };
    this.account(account).subscribe(sink, queue, buf, ranges);
    return sink;
  }

  /** Connections by which other servers have told of a subject, as often as they have. */
  interestIn(subject: string, account = "$G"): number {
    const buf = Buffer.from(subject);
    return this.account(account).sublist.match(buf, 0, buf.length, hashBytes(buf, 0, buf.length))
      .linkCount;
  }

  makeRoute(transport: Transport, peer: Peer, origin: RouteOrigin): Route {
    const route = new Route(this.#host, transport, ++this.#cid, peer, origin);
    this.made.push(route);
    return route;
  }

  accountNamed(name: string): Account | null {
    return this.#accounts.get(name) ?? null;
  }

  onClientUrls(): void {
    this.told.push([...this.cluster.clientUrls]);
  }

  onClusterName(name: string): void {
    this.names.push(name);
  }

  [Symbol.dispose](): void {
    this.cluster.stop();
  }

  #routeHost(turn: Turn): RouteHost {
    const { log, exchange, cluster } = this;
    return {
      log,
      turn,
      exchange,
      cluster,
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
