/** One of our superclusters with servers of Go in it. */

import { describe, expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { freePort } from "../../support/free-port.ts";
import { findPeer, type ServerProcess, startProcess } from "../../support/peer.ts";
import { until } from "../../support/until.ts";
import { GatewayNode } from "./gateway-node.ts";

const WHOLE_MS = 8000;
const TIMEOUT = 30_000;

interface Real extends ServerProcess {
  readonly url: string;
  /** Clusters that it is connected to, and those that have come to it, with what they told. */
  view(): Promise<{ to: string[]; from: string[] }>;
}

async function startReal(
  binary: string,
  cluster: string,
  remotes: Record<string, string> = {},
): Promise<Real> {
  const [port, monitor] = [freePort(), freePort()];
  const list = Object.entries(remotes).map(([name, url]) => `{name: ${name}, urls: ["${url}"]}`);
  const gateways = `gateways: [${list.join(", ")}]`;
  const block = `gateway { name: ${cluster}, listen: "127.0.0.1:${port}", ${gateways} }`;
  const file = `${tmpdir()}/nats-gateway-${port}.conf`;
  await Bun.write(file, `server_name: "${cluster}-R"\n${block}\n`);
  const started = await startProcess(binary, ["-c", file, "-m", `${monitor}`]);
  return {
    ...started,
    async [Symbol.asyncDispose]() {
      await started.stop();
      await Bun.file(file).delete();
    },
    url: `nats://127.0.0.1:${port}`,
    async view() {
      const answer = await fetch(`http://127.0.0.1:${monitor}/gatewayz`);
      const { outbound_gateways: to, inbound_gateways: from } = (await answer.json()) as {
        outbound_gateways: Record<string, unknown>;
        inbound_gateways: Record<string, unknown>;
      };
      return { to: Object.keys(to).sort(), from: Object.keys(from).sort() };
    },
  };
}

async function untilSeen(real: Real, names: readonly string[]): Promise<void> {
  const deadline = performance.now() + WHOLE_MS;
  for (;;) {
    const seen = await real.view();
    if (Bun.deepEquals(seen, { to: names, from: names })) return;
    if (performance.now() > deadline) expect(seen).toEqual({ to: [...names], from: [...names] });
    await Bun.sleep(20);
  }
}

const whole = (node: GatewayNode, ...names: string[]): Promise<void> =>
  until(
    "a whole supercluster",
    () => Bun.deepEquals(node.view, { to: names, from: names }),
    WHOLE_MS,
  );

describe.each(["sid", "trixie"] as const)("nats-server of %s", (suite) => {
  const peer = findPeer(suite);
  const binary = peer ?? "";

  test.skipIf(peer === undefined)(
    "finds ours, is found by ours, and brings both together",
    async () => {
      using a = new GatewayNode("A").open();
      await using real = await startReal(binary, "R", { A: a.url });
      using b = new GatewayNode("B", { remotes: { R: [real.url] } }).open();
      a.subscribe("from.a");
      a.subscribe("from.a", { queue: "q" });
      await whole(a, "B", "R");
      await whole(b, "A", "R");
      await untilSeen(real, ["A", "B"]);
      await until("interest", () => b.interestIn("from.a") === 2);
      expect(a.interestIn("$SYS.REQ.SERVER.PING", "$SYS")).toBe(1);
      expect([...a.said("[error]"), ...b.said("[error]")]).toEqual([]);
    },
    TIMEOUT,
  );

  test.skipIf(peer === undefined)(
    "is dialled again when it is lost, and dials ours again",
    async () => {
      using a = new GatewayNode("A").open();
      await using real = await startReal(binary, "R", { A: a.url });
      await whole(a, "R");
      for (const gateway of a.supercluster.outbounds) gateway.outbound.transport.terminate();
      for (const gateway of a.supercluster.inbounds) gateway.outbound.transport.terminate();
      await until("a loss", () => a.supercluster.lostGateways === 1);
      await whole(a, "R");
      await untilSeen(real, ["A"]);
    },
    TIMEOUT,
  );
});
