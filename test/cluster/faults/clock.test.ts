/**
 * The clock of the day jumps under one of our nodes, which is simulated by a library of our own that is
 * preloaded. Go servers cannot be had that way: they ask the kernel without the C library.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findPeer } from "../../support/peer.ts";
import { Crowd } from "./crowd.ts";
import { FaultMesh } from "./fault-mesh.ts";
import { ACCOUNTS } from "./faulty.ts";

const COMPILER = Bun.which("gcc") ?? Bun.which("cc");
const SOURCE = resolve(import.meta.dir, "clock-jump.c");
const JUMPS_SECONDS = [3_600, -7_200, 86_400 * 365, 0];
/** Long enough for several pings, after which a silent route would have been given up. */
const WATCH_MS = 1_500;
const TEST_MS = 30_000;

const isPossible = process.platform === "linux" && COMPILER !== null;
if (!isPossible) console.warn("no C compiler for Linux: clocks that jump are not tested");

describe.skipIf(!isPossible || findPeer() === undefined)("a clock that jumps", () => {
  let folder: string;
  let faulty: FaultMesh;

  async function jump(seconds: number): Promise<void> {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(seconds));
    // The same file as before: the node has it mapped.
    await writeFile(join(folder, "jump"), bytes, { flag: "r+" });
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nats-clock-"));
    const library = join(folder, "clock-jump.so");
    const command = [COMPILER!, "-O1", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"];
    expect(Bun.spawnSync(command, { stderr: "inherit" }).exitCode).toBe(0);
    await writeFile(join(folder, "jump"), Buffer.alloc(8));
    const { LD_PRELOAD: before } = process.env;
    // Processes have the environment of the moment at which they start.
    Object.assign(process.env, { LD_PRELOAD: library, CLOCK_JUMP_FILE: join(folder, "jump") });
    try {
      faulty = await FaultMesh.start(["ours", "2.15.1"]);
    } finally {
      if (before === undefined) delete process.env.LD_PRELOAD;
      else process.env.LD_PRELOAD = before;
      delete process.env.CLOCK_JUMP_FILE;
    }
  }, TEST_MS);
  afterAll(async () => {
    await faulty?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test(
    "routes stay, and messages go on",
    () =>
      faulty.mesh.explained(async () => {
        using crowd = new Crowd();
        for (const node of faulty.nodes) {
          for (const account of ACCOUNTS) {
            await crowd.join(node, account);
            crowd.subscribe(node.name, account, "time.>");
          }
        }
        await crowd.flush();
        await faulty.whole();
        const routes = async (): Promise<number[]> =>
          (await faulty.node("A").routez()).map(({ rid }) => rid).sort((a, b) => a - b);
        const before = await routes();
        for (const seconds of JUMPS_SECONDS) {
          await jump(seconds);
          const { now } = (await faulty.node("A").varz()) as unknown as { now: string };
          const isThere = Math.abs(Date.parse(now) - Date.now() - seconds * 1000) < 5_000;
          expect([seconds, isThere]).toEqual([seconds, true]);
          await Bun.sleep(WATCH_MS);
          const sent = ["A", "B"].map((name) => crowd.publish(name, "ONE", "time.goes.on"));
          await crowd.arrived(sent);
          await faulty.whole();
          expect(await routes()).toEqual(before);
        }
      }),
    TEST_MS,
  );
});
