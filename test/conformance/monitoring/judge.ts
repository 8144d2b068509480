/**
 * Plays cases to nats-server and to this server, compares what both say, and keeps count.
 *
 * CONFORMANCE_CANDIDATE=peer compares nats-server with itself, which tests the cases and rules.
 * CONFORMANCE_TABLE=1 prints what was compared.
 */

import { expect, test } from "bun:test";
import { ours, peer } from "../../process/processes.ts";
import { Turns } from "../scenarios/turns.ts";
import { type Answers, askAll, documentOf, titleOf } from "./answers.ts";
import type { Case, Question } from "./case.ts";
import { compare, type Difference } from "./compare.ts";
import { DIFFERENCES, type Listed } from "./differences.ts";
import { compareEvents } from "./events.ts";
import { Masker } from "./rules.ts";
import { Stage } from "./stage.ts";
import { Tally } from "./tally.ts";

export const isSelfTest = process.env.CONFORMANCE_CANDIDATE === "peer";
const candidate = isSelfTest ? [peer!] : ours;
const TIMEOUT_MS = 300_000;
/** Cases played at a time. */
const TURNS = 3;
/** Both servers are asked again while something may still be on its way. */
const PATIENCE_MS = [30, 100, 300, 1000];

/** What was found at one place, and where that is. */
export interface Finding extends Difference {
  readonly document: string;
  readonly title: string;
}

export class Judge {
  readonly #turns = new Turns(TURNS);
  readonly #tally = new Tally();
  readonly #occurred = new Set<Listed>();
  readonly #certificates: () => Promise<string>;
  readonly #results = new Map<Case, Promise<Finding[]>>();

  constructor(certificates: () => Promise<string>) {
    this.#certificates = certificates;
  }

  test(cases: readonly Case[]): void {
    for (const each of cases) {
      test.concurrent(
        each.name,
        async () => expect(report(await this.#result(each))).toBe(""),
        TIMEOUT_MS,
      );
    }
    test.concurrent("every listed difference occurs", () => this.#checkList(cases), TIMEOUT_MS);
  }

  async #checkList(cases: readonly Case[]): Promise<void> {
    await Promise.allSettled(cases.map((each) => this.#result(each)));
    if (process.env.CONFORMANCE_TABLE) console.log(this.#tally.table());
    if (isSelfTest) return;
    const unseen = DIFFERENCES.filter((each) => !this.#occurred.has(each));
    expect(unseen.map(({ document, path }) => `${document} ${path}`)).toEqual([]);
  }

  /** A case is played once. */
  #result(each: Case): Promise<Finding[]> {
    const result = this.#results.get(each) ?? this.#turns.take(() => this.#play(each));
    this.#results.set(each, result);
    return result;
  }

  /** @returns differences that are not listed. */
  async #play(each: Case): Promise<Finding[]> {
    const certificates = await this.#certificates();
    const opened = await Promise.allSettled([
      Stage.open([peer!], each, certificates),
      Stage.open(candidate, each, certificates),
    ]);
    await using theirs = stageOf(opened[0]);
    await using own = stageOf(opened[1]);
    if (theirs.stage === null || own.stage === null) {
      throw new Error(
        opened.map((one) => (one.status === "rejected" ? `${one.reason}` : "")).join(),
      );
    }
    return await this.#compare(each, theirs.stage, own.stage);
  }

  async #compare(each: Case, theirs: Stage, own: Stage): Promise<Finding[]> {
    const stages = [theirs, own] as const;
    await both(stages, async (stage) => each.play?.(stage));
    let round = await this.#ask(each, theirs, own);
    for (const pause of PATIENCE_MS) {
      if (round.every(({ unlisted }) => unlisted.length === 0)) break;
      await Bun.sleep(pause);
      round = await this.#ask(each, theirs, own);
    }
    await both(stages, async (stage) => each.ends?.(stage));
    if (each.events !== undefined) {
      round.push(...(await compareEvents(each, theirs, own)).map((one) => this.#judged(one)));
    }
    for (const { document, fields, byRule, differences, unlisted } of round) {
      this.#tally.add(document, { fields, byRule, differences: differences.length });
      for (const one of differences) {
        if (!unlisted.includes(one)) this.#occurred.add(listedAs(one)!);
      }
    }
    return round.flatMap(({ unlisted }) => unlisted);
  }

  async #ask(each: Case, theirs: Stage, own: Stage): Promise<Judged[]> {
    const [wanted, found] = await both([theirs, own], (stage) => askAll(stage, each));
    return (each.questions ?? []).map((question) => {
      return this.#judged(outcomeOf(each, question, [theirs, wanted], [own, found]));
    });
  }

  #judged(outcome: Outcome): Judged {
    const unlisted = outcome.differences.filter((one) => isSelfTest || listedAs(one) === undefined);
    return { ...outcome, unlisted };
  }
}

/** What came of comparing two documents. */
export interface Outcome {
  readonly document: string;
  readonly fields: number;
  /** Those of them that a rule was applied to. */
  readonly byRule: number;
  readonly differences: readonly Finding[];
}

interface Judged extends Outcome {
  readonly unlisted: readonly Finding[];
}

type Side = readonly [Stage, Answers];

function outcomeOf(each: Case, question: Question, theirs: Side, own: Side): Outcome {
  const [wanted, found] = [theirs, own].map(([stage, answers]) => {
    const masker = new Masker((raw, path) => stage.named(raw, path), each.chances);
    return masker.mask(answers.get(question)!);
  });
  const document = documentOf(question);
  const title = `${each.name}: ${titleOf(question)}`;
  const { fields, differences } = compare(wanted!.tree, found!.tree);
  return {
    document,
    fields,
    byRule: found!.byRule,
    differences: differences.map((one) => ({ ...one, document, title })),
  };
}

function listedAs({ document, title, path, theirs, ours: own }: Finding): Listed | undefined {
  return DIFFERENCES.find(
    (each) =>
      (each.document === "*" || each.document === document) &&
      each.path === path &&
      (each.in?.test(title) ?? true) &&
      (each.theirs?.test(theirs) ?? true) &&
      (each.ours?.test(own) ?? true),
  );
}

/** The same in many places is told once. */
function report(findings: readonly Finding[]): string {
  const places = new Map<string, Set<string>>();
  for (const { title, path, theirs, ours: own } of findings) {
    const what = `${path}\n  theirs ${theirs}\n  ours   ${own}`;
    places.set(what, (places.get(what) ?? new Set()).add(title));
  }
  const lines = [...places].map(([what, titles]) => {
    const [first] = titles;
    return `${first}${titles.size > 1 ? ` and ${titles.size - 1} more` : ""}\n ${what}`;
  });
  return lines.join("\n");
}

/** One after the other would leave more time to one of them. */
async function both<T>(
  stages: readonly [Stage, Stage],
  act: (stage: Stage) => Promise<T>,
): Promise<[T, T]> {
  const [theirs, own] = await Promise.allSettled(stages.map(act));
  for (const each of [theirs!, own!]) if (each.status === "rejected") throw each.reason;
  return [(theirs as PromiseFulfilledResult<T>).value, (own as PromiseFulfilledResult<T>).value];
}

function stageOf(opened: PromiseSettledResult<Stage>): { stage: Stage | null } & AsyncDisposable {
  const stage = opened.status === "fulfilled" ? opened.value : null;
  return {
    stage,
    async [Symbol.asyncDispose]() {
      await stage?.[Symbol.asyncDispose]();
    },
  };
}
