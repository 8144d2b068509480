/** Comparing passwords with bcrypt hashes: what is done once, in turn, or not at all. */

import { describe, expect, test } from "bun:test";
import { hashSync } from "bcrypt-ts";
import { type BcryptEngine, BcryptVerifier } from "../../src/auth/bcrypt/bcrypt-verifier.ts";
import { WAITING_OF_ADDRESS_MAX } from "../../src/auth/bcrypt/fair-queue.ts";
import { VerdictMemory } from "../../src/auth/bcrypt/verdict-memory.ts";
import { WorkerEngine } from "../../src/auth/bcrypt/worker-engine.ts";
import { Logger } from "../../src/log/logger.ts";

/** Compares when the test says so; the right password is the hash itself. */
class HeldEngine implements BcryptEngine {
  readonly asked: string[] = [];
  isStopped = false;
  #release: (() => void) | undefined;

  async compare(hash: string, secret: string): Promise<boolean> {
    this.asked.push(secret);
    await new Promise<void>((resolve) => {
      this.#release = resolve;
    });
    if (secret === "broken") throw new Error("broken engine");
    return hash === secret;
  }

  stop(): void {
    this.isStopped = true;
    this.#release?.();
  }

  /** Lets the comparison end, and the next begin. */
  async finish(): Promise<void> {
    this.#release!();
    await Bun.sleep(0);
  }
}

class Setup {
  readonly engine = new HeldEngine();
  readonly errors: string[] = [];
  readonly #log = new Logger((_, text) => this.errors.push(text), { debug: false, trace: false });
  readonly verifier = new BcryptVerifier(this.#log, this.engine);

  /** @param isGone whether the client has left in the meantime. */
  verify(hash: string, secret: string, ip = "1.1.1.1", isGone = () => false) {
    return this.verifier.verify(hash, secret, { ip, isAbandoned: isGone });
  }
}

describe("a comparison", () => {
  test("is remembered, whether right or wrong", async () => {
    const setup = new Setup();
    const right = setup.verify("h", "h");
    await setup.engine.finish();
    const wrong = setup.verify("h", "x");
    await setup.engine.finish();
    expect([await right, await wrong]).toEqual([true, false]);
    expect([setup.verify("h", "h"), setup.verify("h", "x")]).toEqual([true, false]);
    expect(setup.verify("other", "h")).toBeInstanceOf(Promise);
    setup.verifier.forget();
    expect(setup.verify("h", "h")).toBeInstanceOf(Promise);
    setup.verifier.stop();
  });

  test("is done once for all who ask for the same", async () => {
    const setup = new Setup();
    const all = Array.from({ length: 50 }, (_, i) => setup.verify("h", "h", `1.1.1.${i}`));
    await setup.engine.finish();
    expect(await Promise.all(all)).toEqual(all.map(() => true));
    expect(setup.engine.asked).toEqual(["h"]);
  });

  test("of a client that has gone is not done, unless another waits for the same", async () => {
    const setup = new Setup();
    let isGone = false;
    const first = setup.verify("h", "first");
    const gone = setup.verify("h", "gone", "1.1.1.1", () => isGone);
    const shared = setup.verify("h", "shared", "1.1.1.1", () => isGone);
    const other = setup.verify("h", "shared", "1.1.1.2");
    isGone = true;
    await setup.engine.finish();
    await setup.engine.finish();
    expect(await Promise.all([first, gone, shared, other])).toEqual([false, null, false, false]);
    expect(setup.engine.asked).toEqual(["first", "shared"]);
  });

  test("is not kept for those who have gone, however many have asked for the same", async () => {
    const setup = new Setup();
    const running = setup.verify("h", "running");
    const lost: unknown[] = [];
    for (let i = 0; i < 10_000; i++) {
      const verdict = setup.verify("h", "h", "1.1.1.1", () => true);
      void Promise.resolve(verdict).then((value) => lost.push(value));
    }
    const stays = setup.verify("h", "h", "1.1.1.1");
    await Bun.sleep(0);
    expect(lost.length).toBeGreaterThan(9_900);
    expect(new Set(lost)).toEqual(new Set([null]));
    await setup.engine.finish();
    await setup.engine.finish();
    expect([await running, await stays]).toEqual([false, true]);
  });

  test("that finds no room gets no verdict, and others are not held up", async () => {
    const setup = new Setup();
    const flood = Array.from({ length: WAITING_OF_ADDRESS_MAX + 3 }, (_, i) =>
      setup.verify("h", `flood ${i}`),
    );
    // One runs, so that there is room for one more than the limit.
    expect(await flood.at(-1)).toBeNull();
    expect(await flood.at(-2)).toBeNull();
    const quiet = setup.verify("h", "h", "2.2.2.2");
    await setup.engine.finish();
    await setup.engine.finish();
    await setup.engine.finish();
    expect(await quiet).toBeTrue();
    expect(setup.engine.asked.slice(0, 3)).toEqual(["flood 0", "flood 1", "h"]);
    setup.verifier.stop();
    // Two were compared, and one was being.
    expect((await Promise.all(flood)).filter((verdict) => verdict === false)).toHaveLength(3);
  });

  test("that fails gets no verdict, is logged without the password, and is not remembered", async () => {
    const setup = new Setup();
    const failed = setup.verify("h", "broken");
    const next = setup.verify("h", "h");
    await setup.engine.finish();
    expect(await failed).toBeNull();
    expect(setup.errors).toEqual(["Password not verified: broken engine"]);
    await setup.engine.finish();
    expect(await next).toBeTrue();
    expect(setup.verify("h", "broken")).toBeInstanceOf(Promise);
    setup.verifier.stop();
  });

  test("gets no verdict after the end", async () => {
    const setup = new Setup();
    const [running, waiting] = [setup.verify("h", "h"), setup.verify("h", "x")];
    setup.verifier.stop();
    expect(await waiting).toBeNull();
    expect(setup.verify("h", "y")).toBeNull();
    expect(setup.engine.isStopped).toBeTrue();
    await running;
  });
});

describe("the memory", () => {
  test("forgets with time, and never holds more than so much", () => {
    const memory = new VerdictMemory(3, 100);
    memory.keep("a", true, 0);
    memory.keep("b", false, 50);
    expect([memory.find("a", 99), memory.find("b", 99)]).toEqual([true, false]);
    expect([memory.find("a", 100), memory.find("b", 100)]).toEqual([undefined, false]);
    for (const key of ["c", "d", "e"]) memory.keep(key, true, 60);
    expect(memory.size).toBe(3);
    expect(["b", "c", "d", "e"].map((key) => memory.find(key, 61))).toEqual([
      undefined,
      true,
      true,
      true,
    ]);
    memory.keep("c", false, 70);
    memory.keep("f", true, 70);
    expect([memory.find("c", 71), memory.find("d", 71)]).toEqual([false, undefined]);
    memory.keep("g", true, 500);
    expect(memory.size).toBe(1);
    memory.clear();
    expect(memory.size).toBe(0);
  });
});

describe("the thread", () => {
  const HASH = hashSync("secret", 4);
  const WANTED = () => true;

  test("compares, and is started anew after its end", async () => {
    const engine = new WorkerEngine();
    expect(await engine.compare(HASH, "secret", WANTED)).toBeTrue();
    expect(await engine.compare(HASH, "Secret", WANTED)).toBeFalse();
    engine.stop();
    expect(await engine.compare(HASH, "secret", WANTED)).toBeTrue();
    engine.stop();
  });

  test("gives up what nobody wants any more, even if it would take hours", async () => {
    const engine = new WorkerEngine();
    let isWanted = true;
    const endless = engine.compare(HASH.replace("$04$", "$31$"), "secret", () => isWanted);
    isWanted = false;
    expect(await endless).toBeNull();
    expect(await engine.compare(HASH, "secret", WANTED)).toBeTrue();
    engine.stop();
  });

  test("gives up what it is at when it is stopped", async () => {
    const engine = new WorkerEngine();
    const endless = engine.compare(HASH.replace("$04$", "$31$"), "secret", WANTED);
    engine.stop();
    expect(await endless).toBeNull();
  });

  test("lets the event loop run", async () => {
    const engine = new WorkerEngine();
    await engine.compare(HASH, "secret", WANTED);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await engine.compare(hashSync("secret", 9), "secret", WANTED);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
    engine.stop();
  });

  for (const [how, program] of Object.entries({
    "an error": "onmessage = () => { throw new Error('it broke') }",
    "an exit": "onmessage = () => process.exit(1)",
    "an error at its start": "throw new Error('it broke')",
  })) {
    test(`fails one comparison by ${how}, and the next has a new one`, async () => {
      const url = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
      const engine = new WorkerEngine(url);
      for (let i = 0; i < 2; i++) {
        const failed = engine.compare(HASH, "secret", WANTED);
        await expect(failed).rejects.toThrow(/it broke|the thread has ended/);
      }
      engine.stop();
      URL.revokeObjectURL(url);
    });
  }
});
