/** Comparing directories with other servers, and getting from them what is missing. */

import type { Logger } from "../log/logger.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import { isAccountKey } from "./account-key.ts";
import type { ClaimsAnswers } from "./claims-answers.ts";
import type { JwtDirectory } from "./jwt-directory.ts";
import { type DirectoryUpdate, follow } from "./update-service.ts";

/**
 * Answers with all JWTs, a message each, and an empty message at the end; that alone to somebody who
 * has the same ones.
 *
 * @param theirs hash over what they have.
 */
export async function answerPack(
  directory: JwtDirectory,
  answers: ClaimsAnswers,
  log: Logger,
  reply: string,
  theirs: Buffer,
): Promise<void> {
  const ours = await directory.hash();
  if (theirs.equals(ours)) {
    answers.raw(reply, "");
    log.debug(`DirResolver - Pack request matches hash ${ours.toString("hex")}`);
    return;
  }
  for await (const { key, jwt } of directory.entries()) answers.raw(reply, `${key}|${jwt}`);
  const hashes = `hash ${theirs.toString("hex")} - finished responding with hash ${ours.toString("hex")}`;
  log.debug(`DirResolver - Pack request ${hashes}`);
  answers.raw(reply, "");
}

/** Takes over what another server has sent. */
export async function mergePack(update: DirectoryUpdate, pack: string): Promise<void> {
  const { log, resolver } = update;
  const { directory } = resolver;
  const before = await hexHash(directory);
  if (pack === "") {
    log.debug(`DirResolver - Merging finished and resulting in: ${before}`);
    return;
  }
  try {
    for (const line of pack.split("\n")) if (line !== "") await mergeLine(update, line);
    const after = await hexHash(directory);
    log.debug(`DirResolver - Merging succeeded and changed ${before} to ${after}`);
  } catch (error) {
    log.error(`DirResolver - Merging resulted in error: ${(error as Error).message}`);
  }
}

async function mergeLine(update: DirectoryUpdate, line: string): Promise<void> {
  const [key, jwt, ...rest] = line.split("|") as [string, ...string[]];
  if (jwt === undefined || rest.length > 0) {
    throw new Error(`line in package didn't contain 2 entries: ${goQuoteText(line)}`);
  }
  if (!isAccountKey(key)) throw new Error("key to merge is not a valid public account key");
  if (await update.resolver.merge(key, jwt)) await follow(update, key, jwt);
}

async function hexHash(directory: JwtDirectory): Promise<string> {
  return (await directory.hash()).toString("hex");
}
