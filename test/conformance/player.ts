/**
 * Plays a transcript to a server.
 *
 * The peer is played first and recorded: after each step, until all connections are quiet. The
 * recording then tells the player of the other server what to wait for, so that it neither has to
 * guess how long an answer may take nor waits longer than needed.
 */

import type { Target } from "../support/target.ts";
import { Wire } from "../support/wire.ts";
import { FrameReader, sortDeliveries } from "./frames.ts";
import type { Step, Transcript } from "./transcript.ts";

/** What one connection received, and whether the server closed it. */
export interface Outcome {
  frames: string[];
  closed: boolean;
}

/** Outcome of every connection, by name. */
type Outcomes = Record<string, Outcome>;

/** The outcomes after each step. */
export type Recording = Outcomes[];

/** No bytes for this long after a step means that the peer has nothing more to say. */
const QUIET_MS = 75;
/** The same once the expected answer is there, to notice what should not have come. */
const EXTRA_MS = 20;
/**
 * For answers that have to come: generous, as it is only used up when one is missing, but shorter
 * than the time to a server's first PING, which would only blur the difference.
 */
const ANSWER_MS = 1_800;
/** For the PONG to a step that ends with PING, which the server may take for something else. */
const PONG_MS = 400;

const POLL_MS = 2;

const DEFAULT_CONNECTION = "a";

interface Connection {
  wire: Wire;
  reader: FrameReader;
}

class Player {
  readonly #connections = new Map<string, Connection>();
  readonly #transcript: Transcript;
  readonly #port: number;

  constructor(transcript: Transcript, port: number) {
    this.#transcript = transcript;
    this.#port = port;
  }

  /** The connection a step happens on, opened if it is its first. */
  async #open(step: Step): Promise<Wire> {
    const name = step.conn ?? DEFAULT_CONNECTION;
    const known = this.#connections.get(name);
    if (known !== undefined) return known.wire;
    const wire = await Wire.connect(this.#port);
    this.#connections.set(name, { wire, reader: new FrameReader(this.#port) });
    await wire.waitFor("\r\n", ANSWER_MS);
    return wire;
  }

  /** Sends what the step says and waits for all that comes of it. */
  async take(step: Step, expected: Outcomes | undefined, patience: number): Promise<void> {
    const wire = await this.#open(step);
    const before = JSON.stringify(this.outcomes());
    const pongs = countPongs(wire);
    if (step.send !== undefined) await wire.send(step.send, step.split);
    if (step.finish) wire.finish();
    if (step.listenMs !== undefined) return Bun.sleep(step.listenMs);

    if (expected !== undefined) await this.#expect(expected);
    else if (step.until === "end" || step.finish) await wire.waitForEnd(ANSWER_MS);
    else if (step.until !== undefined) await wire.waitFor(step.until, ANSWER_MS);
    else if (endsWithPing(step)) await wire.waitFor((now) => countPongs(now) > pongs, PONG_MS);

    // A step that names what it waits for ends there: more may come, but by the clock.
    if (step.until instanceof RegExp) return;
    // Where no answer shows that the server has read the step, time has to.
    const answered = expected !== undefined && JSON.stringify(expected) !== before;
    await this.#quiet(answered ? EXTRA_MS : QUIET_MS * patience);
  }

  outcomes(): Outcomes {
    const outcomes: Outcomes = {};
    for (const [name, { wire, reader }] of this.#connections) {
      const frames = reader.read(wire.text);
      outcomes[name] = {
        frames: this.#transcript.unordered ? sortDeliveries(frames) : frames,
        closed: wire.ended,
      };
    }
    return outcomes;
  }

  async #quiet(quietMs: number): Promise<void> {
    let before: string;
    do {
      before = this.#progress();
      await Promise.all([...this.#wires()].map((wire) => wire.waitForQuiet(quietMs)));
    } while (this.#progress() !== before);
  }

  /** Resolves when every connection has what was recorded, or not any more in time. */
  async #expect(expected: Outcomes): Promise<void> {
    const want = JSON.stringify(expected);
    const deadline = performance.now() + ANSWER_MS;
    while (JSON.stringify(this.outcomes()) !== want && performance.now() < deadline) {
      await Bun.sleep(POLL_MS);
    }
  }

  close(): void {
    for (const wire of this.#wires()) wire.close();
  }

  *#wires(): Generator<Wire> {
    for (const { wire } of this.#connections.values()) yield wire;
  }

  #progress(): string {
    return [...this.#wires()].map((wire) => `${wire.received.length} ${wire.ended}`).join();
  }
}

function countPongs(wire: Wire): number {
  return wire.text.split("PONG\r\n").length;
}

function endsWithPing(step: Step): boolean {
  return (
    step.send !== undefined && /(^|\n)ping\r\n$/i.test(Buffer.from(step.send).toString("latin1"))
  );
}

/**
 * Plays a transcript to a fresh server; with a recording, waits for the same answers as in it.
 *
 * @param patience multiplies the time that counts as quiet.
 */
export async function play(
  target: Target,
  transcript: Transcript,
  { recorded, patience = 1 }: { recorded?: Recording; patience?: number } = {},
): Promise<Recording> {
  await using server = await target.start(transcript.options ?? {});
  const player = new Player(transcript, server.port);
  const recording: Recording = [];
  let same = recorded !== undefined;
  try {
    for (const [index, step] of transcript.steps.entries()) {
      const expected = same ? recorded?.[index] : undefined;
      await player.take(step, expected, patience);
      const outcomes = player.outcomes();
      recording.push(outcomes);
      same &&= JSON.stringify(outcomes) === JSON.stringify(expected);
    }
    return recording;
  } finally {
    player.close();
  }
}
