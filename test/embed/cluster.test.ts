/** Servers of one process that form a cluster, as tests of programs want it. */

import { expect, test } from "bun:test";
import { NatsServer } from "../../src/embed.ts";
import { until } from "../support/until.ts";

test("three servers find each other by one, and their clients hear of each other", async () => {
  const authorization = { user: "route", password: "p/w" };
  const cluster = { name: "test", authorization };
  await using first = await NatsServer.start({ cluster });
  const routes = [first.clusterUrl.replace("//", "//route:p%2Fw@")];
  await using second = await NatsServer.start({ cluster: { ...cluster, routes } });
  await using third = await NatsServer.start({ cluster: { ...cluster, routes } });
  const all = [first, second, third];
  await until("mesh", () => all.every(({ remotes }) => remotes === 2));

  const heard = new Set<NatsServer>();
  for (const server of all) {
    server.connectInProcess().subscribe("news", () => heard.add(server));
  }
  const client = third.connectInProcess();
  await until("news", () => {
    client.publish("news", "hello");
    return heard.size === all.length;
  });
  await second.stop();
  await until("two are left", () => first.remotes === 1 && third.remotes === 1);
});

test("without a cluster there is no URL for it", async () => {
  await using server = await NatsServer.start();
  expect([server.clusterUrl, server.remotes]).toEqual(["", 0]);
});

test("a server that cannot join tells why, and leaves nothing open", async () => {
  await using first = await NatsServer.start({ cluster: { name: "test" } });
  const port = Number(new URL(first.clusterUrl).port);
  await using free = await NatsServer.start();
  const clientPort = free.port;
  await free.stop();
  const taken = NatsServer.start({ port: clientPort, cluster: { name: "test", port } });
  await expect(taken).rejects.toThrow("address already in use");
  await using _again = await NatsServer.start({ port: clientPort });
});

test("what makes no cluster is refused", async () => {
  const start = (cluster: object) => NatsServer.start({ cluster });
  await expect(start({ name: "a b" })).rejects.toThrow("cluster name cannot contain spaces");
  await expect(start({ routes: ["secret@:x"] })).rejects.toThrow(
    "cluster: a route is no URL of a server",
  );
  await expect(start({ compression: "tight" })).rejects.toThrow("tight");
});
