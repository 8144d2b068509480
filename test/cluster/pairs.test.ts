/** Two servers of every pairing, with published clients on each. */

import { afterAll, beforeAll, describe, test } from "bun:test";
import { Mesh } from "../support/mesh.ts";
import { ACCOUNT_CASES } from "./cases/accounts.ts";
import { ORDERING_CASES } from "./cases/ordering.ts";
import { PUBLISH_CASES } from "./cases/publish.ts";
import { QUEUE_CASES } from "./cases/queues.ts";
import { REQUEST_CASES } from "./cases/requests.ts";
import { SYSTEM_CASES } from "./cases/system.ts";
import { CASE_PAIRS } from "./pairings.ts";
import { ACCOUNTS } from "./scene.ts";

const START_TIMEOUT = 40_000;
const TIMEOUT = 40_000;

/** Cases that look at one direction only. */
const DIRECTED = [
  ...PUBLISH_CASES,
  ...REQUEST_CASES,
  ...QUEUE_CASES,
  ...ACCOUNT_CASES,
  ...SYSTEM_CASES,
];

describe.each(CASE_PAIRS)("$name", ({ kinds }) => {
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await Mesh.start(kinds.map((kind) => ({ kind, config: ACCOUNTS })));
  }, START_TIMEOUT);
  afterAll(() => mesh?.[Symbol.asyncDispose]());

  test.each([...DIRECTED])(
    "$name",
    (each) =>
      mesh.explained(async () => {
        const [a, b] = mesh.nodes;
        await each.run({ mesh, near: a!, far: b! });
        await each.run({ mesh, near: b!, far: a! });
      }),
    TIMEOUT,
  );

  test.each([...ORDERING_CASES])(
    "$name",
    (each) => mesh.explained(() => each.run({ mesh, near: mesh.nodes[0]!, far: mesh.nodes[1]! })),
    TIMEOUT,
  );
});
