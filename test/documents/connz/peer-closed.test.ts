/** What both servers remember of connections that ended, for every reason that can be brought about. */

import { describe, expect, test } from "bun:test";
import { findPeer } from "../../support/peer.ts";
import { until } from "../../support/until.ts";
import type { Wire } from "../../support/wire.ts";
import { DocumentPair, type JsonObject } from "../pair.ts";
import { askBoth, ourConnz, wires } from "./connz-pair.ts";

const peer = findPeer();

const USERS = "accounts { A { users: [ {user: a, password: pa} ] } }\n";
const LOGIN = { verbose: false, user: "a", pass: "pa", name: "n", lang: "l", version: "v" };
const IN = `CONNECT ${JSON.stringify(LOGIN)}\r\nSUB s 1\r\nPING\r\n`;

interface Ending {
  readonly reason: string;
  readonly config?: string;
  /** What the client says, in two parts between which it waits for a PONG. */
  readonly says?: readonly [string, string?];
  /** What it does after that, instead of waiting for its end. */
  readonly ends?: (wire: Wire) => void;
  /** Another client is there before it. */
  readonly isSecond?: boolean;
  /** And says this, once both have had their PONG. */
  readonly sentByOther?: string;
}

const ENDINGS: Readonly<Record<string, Ending>> = {
  "it closes": { reason: "Client Closed", says: [IN], ends: (wire) => wire.finish() },
  "it closes before CONNECT": { reason: "Client Closed", ends: (wire) => wire.finish() },
  "it says nothing": {
    reason: "Authentication Timeout",
    config: "authorization { timeout: 0.2 }",
  },
  "a wrong password": {
    reason: "Authentication Failure",
    says: ['CONNECT {"user":"a","pass":"x","name":"who"}\r\n'],
  },
  "no CONNECT": { reason: "Authentication Failure", says: ["PUB x 0\r\n\r\n"] },
  "a token that is no JWT": { reason: "Authentication Failure", says: ['CONNECT {"jwt":"x"}\r\n'] },
  "a token": { reason: "Authentication Failure", says: ['CONNECT {"auth_token":"secret"}\r\n'] },
  "an unknown verb": { reason: "Protocol Violation", says: [IN, "BOGUS\r\n"] },
  "CONNECT that is no JSON": { reason: "Protocol Violation", says: ["CONNECT {\r\n"] },
  "an error of its own": { reason: "Parse Error", says: [IN, "-ERR 'mine'\r\n"] },
  "a large payload": {
    reason: "Maximum Message Payload Exceeded",
    config: "max_payload: 100",
    says: [IN, "PUB x 101\r\n"],
  },
  "a long line": {
    reason: "Maximum Control Line Exceeded",
    config: "max_control_line: 200",
    says: [IN, `PUB ${"x".repeat(300)} 0\r\n`],
  },
  "a protocol of the future": {
    reason: "Bad Client Protocol Version",
    says: [`CONNECT ${JSON.stringify({ ...LOGIN, protocol: 2 })}\r\n`],
  },
  "no responders without headers": {
    reason: "No Responders Requires Headers",
    says: [`CONNECT ${JSON.stringify({ ...LOGIN, no_responders: true })}\r\n`],
  },
  "one connection too many": {
    reason: "Maximum Connections Exceeded",
    config: "max_connections: 1",
    isSecond: true,
  },
  "no answers to PING": {
    reason: "Stale Connection",
    config: 'ping_interval: "100ms", ping_max: 1',
    says: [IN],
  },
  "more than it may wait for": {
    reason: "Slow Consumer (Pending Bytes)",
    config: "max_payload: 1000, max_pending: 1000",
    says: [IN],
    sentByOther: `PUB s 1000\r\n${"x".repeat(1000)}\r\n`,
  },
};

describe.skipIf(peer === undefined)("beside nats-server", () => {
  test.concurrent.each(Object.entries(ENDINGS))("%s", async (_, ending) => {
    await using pair = await DocumentPair.start(peer!, `${USERS}${ending.config ?? ""}`);
    const isAccompanied = ending.isSecond || ending.sentByOther !== undefined;
    const other = isAccompanied ? await pair.client(LOGIN) : undefined;
    const both = await wires(pair);
    const playing = both.map((wire) => play(wire, ending));
    if (ending.sentByOther !== undefined) {
      for (const wire of both) expect(await wire.waitFor("PONG\r\n")).toBe(true);
      await other!(ending.sentByOther);
    }
    await Promise.all(playing);
    const isClosed = async (): Promise<boolean> => {
      const { theirs, ours } = await askBoth(pair, { state: 1 });
      return [theirs, ours].every((text) => text.includes('"total": 1'));
    };
    const deadline = performance.now() + 4000;
    while (!(await isClosed()) && performance.now() < deadline) await Bun.sleep(5);
    const options = { state: 1, auth: true, subscriptions_detail: true } as const;
    const { theirs, ours } = await askBoth(pair, options);
    expect(withoutIds(ours)).toBe(withoutIds(theirs));
    const { connections } = await ourConnz(pair.server, options);
    expect((connections as JsonObject[])[0]!.reason).toBe(ending.reason);
    for (const wire of both) wire.close();
  });

  test("reset by the peer", async () => {
    await using pair = await DocumentPair.start(peer!, USERS);
    for (const wire of await wires(pair)) {
      await play(wire, { reason: "", says: [IN], ends: (each) => each.close() });
    }
    const { closedClients } = pair.server.observer;
    await until("it is closed", () => closedClients.count === 1);
    expect(closedClients.all()[0]!.facts.reason).toBe("Read Error");
  });
});

async function play(wire: Wire, { says, ends }: Ending): Promise<void> {
  const [first, second] = says ?? [];
  if (first !== undefined) await wire.send(first);
  if (first === IN) expect(await wire.waitFor("PONG\r\n")).toBe(true);
  if (second !== undefined) await wire.send(second);
  ends?.(wire);
  if (ends === undefined) expect(await wire.waitForEnd(4000)).toBe(true);
}

/** What was on its way at the end differs, and so do ids: nats-server counts what it then drops. */
function withoutIds(text: string): string {
  return text.replace(/"(cid|msgs|out_msgs|out_bytes)": \d+/g, '"$1": 0');
}
