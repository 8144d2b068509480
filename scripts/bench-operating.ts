/**
 * Compares how fast the compiled server and the real ones read configurations and start:
 * `bun run bench:operating [--rounds N]`.
 *
 * The servers take turns in every round; medians are compared, and the ratio is against the faster
 * of the real servers.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "./bench/measure.ts";
import { CONTESTANTS, type Contestant, timeToReady } from "./bench/servers.ts";

const { values: flags } = parseArgs({
  options: { rounds: { type: "string", default: "9" } },
});
const rounds = Number(flags.rounds);

const USERS = 100_000;

/** A configuration of 5 MB. */
function manyUsers(): string {
  const users = Array.from({ length: USERS }, (_, index) => {
    const number = String(index).padStart(6, "0");
    return `    { user: user-${number}, password: secret-${number} }`;
  });
  return `listen: "127.0.0.1:-1"\nauthorization {\n  users = [\n${users.join("\n")}\n  ]\n}\n`;
}

const SMALL = 'listen: "127.0.0.1:-1"\nmax_payload: 1MB\nping_interval: "1m"\n';

/** Milliseconds from the start of `-t` to its end. */
async function check({ name, path }: Contestant, file: string): Promise<number> {
  const begin = performance.now();
  const child = Bun.spawn([path, "-t", "-c", file], { stdout: "ignore", stderr: "pipe" });
  const [code, said] = await Promise.all([child.exited, new Response(child.stderr).text()]);
  const elapsed = performance.now() - begin;
  if (code !== 0) throw new Error(`${name} refuses the file: ${said}`);
  return elapsed;
}

const folder = await mkdtemp(join(tmpdir(), "nats-bench-"));
try {
  const [large, small] = [join(folder, "large.conf"), join(folder, "small.conf")];
  await writeFile(large, manyUsers());
  await writeFile(small, SMALL);
  const works: [string, number | null, (contestant: Contestant) => Promise<number>][] = [
    ["-t, 5 MB, 100,000 users", 1000, (contestant) => check(contestant, large)],
    [
      "start with the small configuration",
      60,
      (contestant) => timeToReady(contestant, "-c", small),
    ],
    ["start without a configuration", null, (it) => timeToReady(it, "-a", "127.0.0.1", "-p", "-1")],
  ];
  const processor = cpus();
  const date = new Date().toISOString().slice(0, 10);
  console.log(`${date}, ${processor.length} cores of ${processor[0]!.model}, Bun ${Bun.version}\n`);
  const names = CONTESTANTS.map(({ name }) => name).join(" | ");
  console.log(`| milliseconds, medians of ${rounds} | ${names} | ratio | target |`);
  console.log("|---|---|---|---|---|---|");
  for (const [name, target, work] of works) {
    const times: number[][] = CONTESTANTS.map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (const [at, contestant] of CONTESTANTS.entries()) times[at]!.push(await work(contestant));
    }
    const medians = times.map(median);
    const ratio = (medians[0]! / Math.min(...medians.slice(1))).toFixed(2);
    const cells = medians.map((time) => time.toFixed(1)).join(" | ");
    console.log(`| ${name} | ${cells} | ${ratio} | ${target === null ? "" : `≤ ${target} ms`} |`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
