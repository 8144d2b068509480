/** Options of a configuration file, as a server would take them. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasErrors, loadConfig } from "../../src/config/load.ts";
import type { Options } from "../../src/config/options/options.ts";

/**
 * @param config what the file says.
 * @throws Error with all that is wrong with it.
 */
export async function optionsOf(config: string): Promise<Options> {
  const folder = await mkdtemp(join(tmpdir(), "nats-options-"));
  try {
    const file = join(folder, "nats-server.conf");
    await writeFile(file, config);
    const { options, problems } = await loadConfig(file, {});
    if (hasErrors(problems)) throw new Error(problems.map(({ text }) => text).join("\n"));
    return options;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
