/** A server that has routes and nothing else: they are real, the cluster is only a stand-in. */

import type { BcryptVerifier } from "../../../src/auth/bcrypt/bcrypt-verifier.ts";
import { Account } from "../../../src/core/account.ts";
import { Exchange } from "../../../src/core/exchange.ts";
import { Route } from "../../../src/kinds/route/route.ts";
import type {
  RouteCluster,
  RouteDialled,
  RouteHost,
  RouteSettings,
} from "../../../src/kinds/route/route-host.ts";
import { Logger } from "../../../src/log/logger.ts";
import { Deadlines } from "../../../src/net/deadlines.ts";
import { dial } from "../../../src/net/dial/dial.ts";
import { Listener } from "../../../src/net/listener.ts";
import { ServerStats } from "../../../src/net/server-stats.ts";
import { SlowConsumers } from "../../../src/net/slow/slow-consumers.ts";
import { Turn } from "../../../src/net/turn.ts";
import { Message } from "../../../src/protocol/message.ts";
import type { RouteConnect } from "../../../src/protocol/route-connect.ts";
import { EMPTY_ROUTE_INFO, type RouteInfo } from "../../../src/protocol/route-info.ts";
import { TestSink } from "../../core/delivery-fixture.ts";

export const OWN_ID = "NRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGR";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const SETTINGS: RouteSettings = {
  clusterName: "C1",
  isClusterNameDynamic: false,
  authorization: null,
  admitsCertificate: null,
  authTimeoutMs: 2000,
  hasTls: false,
  permissions: null,
  compression: { mode: "accept", rttThresholdsMs: [10, 50, 100] },
  poolSize: 3,
  noHeaderSupport: false,
};

const POOLED: RouteDialled = { url: "", isExplicit: true, gossipMode: 0, account: "" };

/** Registers everybody, and keeps what it is told. */
class RigCluster implements RouteCluster {
  readonly settings: Mutable<RouteSettings>;
  readonly movingAccounts = new Set<Account>();
  readonly registered: RouteInfo[] = [];
  readonly later: RouteInfo[] = [];
  readonly closed: Route[] = [];
  pongs = 0;
  adopted: string[] = [];
  isAdopting = false;
  /** What becomes of a route whose other end is known. */
  onInfo = (route: Route, info: RouteInfo): void => {
    this.registered.push(info);
    const slot = route.isDedicated ? -1 : (info.route_pool_idx ?? 0);
    route.sendDelayedInfo(Math.max(slot, 0));
    route.register(slot);
  };
  readonly #accounts: (name: string) => Account | null;

  constructor(settings: Partial<RouteSettings>, accounts: (name: string) => Account | null) {
    this.settings = { ...SETTINGS, ...settings };
    this.#accounts = accounts;
  }

  info(): RouteInfo {
    const { poolSize, authorization } = this.settings;
    const info: RouteInfo = {
      ...EMPTY_ROUTE_INFO,
      server_id: OWN_ID,
      server_name: "RIG",
      version: "2.15.1",
      proto: 3,
      go: "go1.27.2",
      host: "127.0.0.1",
      port: 4999,
      headers: true,
      max_payload: 1048576,
      cluster: this.settings.clusterName,
      lnoc: true,
      lnocu: true,
      ln: true,
    };
    if (authorization !== null) info.auth_required = true;
    if (poolSize > 0) info.route_pool_size = poolSize;
    return info;
  }

  connect(): RouteConnect {
    return {
      echo: true,
      verbose: false,
      pedantic: false,
      tls_required: false,
      headers: true,
      name: OWN_ID,
      cluster: this.settings.clusterName,
      lnoc: true,
      ln: true,
    };
  }

  adoptName(name: string, isDynamic: boolean, remoteId: string): boolean {
    this.adopted.push(`${name} ${isDynamic} ${remoteId}`);
    if (this.isAdopting) this.settings.clusterName = name;
    return this.isAdopting;
  }

  onAsyncInfo(_route: Route, info: RouteInfo): void {
    this.later.push(info);
  }

  onPong(): void {
    this.pongs++;
  }

  onClosed(route: Route): void {
    this.closed.push(route);
  }

  account(name: string): Account | null {
    return this.#accounts(name);
  }
}

export interface RigOptions extends Partial<RouteSettings> {
  readonly pingIntervalMs?: number;
  readonly pingMax?: number;
  readonly maxPending?: number;
  readonly writeDeadlineMs?: number;
  readonly isTracing?: boolean;
  readonly verify?: BcryptVerifier["verify"];
}

export class Rig implements AsyncDisposable {
  readonly exchange = new Exchange(true, { hasRoutes: true, hasGateways: false });
  readonly account = this.addAccount("$G");
  readonly system = this.addAccount("$SYS");
  readonly log: string[] = [];
  readonly routes: Route[] = [];
  readonly cluster: RigCluster;
  readonly host: RouteHost;
  #listener: Listener | undefined;
  #cid = 4;

  constructor(options: RigOptions = {}) {
    const { pingIntervalMs = 120_000, pingMax = 2, maxPending = 64 * 1024 * 1024 } = options;
    const { isTracing = false, verify = () => null, writeDeadlineMs = 10_000 } = options;
    const write = (level: string, text: string) => this.log.push(`[${level}] ${text}`);
    this.cluster = new RigCluster(options, (name) => this.#find(name));
    this.host = {
      log: new Logger(write, { debug: true, trace: isTracing }),
      turn: new Turn(),
      message: new Message(),
      routedMessage: new Message(),
      options: {
        maxControlLine: 4096,
        maxPayload: 1024 * 1024,
        maxPending,
        writeDeadlineMs,
        writeTimeout: "retry",
        noFastProducerStall: false,
      },
      stats: new ServerStats(),
      slowConsumers: new SlowConsumers(),
      sampler: null,
      onConnectionClosed() {},
      exchange: this.exchange,
      routeKeepalive: { deadlines: new Deadlines(), options: { pingIntervalMs, pingMax } },
      passwords: { verify },
      cluster: this.cluster,
      account: this.account,
    };
  }

  /** The port that other servers dial. */
  listen(): number {
    this.#listener ??= Listener.open("127.0.0.1", 0, {
      accept: (transport, peer) => this.#made(transport, peer, null),
      admit() {},
    });
    return this.#listener.port;
  }

  dial(port: number, dialled: Partial<RouteDialled> = {}): Promise<Route> {
    const target = {
      address: `127.0.0.1:${port}`,
      tls: null,
      signal: new AbortController().signal,
    };
    const origin = { ...POOLED, url: `nats-route://127.0.0.1:${port}`, ...dialled };
    return dial(target, (transport, peer) => this.#made(transport, peer, origin));
  }

  addAccount(name: string): Account {
    const account = new Account(name, this.exchange);
    this.exchange.accountsByName.add(account);
    return account;
  }

  /** Somebody of this server who wants messages. */
  subscriber(subject: string, queue = "", account = this.account): TestSink {
    const sink = new TestSink({ account, sinks: this.exchange.sinks });
    const buf = Buffer.from(`${subject} 1`);
    account.subscribe(sink, queue, buf, {
      subjectStart: 0,
      subjectEnd: buf.length - 2,
      sidStart: buf.length - 1,
      sidEnd: buf.length,
    });
    return sink;
  }

  /** Lines of the log about the connections, without their addresses. */
  get told(): string[] {
    return this.log.map((line) => line.replace(/127\.0\.0\.1:\d+ - rid:\d+ - /, ""));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener?.close();
    for (const route of this.routes) route.close("Server Shutdown", { flush: false });
    await Bun.sleep(0);
  }

  #find(name: string): Account | null {
    const buf = Buffer.from(name);
    return this.exchange.accountsByName.find(buf, 0, buf.length);
  }

  #made(
    transport: ConstructorParameters<typeof Route>[1],
    peer: ConstructorParameters<typeof Route>[3],
    dialled: RouteDialled | null,
  ): Route {
    const route = new Route(this.host, transport, ++this.#cid, peer, { dialled });
    this.routes.push(route);
    return route;
  }
}
