/** Reads files that a configuration is made of, or names, in the background. */

import { goErrorText } from "../../log/go-error.ts";

const FILE_BYTES_MAX = 2 ** 28;
const CHUNK_BYTES = 1 << 16;

/** A whole file, or an error in Go's words. Pipes and devices are read too, up to the same size. */
export async function readWholeFile(path: string): Promise<Buffer | Error> {
  try {
    const file = Bun.file(path);
    const stats = await file.stat();
    if (stats.isDirectory()) return new Error(`read ${path}: is a directory`);
    if (stats.size > FILE_BYTES_MAX) return tooLarge(path);
    return stats.isFile() ? Buffer.from(await file.arrayBuffer()) : await readPipe(path);
  } catch (error) {
    return new Error(`open ${path}: ${goErrorText(error)}`);
  }
}

/** Loaded when it is needed, which is seldom. Bun's own streams cannot read every device. */
async function readPipe(path: string): Promise<Buffer | Error> {
  const { open } = await import("node:fs/promises");
  await using handle = await open(path);
  const chunks: Buffer[] = [];
  for (let total = 0; total <= FILE_BYTES_MAX; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(CHUNK_BYTES));
    if (bytesRead === 0) return Buffer.concat(chunks);
    chunks.push(buffer.subarray(0, bytesRead));
    total += bytesRead;
  }
  return tooLarge(path);
}

function tooLarge(path: string): Error {
  return new Error(`read ${path}: file is larger than ${FILE_BYTES_MAX / 2 ** 20} MiB`);
}
