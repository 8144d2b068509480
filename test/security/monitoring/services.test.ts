/** Requests to the system account in bad hands: bodies, floods, and answers that are requests. */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { BODY_BYTES_MAX } from "../../../src/system/services/request.ts";
import { ours } from "../../process/processes.ts";
import { until } from "../../support/until.ts";
import { Asker } from "../../system/services/asker.ts";
import { LAST, PING, ServiceStage } from "../../system/services/service-stage.ts";

setDefaultTimeout(30_000);

const SERVICES = ["CONNZ", "SUBSZ", "VARZ", "HEALTHZ", "ACCOUNTZ", "STATSZ"];
/** Far more than a body takes that is read at all; a minute of work would be many times as long. */
const PING_MS_MAX = 1000;

let stage: ServiceStage;

beforeAll(async () => {
  stage = await ServiceStage.open(ours);
});

afterAll(() => stage[Symbol.asyncDispose]());

/** The longest that a client waits while something goes on, in milliseconds. */
async function longestPing(work: () => Promise<void>): Promise<number> {
  const client = await Asker.open(stage.stage.port, { user: "a", pass: "a" });
  let isOver = false;
  const working = work().finally(() => {
    isOver = true;
  });
  let longest = 0;
  while (!isOver) {
    const before = client.text.length;
    const start = performance.now();
    await client.wire.send("PING\r\n");
    await client.wire.waitFor(() => client.text.length > before, 20_000);
    longest = Math.max(longest, performance.now() - start);
    await Bun.sleep(5);
  }
  await working;
  client.close();
  return longest;
}

const LONG = BODY_BYTES_MAX - 100;
const BODIES: readonly (readonly [what: string, body: string])[] = [
  ["lists in lists", "[".repeat(LONG)],
  ["objects in objects", '{"acc":'.repeat(LONG / 7)],
  ["as deep as may be", `{"x":${"[".repeat(9990)}${"]".repeat(9990)}}`],
  ["a long number", `{"limit":${"9".repeat(LONG)}}`],
  ["a long exponent", `{"cid":1e${"9".repeat(LONG)}}`],
  ["a field again and again", `{${'"limit":1,'.repeat(LONG / 10 - 2)}"limit":1}`],
  ["very many tags", `{"tags":[${'"a",'.repeat(LONG / 4 - 10)}"a"]}`],
  ["a long text", `{"acc":"${"x".repeat(LONG)}"}`],
  ["escapes", `{"acc":"${"\\u0000".repeat(LONG / 6 - 3)}"}`],
  ["a subject of very many tokens", `{"filter_subject":"${"*.".repeat(LONG / 2 - 30)}*"}`],
  ["another", `{"test":"${"a.".repeat(LONG / 2 - 20)}a","subscriptions":true}`],
  ["blanks", `{${" ".repeat(LONG)}"limit":1}`],
  ["backslashes", `{"acc":"${"\\".repeat(LONG)}`],
  ["infinity", '{"limit":1e309,"offset":-0}'],
  ["no number", '{"limit":NaN}'],
  ["zeros", '{"acc":"a\u0000b"}'],
  ["no UTF-8", '{"acc":"\xff\xfe\xc0\xaf"}'],
  ["half of a pair", '{"acc":"\\ud800"}'],
  ["the ends of 64 bits", '{"limit":-9223372036854775808,"offset":9223372036854775807}'],
  ["a prototype", '{"__proto__":{"acc":"B"},"constructor":1,"toString":2}'],
];

test.each(BODIES)("a body of %s holds up nobody", async (_, body) => {
  const longest = await longestPing(async () => {
    const questions = SERVICES.map((name) => ({ subject: `${PING}.${name}`, body }));
    await stage.system.askAll(questions, LAST);
  });
  expect(longest).toBeLessThan(PING_MS_MAX);
});

test("a body that is too long is refused, also one of somebody else", async () => {
  const body = " ".repeat(BODY_BYTES_MAX + 1);
  const subject = `${PING}.CONNZ`;
  for (const asker of [stage.system, stage.a]) {
    const answer = JSON.parse((await asker.ask(subject, body)).body.toString());
    expect(answer.error).toEqual({ code: 400, description: "request body is too long" });
  }
  const counts = [{ subject: "$SYS.DEBUG.SUBSCRIBERS", body }];
  expect(await stage.system.askAll(counts, LAST)).toEqual([[]]);
});

test("answers that go to services, also to the same, make no others", async () => {
  const services = [...SERVICES.map((name) => `${PING}.${name}`), PING, "$SYS.REQ.USER.INFO"];
  const hearing = await Asker.open(stage.stage.port, { user: "sys", pass: "sys" });
  await hearing.wire.send("SUB $SYS.REQ.> 7\r\nPING\r\n");
  await hearing.wire.waitFor((wire) => wire.text.split("PONG\r\n").length > 2);
  let text = "";
  for (const subject of services)
    for (const reply of services) text += `PUB ${subject} ${reply} 0\r\n\r\n`;
  for (const asker of [stage.system, stage.a]) {
    await asker.wire.send(text);
    await asker.askAll([], asker === stage.system ? LAST : [`${PING}.CONNZ`, "$SYS.REQ.USER.INFO"]);
  }
  const count = (): number => hearing.text.split("MSG $SYS.REQ.").length;
  await until("the answers", () => count() > services.length ** 2);
  await stage.system.askAll([], LAST);
  // A request, perhaps its answer, and what came over from another account: nothing grows.
  expect(count()).toBeLessThan(6 * services.length ** 2);
  const before = count();
  await stage.system.askAll([], LAST);
  expect(count() - before).toBeLessThan(10);
  hearing.close();
});

test("a reply subject of another account's service reaches nobody there", async () => {
  const replies = ["$SYS.REQ.SERVER.PING", "$SYS.REQ.ACCOUNT.B.CONNZ", "$SYS.ACCOUNT.B.CONNECT"];
  for (const reply of replies) {
    await stage.a.wire.send(`PUB ${PING}.CONNZ ${reply} 0\r\n\r\n`);
  }
  await stage.a.askAll([], [`${PING}.CONNZ`]);
  expect(stage.b.text).not.toContain("MSG $SYS");
});

test("floods with and without a reply subject are survived", async () => {
  const longest = await longestPing(async () => {
    const subjects = [
      ...SERVICES.map((name) => `${PING}.${name}`),
      PING,
      "$SYS.REQ.ACCOUNT.A.CONNS",
    ];
    const flood = subjects.map((subject) => `PUB ${subject} 0\r\n\r\nPUB ${subject} x.y 0\r\n\r\n`);
    await stage.system.wire.send(flood.join("").repeat(500));
    await stage.a.wire.send(flood.join("").repeat(500));
    await Bun.sleep(500);
  });
  expect(longest).toBeLessThan(PING_MS_MAX);
  const answer = (): Promise<unknown> => stage.system.askJson(`${PING}.IDZ`);
  expect(await answer()).toHaveProperty("id");
  expect(stage.stage.server.text).not.toContain("Internal error");
});
