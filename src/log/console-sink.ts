/** Standard error as a plain function, for servers that are started without settings of their log. */

import { ConsoleTarget } from "./console-target.ts";
import { DEFAULT_LOG_SETTINGS } from "./log-settings.ts";
import type { LogSink } from "./logger.ts";

/** A sink that writes to standard error, coloured where that is a character device. */
export async function consoleSink(): Promise<LogSink> {
  const target = await ConsoleTarget.open(DEFAULT_LOG_SETTINGS);
  return (level, text) => target.write(level, text);
}
