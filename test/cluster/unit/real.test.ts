/** One of our meshes with servers of Go in it. */

import { describe, expect, test } from "bun:test";
import { freePort } from "../../support/free-port.ts";
import { findPeer, type ServerProcess, startProcess } from "../../support/peer.ts";
import { until } from "../../support/until.ts";
import { Member } from "./member.ts";

const POOL = ["$SYS", "0", "1", "2"];
const WHOLE_MS = 8000;
const TIMEOUT = 30_000;

interface RealOptions {
  readonly name?: string;
  readonly port?: number;
  readonly routes?: readonly string[];
}

interface Real extends ServerProcess {
  readonly url: string;
  readonly clusterPort: number;
  /** Connections by the name of the other server. */
  view(): Promise<Record<string, number>>;
}

async function startReal(
  binary: string,
  { name = "R", port = freePort(), routes = [] }: RealOptions = {},
): Promise<Real> {
  const monitor = freePort();
  const cluster = ["--cluster", `nats://127.0.0.1:${port}`, "--cluster_name", "C1"];
  const dialled = routes.length === 0 ? [] : ["--routes", routes.join(",")];
  const own = ["-n", name, "-m", `${monitor}`];
  const process = await startProcess(binary, [...own, ...cluster, ...dialled]);
  return {
    ...process,
    [Symbol.asyncDispose]: () => process.stop(),
    url: `nats-route://127.0.0.1:${port}`,
    clusterPort: port,
    async view() {
      const answer = await fetch(`http://127.0.0.1:${monitor}/routez`);
      const { routes: all } = (await answer.json()) as { routes: { remote_name: string }[] };
      const view: Record<string, number> = {};
      for (const { remote_name } of all) view[remote_name] = (view[remote_name] ?? 0) + 1;
      return view;
    },
  };
}

async function untilSeen(real: Real, view: Record<string, number>): Promise<void> {
  const deadline = performance.now() + WHOLE_MS;
  for (;;) {
    const seen = await real.view();
    if (Bun.deepEquals(seen, view)) return;
    if (performance.now() > deadline) expect(seen).toEqual(view);
    await Bun.sleep(20);
  }
}

const whole = (member: Member, ...names: string[]): Promise<void> => {
  const view = Object.fromEntries(names.map((name) => [name, POOL]));
  return until("a whole mesh", () => Bun.deepEquals(member.view, view), WHOLE_MS);
};

describe.each(["sid", "trixie"] as const)("nats-server of %s", (suite) => {
  const peer = findPeer(suite);
  const binary = peer ?? "";

  test.skipIf(peer === undefined)(
    "dials ours",
    async () => {
      using a = new Member("A").open();
      await using real = await startReal(binary, { routes: [a.url] });
      await whole(a, "R");
      await untilSeen(real, { A: 4 });
      expect(a.said("[error]")).toEqual([]);
    },
    TIMEOUT,
  );

  test.skipIf(peer === undefined)(
    "is dialled by ours, and again when it comes back",
    async () => {
      const port = freePort();
      const real = await startReal(binary, { port });
      using a = new Member("A", { routes: [real.url] }).open();
      await whole(a, "R");
      await real.stop();
      await until("a loss", () => a.cluster.serverCount === 0);
      await using again = await startReal(binary, { port, name: "R2" });
      await whole(a, "R2");
      await untilSeen(again, { A: 4 });
    },
    TIMEOUT,
  );

  test.skipIf(peer === undefined)(
    "is dialled while it dials",
    async () => {
      const [port, ours] = [freePort(), freePort()];
      using a = new Member("A", { port: ours, routes: [`nats-route://127.0.0.1:${port}`] }).open();
      await using real = await startReal(binary, { port, routes: [a.url] });
      await whole(a, "R");
      await untilSeen(real, { A: 4 });
    },
    TIMEOUT,
  );

  test.skipIf(peer === undefined)(
    "tells two of ours of each other",
    async () => {
      await using real = await startReal(binary);
      using a = new Member("A", { routes: [real.url] }).open();
      using b = new Member("B", { routes: [real.url] }).open();
      await whole(a, "B", "R");
      await whole(b, "A", "R");
      await untilSeen(real, { A: 4, B: 4 });
    },
    TIMEOUT,
  );

  test.skipIf(peer === undefined)(
    "is told of another one by ours",
    async () => {
      using seed = new Member("S").open();
      await using one = await startReal(binary, { name: "R1", routes: [seed.url] });
      await using two = await startReal(binary, { name: "R2", routes: [seed.url] });
      await whole(seed, "R1", "R2");
      await untilSeen(one, { S: 4, R2: 4 });
      await untilSeen(two, { S: 4, R1: 4 });
      expect(seed.said("[error]")).toEqual([]);
    },
    TIMEOUT,
  );

  test.skipIf(peer === undefined)(
    "agrees with ours on compression, and tells of URLs for clients",
    async () => {
      const compression = { mode: "s2_fast", rttThresholdsMs: [] };
      await using real = await startReal(binary);
      using a = new Member("A", { routes: [real.url], compression }).open();
      await whole(a, "R");
      expect([...a.cluster.routes].map((route) => route.compression)).toEqual(
        POOL.map(() => "s2_fast"),
      );
      expect(a.cluster.clientUrls).toEqual(["127.0.0.1:4222", `127.0.0.1:${real.port}`]);
    },
    TIMEOUT,
  );
});
