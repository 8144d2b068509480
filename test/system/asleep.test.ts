/** A system account in which nobody has been takes neither memory nor time, and nobody sees that. */

import { describe, expect, test } from "bun:test";
import { Server } from "../../src/server/server.ts";
import { ours, peer } from "../process/processes.ts";
import { until } from "../support/until.ts";
import { both, EventStage } from "./events/event-stage.ts";

const TIMEOUT_MS = 30_000;
const CONFIG = `system_account: SYS
accounts { SYS { users: [{ user: sys, password: sys }] } }
`;
/** After the second statistics, and before the third. */
const LATE_MS = 1600;

async function listeners(options: { httpPort?: number }): Promise<number> {
  const server = new Server({ host: "127.0.0.1", port: -1, ...options }, null);
  await server.start();
  const count = server.systemAccount!.sublist.count;
  await server.stop();
  return count;
}

describe("services of the system account", () => {
  test("are asleep while nobody can reach them", async () => {
    expect(await listeners({})).toBe(0);
  });

  test("are there to be counted where there is a monitoring port", async () => {
    expect(await listeners({ httpPort: -1 })).toBeGreaterThan(50);
  });
});

/** Milliseconds since the server's start at which somebody who comes late gets statistics first. */
async function firstAt(command: readonly string[]): Promise<number> {
  await using stage = await EventStage.open(command, CONFIG);
  await Bun.sleep(LATE_MS);
  const subscription = "SUB $SYS.SERVER.*.STATSZ 1\r\n";
  const receiver = await stage.client({ user: "sys", pass: "sys" }, subscription);
  await until("statistics", () => receiver.messages.length > 0, 10_000);
  const { server, statsz } = JSON.parse(receiver.messages[0]!.text) as {
    server: { time: string };
    statsz: { start: string };
  };
  return Date.parse(server.time) - Date.parse(statsz.start);
}

describe.skipIf(peer === undefined)("statistics", () => {
  test(
    "come to those who are late when they would come anyway",
    async () => {
      for (const at of await both(firstAt([peer!]), firstAt(ours))) {
        expect(Math.abs(at - 3250)).toBeLessThan(500);
      }
    },
    TIMEOUT_MS,
  );
});
