/**
 * Servers that say anything in any order, some of which have come and some of which were dialled. None
 * of it is an internal error, and nothing is left of them once they are gone.
 */

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Socket } from "bun";
import { Member, type MemberOptions } from "../../cluster/unit/member.ts";
import { type Prng, withSeed } from "../../support/prng.ts";
import { until } from "../../support/until.ts";
import { PeerLines, type World } from "./peer-lines.ts";

const ROUNDS = 60;
const ACTORS = 5;
const DEADLINE_MS = 5_000;

const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);

beforeEach(() => {
  rejections.length = 0;
  process.on("unhandledRejection", onRejection);
});
afterEach(() => {
  process.off("unhandledRejection", onRejection);
});

/** One peer: says things, and ends in one of the ways there are. */
class Actor {
  readonly #random: Prng;
  readonly #lines: PeerLines;
  readonly #socket: Socket<Actor>;
  isGone = false;

  constructor(random: Prng, world: World, id: string, socket: Socket<Actor>) {
    this.#random = random;
    this.#lines = new PeerLines(random, world, id);
    this.#socket = socket;
  }

  enter(hasCome: boolean): void {
    const random = this.#random;
    if (random.chance(6)) return;
    if (hasCome) this.#write(this.#lines.connect());
    const pool = random.chance(5) ? {} : { route_pool_size: 3, route_pool_idx: random.below(3) };
    // Whoever is dialled must not choose the place.
    this.#write(this.#lines.info(hasCome ? pool : { ...pool, route_pool_idx: 0 }));
  }

  act(): void {
    for (const _ of Array(this.#random.below(4))) this.#write(this.#lines.next());
  }

  leave(): void {
    this.isGone = true;
    if (this.#random.chance(3)) this.#socket.end();
    this.#socket.terminate();
  }

  #write(data: string | Buffer): void {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    if (this.isGone) return;
    for (const piece of this.#random.pieces(bytes, this.#random.pick([1, 1, 3]))) {
      this.#socket.write(piece);
    }
  }
}

const SOCKET = {
  data: () => {},
  error: () => {},
  close: (socket: Socket<Actor>) => {
    if (socket.data !== undefined) socket.data.isGone = true;
  },
};

function options(random: Prng, port: number): MemberOptions {
  return {
    name: random.chance(4) ? "" : "C1",
    poolSize: random.pick([0, 0, 1, -1]),
    accounts: random.chance(3) ? ["A"] : [],
    compression: { mode: random.pick(["off", "accept", "s2_fast"]), rttThresholdsMs: [] },
    routes: random.chance(2) ? [`nats-route://127.0.0.1:${port}`] : [],
    permissions: random.chance(4)
      ? { publish: { allow: ["foo.>"], deny: null }, subscribe: null, responses: null }
      : null,
  };
}

/** What is left of others, in words. */
function leftovers({ cluster, made, exchange, lines }: Member, subs: number): string[] {
  const left = {
    servers: cluster.serverCount,
    "open routes": made.filter((route) => route.isOpen).length,
    "slots of links": made.filter((route) => route.outbound.slot !== 0).length,
    subscriptions: exchange.subs.pool.count - subs,
    "internal errors": lines.filter((line) => line.includes("Internal error")).length,
  };
  return Object.entries(left).flatMap(([what, count]) => (count === 0 ? [] : `${what}: ${count}`));
}

async function play(random: Prng): Promise<number> {
  const actors: Actor[] = [];
  let world: World = { id: "", name: "A", ports: [1] };
  const join = (socket: Socket<Actor>, hasCome: boolean): void => {
    const actor = new Actor(random, world, `NP${random.below(4)}`, socket);
    socket.data = actor;
    actors.push(actor);
    actor.enter(hasCome);
  };
  using listener = Bun.listen<Actor>({
    hostname: "127.0.0.1",
    port: 0,
    socket: { ...SOCKET, open: (socket) => join(socket, false) },
  });
  using a = new Member("A", options(random, listener.port));
  a.addAccount("A");
  for (const subject of ["foo", "foo.bar", "x"]) a.subscribe(subject, "$G", random.pick(["", "q"]));
  const subs = a.exchange.subs.pool.count;
  a.open();
  world = { id: a.id, name: "A", ports: [1, listener.port, a.cluster.port] };
  for (let i = 0; i < ACTORS; i++) {
    const open = (socket: Socket<Actor>): void => join(socket, true);
    const { port } = a.cluster;
    await Bun.connect<Actor>({ hostname: "127.0.0.1", port, socket: { ...SOCKET, open } });
  }
  for (let step = random.between(2, 12); step > 0; step--) {
    for (const actor of actors) {
      if (random.chance(12)) actor.leave();
      else actor.act();
    }
    await Bun.sleep(random.below(3));
  }
  const { length } = a.made.filter((route) => route.isRegistered);
  listener.stop();
  for (const actor of actors) actor.leave();
  // Those that are gone are dialled again: nothing more is to come.
  a.cluster.stop();
  await until("nothing left", () => leftovers(a, subs).length === 0, DEADLINE_MS).catch(() => {
    throw new Error(`${leftovers(a, subs).join(", ")}\n${a.lines.slice(-15).join("\n")}`);
  });
  expect(rejections).toEqual([]);
  expect(a.lines.filter((line) => /[^\P{Cc}\t]/u.test(line))).toEqual([]);
  return length;
}

test(
  "say what they like",
  () =>
    withSeed(async (random) => {
      let registered = 0;
      for (let round = 0; round < ROUNDS; round++) registered += await play(random);
      expect(registered).toBeGreaterThan(ROUNDS);
    }),
  30_000,
);
