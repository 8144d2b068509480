/** Answers with what differs from run to run taken out. */

import type { Answer } from "./asker.ts";

/** Texts that are the same on every run. */
const SAME_TEXTS = new Set([
  "error",
  "description",
  "status",
  "acc",
  "account",
  "account_name",
  "account_tag",
  "name",
  "name_tag",
  "user",
  "subject",
  "to",
  "local_subject",
  "type",
  "kind",
  "response_type",
  "system_account",
]);
/** Numbers that are the same on every run. */
const SAME_NUMBERS = new Set([
  "code",
  "status_code",
  "num_connections",
  "total",
  "offset",
  "limit",
  "conns",
  "total_conns",
  "num_subscriptions",
  "subscriptions",
  "active_servers",
  "active_accounts",
]);
/** Which of them come first differs. */
const UNORDERED = new Set([
  "accounts",
  "account_statz",
  "imports",
  "exports",
  "subscriptions_list",
  "allow",
  "deny",
]);
/** Lists of numbers, and what only Go's runtime has. */
const OPAQUE = new Set(["memstats", "cmdline"]);
const SERVER_KEY = /N[A-Z2-7]{55}/g;
const ACCOUNT_REPLY = /_R_\.\w{6}/g;

/** Empty for silence. */
export function comparable(answers: readonly Answer[]): string {
  return answers.map(({ headers, body }) => `${headers}${comparableText(body)}`).join("\n");
}

function comparableText(body: Buffer): string {
  const text = body.toString().replace(SERVER_KEY, "ID").replace(ACCOUNT_REPLY, "_R_.X");
  // Bare numbers are answers too.
  if (!text.startsWith("{")) return text;
  return JSON.stringify(shapeOf("", JSON.parse(text)));
}

function shapeOf(key: string, value: unknown): unknown {
  if (OPAQUE.has(key)) return typeof value;
  if (typeof value === "string") return SAME_TEXTS.has(key) || key === "allow" ? value : "string";
  if (typeof value === "number") return SAME_NUMBERS.has(key) ? value : "number";
  if (Array.isArray(value)) {
    const shapes = value.map((item) => shapeOf(key, item));
    if (!UNORDERED.has(key)) return shapes;
    return shapes.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, each]) => [name, shapeOf(name, each)]);
  return Object.fromEntries(fields);
}
