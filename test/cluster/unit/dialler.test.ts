/** When servers are dialled, how often, and what is said of it; with time and sockets of the test's. */

import { describe, expect, test } from "bun:test";
import type { ClusterHost } from "../../../src/cluster/cluster-host.ts";
import { ClusterState } from "../../../src/cluster/cluster-state.ts";
import { type DialOptions, RouteDialler } from "../../../src/cluster/route-dialler.ts";
import { DEFAULT_CLUSTER } from "../../../src/config/options/cluster.ts";
import { effectiveCluster } from "../../../src/config/options/effective-cluster.ts";
import { resolveOptions } from "../../../src/config/options/options.ts";
import type { Route } from "../../../src/kinds/route/route.ts";
import { Logger } from "../../../src/log/logger.ts";
import { ExcludedError } from "../../../src/net/dial/dial-error.ts";
import { FakeClock } from "./fake-clock.ts";

const URL = "nats-route://one:6222";
const REFUSED = "dial tcp 10.0.0.1:6222: connect: connection refused";

interface BenchOptions {
  readonly routes?: string[];
  readonly connectRetries?: number;
  readonly connectBackoff?: boolean;
  readonly connectErrorReports?: number;
}

/** A dialler whose calls are answered by the test. */
class Bench {
  readonly clock = new FakeClock();
  readonly state: ClusterState;
  readonly dialler: RouteDialler;
  /** When calls were made, to whom. */
  readonly calls: [number, string][] = [];
  readonly lines: string[] = [];
  readonly made: Route[] = [];
  /** What becomes of a call. */
  answer: "refused" | "made" | "own" | "silent" = "refused";

  constructor(options: BenchOptions = {}) {
    const { routes = [URL], connectErrorReports = 3600, ...rest } = options;
    const cluster = { ...DEFAULT_CLUSTER, port: -1, name: "C1", routes, ...rest };
    const server = resolveOptions({ cluster, connectErrorReports });
    const write = (level: string, text: string) => this.lines.push(`[${level}] ${text}`);
    const log = new Logger(write, { debug: true, trace: false });
    const host = { log, options: server, dialTls: null, serverInfo: { id: "N", cluster: "C1" } };
    const settings = effectiveCluster(server)!;
    this.state = new ClusterState(host as unknown as ClusterHost, this.clock, settings);
    this.dialler = new RouteDialler(this.state, {
      dial: async ({ address, signal, onAddress }, make) => {
        this.calls.push([this.clock.now(), address]);
        if (this.answer === "own") throw new ExcludedError(address);
        onAddress?.("10.0.0.1:6222");
        if (this.answer === "refused") throw new Error(REFUSED);
        if (this.answer === "made") return make(null as never, null as never);
        return await new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason)),
        );
      },
      make: () => {
        const route = {} as Route;
        this.made.push(route);
        return route;
      },
      isOwnAddress: () => false,
    });
  }

  begin(options: Partial<DialOptions> = {}, isExplicit = true, account = "", url = URL): void {
    const target = { url, isExplicit, gossipMode: 0, account };
    this.dialler.begin(target, { isFirst: true, ...options });
  }

  get times(): number[] {
    return this.calls.map(([at]) => at);
  }

  errors(): string[] {
    return this.lines.filter((line) => line.startsWith("[error]"));
  }
}

describe("servers of the configuration", () => {
  test("are dialled every second, for ever", async () => {
    const bench = new Bench();
    bench.begin();
    await bench.clock.pass(5500);
    expect(bench.times).toEqual([0, 1000, 2000, 3000, 4000, 5000]);
    expect(bench.errors()).toEqual([
      `[error] Error trying to connect to route (attempt 1): ${REFUSED}`,
    ]);
    expect(bench.lines).toContain("[debug] Trying to connect to route on one:6222 (10.0.0.1:6222)");
    expect(bench.lines).toContain(
      `[debug] Error trying to connect to route (attempt 2): ${REFUSED}`,
    );
  });

  test("are dialled less and less often with a back-off, and at least every 30 seconds", async () => {
    const bench = new Bench({ connectBackoff: true });
    bench.begin();
    await bench.clock.pass(100_000);
    expect(bench.times).toEqual([0, 1000, 3000, 7000, 15_000, 31_000, 61_000, 91_000]);
  });

  test("are reported again after so many attempts", async () => {
    const bench = new Bench({ connectErrorReports: 3 });
    bench.begin();
    await bench.clock.pass(6500);
    expect(bench.errors().map((line) => line.match(/attempt \d+/)![0])).toEqual([
      "attempt 1",
      "attempt 3",
      "attempt 6",
    ]);
  });

  test("are dialled again a second and a little after a loss; each failure is reported", async () => {
    const bench = new Bench();
    bench.clock.chance = 0.5;
    bench.begin({ isFirst: false, isReconnect: true });
    await bench.clock.pass(3500);
    expect(bench.times).toEqual([1050, 2050, 3050]);
    expect(bench.errors()).toHaveLength(3);
  });

  test("are left alone when they stand there no longer", async () => {
    const bench = new Bench();
    bench.begin();
    await bench.clock.pass(1500);
    bench.state.settings = { ...bench.state.settings, routes: [] };
    await bench.clock.pass(5000);
    expect(bench.calls).toHaveLength(2);
    expect(bench.dialler.count).toBe(0);
    expect(bench.lines.at(-1)).toBe(
      `[debug] Not attempting to connect to explicit route "${URL}", no longer part of configured routes`,
    );
  });

  test("are left alone for an account that has no routes of its own any more", async () => {
    const bench = new Bench();
    bench.state.peers.pin("ACC");
    bench.begin({}, true, "ACC");
    await bench.clock.pass(500);
    bench.state.peers.unpin("ACC");
    await bench.clock.pass(5000);
    expect(bench.calls).toHaveLength(1);
    expect(bench.lines.at(-1)).toBe(
      `[debug] Not attempting to connect to route "${URL}" for account "ACC", no longer a per-account route`,
    );
  });

  test("show no password", async () => {
    const url = "nats-route://ruser:T0pS3cr3t@one:6222";
    const bench = new Bench({ routes: [url] });
    bench.begin({}, true, "", url);
    await bench.clock.pass(500);
    bench.state.settings = { ...bench.state.settings, routes: [] };
    await bench.clock.pass(5000);
    expect(bench.lines.join("\n")).toContain("nats-route://ruser:xxxxx@one:6222");
    expect(bench.lines.join("\n")).not.toContain("T0pS3cr3t");
  });

  test("that turn out to be this one are not dialled again", async () => {
    const bench = new Bench();
    bench.answer = "own";
    bench.begin();
    await bench.clock.pass(5000);
    expect(bench.calls).toHaveLength(1);
    expect(bench.dialler.count).toBe(0);
    expect(bench.errors()).toEqual([]);
  });
});

describe("servers that others have told of", () => {
  const told = { wanted: () => true };

  test("get one attempt and the retries, then slower ones for an hour", async () => {
    const bench = new Bench({ connectRetries: 2 });
    bench.begin(told, false);
    await bench.clock.pass(3_700_000);
    expect(bench.times.slice(0, 6)).toEqual([0, 1000, 2000, 3000, 5000, 9000]);
    expect(bench.calls.length).toBeGreaterThan(100);
    expect(bench.calls.length).toBeLessThan(140);
    expect(bench.dialler.count).toBe(0);
    expect(bench.clock.waiting).toBe(0);
    expect(bench.errors()).toHaveLength(1);
  });

  test("that have come by themselves are looked for no longer", async () => {
    const bench = new Bench();
    let isWanted = true;
    bench.begin({ wanted: () => isWanted }, false);
    await bench.clock.pass(1500);
    isWanted = false;
    await bench.clock.pass(60_000);
    expect(bench.calls).toHaveLength(2);
    expect(bench.dialler.count).toBe(0);
  });

  test("get nothing but the attempts when they are only to be tried", async () => {
    const bench = new Bench({ connectRetries: 1 });
    bench.begin({ ...told, isBrief: true }, false);
    await bench.clock.pass(60_000);
    expect(bench.calls).toHaveLength(2);
  });

  test("are dialled again at once after a loss, and more slowly when that ends early too", async () => {
    const bench = new Bench();
    bench.answer = "made";
    bench.clock.chance = 0.5;
    bench.begin({ ...told, isFirst: false, isReconnect: true }, false);
    for (let i = 0; i < 7; i++) {
      await bench.clock.pass(20_000);
      bench.dialler.failed(bench.made.at(-1)!, true);
    }
    await bench.clock.pass(20_000);
    const delays = bench.times.map((at, i) => at - 20_000 * i);
    expect(delays).toEqual([50, 50, 50, 50, 1050, 2050, 4050, 8050]);
  });

  test("are limited in number, those of one teller more so", async () => {
    const bench = new Bench();
    bench.answer = "silent";
    const tell = (teller: string, count: number): void => {
      for (let i = 0; i < count; i++) {
        bench.begin({ ...told, teller }, false, "", `nats-route://${teller}${i}:6222`);
      }
    };
    tell("liar", 1000);
    expect(bench.dialler.count).toBe(256);
    for (const teller of ["b", "c", "d", "e", "f"]) tell(teller, 256);
    expect(bench.dialler.count).toBe(1024);
    bench.begin();
    expect(bench.dialler.count).toBe(1025);
    bench.dialler.stop();
    expect(bench.dialler.count).toBe(0);
  });
});

describe("one target", () => {
  test("is dialled once, however often it is told of", async () => {
    const bench = new Bench();
    bench.answer = "silent";
    bench.begin();
    bench.begin({ wanted: () => true }, false);
    bench.begin({}, true, "", "nats-route://ONE:6222");
    await bench.clock.pass(100);
    expect(bench.calls).toHaveLength(1);
    bench.begin({}, true, "$SYS");
    bench.state.peers.pin("$SYS");
    await bench.clock.pass(100);
    expect(bench.calls).toHaveLength(2);
  });

  test("is not dialled while a route to it says who it is", async () => {
    const bench = new Bench();
    bench.answer = "made";
    bench.begin();
    await bench.clock.pass(10);
    bench.begin();
    await bench.clock.pass(5000);
    expect(bench.calls).toHaveLength(1);
    bench.dialler.registered(bench.made[0]!);
    expect(bench.dialler.count).toBe(0);
    bench.begin();
    await bench.clock.pass(10);
    expect(bench.calls).toHaveLength(2);
  });

  test("is dialled by the configuration's rule as soon as it stands there", async () => {
    const bench = new Bench({ connectBackoff: true });
    bench.begin({ wanted: () => true }, false);
    await bench.clock.pass(20_000);
    const before = bench.calls.length;
    bench.begin();
    await bench.clock.pass(1);
    expect(bench.calls.length).toBe(before + 1);
    expect(bench.dialler.count).toBe(1);
  });

  test("is dialled at once although it waits to be dialled again", async () => {
    const bench = new Bench();
    bench.begin({ isFirst: false, isReconnect: true });
    await bench.clock.pass(10);
    expect(bench.calls).toHaveLength(0);
    bench.begin();
    await bench.clock.pass(10);
    expect(bench.calls).toHaveLength(1);
  });
});

test("nothing is left after the end", async () => {
  const bench = new Bench();
  bench.begin();
  await bench.clock.pass(1500);
  bench.state.isStopped = true;
  bench.dialler.stop();
  await bench.clock.pass(10_000);
  expect(bench.calls).toHaveLength(2);
  expect(bench.clock.waiting).toBe(0);
  bench.begin();
  expect(bench.dialler.count).toBe(0);
});
