/** Errors from before there is a log: Go's standard logger, to which nats-server leaves them. */

import { createPlainStamp } from "./timestamp.ts";

/** `2026/01/31 12:34:56 error opening file: …`, with its line break, for standard error. */
export async function startupErrorLine(text: string): Promise<string> {
  const stamp = await createPlainStamp();
  return `${stamp()} ${text}\n`;
}
