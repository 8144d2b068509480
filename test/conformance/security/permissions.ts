/** Short ways to write scenarios on what users may do. */

import { connect, type Group, PING, pub, type Scenario } from "../scenarios/scenario.ts";
import { secret } from "./canaries.ts";

/**
 * What happens in one step on one connection: its name, then operations without line ends. `PUB` and
 * `HPUB` get a payload. "a" is the user in question, all others are one who may do everything.
 */
export type Turn = readonly [conn: string, ...operations: string[]];

export interface Case {
  readonly name: string;
  /** What follows the user's name and password in the configuration. */
  readonly user: string;
  readonly turns: readonly Turn[];
  /** Options of the CONNECT of "a". */
  readonly options?: Readonly<Record<string, unknown>>;
}

const pass = secret("permissions");

/** A case of a user with these permissions, in the text of a configuration. */
export function allowing(
  name: string,
  permissions: string,
  turns: readonly Turn[] | Turn,
  options: Record<string, unknown> = {},
): Case {
  const isOne = typeof turns[0] === "string";
  return {
    name,
    user: `permissions: ${permissions}`,
    turns: isOne ? [turns as Turn] : (turns as readonly Turn[]),
    options,
  };
}

/** A group of cases, each with a user of its own. */
export function permissionGroup(name: string, cases: readonly Case[], more = ""): Group {
  const users = cases.map((each, index) => `{user: u${index}, password: "${pass}", ${each.user}}`);
  const everyone = `{user: everything, password: "${pass}", permissions: {publish: ">", subscribe: ">"}}`;
  return {
    name,
    config: `authorization {\n${more}\nusers = [\n${[...users, everyone].join("\n")}\n] }`,
    scenarios: cases.map((each, index) => scenario(each, `u${index}`)),
  };
}

function scenario({ name, turns, options }: Case, user: string): Scenario {
  const known = new Set<string>();
  const steps = turns.map(([conn, ...operations]) => {
    const own = conn === "a" ? { user, pass, ...options } : { user: "everything", pass };
    const begin = known.has(conn) ? "" : connect({ headers: true, no_responders: true, ...own });
    known.add(conn);
    return { conn, send: begin + operations.map(bytesOf).join("") + PING };
  });
  return { name, steps };
}

function bytesOf(operation: string): string {
  const [verb, subject, reply] = operation.split(" ");
  if (verb === "PUB") return pub(subject!, "x", reply);
  const header = "NATS/1.0\r\n\r\n";
  if (verb !== "HPUB") return `${operation}\r\n`;
  return `HPUB ${operation.slice("HPUB ".length)} ${header.length} ${header.length + 1}\r\n${header}x\r\n`;
}
