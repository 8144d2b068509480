/** The browser that pages are tried out in. */

import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const BINARY = "/usr/bin/chromium";
/** Nothing of what a browser does by itself. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Whether there is a browser; without one a test file must skip explicitly.
 *
 * @throws in CI, where nobody else looks at the pages.
 */
export function hasChromium(): boolean {
  if (existsSync(BINARY)) return true;
  const missing = `no Chromium at ${BINARY}`;
  if (process.env.CI) throw new Error(missing);
  console.warn(`${missing}: tests of pages are skipped`);
  return false;
}

export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: BINARY, headless: true, args: ARGUMENTS });
}
