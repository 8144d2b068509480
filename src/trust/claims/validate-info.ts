/** Rules for texts and addresses that are for people. */

import { type GoUrl, parseGoUrl } from "../../protocol/go-url.ts";
import type { Info } from "./claims.ts";
import type { Issues } from "./issues.ts";

const BYTES_MAX = 8 * 1024;

export function checkInfo({ description, infoUrl }: Info, issues: Issues): void {
  if (Buffer.byteLength(description) > BYTES_MAX) issues.error("Description is too long");
  if (infoUrl === "") return;
  if (Buffer.byteLength(infoUrl) > BYTES_MAX) issues.error("Info URL is too long");
  const url = urlOrFault(infoUrl);
  const isPart = typeof url !== "string" && (url.hostname === "" || url.scheme === "");
  const fault = isPart ? "no hostname or scheme" : url;
  if (typeof fault === "string") issues.error(`error parsing info url: ${fault}`);
}

/** The URL, or why it is none. */
export function urlOrFault(text: string): GoUrl | string {
  try {
    return parseGoUrl(text);
  } catch (error) {
    return (error as Error).message;
  }
}
