/** Three clusters of two servers, with published clients on each. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ACCOUNT_CASES } from "../cluster/cases/accounts.ts";
import { ORDERING_CASES } from "../cluster/cases/ordering.ts";
import { PUBLISH_CASES } from "../cluster/cases/publish.ts";
import { REQUEST_CASES } from "../cluster/cases/requests.ts";
import { DISTANT_SYSTEM_CASES } from "../cluster/cases/system.ts";
import { exchange } from "../cluster/exchange.ts";
import { Supercluster } from "../support/supercluster.ts";
import { MAPPING_CASES } from "./cases/accounts.ts";
import { QUEUE_CASES } from "./cases/queues.ts";
import { REPLY_CASES } from "./cases/replies.ts";
import { SYSTEM_CASES } from "./cases/system.ts";
import { ACCOUNTS, type StageCase, stageOf } from "./stage.ts";
import { ring, TOPOLOGIES } from "./topologies.ts";

const START_TIMEOUT = 40_000;
const TIMEOUT = 40_000;
const CONNECTED_MS = 3_000;
const EXCHANGED = 12;

/** Cases that look at one direction only. */
const DIRECTED: readonly StageCase[] = [
  ...PUBLISH_CASES,
  ...REQUEST_CASES,
  ...ACCOUNT_CASES,
  ...DISTANT_SYSTEM_CASES,
  ...MAPPING_CASES,
  ...QUEUE_CASES,
  ...SYSTEM_CASES,
  ...REPLY_CASES,
];

describe.each(TOPOLOGIES)("$name", (topology) => {
  let mesh: Supercluster;
  let connectedMs = 0;
  beforeAll(async () => {
    mesh = await Supercluster.prepare(ring(topology, ACCOUNTS));
    await mesh.startAll();
    const started = performance.now();
    await mesh.whole();
    connectedMs = performance.now() - started;
  }, START_TIMEOUT);
  afterAll(() => mesh?.[Symbol.asyncDispose]());

  test("one configured link each connects all clusters within three seconds", () => {
    expect(connectedMs).toBeLessThan(CONNECTED_MS);
  });

  test.concurrent.each([...DIRECTED])(
    "$name",
    (each) =>
      mesh.explained(async () => {
        const stages = [...mesh.clusters.keys()].map((at) => stageOf(mesh, at));
        await Promise.all(stages.map((stage) => each.run(stage)));
      }),
    TIMEOUT,
  );

  test.concurrent.each([...ORDERING_CASES])(
    "$name",
    (each) => mesh.explained(() => each.run(stageOf(mesh, 0))),
    TIMEOUT,
  );

  test.concurrent(
    "what each server's clients send in each account arrives at each other server",
    () => mesh.explained(() => exchange(mesh, ["A", "B"], EXCHANGED)),
    TIMEOUT,
  );
});
