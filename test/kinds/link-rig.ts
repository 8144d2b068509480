/** A server that has connections to others and nothing else: they are real, the rest is a stand-in. */

import type { BcryptVerifier } from "../../src/auth/bcrypt/bcrypt-verifier.ts";
import { Account } from "../../src/core/account.ts";
import { Exchange, type Reach } from "../../src/core/exchange.ts";
import type { ServerHost } from "../../src/kinds/server-host.ts";
import { Logger } from "../../src/log/logger.ts";
import type { Connection, Peer } from "../../src/net/connection.ts";
import { Deadlines } from "../../src/net/deadlines.ts";
import { dial } from "../../src/net/dial/dial.ts";
import { Listener } from "../../src/net/listener.ts";
import { ServerStats } from "../../src/net/server-stats.ts";
import { SlowConsumers } from "../../src/net/slow/slow-consumers.ts";
import type { Transport } from "../../src/net/transport.ts";
import { Turn } from "../../src/net/turn.ts";
import { Message } from "../../src/protocol/message.ts";
import { TestSink } from "../core/delivery-fixture.ts";

export const OWN_ID = "NRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGRIGR";

export interface LinkRigOptions {
  readonly pingIntervalMs?: number;
  readonly pingMax?: number;
  readonly maxPending?: number;
  readonly writeDeadlineMs?: number;
  readonly isTracing?: boolean;
  readonly verify?: BcryptVerifier["verify"];
}

export abstract class LinkRig<C extends Connection> implements AsyncDisposable {
  readonly exchange: Exchange;
  readonly account: Account;
  readonly system: Account;
  readonly log: string[] = [];
  readonly connections: C[] = [];
  #listener: Listener | undefined;
  #cid = 4;

  constructor(reach: Reach) {
    this.exchange = new Exchange(true, reach);
    this.account = this.addAccount("$G");
    this.system = this.addAccount("$SYS");
  }

  /** The port that other servers dial. */
  listen(): number {
    this.#listener ??= Listener.open("127.0.0.1", 0, {
      accept: (transport, peer) => this.#made(this.makeInbound(transport, peer, this.nextId())),
      admit() {},
    });
    return this.#listener.port;
  }

  addAccount(name: string): Account {
    const account = new Account(name, this.exchange);
    this.exchange.accountsByName.add(account);
    return account;
  }

  findAccount(name: string): Account | null {
    const buf = Buffer.from(name);
    return this.exchange.accountsByName.find(buf, 0, buf.length);
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
    return this.log.map((line) => line.replace(/127\.0\.0\.1:\d+ - [rg]id:\d+ - /, ""));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener?.close();
    for (const connection of this.connections)
      connection.close("Server Shutdown", { flush: false });
    await Bun.sleep(0);
  }

  protected abstract makeInbound(transport: Transport, peer: Peer, cid: number): C;

  protected nextId(): number {
    return ++this.#cid;
  }

  protected async dialTo<D extends C>(
    port: number,
    make: (transport: Transport, peer: Peer, cid: number) => D,
  ): Promise<D> {
    const { signal } = new AbortController();
    const target = { address: `127.0.0.1:${port}`, tls: null, signal };
    return await dial(target, (transport, peer) => {
      const connection = make(transport, peer, this.nextId());
      this.#made(connection);
      return connection;
    });
  }

  protected baseHost(options: LinkRigOptions): ServerHost {
    const { pingIntervalMs = 120_000, pingMax = 2, maxPending = 64 * 1024 * 1024 } = options;
    const { isTracing = false, verify = () => null, writeDeadlineMs = 10_000 } = options;
    const write = (level: string, text: string) => this.log.push(`[${level}] ${text}`);
    return {
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
      serverKeepalive: { deadlines: new Deadlines(), options: { pingIntervalMs, pingMax } },
      passwords: { verify },
      account: this.account,
    };
  }

  #made(connection: C): C {
    this.connections.push(connection);
    return connection;
  }
}
