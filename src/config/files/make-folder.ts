/** Makes a folder with all that leads to it, as Go's MkdirAll does and with its words for faults. */

import { goErrorText } from "../../log/go-error.ts";

/** What stands behind the folder that holds it. */
const LAST_NAME = /\/?[^/]*\/*$/;

/** @throws Error such as `mkdir /a/b: permission denied`. */
export async function makeFolder(path: string, mode: number): Promise<void> {
  const found = await kindOf(path);
  if (found === "folder") return;
  if (found === "other") throw new Error(`mkdir ${path}: not a directory`);
  const parent = path.replace(LAST_NAME, "");
  if (parent !== "") await makeFolder(parent, mode);
  try {
    // Loaded when it is needed, which is once in a server's life.
    const { mkdir } = await import("node:fs/promises");
    await mkdir(path, mode);
  } catch (error) {
    // Somebody else may have made it in the meantime.
    if ((await kindOf(path)) === "folder") return;
    throw new Error(`mkdir ${path}: ${goErrorText(error)}`);
  }
}

async function kindOf(path: string): Promise<"folder" | "other" | "unknown"> {
  try {
    const found = await Bun.file(path).stat();
    return found.isDirectory() ? "folder" : "other";
  } catch {
    return "unknown";
  }
}
