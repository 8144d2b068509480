/** How many connections two servers share, and what they compress them with. */

import { describe, expect, test } from "bun:test";
import { Mesh } from "../support/mesh.ts";
import type { NodeKind, NodeWish } from "../support/mesh-config.ts";
import { exchange } from "./exchange.ts";
import { KINDS, PAIRS, UNORDERED_PAIRS } from "./pairings.ts";
import { accountsOf } from "./scene.ts";

const TIMEOUT = 60_000;

/** Their hashes spread over the slots of all sizes of pools that are tried. */
const NAMES = ["A", "B", "C", "D", "E"];
const config = accountsOf(NAMES);

async function check(wishes: readonly NodeWish[]): Promise<Mesh> {
  const mesh = await Mesh.start(wishes.map((wish) => ({ config, ...wish })));
  try {
    await mesh.explained(() => exchange(mesh, NAMES));
  } catch (error) {
    await mesh[Symbol.asyncDispose]();
    throw error;
  }
  return mesh;
}

describe.each(UNORDERED_PAIRS)("$name", ({ kinds }) => {
  test.each([1, 5, -1])(
    "pools of %d carry all accounts",
    async (poolSize) => {
      await using mesh = await check(kinds.map((kind) => ({ kind, poolSize })));
      expect(mesh.nodes).toHaveLength(2);
    },
    TIMEOUT,
  );

  test(
    "pinned accounts have connections of their own",
    async () => {
      const pinnedAccounts = ["A", "D"];
      await using mesh = await check(kinds.map((kind) => ({ kind, pinnedAccounts })));
      for (const node of mesh.nodes) {
        const accounts = (await node.routez()).map(({ account }) => account ?? "");
        expect(accounts.sort()).toEqual(["", "", "", "$SYS", "A", "D"]);
      }
    },
    TIMEOUT,
  );
});

describe.each(PAIRS)("$name", ({ kinds }) => {
  test(
    "one with a pool meets one without",
    async () => {
      const sizes = [3, -1];
      await using mesh = await check(kinds.map((kind, i) => ({ kind, poolSize: sizes[i]! })));
      expect(mesh.nodes).toHaveLength(2);
    },
    TIMEOUT,
  );

  const isOld = kinds.includes("2.10.27");
  test.skipIf(isOld)(
    "pools of unequal sizes take the larger one",
    async () => {
      const sizes = [3, 5];
      await using mesh = await check(kinds.map((kind, i) => ({ kind, poolSize: sizes[i]! })));
      expect((await mesh.nodes[0]!.routez()).length).toBe(6);
    },
    TIMEOUT,
  );

  test.skipIf(!isOld || kinds[0] === kinds[1])(
    "2.10 refuses a pool of another size, and takes the same one later",
    async () => {
      const sizes = [3, 5];
      await using mesh = await Mesh.prepare(
        kinds.map((kind, i) => ({ kind, poolSize: sizes[i]!, config })),
      );
      await mesh.explained(async () => {
        for (const node of mesh.nodes) await node.start();
        const [dialled, dialler] = mesh.nodes;
        const [sees, says] =
          dialled!.kind === "2.10.27" ? [dialler!, dialled!] : [dialled!, dialler!];
        await says.logged(/^ERR 127.0.0.1:\d+ - rid:\d+ - Mismatch route pool size: \d vs \d$/);
        const told =
          /^ERR 127.0.0.1:\d+ - rid:\d+ - Route Error 'Mismatch route pool size: \d vs \d'$/;
        await sees.logged(told);
        await dialler!.stop();
        await dialler!.start({ poolSize: 3 });
        await mesh.whole();
        await exchange(mesh, ["A"]);
      });
    },
    TIMEOUT,
  );
});

const MODES = ["off", "accept", "s2_fast", "s2_better", "s2_best", "s2_auto"];

/** What a server whose mode is `own` sends to one whose mode is `theirs`. */
function effective(own: string, theirs: string): RegExp {
  if (own === "off" || theirs === "off") return /^off$/;
  // How hard it compresses follows from the time of the first round trip.
  if (own === "s2_auto") return /^s2_(?:uncompressed|fast|better|best)$/;
  if (own !== "accept") return new RegExp(`^${own}$`);
  if (theirs === "accept") return /^off$/;
  return theirs === "s2_auto" ? /^s2_fast$/ : new RegExp(`^${theirs}$`);
}

/** Each shift gives each mode to another kind. */
const SHIFTS = KINDS.map((_, shift) => {
  const kinds: NodeKind[] = MODES.map((_, i) => KINDS[(i + shift) % KINDS.length]!);
  return { name: kinds.map((kind, i) => `${kind} ${MODES[i]}`).join(", "), kinds };
});

test.each(SHIFTS)(
  "all modes of compression in one mesh: $name",
  async ({ kinds }) => {
    const wishes = kinds.map(
      (kind, i): NodeWish => ({ kind, config, cluster: `compression: ${MODES[i]}` }),
    );
    await using mesh = await Mesh.start(wishes);
    await mesh.explained(async () => {
      await exchange(mesh, ["A", "C"]);
      for (const [near, node] of mesh.nodes.entries()) {
        const routes = await node.routez();
        for (const [far, other] of mesh.nodes.entries()) {
          if (far === near) continue;
          const wanted = effective(MODES[near]!, MODES[far]!);
          for (const route of routes.filter(({ remote_name }) => remote_name === other.name)) {
            expect(`${MODES[near]} to ${MODES[far]}: ${route.compression}`).toMatch(
              new RegExp(`^${MODES[near]} to ${MODES[far]}: ${wanted.source.slice(1)}`),
            );
          }
        }
      }
    });
  },
  TIMEOUT,
);
