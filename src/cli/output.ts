/** Output that nobody takes: a reader that has gone, a full disk. It is no reason for a stack trace. */

import { goErrorText } from "../log/go-error.ts";

/** From now on, an answer that cannot be printed is one clear error; complaints are lost in silence. */
export function expectLostOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // Whoever read it has seen enough.
    if (error.code === "EPIPE") return;
    process.stderr.write(`nats-server: write standard output: ${goErrorText(error)}\n`);
    process.exitCode = 1;
  });
  process.stderr.on("error", () => {});
}

/** Complains on standard error, if that can be done. */
export async function complain(text: string): Promise<void> {
  try {
    await Bun.write(Bun.stderr, text);
  } catch {
    // There is no other place to complain.
  }
}
