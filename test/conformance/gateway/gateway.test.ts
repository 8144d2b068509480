/**
 * Plays every case of the gateway protocol to nats-server 2.15.1, to 2.10.27 and to this server, and
 * compares what comes back to made-up servers and clients.
 *
 * GATEWAY_TABLE=1 prints a table of the cases. CONFORMANCE_CANDIDATE=peer compares nats-server with
 * itself, which tests the cases.
 */

import { afterAll, describe, expect, test } from "bun:test";
import { ours } from "../../process/processes.ts";
import { findPeer } from "../../support/peer.ts";
import type { GatewayCase } from "./case.ts";
import { CASES } from "./cases/index.ts";
import { BETWEEN_PEERS, DIFFERENCES } from "./differences.ts";
import { Kind } from "./kind.ts";
import { Table } from "./table.ts";

/** Far above what a case takes: many run at once. */
const TIMEOUT_MS = 60_000;

const peer = findPeer();
const old = findPeer("trixie");
const isSelfTest = process.env.CONFORMANCE_CANDIDATE === "peer";

interface Pair {
  /** Of nats-server 2.15.1. */
  readonly one: string;
  readonly other: string;
}

interface Rule {
  /** Why the two differ, if they do. */
  readonly reason: string | undefined;
  /** What is compared of a transcript. */
  readonly seen: (transcript: string) => string;
}

function everything(transcript: string): string {
  return transcript;
}

/** Older servers say the same things in other words. */
function withoutLog(transcript: string): string {
  return transcript.replace(/^ {2}log: .*\n?/gm, "");
}

function check({ one, other }: Pair, { reason }: Rule): void {
  if (reason === undefined) expect(other).toBe(one);
  else expect(other, `no longer different, though ${reason}`).not.toBe(one);
}

describe.skipIf(peer === undefined || old === undefined)("gateways", () => {
  const recent = new Kind([peer!]);
  const older = new Kind([old!]);
  const candidate = new Kind(isSelfTest ? [peer!] : ours);
  const table = new Table();

  afterAll(async () => {
    if (process.env.GATEWAY_TABLE) table.print();
    await Promise.all([recent, older, candidate].map((kind) => kind[Symbol.asyncDispose]()));
  });

  /** On a busy machine something may have come late: what differs is played once more. */
  async function compare(one: Kind, other: Kind, each: GatewayCase, rule: Rule): Promise<Pair> {
    const both = async () => {
      const [a, b] = await Promise.all([one.play(each), other.play(each)]);
      return { one: rule.seen(a), other: rule.seen(b) };
    };
    const first = await both();
    if (first.one === first.other || rule.reason !== undefined) return first;
    one.forget(each);
    other.forget(each);
    return both();
  }

  for (const each of CASES) {
    const { name } = each;
    test.concurrent(
      name,
      async () => {
        const own = { reason: isSelfTest ? undefined : DIFFERENCES[name], seen: everything };
        const old = { reason: BETWEEN_PEERS[name], seen: withoutLog };
        const ours = await compare(recent, candidate, each, own);
        const peers = await compare(recent, older, each, old);
        table.add(name, "ours = 2.15.1", ours.one === ours.other, own.reason);
        table.add(name, "2.15.1 = 2.10.27", peers.one === peers.other, old.reason);
        const isAsOld = withoutLog(ours.other) === peers.other;
        table.add(name, "ours = 2.10.27", isAsOld, old.reason ?? own.reason);
        check(ours, own);
        check(peers, old);
      },
      TIMEOUT_MS,
    );
  }

  test("names are unique, and each listed difference is of a case", () => {
    const names = CASES.map(({ name }) => name);
    expect(names).toBeArrayOfSize(new Set(names).size);
    const listed = [...Object.keys(DIFFERENCES), ...Object.keys(BETWEEN_PEERS)];
    expect(listed.filter((name) => !names.includes(name))).toEqual([]);
  });
});
