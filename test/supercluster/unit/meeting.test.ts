/** Servers of this implementation among themselves: who finds whom, and what becomes of it. */

import { describe, expect, test } from "bun:test";
import { freePort } from "../../support/free-port.ts";
import { until } from "../../support/until.ts";
import { GatewayNode, type NodeOptions } from "./gateway-node.ts";

function start(cluster: string, options: NodeOptions = {}): GatewayNode {
  return new GatewayNode(cluster, options).open();
}

/** Whether each has one connection in each direction with each of the other clusters. */
const whole = (...nodes: GatewayNode[]): Promise<void> =>
  until("a whole supercluster", () =>
    nodes.every((node) => {
      const others = nodes
        .map(({ settings }) => settings.name)
        .filter((each) => each !== node.settings.name);
      return Bun.deepEquals(node.view, { to: others.sort(), from: others.sort() });
    }),
  );

describe("two clusters", () => {
  test("have a connection for each direction although only one is configured", async () => {
    using a = start("A");
    using b = start("B", { remotes: { A: [a.url] } });
    await whole(a, b);
    const at = a.supercluster.url;
    expect(a.said("gateway").slice(0, 2)).toEqual([
      `[info] Listening for gateways connections on ${at}`,
      `[info] Address for gateway "A" is ${at}`,
    ]);
    expect(a.lines[0]).toBe("[info] Gateway name is A");
    expect(b.said("Connecting to")).toEqual([
      `[info] Connecting to explicit gateway "A" (${at}) at ${at} (attempt 1)`,
    ]);
    const back = b.supercluster.url;
    expect(a.said("Connecting to")).toEqual([
      `[info] Connecting to implicit gateway "B" (${back}) at ${back} (attempt 1)`,
    ]);
    expect(b.said("registered")).toContain(
      `[info] Outbound gateway connection to "A" (${a.id}) registered`,
    );
    expect(a.remote("B")).toEqual({ urls: [back], isExplicit: false });
    expect(b.remote("A")).toEqual({ urls: [at], isExplicit: true });
    // The servers of its own cluster are told as soon as there is a connection.
    expect(b.told[0]).toMatchObject({
      server_id: `GW${b.id}`,
      server_name: b.name,
      gateway: "A",
      gateway_urls: [at],
      gateway_cmd: 1,
    });
    expect(a.exchange.gateways!.order).toHaveLength(1);
  });

  test("are connected again after a loss, and as soon as one is back", async () => {
    const port = freePort();
    const first = start("A", { port });
    using b = start("B", { remotes: { A: [first.url] } });
    await whole(first, b);
    for (const gateway of b.supercluster.outbounds) gateway.outbound.transport.terminate();
    await until("a loss", () => b.supercluster.lostGateways === 1);
    expect(b.said("Attempting")).toEqual(['[debug] Attempting reconnect for gateway "A"']);
    await whole(first, b);
    first[Symbol.dispose]();
    await until("an end", () => b.view.to.length + b.view.from.length === 0);
    expect(b.exchange.gateways!.order).toEqual([]);
    await until("a failure", () => b.said("Error connecting").length > 0);
    using a = start("A", { port });
    await whole(a, b);
    expect(b.said("Error connecting")[0]).toStartWith(
      `[error] Error connecting to explicit gateway "A" (${a.supercluster.url}) at ${a.supercluster.url} (attempt 1): dial tcp`,
    );
  });

  test("tell each other of all servers of theirs", async () => {
    using a = start("A");
    using b = start("B", { remotes: { A: [a.url] } });
    await whole(a, b);
    a.supercluster.peerCame("N2", "10.0.0.2:7222");
    a.supercluster.peerCame("N3", "10.0.0.2:7222");
    const both = ["10.0.0.2:7222", a.supercluster.url].sort();
    await until("another URL", () => Bun.deepEquals(b.remote("A")!.urls, both));
    expect(b.told.at(-1)?.gateway_urls?.toSorted()).toEqual(both);
    a.supercluster.peerLeft("N2");
    a.supercluster.peerLeft("N3");
    await until("one less", () => b.remote("A")!.urls.length === 1);
    expect(a.supercluster.info()).toMatchObject({
      gateway: "A",
      gateway_url: a.supercluster.url,
      gateway_urls: [a.supercluster.url],
      gateway_nrp: true,
      gateway_iom: true,
      proto: 3,
      go: "",
    });
  });

  test("get in with a password of the URL, or with their own", async () => {
    const authorization = { user: "u", password: "p", token: "", timeoutMs: 0 };
    using a = start("A", { authorization });
    using b = start("B", { remotes: { A: [a.url.replace("//", "//u:p@")] }, authorization });
    await whole(a, b);
    using c = start("C", { remotes: { A: [a.url] } });
    await until("a refusal", () => c.said("Authorization Violation").length > 0);
    expect(a.view.from).toEqual(["B"]);
  });
});

describe("three clusters", () => {
  test("find each other by the one that two know", async () => {
    using a = start("A");
    using b = start("B", { remotes: { A: [a.url] } });
    using c = start("C", { remotes: { A: [a.url] } });
    await whole(a, b, c);
    expect(b.remote("C")).toEqual({ urls: [c.supercluster.url], isExplicit: false });
  });

  test("are found by what a server of the own cluster tells", async () => {
    using a = start("A");
    using b = start("B", { remotes: { A: [a.url] } });
    using other = start("B");
    await whole(a, b);
    const heard = b.told[0]!;
    other.supercluster.onRouteGossip({ remoteId: b.id } as never, heard);
    await until("a connection", () => other.view.to.length === 1);
    const lines: unknown[] = [];
    other.supercluster.tellRoute({ sendGossip: (info: unknown) => lines.push(info) } as never);
    expect(lines).toMatchObject([
      {
        server_id: `GW${other.id}`,
        server_name: "",
        gateway: "A",
        gateway_urls: [a.supercluster.url],
        gateway_cmd: 1,
      },
    ]);
  });

  test("that are unknown are rejected where they are to be, and not dialled", async () => {
    using a = start("A");
    using d = start("D", { remotes: { A: [a.url] } });
    await whole(a, d);
    // It is told of D.
    using b = start("B", { remotes: { A: [a.url] }, rejectUnknown: true });
    await until("one of them", () => b.view.to.length === 1 && b.view.from.length === 1);
    // And C of it.
    using c = start("C", { remotes: { A: [a.url] } });
    await until("a refusal", () => b.said('Rejecting connection from gateway "C"').length > 0);
    await until("a reason", () => c.said('Connection to gateway "B" rejected').length > 0);
    expect(b.view).toEqual({ to: ["A"], from: ["A"] });
    expect(b.remote("C")).toBeNull();
    expect(b.remote("D")).toBeNull();
  });
});

test("an entry for the own cluster is not dialled, nor is what others tell of it", async () => {
  using a = start("A", { remotes: { A: ["nats://127.0.0.1:1"] } });
  using b = start("B", { remotes: { A: [a.url] } });
  await whole(a, b);
  b.supercluster.onRouteGossip({ remoteId: "N" } as never, { ...b.told[0]!, gateway: "B" });
  expect([...a.supercluster.remotes].map(({ name }) => name)).toEqual(["B"]);
  expect([...b.supercluster.remotes].map(({ name }) => name)).toEqual(["A"]);
});

test("what is advertised is told, with the port that is bound where it has none", () => {
  using a = start("A", { advertise: "gw.example.com" });
  const url = `gw.example.com:${a.supercluster.port}`;
  expect(a.said("Advertise")).toEqual([
    `[info] Advertise address for gateway "A" is set to ${url}`,
  ]);
  expect(a.supercluster.info()).toMatchObject({
    host: "gw.example.com",
    port: a.supercluster.port,
  });
  expect(() => start("A", { advertise: "a:b:c" })).toThrow(
    "Error setting gateway INFO with Gateway.Advertise value of a:b:c, err=address a:b:c: too many colons in address",
  );
  expect(() => start("B", { port: a.supercluster.port })).toThrow(
    `Error listening on gateway port: ${a.supercluster.port} - listen tcp 127.0.0.1:${a.supercluster.port}: bind: address already in use`,
  );
});
