/**
 * Compiles the server to one executable that needs nothing else to run.
 *
 * Usage: bun scripts/build.ts [--all | target...]
 *
 * Without arguments it builds `dist/nats-server` for this machine, with a target's name
 * `dist/nats-server-<target>`, and with `--all` one for each target.
 */

import { statSync } from "node:fs";
import { resolve } from "node:path";
import { buildPage } from "./build/page.ts";
import { BuildError, provideRuntime } from "./build/runtime.ts";
import { BUILD_TARGETS, type BuildTarget } from "./build/targets.ts";

const ROOT = resolve(import.meta.dir, "..");
const PROGRAM = "dist/nats-server";

/** Short hash of the checked-out commit; "" when this is not a checkout of the project itself. */
function currentCommit(): string {
  const command = ["git", "rev-parse", "--show-prefix", "--short", "HEAD"];
  try {
    const result = Bun.spawnSync(command, { cwd: ROOT, stdout: "pipe", stderr: "ignore" });
    // A prefix means that the project lies inside some other repository.
    const [prefix, commit] = result.stdout.toString().split("\n");
    return result.success && prefix === "" ? (commit ?? "") : "";
  } catch {
    return "";
  }
}

/**
 * The program of the thread that compares passwords, as a text: the executable has one entry point.
 */
async function buildBcryptWorker(): Promise<string> {
  const { outputs } = await Bun.build({
    entrypoints: [resolve(ROOT, "src/auth/bcrypt/worker.ts")],
    target: "bun",
    minify: true,
  });
  return outputs[0]!.text();
}

/** What is built into every executable. */
interface Parts {
  readonly commit: string;
  readonly bcryptWorker: string;
  readonly dashboardPage: string;
}

/** Compiles for a target, or for this machine, and returns the path of the executable. */
async function compile(parts: Parts, target?: BuildTarget): Promise<string> {
  const path = target ? `${PROGRAM}-${target.name}${target.extension}` : PROGRAM;
  const platform = target && {
    target: target.compileTarget,
    executablePath: await provideRuntime(target),
  };
  await Bun.build({
    entrypoints: [resolve(ROOT, "src/main.ts")],
    minify: true,
    bytecode: true,
    // What is imported when it is first needed stays out of memory until then: in one piece, the
    // executable would hold the functions of every feature from its start.
    splitting: true,
    format: "esm",
    define: {
      BUILD_COMMIT: JSON.stringify(parts.commit),
      BCRYPT_WORKER_CODE: JSON.stringify(parts.bcryptWorker),
      DASHBOARD_PAGE: JSON.stringify(parts.dashboardPage),
    },
    compile: {
      outfile: resolve(ROOT, path),
      // A server must not change its ways with the folder it is started in.
      autoloadDotenv: false,
      autoloadBunfig: false,
      ...platform,
    },
  });
  return path;
}

function selectTargets(names: readonly string[]): readonly BuildTarget[] {
  if (names.includes("--all")) return BUILD_TARGETS;
  return names.map((name) => {
    const target = BUILD_TARGETS.find((candidate) => candidate.name === name);
    if (target !== undefined) return target;
    const known = BUILD_TARGETS.map((candidate) => candidate.name).join(", ");
    throw new BuildError(`unknown target "${name}"; there are ${known}`);
  });
}

async function main(names: readonly string[]): Promise<void> {
  const parts = {
    commit: currentCommit(),
    bcryptWorker: await buildBcryptWorker(),
    dashboardPage: await buildPage(),
  };
  const targets = selectTargets(names);
  for (const target of targets.length > 0 ? targets : [undefined]) {
    const startedAt = performance.now();
    const path = await compile(parts, target);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    const megabytes = (statSync(resolve(ROOT, path)).size / 1e6).toFixed(0);
    console.log(`${path}: ${megabytes} MB in ${seconds} s`);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`build: ${error.message}`);
  process.exitCode = 1;
}
