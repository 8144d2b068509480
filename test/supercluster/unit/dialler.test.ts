/** When clusters are dialled, how often, and what is said of it; with time and sockets of the test's. */

import { describe, expect, test } from "bun:test";
import { DEFAULT_GATEWAY, type GatewayOptions } from "../../../src/config/options/cluster.ts";
import { effectiveGateway } from "../../../src/config/options/effective-gateway.ts";
import { type Options, resolveOptions } from "../../../src/config/options/options.ts";
import type { InboundGateway } from "../../../src/kinds/gateway/inbound-gateway.ts";
import type { OutboundGateway } from "../../../src/kinds/gateway/outbound-gateway.ts";
import { Logger } from "../../../src/log/logger.ts";
import { GatewayDialler } from "../../../src/supercluster/gateway-dialler.ts";
import type { RemoteCluster } from "../../../src/supercluster/remote-cluster.ts";
import type { SuperclusterHost } from "../../../src/supercluster/supercluster-host.ts";
import { SuperclusterState } from "../../../src/supercluster/supercluster-state.ts";
import { FakeClock } from "../../cluster/unit/fake-clock.ts";

const REFUSED = "dial tcp 10.0.0.1:7222: connect: connection refused";
const HOUR_MS = 3_600_000;

interface BenchOptions extends Partial<GatewayOptions> {
  readonly urls?: string[];
  readonly server?: Partial<Options>;
}

/** A dialler whose calls are answered by the test. */
class Bench {
  readonly clock = new FakeClock();
  readonly state: SuperclusterState;
  readonly dialler: GatewayDialler;
  /** When calls were made, to whom. */
  readonly calls: [number, string][] = [];
  readonly lines: string[] = [];
  readonly made: OutboundGateway[] = [];
  /** What becomes of a call. */
  answer: "refused" | "made" | "unknown" | "silent" = "refused";

  constructor({ urls = ["nats://one:7222"], server, ...block }: BenchOptions = {}) {
    const gateways = urls.length === 0 ? [] : [{ name: "B", urls, tls: null }];
    const gateway = { ...DEFAULT_GATEWAY, port: -1, name: "A", gateways, ...block };
    const options = resolveOptions({ connectErrorReports: 3600, ...server, gateway });
    const write = (level: string, text: string) => this.lines.push(`[${level}] ${text}`);
    const log = new Logger(write, { debug: true, trace: false });
    const host = { log, options, dialTls: () => null, serverInfo: { id: "N" } };
    const settings = effectiveGateway(options)!;
    this.state = new SuperclusterState(host as unknown as SuperclusterHost, this.clock, settings);
    this.dialler = new GatewayDialler(this.state, {
      dial: async ({ address, signal, onAddress }, make) => {
        this.calls.push([this.clock.now(), address]);
        if (this.answer === "unknown") throw new Error('lookup for host "one": no such host');
        onAddress?.("10.0.0.1:7222");
        if (this.answer === "refused") throw new Error(REFUSED);
        if (this.answer === "made") return make(null as never, null as never);
        return await new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason)),
        );
      },
      make: ({ name }) => {
        const gateway = { cluster: name, mayReconnect: true } as unknown as OutboundGateway;
        this.made.push(gateway);
        return gateway;
      },
      turn: async () => {},
    });
  }

  get times(): number[] {
    return this.calls.map(([at]) => at);
  }

  get names(): string[] {
    return [...this.state.remotes].map(({ name }) => name);
  }

  /** Another server tells of a cluster. */
  learn(name = "C", addresses = ["two:7222"]): RemoteCluster {
    const telling = { name, addresses, teller: "N2", source: "B", isThere: false };
    const remote = this.state.remotes.learn(telling, this.clock.now(), () => false)!;
    this.dialler.dial(remote);
    return remote;
  }

  /** The last connection is registered. */
  register(remote: RemoteCluster): OutboundGateway {
    const gateway = this.made.at(-1)!;
    remote.outbound = gateway;
    this.dialler.registered(gateway, remote);
    return gateway;
  }

  /** It ends. */
  close(remote: RemoteCluster): void {
    const gateway = this.made.at(-1)!;
    const isRegistered = remote.outbound === gateway;
    if (isRegistered) remote.outbound = null;
    this.dialler.closed(gateway, isRegistered ? remote : null);
  }

  said(part: string): string[] {
    return this.lines.filter((line) => line.includes(part));
  }
}

describe("a cluster of the configuration", () => {
  test("is dialled after a second, and every second from then on", async () => {
    const bench = new Bench();
    bench.dialler.dialConfigured();
    await bench.clock.pass(4500);
    expect(bench.times).toEqual([1000, 2000, 3000, 4000]);
    const place = 'explicit gateway "B" (one:7222) at 10.0.0.1:7222';
    expect(bench.lines.slice(0, 4)).toEqual([
      `[info] Connecting to ${place} (attempt 1)`,
      `[error] Error connecting to ${place} (attempt 1): ${REFUSED}`,
      `[debug] Connecting to ${place} (attempt 2)`,
      `[debug] Error connecting to ${place} (attempt 2): ${REFUSED}`,
    ]);
    await bench.clock.pass(HOUR_MS);
    expect(bench.calls.length).toBe(3604);
  });

  test("is dialled less and less often with a back-off, and at least every 30 seconds", async () => {
    const bench = new Bench({ connectBackoff: true });
    bench.dialler.dialConfigured();
    await bench.clock.pass(100_000);
    expect(bench.times).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 62_000, 92_000]);
  });

  test("is reported again after so many attempts, and when its name is not known each time", async () => {
    const bench = new Bench({ server: { connectErrorReports: 3 } });
    bench.dialler.dialConfigured();
    await bench.clock.pass(6500);
    const attempts = bench.said("[error]").map((line) => line.match(/attempt \d+/)![0]);
    expect(attempts).toEqual(["attempt 1", "attempt 3", "attempt 6"]);
    bench.answer = "unknown";
    await bench.clock.pass(2000);
    const text =
      'Error getting IP for explicit gateway "B" (one:7222): lookup for host "one": no such host';
    expect(bench.said("getting")).toEqual([`[error] ${text}`, `[error] ${text}`]);
  });

  test("is dialled at each of its URLs in one round, in any order", async () => {
    const urls = ["one", "two", "three"].map((host) => `nats://${host}:7222`);
    const bench = new Bench({ urls });
    bench.dialler.dialConfigured();
    await bench.clock.pass(1500);
    expect(bench.calls.map(([, address]) => address).sort()).toEqual([
      "one:7222",
      "three:7222",
      "two:7222",
    ]);
    expect(bench.times).toEqual([1000, 1000, 1000]);
    const first = bench.calls[0]![1];
    bench.clock.chance = 0.99;
    await bench.clock.pass(1000);
    expect(bench.calls[3]![1]).not.toBe(first);
  });

  test("is dialled again a second and a little after its connection has ended", async () => {
    const bench = new Bench();
    bench.answer = "made";
    bench.clock.chance = 0.5;
    bench.dialler.dialConfigured();
    await bench.clock.pass(1000);
    const remote = bench.state.remotes.get("B")!;
    bench.close(remote);
    await bench.clock.pass(2000);
    bench.register(remote);
    await bench.clock.pass(10_000);
    bench.close(remote);
    await bench.clock.pass(2000);
    expect(bench.times).toEqual([1000, 2050, 14_050]);
    expect(bench.said("reconnect")).toEqual([
      '[debug] Attempting reconnect for gateway "B"',
      '[debug] Attempting reconnect for gateway "B"',
    ]);
  });

  test("is dialled at once when a connection that has lasted ends, and others are known", async () => {
    const bench = new Bench({ urls: ["nats://one:7222", "nats://two:7222"] });
    bench.answer = "made";
    bench.clock.chance = 0.5;
    bench.dialler.dialConfigured();
    await bench.clock.pass(1000);
    const remote = bench.state.remotes.get("B")!;
    bench.register(remote);
    await bench.clock.pass(10_000);
    bench.close(remote);
    await bench.clock.pass(2000);
    bench.close(remote);
    await bench.clock.pass(2000);
    expect(bench.times).toEqual([1000, 11_050, 14_050]);
  });

  test("is not dialled again where a second connection has ended, nor after the end", async () => {
    const bench = new Bench();
    bench.answer = "made";
    bench.dialler.dialConfigured();
    await bench.clock.pass(1000);
    const remote = bench.state.remotes.get("B")!;
    bench.register(remote);
    const second = { cluster: "B", mayReconnect: false } as unknown as OutboundGateway;
    bench.dialler.closed(second, null);
    bench.state.isStopped = true;
    bench.dialler.stop();
    bench.close(remote);
    await bench.clock.pass(10_000);
    expect(bench.times).toEqual([1000]);
    expect(bench.clock.waiting).toBe(0);
  });
});

describe("a cluster that others have told of", () => {
  test("is dialled at once, and forgotten after one round and the retries", async () => {
    const bench = new Bench({ urls: [], connectRetries: 2 });
    bench.learn();
    await bench.clock.pass(10_000);
    expect(bench.times).toEqual([0, 1000, 2000]);
    expect(bench.names).toEqual([]);
    expect(bench.said("[info]")).toEqual([
      '[info] Connecting to implicit gateway "C" (two:7222) at 10.0.0.1:7222 (attempt 1)',
    ]);
  });

  test("is looked for as long as a server of it is here, more slowly", async () => {
    const bench = new Bench({ urls: [] });
    const inbound = { cluster: "C" } as InboundGateway;
    bench.state.inbounds.add(inbound);
    bench.learn();
    await bench.clock.pass(20_000);
    expect(bench.times).toEqual([0, 1000, 3000, 7000, 15_000]);
    bench.state.inbounds.delete(inbound);
    await bench.clock.pass(20_000);
    expect(bench.calls).toHaveLength(6);
    expect(bench.names).toEqual([]);
  });

  test("is looked for an hour when it was connected", async () => {
    const bench = new Bench({ urls: [] });
    bench.answer = "made";
    const remote = bench.learn();
    await bench.clock.pass(0);
    bench.register(remote);
    await bench.clock.pass(5000);
    bench.answer = "refused";
    bench.close(remote);
    await bench.clock.pass(HOUR_MS / 2);
    expect(bench.times.slice(0, 5)).toEqual([0, 5000, 6000, 8000, 12_000]);
    expect(bench.names).toEqual(["C"]);
    await bench.clock.pass(HOUR_MS);
    expect(bench.names).toEqual([]);
    expect(bench.calls.length).toBeLessThan(140);
  });

  test("that refuses this one is dialled more slowly, and forgotten", async () => {
    const bench = new Bench({ urls: [] });
    bench.answer = "made";
    const remote = bench.learn();
    for (let i = 0; i < 8; i++) {
      await bench.clock.pass(1000);
      if (bench.made.length > i) bench.register(remote);
      bench.close(remote);
    }
    await bench.clock.pass(60_000);
    expect(bench.times).toEqual([0, 1000, 2000, 3000]);
    expect(bench.names).toEqual([]);
  });
});
