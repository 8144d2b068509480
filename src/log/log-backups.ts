/**
 * Log files that were set aside: `<log file>.2026.01.31.12.34.56.123456000`, in local time.
 *
 * Names, and which of them count as backups, are nats-server's.
 */

import { goQuoteText } from "../protocol/go-quote.ts";
import { goErrorText } from "./go-error.ts";
import type { LogLevel } from "./logger.ts";

const STAMP = /^(\d{4})\.(\d\d)\.(\d\d)\.(\d\d)\.(\d\d)\.(\d\d)(?:\.\d{1,9})?$/;

/**
 * Removes the oldest backups of a log file until `kept` are left.
 *
 * @param report takes a line for each file that is gone, and one for the first that cannot be removed.
 */
export async function purgeBackups(
  path: string,
  kept: number,
  report: (level: LogLevel, text: string) => void,
): Promise<void> {
  const { readdir, unlink } = await import("node:fs/promises");
  const { basename, dirname, join } = await import("node:path");
  const folder = dirname(path);
  let names: string[];
  try {
    const prefix = `${basename(path)}.`;
    const entries = await readdir(folder, { withFileTypes: true });
    names = entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name)
      .filter((name) => name.startsWith(prefix) && isStamp(name.slice(prefix.length)))
      .sort();
  } catch (error) {
    const what = `Unable to read directory ${goQuoteText(folder)} for log purge`;
    report("error", `${what} (${goErrorText(error)}), will attempt next rotation`);
    return;
  }
  // The stamps sort by age.
  for (const name of names.slice(0, Math.max(0, names.length - kept))) {
    try {
      await unlink(join(folder, name));
    } catch (error) {
      const what = `Unable to remove backup log file ${goQuoteText(name)}`;
      report("error", `${what} (${goErrorText(error)}), will attempt next rotation`);
      return;
    }
    report("info", `Purged log file ${goQuoteText(name)}`);
  }
}

function isStamp(text: string): boolean {
  const fields = STAMP.exec(text)?.slice(1, 7).map(Number);
  if (fields === undefined) return false;
  const [year, month, day, hour, minute, second] = fields as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= days;
  return isDay && hour < 24 && minute < 60 && second < 60;
}
