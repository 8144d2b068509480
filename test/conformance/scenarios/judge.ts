/**
 * Tests that play groups of scenarios to nats-server and to this server and compare what comes back
 * and what is logged, apart from ids, ports and nonces.
 *
 * CONFORMANCE_CANDIDATE=peer compares nats-server with itself, which tests the scenarios.
 */

import { describe, expect, test } from "bun:test";
import { ours } from "../../process/processes.ts";
import { findPeer } from "../../support/peer.ts";
import { type Player, playAlone, playGroup } from "./player.ts";
import type { Group, Scenario } from "./scenario.ts";
import { Turns } from "./turns.ts";

/** Far above what a group takes: many wait for their turn. */
export const TIMEOUT_MS = 300_000;
/** How much longer servers are listened to when in doubt. */
const PATIENCE = 10;
/** Groups played at a time. */
const TURNS = 4;
/** The start of a group's server, compared as a scenario. */
const START = "start";

const peer = findPeer();
export const isSelfTest = process.env.CONFORMANCE_CANDIDATE === "peer";
const candidate = isSelfTest ? [peer!] : ours;

/** What is played, and how. */
export interface Suite {
  readonly name: string;
  readonly groups: readonly Group[];
  /** Why the servers differ on purpose, by `group: name of the scenario`. */
  readonly differences: Readonly<Record<string, string>>;
  /** What both players need. */
  prepare?(): Promise<Pick<Player, "certificates" | "newMask" | "sort">>;
  /** Gets everything that this server says. */
  readonly onText?: (text: string) => void;
}

interface Reports {
  theirs: Map<string, string>;
  ours: Map<string, string>;
}

export class Judge {
  readonly #suite: Suite;
  readonly #turns = new Turns(TURNS);
  readonly #played = new Map<Group, Promise<Reports>>();

  constructor(suite: Suite) {
    this.#suite = suite;
  }

  /** Makes a test of each scenario, and one of their names; `more` adds others to the suite. */
  test(more?: () => void): void {
    const { name, groups } = this.#suite;
    describe.skipIf(peer === undefined)(name, () => {
      for (const group of groups) describe(group.name, () => this.#testGroup(group));
      test("names are unique, and each listed difference is of a scenario", () =>
        this.#checkNames());
      more?.();
    });
  }

  /** Resolves when all groups have been played. */
  async playAll(): Promise<void> {
    await Promise.allSettled(this.#suite.groups.map((group) => this.#reportsOf(group)));
  }

  #testGroup(group: Group): void {
    if (!group.isIsolated) {
      test.concurrent(START, () => this.#compare(group, undefined), TIMEOUT_MS);
    }
    for (const scenario of group.scenarios) {
      test.concurrent(scenario.name, () => this.#compare(group, scenario), TIMEOUT_MS);
    }
  }

  #checkNames(): void {
    const names = this.#suite.groups.flatMap(({ name, scenarios }) => [
      `${name}: ${START}`,
      ...scenarios.map((scenario) => `${name}: ${scenario.name}`),
    ]);
    expect(names).toBeArrayOfSize(new Set(names).size);
    const listed = Object.keys(this.#suite.differences);
    expect(listed.filter((name) => !names.includes(name))).toEqual([]);
  }

  async #players(patience: number): Promise<{ theirs: Player; ours: Player }> {
    const { prepare, onText } = this.#suite;
    const shared = { ...(await prepare?.()), patience };
    return {
      theirs: { ...shared, program: [peer!] },
      ours: { ...shared, program: candidate, ...(onText === undefined ? {} : { onText }) },
    };
  }

  /** Both servers' reports of a group, which is played once. */
  #reportsOf(group: Group): Promise<Reports> {
    let reports = this.#played.get(group);
    if (reports === undefined) {
      reports = this.#turns.take(async () => {
        const both = await this.#players(1);
        const [theirs, ours] = await bothOf(
          playGroup(both.theirs, group),
          playGroup(both.ours, group),
        );
        return { theirs, ours };
      });
      this.#played.set(group, reports);
    }
    return reports;
  }

  async #compare(group: Group, scenario: Scenario | undefined): Promise<void> {
    const reports = await this.#reportsOf(group);
    const name = scenario?.name ?? START;
    let theirs = reports.theirs.get(name)!;
    let ours = reports.ours.get(name)!;
    const reason = isSelfTest ? undefined : this.#suite.differences[`${group.name}: ${name}`];
    if (theirs !== ours && reason === undefined) {
      // On a busy machine something may have come late: both get a second chance, and more time.
      const both = await this.#players(PATIENCE);
      [theirs, ours] = await this.#turns.take(() =>
        bothOf(playAlone(both.theirs, group, scenario), playAlone(both.ours, group, scenario)),
      );
    }
    if (reason === undefined) expect(ours).toBe(theirs);
    else expect(ours, `no longer different, though ${reason}`).not.toBe(theirs);
  }
}

/** When one fails, the other must end as well: it leaves no server behind. */
async function bothOf<T>(theirs: Promise<T>, ours: Promise<T>): Promise<[T, T]> {
  await Promise.allSettled([theirs, ours]);
  return [await theirs, await ours];
}
