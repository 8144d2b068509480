/** The traffic of accounts, which stays theirs when their clients go. */

import { expect, test } from "bun:test";
import { accstatz } from "../../src/documents/accstatz.ts";
import { Server } from "../../src/server/server.ts";
import { until } from "../support/until.ts";
import { Wire } from "../support/wire.ts";

test("what a client has sent and received counts for its account after its end", async () => {
  const server = new Server({ host: "127.0.0.1", port: 0 }, null);
  await server.start();
  const { observer } = server;
  const wire = await Wire.connect(server.port);
  await wire.send('CONNECT {"verbose":false}\r\nSUB foo 1\r\nPUB foo 5\r\nhello\r\nPING\r\n');
  expect(await wire.waitFor("PONG\r\n")).toBe(true);
  const counts = async () => {
    const { account_statz } = await accstatz(observer, { include_unused: true });
    const { conns, sent, received } = account_statz.find(({ acc }) => acc === "$G")!;
    return [conns, sent.msgs, sent.bytes, received.msgs, received.bytes];
  };
  expect(await counts()).toEqual([1, 1, 5, 1, 5]);
  wire.close();
  await until("the end of the client", () => observer.clients.size === 0);
  expect(await counts()).toEqual([0, 1, 5, 1, 5]);
  expect(observer.traffic()).toEqual({ inMsgs: 1, inBytes: 5, outMsgs: 1, outBytes: 5 });
  await server.stop();
});
