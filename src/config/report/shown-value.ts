/** Values of options in messages: short ones, and none that is secret. */

import { goDuration } from "../../log/go-duration.ts";
import { isSwallowed } from "./harmless.ts";

/** Values under these keys are never shown. */
const SECRET =
  /pass|token|nkey|secret|seed|key$|cred|jwt|sentinel|preload|routes|url|remote_syslog/;

/** The value of a property of the options: those that end in `Ms` are times. */
export function shownOption(key: string, property: string, value: unknown): string | null {
  const isTime = property.endsWith("Ms") && typeof value === "number";
  return isTime ? goDuration(value) : shownValue(key, value);
}

/** A value as it could stand in a file; null when it is secret, or too long to help. */
export function shownValue(key: string, value: unknown): string | null {
  if (SECRET.test(key.toLowerCase())) return null;
  if (typeof value === "string") return isSwallowed(value) ? null : JSON.stringify(value);
  return ["number", "boolean", "bigint"].includes(typeof value) ? String(value) : null;
}
