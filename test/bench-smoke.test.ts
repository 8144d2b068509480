import { expect, test } from "bun:test";
import { prepare, type Role } from "../scripts/bench/worker.ts";
import { rolesOf, TRAFFIC } from "../scripts/bench/workloads.ts";
import { NatsServer } from "../src/embed.ts";

/** A hundred messages of each publisher, whatever the workload's own count. */
const TINY = 0;

for (const traffic of TRAFFIC) {
  test(`the benchmark "${traffic.name}" counts every message`, async () => {
    await using server = await NatsServer.start();
    const roles: Role[] = rolesOf(traffic, server.port, TINY);
    const works = [];
    for (const role of roles) works.push(await prepare(role));
    const driver = works.pop()!;
    // A responder works until it is stopped, so only receivers are waited for.
    const received = traffic.subscribers > 0 ? works[0]!() : undefined;
    for (const work of traffic.requests ? works : []) void work();
    const sent = await driver();
    expect(sent.count).toBe(100 * traffic.publishers);
    expect(sent.latencies.length).toBe(traffic.requests ? sent.count : 0);
    if (received === undefined) return;
    const copies = traffic.queue ? 1 : traffic.subscribers;
    expect((await received).count).toBe(sent.count * copies);
  });
}
