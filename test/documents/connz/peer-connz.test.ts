/** What `connz` says of the same clients as nats-server does, by every parameter. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ConnzOptions } from "../../../src/documents/connz/connz-options.ts";
import { newKey } from "../../support/jwt.ts";
import { findPeer } from "../../support/peer.ts";
import { until } from "../../support/until.ts";
import { DocumentPair } from "../pair.ts";
import { askBoth, cidsOf, wires } from "./connz-pair.ts";

const peer = findPeer();
const key = newKey("U", 7);

const CONFIG = `
  accounts {
    A { users: [ {user: a, password: pa}, {user: a2, password: pa} ] }
    B { users: [ {user: b, password: pb}, {nkey: ${key.publicKey}} ] }
  }
  authorization { users: [ {user: g, password: pg} ] }
`;

const QUESTIONS: Readonly<Record<string, ConnzOptions>> = {
  nothing: {},
  auth: { auth: true },
  subscriptions: { subscriptions: true },
  "subscriptions in detail": { subscriptions: true, subscriptions_detail: true },
  "everything at once": { auth: true, subscriptions_detail: true, state: 2 },
  "closed ones": { state: 1 },
  "closed ones with all": { state: 1, auth: true, subscriptions_detail: true },
  "closed ones with subjects": { state: 1, subscriptions: true },
  "open and closed": { state: 2 },
  "one by its id": { cid: 1 },
  "one that is closed by its id": { cid: 5, state: 1 },
  "one that is closed among all": { cid: 5, state: 2 },
  "one that is closed among the open ones": { cid: 5 },
  "one that there is not": { cid: 1000, state: 2 },
  "one in another account": { cid: 1, acc: "B" },
  "one by another user": { cid: 1, user: "b" },
  "one that is closed of another user": { cid: 5, state: 1, user: "b" },
  "an account": { acc: "A" },
  "an account and its closed ones": { acc: "A", state: 2, auth: true },
  "closed ones of an account": { acc: "A", state: 1 },
  "the global account": { acc: "$G", auth: true },
  "closed ones of the global account": { acc: "$G", state: 1 },
  "an account that there is not": { acc: "nope" },
  "the system account": { acc: "$SYS" },
  "a user": { user: "a", auth: true },
  "a user without auth": { user: "a2" },
  "a user with a key": { user: key.publicKey, auth: true },
  "a user that there is not": { user: "nobody" },
  "closed ones of a user": { user: "a", state: 1 },
  "a client of MQTT": { mqtt_client: "x" },
  "closed clients of MQTT": { mqtt_client: "x", state: 1 },
  "the second page": { offset: 2, limit: 2 },
  "beyond the end": { offset: 100, limit: 2 },
  "an offset below zero": { offset: -5, limit: 2 },
  "a limit below zero": { limit: -1 },
  "a page of all": { offset: 3, limit: 3, state: 2 },
  "sorted by id": { sort: "cid" },
  "sorted by start": { sort: "start" },
  "sorted by subscriptions": { sort: "subs", limit: 2 },
  "sorted by messages to them": { sort: "msgs_to", limit: 2 },
  "sorted by messages from them": { sort: "msgs_from", limit: 1 },
  "sorted by bytes to them": { sort: "bytes_to", limit: 2 },
  "sorted by bytes from them": { sort: "bytes_from", limit: 1 },
  "sorted by activity": { sort: "last", limit: 1 },
  "sorted by idleness": { sort: "idle", limit: 1 },
  "sorted by age": { sort: "uptime" },
  "sorted by end": { sort: "stop", state: 1 },
  "sorted by reason": { sort: "reason", state: 1, limit: 1 },
};

describe.skipIf(peer === undefined)("beside nats-server", () => {
  let pair: DocumentPair;
  let first: [number, number];

  beforeAll(async () => {
    pair = await DocumentPair.start(peer!, CONFIG);
    // 0: says nothing. 1: subscribes much. 2: publishes. 3: in the global account. 4, 5: go.
    for (const wire of await wires(pair)) expect(await wire.waitFor("\r\n")).toBe(true);
    const [theirs, ours] = await cidsOf(pair);
    first = [theirs[0]!, ours[0]!];
    const a = await pair.client(
      { user: "a", pass: "pa", name: '<"a">&\u2028é', lang: "go", version: "1.0" },
      "SUB foo.> 1\r\nSUB foo.* q1 22\r\nSUB b\xe9r.\xff 333\r\nSUB max 4\r\nUNSUB 4 10\r\n",
    );
    const a2 = await pair.client({ user: "a2", pass: "pa", name: "two" }, "SUB foo.bar 1\r\n");
    await a2("PUB foo.bar 5\r\nhello\r\nPUB max 2\r\nhi\r\n");
    const g = await pair.client({ user: "g", pass: "pg" });
    const going = await wires(pair);
    const connect = { verbose: false, user: "a", pass: "pa", name: "going", lang: "x" };
    for (const wire of going) {
      await wire.send(
        `CONNECT ${JSON.stringify(connect)}\r\nSUB x.> 5\r\nSUB y q 6\r\nUNSUB 6 9\r\n`,
      );
      await wire.send("PUB y 3\r\nabc\r\nPING\r\n");
      expect(await wire.waitFor("PONG\r\n")).toBe(true);
    }
    const refused = await wires(pair);
    for (const wire of refused) {
      await wire.send(`CONNECT ${JSON.stringify({ user: "b", pass: "wrong", lang: "y" })}\r\n`);
      expect(await wire.waitForEnd()).toBe(true);
    }
    for (const wire of going) wire.finish();
    for (const wire of going) expect(await wire.waitForEnd()).toBe(true);
    const [their, our] = await wires(pair);
    for (const wire of [their, our]) {
      expect(await wire.waitFor("\r\n")).toBe(true);
      const { nonce } = JSON.parse(wire.text.slice("INFO ".length)) as { nonce: string };
      const sig = key.sign(nonce).toString("base64url");
      const keyed = { verbose: false, nkey: key.publicKey, sig };
      await wire.send(`CONNECT ${JSON.stringify(keyed)}\r\nPING\r\n`);
      expect(await wire.waitFor("PONG\r\n")).toBe(true);
    }
    await a("");
    await g("PUB nobody 0\r\n\r\n");
    await until("both have closed two", () => pair.server.observer.closedClients.count === 2);
  });

  afterAll(() => pair?.[Symbol.asyncDispose]());

  test.each(Object.entries(QUESTIONS))("%s", async (_, options) => {
    const { theirs, ours } = await askBoth(pair, options, ...first);
    expect(ours).toBe(theirs);
  });
});
