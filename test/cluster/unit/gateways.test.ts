/** What the servers of a cluster tell each other of their gateways, and of other clusters. */

import { expect, test } from "bun:test";
import type { ClusterGateways } from "../../../src/cluster/cluster-gateways.ts";
import type { Route } from "../../../src/kinds/route/route.ts";
import { EMPTY_ROUTE_INFO, type RouteInfo } from "../../../src/protocol/route-info.ts";
import { until } from "../../support/until.ts";
import { Member, type MemberOptions } from "./member.ts";

/** Keeps what it is told; tells each route of one cluster. */
class Keeper implements ClusterGateways {
  readonly url: string;
  readonly events: string[] = [];

  constructor(url: string) {
    this.url = url;
  }

  peerCame(id: string, url: string): void {
    this.events.push(`came ${id.slice(0, 2)} ${url}`);
  }

  peerLeft(id: string): void {
    this.events.push(`left ${id.slice(0, 2)}`);
  }

  tellRoute(route: Route): void {
    const info = { ...EMPTY_ROUTE_INFO, server_id: "GWN", gateway: "X", gateway_cmd: 1 };
    route.sendInfoLine({ ...info, gateway_urls: [this.url] });
  }

  onRouteGossip(route: Route, { gateway, gateway_urls: urls }: RouteInfo): void {
    this.events.push(`${route.remoteName} says ${gateway} ${urls}`);
  }
}

function start(name: string, options: MemberOptions, url: string | null): [Member, Keeper] {
  const keeper = new Keeper(url ?? "");
  const member = new Member(name, options);
  if (url !== null) member.gateways = keeper;
  return [member.open(), keeper];
}

test("servers learn where gateways are, and what others have found, once each", async () => {
  const [a, atA] = start("A", {}, "10.0.0.1:7222");
  using _ = a;
  const [b, atB] = start("B", { routes: [a.url] }, "10.0.0.2:7222");
  await until("gossip", () => atA.events.length === 2 && atB.events.length === 2);
  expect(atA.events).toEqual(["came NB 10.0.0.2:7222", "B says X 10.0.0.2:7222"]);
  expect(atB.events).toEqual(["came NA 10.0.0.1:7222", "A says X 10.0.0.1:7222"]);
  await until("all routes", () => a.cluster.routeCount === 4);
  expect(a.cluster.peers.hasNamed("B")).toBe(true);
  expect(a.cluster.peers.hasNamed("A")).toBe(false);
  b.cluster.peers.tell({ ...EMPTY_ROUTE_INFO, gateway: "Y", gateway_cmd: 9 });
  await until("a complaint", () => a.said("Unknown command").length > 0);
  expect(a.said("Unknown command")).toEqual([`[error] Unknown command 9 from server ${b.id}`]);
  b.cluster.stop();
  await until("an end", () => atA.events.length === 3);
  expect(atA.events[2]).toBe("left NB");
});

test("a server without gateways has no use for either", async () => {
  using a = start("A", {}, null)[0];
  const [b, atB] = start("B", { routes: [a.url] }, "10.0.0.2:7222");
  using _ = b;
  const told = 'Received information about gateway "X" from';
  await until("a complaint", () => a.said(told).length > 0);
  expect(a.said(told)).toEqual([`[error] ${told} ${b.id}, but gateway is not configured`]);
  expect(atB.events).toEqual(["came NA "]);
});
