/**
 * Whether this server and nats-server judge a file of options alike.
 *
 * nats-server stops at the first fault of a block, and reads blocks in random order: it leaves out what
 * it would say if the first fault were not there. So the rule is this. All that nats-server says in
 * several runs is among what this server says. When this server says more, the entries that
 * nats-server has complained of are taken out of the file, line by line, so that everything else keeps
 * its place, and both judge what is left by the same rule, until they say the same. What nobody but
 * this server says of a file is a difference, and so is what is lost with an entry that nats-server has
 * complained of in other words.
 */

import { join } from "node:path";
import { refusedText } from "../../src/cli/config-report.ts";
import { headline, type Problem } from "../../src/config/language/problem.ts";
import { type LoadedConfig, loadConfig } from "../../src/config/load.ts";
import { withoutSecretShapes } from "../../src/protocol/secret-shapes.ts";
import { headlines, PeerVerdict, type Verdict } from "../conformance/config/judge.ts";
import { type Command, run } from "../conformance/config/program.ts";
import type { OptionFile, Span } from "./option-files.ts";
import { ENVIRONMENT } from "./option-values.ts";

/**
 * After a value of the wrong type in some blocks nats-server goes on without the block, and stumbles:
 * the conformance tests have the list of those blocks.
 */
const STUMBLED = /runtime error: invalid memory address or nil pointer dereference$/;

/**
 * Messages about a block as a whole that nats-server places at the value that it has read last, which is
 * any of the block's: their places are not compared.
 */
const ANYWHERE =
  /^(\S+?):\d+:\d+: (User entry requires|Not a valid public nkey for a user|Nkey users do|Authorization callouts require|duplicate remote )/;

/** How nats-server prints a list, or a block, that it expects to be a text. */
const INSIDES = /(map)?\[[^[]*%![qs]\(\*conf\.token=.*\)\]/;
/** What this server does not say because it may be secret. */
const SECRETS = /(not a valid seed: "|, nkey="|\/\/)(?:(?<=")[^"]*|[^/@"]*(?=@))/g;
/**
 * How often nats-server is asked for a message that depends on the order in which it reads a block. Of
 * two options the later one comes first in one of eight runs.
 */
const ASKED_MAX = 60;

/** What this server says, and nats-server does not yet. */
interface Open {
  readonly text: string;
  readonly line: number;
}

interface Ours extends Verdict {
  readonly problems: readonly Problem[];
}

export class OptionVerdicts {
  readonly #peer: Command;
  readonly #folder: string;
  /** Files that nats-server has found nothing wrong with, and others. */
  valid = 0;
  wrong = 0;
  #files = 0;

  constructor(peer: Command, folder: string) {
    this.#peer = peer;
    this.#folder = folder;
  }

  /** What differs, as a text; null when nothing does. */
  async difference(file: OptionFile): Promise<string | null> {
    const path = join(this.#folder, `${this.#files++}.conf`);
    const lines = [...file.lines];
    let isFirst = true;
    for (;;) {
      await Bun.write(path, lines.join("\n"));
      const asked = await PeerVerdict.ask(() => this.#ask(path));
      const ours = await judgeHere(path);
      if (isFirst) this[asked.first.code === 0 ? "valid" : "wrong"]++;
      isFirst = false;
      const fault = await compare(asked, ours);
      if (fault === "same") return null;
      if (fault !== "more") return `${lines.join("\n")}\n--- ${fault}`;
      const said = new Set((await asked.union()).headlines);
      const { complained, open } = sort(ours, said);
      const safe = complained.filter((at) => open.every(({ line }) => line !== at));
      const stuck = safe.length > 0 ? [] : open.filter(({ line }) => complained.includes(line));
      for (const { text, line } of stuck) {
        if (await this.#saysAtLast(text, path, lines, file.spans[line]!)) continue;
        return `${lines.join("\n")}\n--- only this server says: ${text}`;
      }
      for (const line of safe.length > 0 ? safe : complained) {
        const { first, last } = file.spans[line]!;
        lines.fill("", first, last + 1);
      }
    }
  }

  /** Whether nats-server says something of a block after all, perhaps when less is in it. */
  async #saysAtLast(text: string, path: string, lines: readonly string[], block: Span) {
    const isSaid = async () => (await this.#ask(path)).headlines.includes(text);
    for (let i = 0; i < ASKED_MAX; i++) if (await isSaid()) return true;
    const isInside = (at: number) => at > block.first && at < block.last;
    for (let child = block.first + 1; child < block.last; child++) {
      const others = lines.map((line, at) => (isInside(at) && at !== child ? "" : line));
      for (const fewer of [lines.with(child, ""), others]) {
        await Bun.write(path, fewer.join("\n"));
        if (await isSaid()) return true;
      }
    }
    return false;
  }

  async #ask(path: string): Promise<Verdict> {
    const env = { ...process.env, ...ENVIRONMENT } as Record<string, string>;
    const outcome = await run(this.#peer, ["-t", "-c", path], { cwd: this.#folder, env });
    return {
      code: outcome.code,
      stdout: outcome.stdout,
      headlines: comparable(outcome.stderr).filter((line) => !STUMBLED.test(line)),
      isSyntax: outcome.code !== 0 && !outcome.stderr.endsWith("\n\n"),
    };
  }
}

async function judgeHere(path: string): Promise<Ours> {
  const loaded = await loadConfig(path, { ...process.env, ...ENVIRONMENT });
  const refused = refusedText(loaded);
  const text = refused ?? validText(loaded);
  return {
    code: refused === null ? 0 : 1,
    stdout: "",
    // Those of nats-server are read as Latin-1, so that no byte is lost.
    headlines: comparable(Buffer.from(text).toString("latin1")),
    isSyntax: loaded.syntax.length > 0,
    problems: loaded.problems.filter(({ severity }) => severity !== "lint"),
  };
}

function comparable(stderr: string): string[] {
  return headlines(stderr).map((line) =>
    withoutSecretShapes(line)
      .replace(SECRETS, "$1[REDACTED]")
      .replace(ANYWHERE, "$1: $2")
      .replace(INSIDES, "$1[]"),
  );
}

function validText({ path, digest }: LoadedConfig): string {
  return `nats-server: configuration file ${path} is valid (${digest})\n`;
}

/** `same`, `more` when only this server's messages are more, or what is wrong. */
async function compare(asked: PeerVerdict, ours: Ours): Promise<string> {
  const { first } = asked;
  if (first.code !== ours.code || first.isSyntax !== ours.isSyntax) return both(first, ours);
  if (first.isSyntax) {
    return first.headlines[0] === ours.headlines[0] ? "same" : both(first, ours);
  }
  if (isSameSet(first.headlines, ours.headlines)) return "same";
  const union = await asked.union();
  const extra = union.headlines.filter((line) => !ours.headlines.includes(line));
  if (extra.length > 0) return both(union, ours);
  return isSameSet(union.headlines, ours.headlines) ? "same" : "more";
}

function both(peer: Verdict, ours: Ours): string {
  const only = (one: Verdict, other: Verdict) =>
    one.headlines.filter((line) => !other.headlines.includes(line)).join("\n    ");
  return `nats-server only (${peer.code}):\n    ${only(peer, ours)}\n--- this server only (${ours.code}):\n    ${only(ours, peer)}`;
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  const [one, other] = [new Set(a), new Set(b)];
  return one.size === other.size && [...one].every((line) => other.has(line));
}

/** Lines of what nats-server has complained of, and what only this server has said so far. */
function sort(ours: Ours, said: ReadonlySet<string>): { complained: number[]; open: Open[] } {
  const complained = new Set<number>();
  const open: Open[] = [];
  for (const problem of ours.problems) {
    const text = comparable(Buffer.from(headline(problem)).toString("latin1"))[0] ?? "";
    const line = lineOf(problem);
    if (said.has(text)) complained.add(line);
    else open.push({ text, line });
  }
  return { complained: [...complained], open };
}

/** From 0: the line of the entry that a problem is in. */
function lineOf({ place, at }: Problem): number {
  const exact = at ?? place!;
  const inFile = exact.source.origin ?? exact;
  return inFile.source.lineAt(inFile.offset) - 1;
}
