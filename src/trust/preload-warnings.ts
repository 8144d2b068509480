/** What is wrong with JWTs in the configuration, which is no reason not to start. */

import type { Logger } from "../log/logger.ts";
import { decodeAccountClaims } from "./claims/decode.ts";
import { isBlocked } from "./claims/issues.ts";
import { validateClaims } from "./claims/validate.ts";

/** JWTs that are verified at a time. */
const BATCH = 64;

/** @param jwts by the names they are listed under. */
export async function warnOfPreloads(
  jwts: Readonly<Record<string, string>>,
  log: Logger,
): Promise<void> {
  const entries = Object.entries(jwts);
  for (let i = 0; i < entries.length; i += BATCH) {
    const batch = entries.slice(i, i + BATCH);
    const lines = await Promise.all(batch.map(([name, jwt]) => issuesOf(name, jwt)));
    for (const { level, text } of lines.flat()) log[level](text);
  }
}

async function issuesOf(
  name: string,
  jwt: string,
): Promise<{ level: "error" | "warn"; text: string }[]> {
  try {
    const found = validateClaims(await decodeAccountClaims(jwt), Math.floor(Date.now() / 1000));
    if (!isBlocked(found)) return [];
    const texts = [`Account [${name}] has validation issues:`, ...found.all.map((t) => `  - ${t}`)];
    return texts.map((text) => ({ level: "warn", text }));
  } catch {
    return [{ level: "error", text: `Preloaded account [${name}] not valid` }];
  }
}
