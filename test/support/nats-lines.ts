/** Traffic between servers as tests of compression want it: lines that are much alike, JSON in them. */

import type { Prng } from "./prng.ts";

const NAMES = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"];

/** So many bytes of it. */
export function natsLines(random: Prng, length: number): Buffer {
  const lines: string[] = [];
  for (let bytes = 0; bytes < length; bytes += lines.at(-1)!.length) {
    const payload = JSON.stringify({
      id: random.below(1_000_000),
      user: random.pick(NAMES),
      at: `2026-11-28T12:${random.between(10, 59)}:${random.between(10, 59)}Z`,
      temperature: random.below(10_000) / 100,
      tags: ["sensor", `zone-${random.below(20)}`],
      note: random.chance(4) ? "the quick brown fox jumps over the lazy dog" : "",
    });
    lines.push(`RMSG $G sensors.${random.below(100)}.data ${payload.length}\r\n${payload}\r\n`);
  }
  return Buffer.from(lines.join("").slice(0, length));
}
