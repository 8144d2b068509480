/** The options of a cluster as they are in force. */

import { describe, expect, test } from "bun:test";
import { type ClusterOptions, DEFAULT_CLUSTER } from "../../src/config/options/cluster.ts";
import {
  configuredClusterName,
  type EffectiveCluster,
  effectiveCluster,
} from "../../src/config/options/effective-cluster.ts";
import { DEFAULT_OPTIONS, type Options } from "../../src/config/options/options.ts";
import { DEFAULT_TLS } from "../../src/config/options/tls.ts";

function optionsWith(given: Partial<ClusterOptions>, others: Partial<Options> = {}): Options {
  const cluster = { ...structuredClone(DEFAULT_CLUSTER), port: 6222, ...given };
  return { ...structuredClone(DEFAULT_OPTIONS), ...others, cluster };
}

function inForce(given: Partial<ClusterOptions>, others: Partial<Options> = {}): EffectiveCluster {
  return effectiveCluster(optionsWith(given, others))!;
}

const SIMPLE = { user: "", password: "", token: "", timeoutMs: 0 };

describe("the options of a cluster", () => {
  test("are those of nats-server where nothing is given", () => {
    expect(inForce({})).toEqual({
      name: "",
      host: "0.0.0.0",
      port: 6222,
      advertise: "",
      noAdvertise: false,
      authorization: null,
      authTimeoutMs: 2000,
      tls: null,
      tlsTimeoutMs: 2000,
      permissions: null,
      routes: [],
      connectRetries: 0,
      connectBackoff: false,
      poolSize: 3,
      accounts: ["$SYS"],
      compression: { mode: "accept", rttThresholdsMs: [] },
      pingIntervalMs: 30_000,
      pingMax: 2,
      writeDeadlineMs: 10_000,
      writeTimeout: "retry",
    });
  });

  test("are none without a block, and without a port", () => {
    expect(effectiveCluster(DEFAULT_OPTIONS)).toBeNull();
    expect(effectiveCluster(optionsWith({ port: 0 }))).toBeNull();
  });

  test("leave time for a handshake before a server has to say who it is", () => {
    const tls = { ...structuredClone(DEFAULT_TLS), timeoutMs: 5000 };
    expect(inForce({ tls })).toMatchObject({ tlsTimeoutMs: 5000, authTimeoutMs: 6000 });
    const authorization = { ...SIMPLE, timeoutMs: 500 };
    expect(inForce({ tls, authorization })).toMatchObject({ authTimeoutMs: 500 });
  });

  test("ask for a user or a password only where there is one", () => {
    expect(inForce({ authorization: SIMPLE }).authorization).toBeNull();
    const authorization = { ...SIMPLE, password: "p" };
    expect(inForce({ authorization }).authorization).toEqual({ user: "", password: "p" });
  });

  test.each([
    [0, [], ["$SYS"]],
    [3, ["A"], ["A", "$SYS"]],
    [1, ["$SYS", "A"], ["$SYS", "A"]],
    [-1, [], []],
  ] as const)(
    "with a pool of %d and accounts %j have routes for %j",
    (poolSize, given, expected) => {
      expect(inForce({ poolSize, accounts: [...given] }).accounts).toEqual([...expected]);
    },
  );

  test("know the system account by its name, or that there is none", () => {
    expect(inForce({}, { systemAccount: "SYS" }).accounts).toEqual(["SYS"]);
    expect(inForce({}, { noSystemAccount: true }).accounts).toEqual([]);
  });

  test.each([
    ["on", "s2_fast"],
    ["TRUE", "s2_fast"],
    ["false", "off"],
    ["disabled", "off"],
    ["not_supported", "not supported"],
    ["Better", "s2_better"],
    ["s2_best", "s2_best"],
  ])("call compression %s %s", (mode, expected) => {
    const compression = { mode, rttThresholdsMs: [7] };
    expect(inForce({ compression }).compression).toEqual({
      mode: expected as EffectiveCluster["compression"]["mode"],
      rttThresholdsMs: [],
    });
  });

  test.each([
    [[], [10, 50, 100]],
    [
      [-5, 20, 0, 0],
      [0, 20],
    ],
    [
      [1, 2, 3, 4, 0],
      [1, 2, 3, 4],
    ],
  ])("compress by distances %j from %j on", (rttThresholdsMs, expected) => {
    const compression = { mode: "auto", rttThresholdsMs };
    expect(inForce({ compression }).compression).toEqual({
      mode: "s2_auto",
      rttThresholdsMs: expected,
    });
  });

  test.each([
    [null, 120_000, 30_000],
    [null, 5000, 5000],
    [40_000, 5000, 30_000],
    [1000, 5000, 1000],
    [0, 5000, 5000],
  ])("with a ping_interval of %p, and %d of clients, ask after %d ms", (own, clients, expected) => {
    const given = { pingIntervalMs: own };
    expect(inForce(given, { pingIntervalMs: clients }).pingIntervalMs).toBe(expected);
  });

  test("take other times from those of clients where they have none of their own", () => {
    const clients = { pingMax: 7, writeDeadlineMs: 4000 };
    expect(inForce({}, clients)).toMatchObject(clients);
    const own = { pingMax: 1, writeDeadlineMs: 9000, writeTimeout: "close" } as const;
    expect(inForce(own, clients)).toMatchObject(own);
  });
});

describe("the name of a cluster", () => {
  const gateway = { name: "g" } as Options["gateway"];

  test("is the gateway's where it has none of its own", () => {
    expect(configuredClusterName(optionsWith({}, { gateway }))).toBe("g");
    expect(configuredClusterName({ ...DEFAULT_OPTIONS, gateway })).toBe("g");
    expect(configuredClusterName(optionsWith({ name: "c" }))).toBe("c");
    expect(configuredClusterName(DEFAULT_OPTIONS)).toBe("");
  });
});
