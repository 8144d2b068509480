/** Which other servers are known, and when they are not any more. */

import { expect, test } from "bun:test";
import { Logger } from "../../../src/log/logger.ts";
import {
  RemoteServers,
  SERVERS_MAX,
  type SilenceTimes,
} from "../../../src/system/peers/remote-servers.ts";
import { until } from "../../support/until.ts";

class Stage implements Disposable {
  readonly events: string[] = [];
  readonly servers: RemoteServers;

  constructor(times: SilenceTimes = {}) {
    const { events } = this;
    const log = new Logger((level, text) => events.push(`${level} ${text}`), {
      debug: true,
      trace: false,
    });
    const onGone = (id: string): number => events.push(`gone ${id}`);
    this.servers = new RemoteServers({ log, onNew: () => events.push("new"), onGone }, times);
  }

  [Symbol.dispose](): void {
    this.servers.stop();
  }
}

test("A server is new once, until it goes", () => {
  using it = new Stage();
  it.servers.seen("N1", 5);
  it.servers.seen("N1", 6);
  it.servers.seen("N2", 1);
  expect(it.servers.count).toBe(2);
  it.servers.forget("N1");
  it.servers.forget("N1");
  it.servers.seen("N1", 1);
  expect(it.events).toEqual(["new", "new", "gone N1", "new"]);
});

test("Messages of a server that are not in order are told to the log", () => {
  using it = new Stage();
  it.servers.seen("N1", 5);
  it.servers.seen("N1", 5);
  it.servers.seen("N1", 4);
  const line = 'error Received out of order remote server update from: "N1"';
  expect(it.events).toEqual(["new", line, line]);
});

test("A server that says nothing any more is gone, one that does stays", async () => {
  using it = new Stage({ silenceMs: 60, sweepMs: 10 });
  it.servers.seen("N1", 1);
  it.servers.seen("N2", 1);
  let sequence = 1;
  const talk = setInterval(() => it.servers.seen("N2", ++sequence), 5);
  await until("gone", () => it.servers.count === 1);
  clearInterval(talk);
  expect(it.events).toContain('debug Detected orphan remote server: "N1"');
  expect(it.servers.has("N2")).toBe(true);
  await until("all gone", () => it.servers.count === 0);
  expect(it.events.slice(-1)).toEqual(["gone N2"]);
});

test("Servers beyond the most that are kept count of are not known", () => {
  using it = new Stage();
  for (let i = 0; i < SERVERS_MAX + 10; i++) it.servers.seen(`N${i}`, 1);
  expect(it.servers.count).toBe(SERVERS_MAX);
  it.servers.forget("N0");
  it.servers.seen("NEW", 1);
  expect(it.servers.has("NEW")).toBe(true);
});
