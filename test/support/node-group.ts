/** Nodes of a test that are started, watched and taken away together. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { MeshNode } from "./mesh-node.ts";

const WHOLE_DEADLINE_MS = 15_000;
const POLL_MS = 20;

export abstract class NodeGroup implements AsyncDisposable {
  abstract readonly nodes: readonly MeshNode[];
  readonly #folder: string;

  /** @param folder a new one, which is removed in the end. */
  protected constructor(folder: string) {
    this.#folder = folder;
  }

  /** What a whole group has and this one has not, in words. */
  abstract missing(): Promise<string[]>;

  node(name: string): MeshNode {
    const found = this.nodes.find((node) => node.name === name);
    if (found === undefined) throw new Error(`no node ${name}`);
    return found;
  }

  /** A copy of a file for nodes to read, next to their configurations. */
  path(file: string): string {
    return join(this.#folder, file);
  }

  /** Waits until each running node has all its connections with the others. */
  async whole(deadlineMs = WHOLE_DEADLINE_MS): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    for (;;) {
      const missing = await this.missing();
      if (missing.length === 0) return;
      if (performance.now() > deadline) {
        const what = missing.map((line) => `  ${line}`).join("\n");
        throw new Error(`not whole within ${deadlineMs} ms:\n${what}\n${this.tails}`);
      }
      await Bun.sleep(POLL_MS);
    }
  }

  /** The end of every node's log. */
  get tails(): string {
    return this.nodes.map((node) => node.tail).join("\n");
  }

  /** Runs the body of a test and adds the logs to whatever it fails with. */
  async explained<T>(body: () => Promise<T>): Promise<T> {
    try {
      return await body();
    } catch (error) {
      const { message } = error as Error;
      const tails = this.nodes.map(({ tail }) => tail).filter((tail) => !message.includes(tail));
      throw new Error([message, ...tails].join("\n"), { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.dispose()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}
