/**
 * A route of our own that a node tells its interest to, so that weights of queue groups can be compared
 * with the truth: no monitoring page has them.
 *
 * It asks not to be told of to others, and wants no messages.
 */

import { connect, type Socket } from "node:net";
import { type CheckedNode, count, type Interest, localInterest } from "./interest-checker.ts";
import { routeGreeting } from "./route-greeting.ts";

export interface WitnessedNode extends CheckedNode {
  readonly routePort: number;
  readonly clusterName: string;
}

const DEADLINE_MS = 5_000;
const POLL_MS = 20;
const SHOWN_MAX = 20;

let lastWitness = 0;

/** Waits until a node announces exactly what it has, with the weight of each queue group. */
export async function untilWeightsAreTrue(
  node: WitnessedNode,
  deadlineMs = DEADLINE_MS,
): Promise<void> {
  using witness = new Witness(node);
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const differences = compare(await localInterest(node), witness.interest);
    if (differences.length === 0) return;
    if (performance.now() > deadline) {
      const shown = differences.slice(0, SHOWN_MAX).join("\n");
      const also = witness.fault === "" ? "" : `; the node said ${witness.fault}`;
      throw new Error(`${node.name} announces another interest than it has${also}:\n${shown}`);
    }
    await Bun.sleep(POLL_MS);
  }
}

function compare(truth: Interest, announced: Interest): string[] {
  const differences: string[] = [];
  for (const [key, members] of truth) {
    const isQueue = key.split(" ").length === 3;
    const weight = announced.get(key);
    if (weight === undefined) differences.push(`${key}: not announced`);
    else if (isQueue && weight !== members)
      differences.push(`${key}: weight ${weight}, members ${members}`);
  }
  for (const key of announced.keys()) {
    if (!truth.has(key)) differences.push(`${key}: announced, but not there`);
  }
  return differences;
}

class Witness implements Disposable {
  readonly interest: Interest = new Map();
  fault = "";
  readonly #socket: Socket;
  #rest = "";

  constructor({ routePort, clusterName }: WitnessedNode) {
    const id = `NWITNESS${String(++lastWitness).padStart(48, "A")}`;
    this.#socket = connect({ port: routePort, host: "127.0.0.1" });
    this.#socket.on("error", () => {});
    this.#socket.on("data", (chunk) => this.#take(chunk.toString("latin1")));
    this.#socket.write(routeGreeting(id, clusterName));
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\r\n");
    this.#rest = lines.pop()!;
    for (const line of lines) this.#takeLine(line);
  }

  #takeLine(line: string): void {
    const [verb, ...tokens] = line.split(" ");
    if (verb === "PING") this.#socket.write("PONG\r\n");
    else if (verb === "RS+") this.#announced(tokens.slice(0, 3).join(" "), Number(tokens[3] ?? 1));
    else if (verb === "RS-") this.interest.delete(tokens.join(" "));
    else if (verb === "-ERR") this.fault = line;
  }

  #announced(key: string, weight: number): void {
    this.interest.delete(key);
    count(this.interest, key, weight);
  }
}
