/** A server that is stopped under load: what others have sent it is delivered, and nothing is lost. */

import { describe, expect, test } from "bun:test";
import { Mesh } from "../support/mesh.ts";
import type { NodeKind } from "../support/mesh-config.ts";
import type { MeshNode } from "../support/mesh-node.ts";
import { until } from "../support/until.ts";
import { KINDS } from "./pairings.ts";
import { accountsOf, join, settled, unique } from "./scene.ts";

const MESSAGES = 20_000;
const BATCH = 50;
const TIMEOUT = 60_000;

const TRIOS: NodeKind[][] = KINDS.includes("ours")
  ? [
      ["ours", "ours", "ours"],
      ["2.15.1", "2.15.1", "ours"],
    ]
  : [["2.15.1", "2.15.1", "2.15.1"]];

describe.each(TRIOS.map((kinds) => ({ name: kinds.join(" + "), kinds })))("$name", ({ kinds }) => {
  test(
    "the last one is stopped, and its queue group loses nothing",
    async () => {
      await using mesh = await Mesh.start(
        kinds.map((kind) => ({ kind, config: accountsOf(["A"]) })),
      );
      await mesh.explained(async () => {
        const [a, b, c] = mesh.nodes as [MeshNode, MeshNode, MeshNode];
        await using publisher = await join(a);
        await using staying = await join(b);
        const leaving = await c.connect({ user: "A", pass: "a", reconnect: false });
        const subject = unique("stop.");
        const got = new Set<string>();
        let [twice, here] = [0, 0];
        for (const member of [staying, leaving]) {
          member.subscribe(subject, {
            queue: "q",
            callback: (_, message) => {
              const text = message.string();
              if (got.has(text)) twice++;
              if (member === leaving) here++;
              got.add(text);
            },
          });
        }
        await settled(staying, publisher);
        await settled(leaving, publisher);
        for (let sent = 0; sent < MESSAGES; sent++) {
          publisher.publish(subject, `${sent}`);
          if (sent === MESSAGES / 2) c.signal("SIGTERM");
          if (sent % BATCH === 0) await Bun.sleep(1);
        }
        await publisher.flush();
        await c.ended(20_000);
        await until("all messages", () => got.size === MESSAGES, 10_000).catch(() => undefined);
        expect([got.size, twice]).toEqual([MESSAGES, 0]);
        expect(here).toBeGreaterThan(MESSAGES / 10);
      });
    },
    TIMEOUT,
  );
});
