/**
 * The long form of the chaos test: `bun run chaos [--minutes N] [--seed N] [--kinds A,B,C]
 * [--clusters A,B/C/D] [--log FILE] [--replay FILE]`.
 *
 * Kinds are `ours` (the executable that NATS_SERVER_BINARY names, or the sources), `2.15.1` and
 * `2.10.27`: of the nodes of a cluster, or with `--clusters` of those of a supercluster. The log has each step with its time; `--replay` takes the steps of such a log again, for
 * which the seed has to be the same: it also chooses the pool and the compression.
 */

import { createWriteStream, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type ChaosResult, meshOf, runChaos } from "../test/cluster/chaos/chaos.ts";
import { loggedSteps } from "../test/cluster/chaos/schedule.ts";
import { superclusterOf } from "../test/supercluster/chaos/starter.ts";
import { clustersOf } from "../test/supercluster/faults/standing-supercluster.ts";
import type { NodeKind } from "../test/support/mesh-config.ts";

const { values: flags } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: String(Date.now() & 0x7fffffff) },
    kinds: { type: "string", default: "ours,2.15.1,2.10.27,ours" },
    clusters: { type: "string" },
    log: { type: "string", default: "" },
    replay: { type: "string" },
  },
});
const [seed, minutes] = [Number(flags.seed), Number(flags.minutes)];
const file = flags.log === "" ? null : createWriteStream(flags.log);

function say(line: string): void {
  console.log(line);
  file?.write(`${line}\n`);
}

const start =
  flags.clusters === undefined
    ? meshOf(flags.kinds.split(",") as NodeKind[])
    : superclusterOf(clustersOf(flags.clusters));
say(`seed ${seed}, ${minutes} minutes, ${flags.clusters ?? flags.kinds}`);
try {
  const replay = flags.replay === undefined ? undefined : readFileSync(flags.replay, "utf8");
  const result: ChaosResult = await runChaos({
    start,
    seed,
    seconds: minutes * 60,
    log: say,
    ...(replay !== undefined && { steps: [...loggedSteps(replay)] }),
  });
  say(`seed ${seed} is well: ${JSON.stringify(result)}`);
} catch (error) {
  say(`seed ${seed} FAILS: ${(error as Error).message}`);
  process.exitCode = 1;
}
file?.end();
