/** Printing what a command has found out. */

import type { Report } from "./answer.ts";

/** Prints a report as it is, and takes over its exit code. */
export async function printReport(report: Report | Promise<Report>): Promise<void> {
  const { stdout, stderr, code } = await report;
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = code;
}
