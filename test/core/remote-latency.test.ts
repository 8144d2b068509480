/** Halves of measurements that wait for each other, and requests of other servers: what is kept, and for how long. */

import { describe, expect, test } from "bun:test";
import type { Account } from "../../src/core/account.ts";
import { HALVES_MAX, LatencyHalves, merged } from "../../src/core/crossing/latency-halves.ts";
import { readMeasurement } from "../../src/core/crossing/remote-measurement.ts";
import { REQUESTS_MAX, RoutedRequests } from "../../src/core/crossing/routed-requests.ts";
import type { Sink } from "../../src/core/sink.ts";
import { messageOf } from "./delivery-fixture.ts";

const account = { name: "A" } as Account;
const other = { name: "B" } as Account;
const outcome = {
  status: 200,
  description: "",
  responder: "",
  startMicros: 1,
  service: 100,
  system: 0,
  total: 130,
};
const request = { latency: { sampling: 100, subject: "l" }, requestor: "", rttNs: 30, header: "" };
const own = { account, request, outcome };
const remote = { responder: '{"acc":"A","rtt":20}', rtt: 20, service: 50 };

describe("Halves of a measurement", () => {
  test("find each other, whichever comes first", () => {
    const halves = new LatencyHalves();
    expect(halves.addOwn("r1", own)).toBeNull();
    expect(halves.addRemote("r1", account, remote, false)).toBe(own);
    expect(halves.addRemote("r2", account, remote, true)).toBeNull();
    expect(halves.addOwn("r2", own)).toBe(remote);
    // Each is used once.
    expect(halves.addRemote("r1", account, remote, false)).toBeNull();
    expect(halves.addOwn("r2", own)).toBeNull();
  });

  test("of another account, or that nobody waits for, are not taken", () => {
    const halves = new LatencyHalves();
    halves.addOwn("r1", own);
    expect(halves.addRemote("r1", other, remote, false)).toBeNull();
    halves.addRemote("r2", account, remote, false);
    expect(halves.addOwn("r2", own)).toBeNull();
    halves.addRemote("r3", account, { ...remote, responder: "x".repeat(20_000) }, true);
    expect(halves.addOwn("r3", own)).toBeNull();
  });

  test("are dropped when there are too many, the oldest first", () => {
    const halves = new LatencyHalves();
    for (let i = 0; i <= HALVES_MAX; i++) halves.addOwn(`r${i}`, own);
    expect(halves.addRemote("r0", account, remote, false)).toBeNull();
    expect(halves.addRemote("r1", account, remote, false)).toBe(own);
  });

  test("give the time between the servers as the system's, and never less than nothing", () => {
    const sum = merged(outcome, remote);
    expect(sum).toEqual({ ...outcome, responder: remote.responder, service: 50, system: 30 });
    expect(merged(outcome, { ...remote, service: 90 }).system).toBe(0);
  });

  test("are read as nats-server reads them", () => {
    const m2 = '{"status":200,"responder":{"rtt":5,"acc":"A<","tags":["t"],"odd":1},"service":7}';
    const told = readMeasurement(`{"account":"A","req_id":"r","m2":${m2}}`);
    const responder = '{"acc":"A\\u003c","rtt":5,"tags":["t"]}';
    expect(told).toEqual({ account: "A", reply: "r", half: { responder, rtt: 5, service: 7 } });
    expect(() => readMeasurement('{"m2":{"service":"x"}}')).toThrow("of type time.Duration");
  });
});

describe("Requests that another server measures", () => {
  const source = { requestInfo: () => Buffer.from('{"acc":"A","rtt":1000}') } as unknown as Sink;
  const nobody = { requestInfo: () => Buffer.alloc(0) } as unknown as Sink;

  function stage() {
    const told: [string, string][] = [];
    const routed = new RoutedRequests();
    routed.start((subject, json) => told.push([subject, json]));
    return { told, routed };
  }

  test("are reported once, to the server that their reply subject names", () => {
    const { told, routed } = stage();
    routed.note(account, messageOf("svc _R_.abcdef.ghijkl.hash1234.T 0", "", 0));
    expect(routed.isAwaiting).toBe(true);
    const answer = messageOf("_R_.abcdef.ghijkl.hash1234.T 0", "", 0);
    routed.onAnswer(source, answer);
    routed.onAnswer(source, answer);
    expect(routed.isAwaiting).toBe(false);
    expect(told.map(([subject]) => subject)).toEqual(["$SYS.LATENCY.M2.hash1234"]);
    const { account: name, req_id: reply, m2 } = JSON.parse(told[0]![1]);
    expect([name, reply, m2.status, m2.responder.rtt]).toEqual([
      "A",
      "_R_.abcdef.ghijkl.hash1234.T",
      200,
      1000,
    ]);
    expect(m2.total).toBe(m2.service + 1000);
  });

  test("are not reported when a server has answered, or their subject is no such one", () => {
    const { told, routed } = stage();
    routed.note(account, messageOf("svc inbox.hash1234.T 0", "", 0));
    expect(routed.isAwaiting).toBe(false);
    routed.note(account, messageOf("svc _R_.abcdef.ghijkl.hash1234.T 0", "", 0));
    routed.onAnswer(nobody, messageOf("_R_.abcdef.ghijkl.hash1234.T 0", "", 0));
    expect(told).toEqual([]);
  });

  test("are forgotten when there are too many, the oldest first", () => {
    const { told, routed } = stage();
    const reply = (i: number): string => `_R_.abcdef.${i}.hash1234.T`;
    for (let i = 0; i <= REQUESTS_MAX; i++) {
      routed.note(account, messageOf(`svc ${reply(i)} 0`, "", 0));
    }
    routed.onAnswer(source, messageOf(`${reply(0)} 0`, "", 0));
    expect(told).toEqual([]);
    routed.onAnswer(source, messageOf(`${reply(1)} 0`, "", 0));
    expect(told.length).toBe(1);
  });
});
