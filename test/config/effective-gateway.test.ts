/** The options of gateways as they are in force. */

import { describe, expect, test } from "bun:test";
import { DEFAULT_GATEWAY, type GatewayOptions } from "../../src/config/options/cluster.ts";
import {
  type EffectiveGateway,
  effectiveGateway,
} from "../../src/config/options/effective-gateway.ts";
import { DEFAULT_OPTIONS, type Options } from "../../src/config/options/options.ts";
import { DEFAULT_TLS, type TlsOptions } from "../../src/config/options/tls.ts";

function inForce(given: Partial<GatewayOptions>, others: Partial<Options> = {}): EffectiveGateway {
  const gateway = { ...structuredClone(DEFAULT_GATEWAY), name: "A", port: 7222, ...given };
  return effectiveGateway({ ...structuredClone(DEFAULT_OPTIONS), ...others, gateway })!;
}

const tlsOf = (given: Partial<TlsOptions>): TlsOptions => ({
  ...structuredClone(DEFAULT_TLS),
  ...given,
});
const remote = (name: string, url: string, tls: TlsOptions | null = null) => ({
  name,
  urls: [url],
  tls,
});

describe("the options of gateways", () => {
  test("are those of nats-server where nothing is given", () => {
    expect(inForce({})).toEqual({
      name: "A",
      host: "0.0.0.0",
      port: 7222,
      advertise: "",
      authorization: null,
      authTimeoutMs: 2000,
      tls: null,
      tlsTimeoutMs: 2000,
      connectRetries: 0,
      connectBackoff: false,
      rejectUnknown: false,
      remotes: [],
      ownUrls: [],
      pingIntervalMs: 15_000,
      pingMax: 2,
      writeDeadlineMs: 10_000,
      writeTimeout: "retry",
    });
  });

  test("are none without a block, and without a port", () => {
    expect(effectiveGateway(DEFAULT_OPTIONS)).toBeNull();
    expect(inForce({ port: 0 })).toBeNull();
  });

  test("ask for a sign of life as often as those of clients, and at least every 15 seconds", () => {
    expect(inForce({}, { pingIntervalMs: 5000, pingMax: 7 })).toMatchObject({
      pingIntervalMs: 5000,
      pingMax: 7,
    });
  });

  test("leave time for a handshake before a server has to say who it is", () => {
    const tls = tlsOf({ timeoutMs: 5000 });
    expect(inForce({ tls })).toMatchObject({ tlsTimeoutMs: 5000, authTimeoutMs: 6000 });
  });

  test("have other times and deeds for slow servers where these are given", () => {
    const given = { writeDeadlineMs: 4000, writeTimeout: "close" } as const;
    expect(inForce(given, { writeDeadlineMs: 1000 })).toMatchObject(given);
  });
});

describe("the list of clusters", () => {
  test("is without this one, whose URLs are kept apart", () => {
    const gateways = [remote("A", "nats://a:1"), remote("B", "nats://b:1")];
    expect(inForce({ gateways })).toMatchObject({
      remotes: [{ name: "B", urls: ["nats://b:1"] }],
      ownUrls: ["nats://a:1"],
    });
  });

  test("has each once: the last of a name counts", () => {
    const gateways = [
      remote("B", "nats://b:1"),
      remote("C", "nats://c:1"),
      remote("B", "nats://b:2"),
    ];
    expect(inForce({ gateways }).remotes.map(({ urls }) => urls[0])).toEqual([
      "nats://b:2",
      "nats://c:1",
    ]);
  });

  test("takes TLS from the block around it, or has its own with what that leaves out", () => {
    const tls = tlsOf({ certFile: "all.pem", timeoutMs: 3000, pinnedCerts: ["f"] });
    const own = tlsOf({ certFile: "b.pem", pinnedCerts: ["e"] });
    const quick = tlsOf({ certFile: "c.pem", timeoutMs: 500 });
    const gateways = [
      remote("B", "nats://b:1", own),
      remote("C", "nats://c:1", quick),
      remote("D", "nats://d:1"),
    ];
    expect(inForce({ tls, gateways }).remotes.map((each) => each.tls)).toEqual([
      { ...own, timeoutMs: 3000, pinnedCerts: ["f"] },
      { ...quick, timeoutMs: 500, pinnedCerts: ["f"] },
      tls,
    ]);
    expect(inForce({ gateways }).remotes.map((each) => each.tls?.pinnedCerts)).toEqual([
      [],
      [],
      undefined,
    ]);
  });
});
