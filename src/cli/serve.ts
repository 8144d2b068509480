/** A server from a configuration file and flags. Both are kept: a reload reads the file anew. */

import { headline } from "../config/language/problem.ts";
import type { LoadedConfig } from "../config/load.ts";
import { DEFAULT_OPTIONS, type Options, resolveOptions } from "../config/options/options.ts";
import { ContradictionError, contradictions } from "../config/validate/validate.ts";
import { type RunExtras, runServer } from "../server/lifecycle.ts";
import { adviceOnFlags, applyFlags, FlagError } from "./apply-flags.ts";
import type { GivenFlag } from "./go-flags.ts";
import { complain } from "./output.ts";

/**
 * Starts a server. When it cannot start, the reason is on standard error and the process ends.
 *
 * @param path of the configuration file; empty for none.
 * @param flags of the command line, which count for more than the file.
 */
export async function serve(path: string, flags: readonly GivenFlag[]): Promise<void> {
  const advice = adviceOnFlags(flags);
  if (path === "") {
    const options = structuredClone(DEFAULT_OPTIONS);
    await applyFlagsOrEnd(flags, options);
    await runServer(options, { advice });
    return;
  }
  const { options, extras } = await readConfiguration(path, flags, advice);
  await runServer(options, extras);
}

/** A function of its own, so that nothing of the file outlives it but its options. */
async function readConfiguration(
  path: string,
  flags: readonly GivenFlag[],
  advice: readonly string[],
): Promise<{ options: Options; extras: RunExtras }> {
  // Without a file, none of this takes memory.
  const { loadConfig } = await import("../config/load.ts");
  const load = (): Promise<LoadedConfig> => loadConfig(path, process.env);
  const loaded = await load();
  await reportProblems(loaded);
  const extras: RunExtras = {
    configuration: { path, digest: loaded.digest },
    advice: [...advice, ...adviceLines(loaded)],
    reload: async (running) => {
      const { options, digest } = await accepted(await load(), flags);
      const { reloadServer } = await import("../server/reload/reload.ts");
      const { ROOT } = await import("../config/sections/root.ts");
      await reloadServer(running.server, running, ROOT, options, digest);
    },
  };
  await applyFlagsOrEnd(flags, loaded.options);
  return { options: loaded.options, extras };
}

async function applyFlagsOrEnd(flags: readonly GivenFlag[], options: Options): Promise<void> {
  try {
    await applyFlags(flags, options);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    await complain(`nats-server: ${error.message}\n`);
    process.exit(1);
  }
}

/** Warnings stand on standard error as they are; with errors the process ends. */
async function reportProblems(loaded: LoadedConfig): Promise<void> {
  const complaints = loaded.problems.filter(({ severity }) => severity !== "lint");
  if (complaints.length === 0) return;
  const { refusedText } = await import("./config-report.ts");
  const { hasErrors } = await import("../config/load.ts");
  const text = refusedText(loaded) ?? "";
  if (hasErrors(complaints)) {
    await complain(text);
    process.exit(1);
  }
  await complain(text.replace(/^nats-server: /, "").replace(/\n\n$/, "\n"));
}

function adviceLines({ problems }: LoadedConfig): string[] {
  return problems.filter(({ severity }) => severity === "lint").map(headline);
}

/**
 * Options that a running server may take over.
 *
 * @throws Error whose message says why they cannot be.
 */
async function accepted(
  loaded: LoadedConfig,
  flags: readonly GivenFlag[],
): Promise<{ options: Options; digest: string }> {
  const errors = loaded.problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(headline).join("\n"));
  await applyFlags(flags, loaded.options);
  const options = resolveOptions(loaded.options);
  const faults = contradictions(options);
  if (faults.length > 0) throw new ContradictionError(faults);
  return { options, digest: loaded.digest };
}
