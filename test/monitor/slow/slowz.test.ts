/** `/slowz` tells of slow consumers, to whatever is asked. */

import { expect, test } from "bun:test";
import { slowzPage } from "../../../src/monitor/slow/slowz.ts";
import { ClientBench, type TestClient } from "../../net/client-bench.ts";
import { turnEnd } from "../../net/fake-transport.ts";

interface Document {
  readonly [field: string]: unknown;
  readonly current: readonly { readonly [field: string]: unknown }[];
  readonly recent: readonly { readonly [field: string]: unknown }[];
}

async function ask(bench: ClientBench, search = ""): Promise<[status: number, text: string]> {
  const { origin, href } = new URL(`http://localhost/slowz${search}`);
  const page = slowzPage(bench.server.observer);
  expect([page.path, origin]).toEqual(["/slowz", "http://localhost"]);
  const response = await page.answer(new Request(href), new URL(href), undefined as never);
  return [response.status, await response.text()];
}

async function read(bench: ClientBench, search = ""): Promise<Document> {
  const [status, text] = await ask(bench, search);
  expect(status).toBe(200);
  return JSON.parse(text);
}

async function lagging(bench: ClientBench, name: string): Promise<TestClient> {
  const client = bench.open();
  const options = { verbose: false, pedantic: false, name, user: "u", pass: "s3cret" };
  client.send(`CONNECT ${JSON.stringify(options)}\r\nSUB > 1\r\n`);
  await turnEnd();
  client.transport.block();
  return client;
}

test("what is blocked, and what was cut off", async () => {
  using bench = new ClientBench({ maxPending: 10_000, maxPayload: 9_000, writeDeadlineMs: 5_000 });
  const empty = await read(bench);
  expect(empty).toMatchObject({ slow_consumers: 0, blocked: 0, current: [], recent: [] });
  const [lost, blocked] = [await lagging(bench, "lost"), await lagging(bench, "<blocked>\u001b")];
  const publisher = bench.open().connect();
  publisher.send(`PUB sub.ject 5000\r\n${"x".repeat(5000)}\r\n`);
  await turnEnd();
  lost.send("PING\r\n".repeat(2_000));
  expect([lost.client.isClosed, blocked.client.isClosed]).toEqual([true, false]);

  const document = await read(bench);
  const subjects = [{ subject: "sub.ject", bytes: 5023, messages: 1 }];
  expect(document).toMatchObject({
    server_id: bench.server.serverInfo.id,
    max_pending: 10_000,
    write_deadline: 5e9,
    slow_consumers: 1,
    closed_pending_bytes: 1,
    closed_write_deadline: 0,
    recovered: 0,
    blocked: 1,
    num_current: 1,
    num_recent: 1,
    total_recent: 1,
  });
  expect(document.current[0]).toMatchObject({
    kind: "Client",
    cid: blocked.client.cid,
    name: "<blocked>\u001b",
    user: "u",
    account: "$G",
    state: "blocked",
    pending_bytes: 5023,
    pending_percent: 50.2,
    deadline_in_ms: expect.any(Number),
    drain_rate: 0,
    will_miss_deadline: true,
    subjects,
    subjects_estimated: false,
  });
  expect(document.recent[0]).toMatchObject({
    cid: lost.client.cid,
    name: "lost",
    outcome: "closed: pending bytes",
    detections: 1,
    subjects,
  });
  const [, text] = await ask(bench);
  expect(text).not.toContain("s3cret");
  expect(text).toContain(String.raw`"name": "\u003cblocked\u003e\u001b"`);
  expect(text.startsWith('{\n  "server_id": "')).toBe(true);

  const sizes = async (search: string): Promise<[number, number]> => {
    const { current, recent } = await read(bench, search);
    return [current.length, recent.length];
  };
  expect(await sizes("?state=current")).toEqual([1, 0]);
  expect(await sizes("?state=RECENT")).toEqual([0, 1]);
  expect(await sizes("?acc=$G&state=all&limit=1")).toEqual([1, 1]);
  expect(await sizes("?acc=nobody")).toEqual([0, 0]);
  expect(await sizes(`?cid=${lost.client.cid}`)).toEqual([0, 1]);
  expect(await sizes("?limit=-5")).toEqual([1, 1]);
  expect(await sizes("?limit=9223372036854775807")).toEqual([1, 1]);
  const limits = ["0", "7", "1000"].map(
    async (limit) => (await read(bench, `?limit=${limit}`)).limit,
  );
  expect(await Promise.all(limits)).toEqual([64, 7, 256]);
});

test("what cannot be asked for is refused", async () => {
  using bench = new ClientBench();
  expect(await ask(bench, "?state=open")).toEqual([400, "Error decoding state for open"]);
  expect(await ask(bench, "?limit=x")).toEqual([
    400,
    `Error decoding int for 'limit': strconv.Atoi: parsing "x": invalid syntax`,
  ]);
  const [status, text] = await ask(bench, "?cid=-1");
  expect([status, text]).toEqual([
    400,
    `Error decoding uint64 for 'cid': strconv.ParseUint: parsing "-1": invalid syntax`,
  ]);
});
