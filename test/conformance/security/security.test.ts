/**
 * Plays every scenario on authentication, permissions and TLS to nats-server and to this server, and
 * compares what comes back and what is logged, apart from ids, ports and nonces.
 *
 * CONFORMANCE_CANDIDATE=peer compares nats-server with itself, which tests the scenarios.
 */

import { afterAll, describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { ours } from "../../process/processes.ts";
import { findPeer } from "../../support/peer.ts";
import { findSecrets } from "./canaries.ts";
import { makeCertificates } from "./certificates.ts";
import { DIFFERENCES } from "./differences.ts";
import { GROUPS } from "./groups/index.ts";
import { type Player, playAlone, playGroup } from "./player.ts";
import type { Group, Scenario } from "./scenario.ts";

/** Far above what a group takes: many wait for their turn. */
const TIMEOUT_MS = 300_000;
/** How much longer servers are listened to when in doubt. */
const PATIENCE = 10;
/** Groups played at a time. */
const TURNS = 4;
/** The start of a group's server, compared as a scenario. */
const START = "start";

const peer = findPeer();
const isSelfTest = process.env.CONFORMANCE_CANDIDATE === "peer";
const candidate = isSelfTest ? [peer!] : ours;

let certificates: Promise<string> | undefined;
const leaks = new Set<string>();

afterAll(async () => {
  if (certificates !== undefined) await rm(await certificates, { recursive: true, force: true });
});

async function players(patience: number): Promise<{ theirs: Player; ours: Player }> {
  certificates ??= makeCertificates();
  const shared = { certificates: await certificates, patience };
  const onText = (text: string): void => {
    for (const found of findSecrets(text)) leaks.add(found);
  };
  return {
    theirs: { ...shared, program: [peer!] },
    ours: { ...shared, program: candidate, onText },
  };
}

/** Lets a few do something at a time, in order. */
class Turns {
  #free = TURNS;
  readonly #waiting: (() => void)[] = [];

  async take<T>(run: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}

/** When one fails, the other must end as well: it leaves no server behind. */
async function bothOf<T>(theirs: Promise<T>, ours: Promise<T>): Promise<[T, T]> {
  await Promise.allSettled([theirs, ours]);
  return [await theirs, await ours];
}

interface Reports {
  theirs: Map<string, string>;
  ours: Map<string, string>;
}

const turns = new Turns();
const played = new Map<Group, Promise<Reports>>();

/** Both servers' reports of a group, which is played once. */
function reportsOf(group: Group): Promise<Reports> {
  let reports = played.get(group);
  if (reports === undefined) {
    reports = turns.take(async () => {
      const both = await players(1);
      const [theirs, ours] = await bothOf(
        playGroup(both.theirs, group),
        playGroup(both.ours, group),
      );
      return { theirs, ours };
    });
    played.set(group, reports);
  }
  return reports;
}

async function compare(group: Group, scenario: Scenario | undefined): Promise<void> {
  const reports = await reportsOf(group);
  const name = scenario?.name ?? START;
  let theirs = reports.theirs.get(name)!;
  let ours = reports.ours.get(name)!;
  const reason = isSelfTest ? undefined : DIFFERENCES[`${group.name}: ${name}`];
  if (theirs !== ours && reason === undefined) {
    // On a busy machine something may have come late: both get a second chance, and more time.
    const both = await players(PATIENCE);
    [theirs, ours] = await turns.take(() =>
      bothOf(playAlone(both.theirs, group, scenario), playAlone(both.ours, group, scenario)),
    );
  }
  if (reason === undefined) expect(ours).toBe(theirs);
  else expect(ours, `no longer different, though ${reason}`).not.toBe(theirs);
}

describe.skipIf(peer === undefined)("security", () => {
  for (const group of GROUPS) {
    describe(group.name, () => {
      if (!group.isIsolated) test.concurrent(START, () => compare(group, undefined), TIMEOUT_MS);
      for (const scenario of group.scenarios) {
        test.concurrent(scenario.name, () => compare(group, scenario), TIMEOUT_MS);
      }
    });
  }

  test("names are unique, and each listed difference is of a scenario", () => {
    const names = GROUPS.flatMap(({ name, scenarios }) => [
      `${name}: ${START}`,
      ...scenarios.map((scenario) => `${name}: ${scenario.name}`),
    ]);
    expect(names).toBeArrayOfSize(new Set(names).size);
    expect(Object.keys(DIFFERENCES).filter((name) => !names.includes(name))).toEqual([]);
  });

  test.skipIf(isSelfTest)(
    "no secret is in any answer or log line",
    async () => {
      await Promise.allSettled(GROUPS.map(reportsOf));
      expect([...leaks]).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
