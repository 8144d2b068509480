/** The way of answers from other clusters to the server of this cluster that has asked. */

import { describe, expect, test } from "bun:test";
import { Peer, Peers } from "../../src/cluster/peers.ts";
import { Account } from "../../src/core/account.ts";
import { Exchange } from "../../src/core/exchange.ts";
import { replyHash } from "../../src/core/gateway/reply-prefix.ts";
import type { Route } from "../../src/kinds/route/route.ts";
import { ReplyRoutes } from "../../src/server/supercluster/reply-routes.ts";

const IDS = ["NONE", "NTWO", "NTHREE"];
const account = new Account("A", new Exchange(true));

/** Each server has as many routes as it has slots, which are told apart by their names. */
function clusterOf(slots: number): { peers: Peers; routes: ReplyRoutes } {
  const [peers, routes] = [new Peers(), new ReplyRoutes()];
  peers.poolSize = slots;
  for (const id of IDS) {
    const peer = new Peer(id, id, slots);
    for (let slot = 0; slot < slots; slot++) peer.put(slot, `${id} ${slot}` as never as Route);
    peers.add(peer);
    routes.add(id);
  }
  return { peers, routes };
}

function wayTo(id: string, { peers, routes }: ReturnType<typeof clusterOf>): string | null {
  const subject = Buffer.concat([Buffer.from("_GR_.AAAAAA."), replyHash(id), Buffer.from(".x")]);
  return routes.find(peers, subject, 12, account) as never as string | null;
}

describe("an answer for another server", () => {
  test("goes by the slot of its account", () => {
    const cluster = clusterOf(3);
    const slot = cluster.peers.slotOf(account);
    for (const id of IDS) expect(wayTo(id, cluster)).toBe(`${id} ${slot}`);
  });

  test("goes by any other one while that is not there", () => {
    const cluster = clusterOf(3);
    const slot = cluster.peers.slotOf(account);
    const peer = cluster.peers.get("NTWO")!;
    peer.remove(peer.at(slot)!);
    expect(wayTo("NTWO", cluster)).toBe(`NTWO ${slot === 0 ? 1 : 0}`);
  });

  test("goes by the account's own connection, or not at all", () => {
    const cluster = clusterOf(3);
    cluster.peers.pin("A");
    expect(wayTo("NTWO", cluster)).toBeNull();
    cluster.peers.pinned("A")!.set("NTWO", "own" as never as Route);
    expect(wayTo("NTWO", cluster)).toBe("own");
  });

  test("goes nowhere for a server that has left, or was never there", () => {
    const cluster = clusterOf(1);
    cluster.routes.remove("NTWO");
    expect(wayTo("NTWO", cluster)).toBeNull();
    expect(wayTo("NFOUR", cluster)).toBeNull();
    cluster.routes.add("NTWO");
    expect(wayTo("NTWO", cluster)).toBe("NTWO 0");
  });
});
