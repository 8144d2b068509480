/**
 * No request, stream or answer crosses the border of an account unless an import opens it, and
 * everything that an import opens gets through: random accounts, judged by a plain model, which is
 * judged by nats-server in turn.
 *
 * BORDER_GRAPHS is how many graphs of accounts are played, 40 by default.
 */

import { describe, expect, test } from "bun:test";
import { NatsServer } from "../../src/embed.ts";
import { findPeer, type ServerProcess, startConfigured } from "../support/peer.ts";
import { Prng, withSeed } from "../support/prng.ts";
import {
  accountsConfig,
  type Graph,
  type GraphAccount,
  type GraphExport,
  type GraphImport,
  localPatterns,
  randomGraph,
} from "./borders/graph.ts";
import { Play, type Played } from "./borders/play.ts";
import { loadGraph } from "./borders/servers.ts";
import { matches } from "./borders/subjects.ts";

const GRAPHS = Number(process.env.BORDER_GRAPHS ?? 40);
const PEER_GRAPHS = Math.max(6, GRAPHS / 10);
/** Tries to start nats-server with one configuration. */
const STARTS = 12;
const TIMEOUT_MS = 30_000 + GRAPHS * 1_000;

const peer = findPeer();

const LISTENER = {
  echo: true,
  noResponders: true,
  subscriptions: [{ subject: ">", queue: "" }],
};

/** An account with one listener to everything. */
function account(name: string, more: Partial<GraphAccount>): GraphAccount {
  return { name, exports: [], imports: [], mappings: [], clients: [LISTENER], ...more };
}

function stream(subject: string): GraphExport {
  return { kind: "stream", subject, accounts: [], tokenPosition: 0, response: "singleton" };
}

function streamFrom(account: string, subject: string, to = "", prefix = ""): GraphImport {
  return { kind: "stream", account, subject, to, prefix };
}

/** Wildcards that only change places; imports of which one more would complete a circle. */
const FOUND: readonly Graph[] = [
  [
    account("T0", { exports: [stream("*.*.>")] }),
    account("T1", { imports: [streamFrom("T0", "*.*.>", "$2.$1.>")] }),
  ],
  [
    account("T0", { exports: [stream("b")], imports: [streamFrom("T1", ">", "b.>")] }),
    account("T1", { exports: [stream(">")], imports: [streamFrom("T0", "b", "", "b.p")] }),
  ],
  [
    account("T0", { exports: [stream(">")], imports: [streamFrom("T1", "a.c.T0", "l.l")] }),
    account("T1", { exports: [stream("*.*.*")], imports: [streamFrom("T0", "*", "l.$1")] }),
  ],
];

/** A seed for each graph, so that one of them can be had again alone. */
async function playGraphs(
  random: Prng,
  count: number,
  play: (own: Prng) => Promise<Played | null>,
): Promise<Played & { readonly played: number }> {
  const sum = { played: 0, published: 0, delivered: 0, passed: 0, answered: 0 };
  for (let i = 0; i < count; i++) {
    const seed =
      process.env.BORDER_SEED === undefined ? random.int32() : Number(process.env.BORDER_SEED);
    try {
      const played = await play(new Prng(seed));
      if (played === null) continue;
      sum.played++;
      for (const name of ["published", "delivered", "passed", "answered"] as const) {
        sum[name] += played[name];
      }
    } catch (error) {
      throw new Error(`BORDER_SEED=${seed}: ${(error as Error).message}`);
    }
  }
  return sum;
}

/**
 * Without imports under whose subjects answers fall. nats-server passes those on to other services under
 * the subject that they were published to, and takes what comes by a stream for answers.
 */
function withoutRelays(graph: Graph): Graph {
  const isRelay = (each: GraphImport): boolean =>
    matches(localPatterns(each)[0]!, "_R_.account.request");
  return graph.map((each) => ({
    ...each,
    imports: each.imports.filter((imported) => !isRelay(imported)),
  }));
}

/** Whether nats-server finds a cycle depends on the order in which it comes across accounts. */
async function startPeer(config: string): Promise<ServerProcess | null> {
  for (let i = 0; i < STARTS; i++) {
    try {
      return await startConfigured(peer!, config);
    } catch (error) {
      if (!(error as Error).message.includes("forms a cycle")) throw error;
    }
  }
  return null;
}

describe("borders of accounts", () => {
  test(
    "are crossed by what imports open, and by nothing else",
    () =>
      withSeed(async (random) => {
        const sum = await playGraphs(random, GRAPHS, async (own) => {
          const { graph, options } = await loadGraph(randomGraph(own));
          await using server = await NatsServer.start({ ...options, host: "127.0.0.1", port: 0 });
          return await new Play(own, graph, true).run(server.port);
        });
        expect(sum.passed).toBeGreaterThan(GRAPHS);
        expect(sum.answered).toBeGreaterThan(GRAPHS);
      }),
    TIMEOUT_MS,
  );

  test("are crossed by what was found wrong once", () =>
    withSeed(async (random) => {
      for (const found of FOUND) {
        const { graph, options } = await loadGraph(found);
        expect(graph).toEqual(found);
        await using server = await NatsServer.start({ ...options, host: "127.0.0.1", port: 0 });
        const { delivered } = await new Play(random, graph, true).run(server.port);
        expect(delivered).toBeGreaterThan(0);
      }
    }));

  test.skipIf(peer === undefined)(
    "are where nats-server has them",
    () =>
      withSeed(async (random) => {
        const { played } = await playGraphs(random, PEER_GRAPHS, async (own) => {
          const { graph } = await loadGraph(withoutRelays(randomGraph(own)));
          await using server = await startPeer(accountsConfig([graph]));
          if (server === null) return null;
          return await new Play(own, graph, false).run(server.port);
        });
        expect(played).toBeGreaterThan(PEER_GRAPHS / 2);
      }),
    TIMEOUT_MS,
  );
});
