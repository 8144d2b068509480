/** The pid file: the process id and nothing else, left behind at the end as nats-server does. */

import { describeFileError, failedCall } from "./file-error.ts";

/** Nobody but the owner reads it, as in nats-server. An existing file keeps its mode. */
const MODE = 0o600;

/**
 * Writes this process's id, without a line break: `nats-server -sl` takes the whole content for it.
 *
 * @throws Error in Go's words, such as `open F: no such file or directory`.
 */
export async function writePidFile(path: string): Promise<void> {
  try {
    // Bun.write leaves the mode of a new file to the system.
    const { writeFile } = await import("node:fs/promises");
    await writeFile(path, String(process.pid), { mode: MODE });
  } catch (error) {
    throw new Error(describeFileError(failedCall(error), path, error), { cause: error });
  }
}
