/** The dashboard's page as the executable has it: one text, so that nothing has to be looked for. */

import { assemblePage } from "../../src/monitor/dashboard/assemble-page.ts";
import { BuildError } from "./runtime.ts";

/** Whoever opens the dashboard over a slow line is not to wait for it. */
const PAGE_BYTES_MAX = 150_000;

/** @throws BuildError when it has become too large. */
export async function buildPage(): Promise<string> {
  const page = await assemblePage();
  const bytes = Buffer.byteLength(page);
  if (bytes <= PAGE_BYTES_MAX) return page;
  throw new BuildError(`the dashboard's page has ${bytes} bytes; ${PAGE_BYTES_MAX} is the most`);
}
