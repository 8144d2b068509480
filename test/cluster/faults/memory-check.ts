/** That memory which was taken comes back. */

import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import type { MeshNode } from "../../support/mesh-node.ts";
import type { Faulty } from "./faulty.ts";
import type { Standing } from "./standing.ts";

/** What the rounds after the first may leave behind, in any case. */
const NOISE_BYTES = 48 << 20;

/** Does it several times: the last time may not leave more behind than the first. */
export async function comesBack(
  standing: Standing<Faulty>,
  node: MeshNode,
  rounds: number,
  load: () => Promise<void>,
): Promise<void> {
  await standing.faulty.group.explained(async () => {
    const before = residentBytes(node);
    const after: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await load();
      await standing.well();
      after.push(residentBytes(node));
    }
    const [first, last] = [after[0]!, after.at(-1)!];
    console.log(`${node.name} ${node.kind}: ${after.map((each) => each >> 20)} MB`);
    // The first makes heaps and tables large. If nothing came back, the others would cost as much each.
    const most = first + Math.max(first - before, NOISE_BYTES);
    expect(last).toBeLessThan(most);
  });
}

export function residentBytes({ pid }: MeshNode): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024;
}
