/** What is taken of what others tell, and that nobody can keep others out by telling a great deal. */

import { describe, expect, test } from "bun:test";
import type { EffectiveGateway } from "../../../src/config/options/effective-gateway.ts";
import { inOneLine, toldUrl } from "../../../src/supercluster/gateway-url.ts";
import { RemoteCluster } from "../../../src/supercluster/remote-cluster.ts";
import { Remotes, type Telling } from "../../../src/supercluster/remotes.ts";

const SETTINGS = { name: "A", remotes: [{ name: "B", urls: ["nats://u:p@b:1"], tls: null }] };

function remotesOf(): Remotes {
  return new Remotes(SETTINGS as unknown as EffectiveGateway);
}

function telling(fields: Partial<Telling>): Telling {
  const usual = { name: "C", addresses: ["c:1"], teller: "N", source: "S", isThere: false };
  return { ...usual, ...fields };
}

const list = (count: number, host = "h"): string[] =>
  Array.from({ length: count }, (_, i) => `${host}${i}:7222`);
const first = (): number => 0;

describe("URLs of a cluster", () => {
  test("are those of the configuration, with their credentials, and those that are told", () => {
    const remote = new RemoteCluster("B", ["nats://u:p@b:1"]);
    remote.add(["b:1", "c:2"], "N1");
    expect([...remote.urls]).toEqual([
      ["b:1", "nats://u:p@b:1"],
      ["c:2", "nats://c:2"],
    ]);
    remote.replace(["d:3"]);
    expect(remote.addresses).toEqual(["b:1", "d:3"]);
    remote.replace(["e:4"]);
    remote.add(["f:5"], "N1");
    remote.add(["g:6"], "N2");
    expect(remote.addresses).toEqual(["b:1", "e:4", "f:5", "g:6"]);
  });

  test("are what can be dialled, without credentials and such", () => {
    expect(toldUrl("10.0.0.1:7222")).toBe("nats://10.0.0.1:7222");
    expect(toldUrl("[::1]:7222")).toBe("nats://[::1]:7222");
    expect(toldUrl("u:p@host:7222/path?a=b")).toBe("nats://host:7222");
    for (const odd of [
      "",
      "host",
      "host:",
      "host:0",
      "host:65536",
      ":7222",
      "a b:1",
      "h\n:1",
      "[:1",
    ]) {
      expect(toldUrl(odd)).toBeNull();
    }
    expect(toldUrl(`${"h".repeat(400)}:1`)).toBeNull();
  });

  test("are limited in number, and a teller has only its own part", () => {
    const remote = new RemoteCluster("B", ["nats://b:1"]);
    remote.replace(list(1000, "own"));
    remote.add(list(1000, "liar"), "liar");
    expect(remote.urls.size).toBe(1 + 256 + 64);
    for (let i = 0; i < 200; i++) remote.add([`n${i}:1`], `N${i}`);
    remote.add(["honest:1"], "honest");
    expect(remote.urls.size).toBeLessThanOrEqual(1 + 256 + 64 * 64);
    expect(remote.addresses).toContain("honest:1");
    // One round stays short, and has all of the configuration.
    const round = remote.round(first);
    expect(round).toHaveLength(1 + 64);
    expect(round).toContain("nats://b:1");
  });

  test("that would make too long a line are left out of it", () => {
    const urls = list(256, "x".repeat(200));
    const told = inOneLine(urls);
    expect(told.length).toBeGreaterThan(100);
    expect(told.join("").length).toBeLessThanOrEqual(24 * 1024);
  });
});

describe("clusters", () => {
  test("are learnt once, never the own one, nor without a name or a URL", () => {
    const remotes = remotesOf();
    expect(remotes.learn(telling({}), 0, () => false)?.name).toBe("C");
    for (const fields of [
      {},
      { name: "A" },
      { name: "B" },
      { name: "" },
      { name: "D", addresses: [] },
      { name: "D", addresses: ["nowhere"] },
      { name: "a\nb" },
      { name: "x".repeat(600) },
    ]) {
      expect(remotes.learn(telling(fields), 0, () => false)).toBeNull();
    }
    expect([...remotes].map(({ name }) => name)).toEqual(["B", "C"]);
    expect(remotes.get("B")!.addresses).toEqual(["b:1", "c:1"]);
  });

  test("are limited in number, for each teller and in all, and one that is there finds room", () => {
    const remotes = remotesOf();
    const tell = (name: string, source: string, isThere = false) =>
      remotes.learn(telling({ name, source, isThere }), 0, ({ name: other }) => other === "x0");
    for (let i = 0; i < 300; i++) tell(`x${i}`, "liar");
    expect([...remotes]).toHaveLength(1 + 256);
    expect(tell("honest", "other")).not.toBeNull();
    for (let i = 0; i < 2000; i++) tell(`y${i}`, `liar ${i % 20}`);
    expect([...remotes]).toHaveLength(1 + 1024);
    expect(tell("late", "late")).toBeNull();
    expect(tell("late", "late", true)?.name).toBe("late");
    expect(remotes.get("x0")).toBeUndefined();
    expect(remotes.get("B")).toBeDefined();
    expect(remotes.get("honest")).toBeDefined();
  });
});
