/** A route answers whatever another server says as the real nats-server does, and logs the same. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../support/free-port.ts";
import { type Running, run } from "../../support/mesh-process.ts";
import { findPeer } from "../../support/peer.ts";
import { until } from "../../support/until.ts";
import { AUTH_CASES, CASES, type Outcome, play } from "./cases.ts";
import { Rig, type RigOptions } from "./rig.ts";

const LEVELS: Readonly<Record<string, string>> = {
  INF: "info",
  DBG: "debug",
  ERR: "error",
  WRN: "warn",
};
/** Told by what is not there in a rig, or takes the real one its own time. */
const NOT_COMPARED = /Registering|Sent local|Detected duplicate|Removing \d/;

/** The same server twice: a rig, and the real one. */
class Twins {
  readonly rig: Rig;
  readonly #port = freePort();
  readonly #lines: string[] = [];
  #peer: Running | undefined;

  constructor(options: RigOptions) {
    this.rig = new Rig({ compression: { mode: "off", rttThresholdsMs: [] }, ...options });
  }

  async start(folder: string, authorization: string): Promise<void> {
    const file = join(folder, "peer.conf");
    const cluster = `{ name: C1, listen: "127.0.0.1:${this.#port}", compression: off, ${authorization} }`;
    const listen = 'listen: "127.0.0.1:-1"';
    await writeFile(
      file,
      `server_name: RIG\n${listen}\ndebug: true\nlogtime: false\ncluster ${cluster}\n`,
    );
    this.#peer = run([findPeer()!, "-c", file], (line) => this.#lines.push(line));
    // The port is opened after the server says that it is ready.
    const isListening = (line: string) => line.includes("Listening for route connections");
    await until("the peer is ready", () => this.#lines.some(isListening));
  }

  async play(text: string): Promise<{ ours: Outcome; theirs: Outcome }> {
    const [ours, theirs] = await Promise.all([
      play(this.rig.listen(), text, () => this.rig.log),
      play(this.#port, text, () => this.#lines),
    ]);
    return { ours, theirs: { ...theirs, log: theirs.log.map(ownLevel).filter(isCompared) } };
  }

  async stop(): Promise<void> {
    await this.#peer?.stop();
    await this.rig[Symbol.asyncDispose]();
  }
}

function ownLevel(line: string): string {
  return line.replace(/^\w+/, (level) => LEVELS[level] ?? level);
}

function isCompared(line: string): boolean {
  return !NOT_COMPARED.test(line);
}

function suite(
  name: string,
  cases: Readonly<Record<string, string>>,
  options: RigOptions,
  authorization: string,
): void {
  describe.skipIf(findPeer() === undefined)(name, () => {
    const twins = new Twins(options);
    let folder = "";
    const outcomes = new Map<string, Promise<{ ours: Outcome; theirs: Outcome }>>();

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "nats-route-"));
      await twins.start(folder, authorization);
      for (const [title, text] of Object.entries(cases)) outcomes.set(title, twins.play(text));
    }, 20_000);
    afterAll(async () => {
      await twins.stop();
      await rm(folder, { recursive: true, force: true });
    });

    test.each(Object.keys(cases))(
      "%s",
      async (title) => {
        const { ours, theirs } = await outcomes.get(title)!;
        expect(ours).toEqual(theirs);
        expect(theirs.hasEnded || theirs.answer.includes("PONG")).toBe(true);
      },
      15_000,
    );
  });
}

suite("like nats-server", CASES, {}, "");
suite(
  "like nats-server with a password",
  AUTH_CASES,
  { authorization: { user: "u", password: "p" } },
  "authorization { user: u, password: p }",
);
