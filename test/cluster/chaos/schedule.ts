/**
 * What happens in a run of chaos, and when: faults, and changes of interest. All of it comes from one
 * seed, so that a run can be had again; the log of a run is this, line by line.
 */

import type { Prng } from "../../support/prng.ts";
import { ACCOUNTS } from "../faults/faulty.ts";

export type Step =
  | { readonly kind: "kill" | "freeze"; readonly node: string }
  | { readonly kind: "restore" }
  | { readonly kind: "partition" | "lose"; readonly node: string }
  | { readonly kind: "oneWay" | "corrupt" | "garbage"; readonly from: string; readonly to: string }
  | {
      readonly kind: "slow";
      readonly from: string;
      readonly to: string;
      readonly latencyMs: number;
    }
  | { readonly kind: "cut" | "reset"; readonly from: string; readonly to: string }
  | ({ readonly kind: "subscribe"; readonly node: string; readonly account: string } & Wish)
  | { readonly kind: "unsubscribe"; readonly index: number }
  | { readonly kind: "leave"; readonly node: string; readonly account: string }
  | { readonly kind: "liar"; readonly node: string; readonly bytes: number }
  | { readonly kind: "wait"; readonly ms: number }
  /** The end of a storm: all is to be well. */
  | { readonly kind: "quiet" };

export interface Wish {
  readonly pattern: string;
  readonly queue: string;
}

/**
 * Groups have subjects of their own. A node that is told to give a message to a group whose last member
 * has just gone hands it on to another node, where subscriptions outside of the group get it as well:
 * nats-server's protocol has no way to say that they have it already.
 */
const PLAIN = { subjects: subjectsUnder("all"), patterns: ["all.*", "all.>"], queues: [""] };
const GROUPS = {
  subjects: subjectsUnder("one"),
  patterns: ["one.*", "one.>"],
  queues: ["red", "blue"],
};
const LATENCY_MS_MAX = 60;
const WAIT_MS_MAX = 400;
const STEPS_MIN = 10;
const STEPS_MAX = 60;
/** `   12.34 {"kind":"kill","node":"A"}` */
const LOGGED = /^ *[\d.]+ (\{"kind":.*\})$/;
type Happening = Exclude<Step["kind"], "quiet">;

/** Shares of what happens; most of the time clients come and go. */
const SHARES: readonly (readonly [Happening, number])[] = [
  ["subscribe", 18],
  ["unsubscribe", 12],
  ["wait", 8],
  ["cut", 3],
  ["reset", 3],
  ["slow", 3],
  ["leave", 1],
  ["partition", 1],
  ["lose", 1],
  ["oneWay", 1],
  ["corrupt", 1],
  ["garbage", 1],
  ["liar", 1],
  ["kill", 1],
  ["freeze", 1],
  ["restore", 2],
];

/** What is published to. */
export const SUBJECTS: readonly string[] = [...PLAIN.subjects, ...GROUPS.subjects];

function subjectsUnder(token: string): string[] {
  return [1, 2, 3, 4].map((number) => `${token}.${number}`);
}

/** Storms of random length without end, and quiet after each. */
export function* randomSteps(random: Prng, nodes: readonly string[]): Generator<Step> {
  for (;;) {
    for (let left = random.between(STEPS_MIN, STEPS_MAX); left > 0; left--) {
      yield nextStep(random, nodes);
    }
    yield { kind: "quiet" };
  }
}

/** The steps that stand in the log of a run; other lines are passed over. */
export function* loggedSteps(log: string): Generator<Step> {
  for (const line of log.split("\n")) {
    const step = LOGGED.exec(line)?.[1];
    if (step !== undefined) yield JSON.parse(step) as Step;
  }
}

function nextStep(random: Prng, nodes: readonly string[]): Step {
  const kind = pickKind(random);
  const from = random.pick(nodes);
  const to = random.pick(nodes.filter((node) => node !== from));
  const account = random.pick(ACCOUNTS);
  switch (kind) {
    case "restore":
      return { kind };
    case "kill":
    case "freeze":
    case "partition":
    case "lose":
      return { kind, node: from };
    case "oneWay":
    case "corrupt":
    case "garbage":
    case "cut":
    case "reset":
      return { kind, from, to };
    case "slow":
      return { kind, from, to, latencyMs: random.below(LATENCY_MS_MAX) };
    case "subscribe": {
      const { subjects, patterns, queues } = random.pick([PLAIN, GROUPS]);
      const pattern = random.pick(random.chance(2) ? subjects : patterns);
      return { kind, node: from, account, pattern, queue: random.pick(queues) };
    }
    case "unsubscribe":
      return { kind, index: random.below(1 << 20) };
    case "leave":
      return { kind, node: from, account };
    case "liar":
      return { kind, node: from, bytes: random.between(1, 5_000) };
    case "wait":
      return { kind, ms: random.below(WAIT_MS_MAX) };
  }
}

function pickKind(random: Prng): Happening {
  const total = SHARES.reduce((sum, [, share]) => sum + share, 0);
  let at = random.below(total);
  for (const [kind, share] of SHARES) {
    at -= share;
    if (at < 0) return kind;
  }
  throw new Error("shares do not add up");
}
