/**
 * Has a configuration judged with `-t`, and tells whether two judgements are the same.
 *
 * nats-server reads blocks in random order, prints what it finds in random order, and stops at the
 * first fault in the language. This server prints more: the line with the place marked, hints and
 * advice, and what follows a first fault. So messages are compared, and these by their first lines.
 */

import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ConfigCase } from "./config-case.ts";
import { type Command, candidateIsPeer, type Outcome, run } from "./program.ts";

const FILE = "test.conf";
const PREFIX = "nats-server: ";
/** How often nats-server is asked when its messages differ from ours, as it may drop some. */
const PEER_RUNS = 3;

export interface Verdict {
  code: Outcome["code"];
  stdout: string;
  /** First lines of all messages. */
  headlines: string[];
  /** The file was refused before its options were looked at. */
  isSyntax: boolean;
}

/** Judges a case in a folder that holds nothing yet. */
export async function judge(
  command: Command,
  test: ConfigCase,
  folder: string,
  shared: string,
): Promise<Verdict> {
  await fill(folder, test, shared);
  const args = ["-t", "-c", test.path ?? FILE];
  const outcome = await run(command, args, { cwd: folder, env: test.env });
  return {
    code: outcome.code,
    stdout: outcome.stdout,
    headlines: headlines(outcome.stderr),
    // Problems with options are a list, and a list ends with an empty line.
    isSyntax: outcome.code !== 0 && !outcome.stderr.endsWith("\n\n"),
  };
}

async function fill(folder: string, test: ConfigCase, shared: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await symlink(shared, join(folder, "shared"));
  await writeFile(join(folder, FILE), test.text);
  for (const [path, content] of Object.entries(test.files ?? {})) {
    const file = join(folder, path);
    await mkdir(path.endsWith("/") ? file : dirname(file), { recursive: true });
    if (!path.endsWith("/")) await writeFile(file, content);
  }
}

/** First lines of the messages in what a server printed. */
export function headlines(stderr: string): string[] {
  return withoutAdvice(stderr)
    .split("\n")
    .map((line) => (line.startsWith(PREFIX) ? line.slice(PREFIX.length) : line))
    .filter((line) => line !== "")
    .map((line) => line.replace(GO_MAP, "map[]").replace(GO_LIST, "[]"));
}

/**
 * Leaves out what this server adds to nats-server's messages: lines that are indented, which show the
 * place and give hints, and advice.
 */
export function withoutAdvice(stderr: string): string {
  return stderr
    .split("\n")
    .filter((line) => !/^\s+\S/.test(line) && !ADVICE.test(line))
    .join("\n");
}

/** A map and a list as Go prints them: with the addresses of what they hold. */
const GO_MAP = /map\[[^\]]*0x[^\]]*\]/g;
const GO_LIST = /\[0x[0-9a-f]+(?: 0x[0-9a-f]+)*\]/g;

/** `warning: …` for what is not built yet, and `file:line:column: lint: …`. */
const ADVICE = /^(?:nats-server: )?(?:warning: |(?:.+:\d+:\d+: )?lint: )/;

/** What nats-server says of a case, asked once more each time the answer is in doubt. */
export class PeerVerdict {
  readonly first: Verdict;
  readonly #again: () => Promise<Verdict>;

  private constructor(first: Verdict, again: () => Promise<Verdict>) {
    this.first = first;
    this.#again = again;
  }

  static async ask(again: () => Promise<Verdict>): Promise<PeerVerdict> {
    return new PeerVerdict(await again(), again);
  }

  /** All that it says in several runs. */
  async union(): Promise<Verdict> {
    const all = new Set(this.first.headlines);
    for (let i = 1; i < PEER_RUNS; i++) {
      for (const line of (await this.#again()).headlines) all.add(line);
    }
    return { ...this.first, headlines: [...all] };
  }
}

/** The parts of a verdict that both servers must share, for a report of what differs. */
interface Comparable {
  code: Outcome["code"];
  stdout: string;
  headlines: string[];
}

/** Both verdicts, reduced to what can be compared: they are equal, or the servers differ. */
export async function align(
  test: ConfigCase,
  asked: PeerVerdict,
  ours: Verdict,
): Promise<{ peer: Comparable; ours: Comparable }> {
  const { first } = asked;
  if (first.isSyntax) return { peer: firstOnly(first), ours: firstOnly(ours) };
  const once = { peer: sorted(first), ours: sorted(ours) };
  if (Bun.deepEquals(once.peer, once.ours)) return once;

  const union = await asked.union();
  if (test.random === undefined) return { peer: sorted(union), ours: once.ours };
  // What nats-server may have left out this time is no difference, as long as it is a known problem.
  const known = ours.headlines.filter((line) => test.says.some((part) => line.includes(part)));
  const all = new Set([...(mayOmit(test) ? [] : union.headlines), ...known]);
  return { peer: sorted({ ...union, headlines: [...all] }), ours: once.ours };
}

/** This server reports every problem; nats-server, when it is compared with itself, does not. */
function mayOmit(test: ConfigCase): boolean {
  return test.random === "one" || candidateIsPeer;
}

function firstOnly({ code, stdout, headlines }: Verdict): Comparable {
  return { code, stdout, headlines: headlines.slice(0, 1) };
}

function sorted({ code, stdout, headlines }: Verdict): Comparable {
  return { code, stdout, headlines: [...headlines].sort() };
}

/** Which of the messages a case is about nats-server does not print; for a valid file, what it prints. */
export async function missed(test: ConfigCase, asked: PeerVerdict): Promise<string[]> {
  const { first } = asked;
  if (test.says.length === 0) return first.code === 0 ? [] : first.headlines;
  const missing = (printed: Verdict): string[] =>
    test.says.filter((part) => !printed.headlines.some((line) => line.includes(part)));
  if (first.code === 0) return [...test.says];
  if (missing(first).length === 0) return [];
  const union = await asked.union();
  const still = missing(union);
  if (test.random !== undefined && still.length < test.says.length) return [];
  return still.length === 0 ? [] : [...still, "but it prints:", ...union.headlines];
}
