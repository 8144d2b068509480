/** Short ways to write exports and imports of the configuration, and what comes of them. */

import type { Case } from "./cases.ts";
import type { Words } from "./turns.ts";

export const exports = (...list: string[]): string => `exports [\n${list.join("\n")}\n]`;
export const imports = (...list: string[]): string => `imports [\n${list.join("\n")}\n]`;

/** An import of a stream. */
export function stream(subject: string, more = "", account = "A"): string {
  return imported("stream", subject, more, account);
}

/** An import of a service. */
export function service(subject: string, more = "", account = "A"): string {
  return imported("service", subject, more, account);
}

function imported(kind: string, subject: string, more: string, account: string): string {
  const rest = more === "" ? "" : `, ${more}`;
  return `{${kind}: {account: @${account}, subject: "${subject}"}${rest}}`;
}

/** A answers, B asks. */
export function served(what: string, ...from: string[]): Case["accounts"] {
  return { A: exports(what), B: imports(...from) };
}

/** The plainest of them. */
export const svc = served("{service: svc}", service("svc"));

/** B asks. */
export function ask(subject = "svc", reply = "answer", payload = "ask"): Words {
  return ["b", "SUB answer 1", `PUB ${subject} ${reply} =${payload}`];
}

/** Options of CONNECT. */
export const WITHOUT_HEADERS = { headers: false, no_responders: false };
