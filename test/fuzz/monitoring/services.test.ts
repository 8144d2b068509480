/**
 * Bodies of requests to the system account, and headers of messages that ask to be traced: right ones
 * with something changed. FUZZ_MESSAGES=<count> sends so many of each.
 */

import { expect, setDefaultTimeout, test } from "bun:test";
import { NatsServer } from "../../../src/embed.ts";
import { type Prng, withSeed } from "../../support/prng.ts";
import { Asker, type Question } from "../../system/services/asker.ts";

const MESSAGES = Number(process.env.FUZZ_MESSAGES ?? 2000);
const BATCH = 100;
const PING = "$SYS.REQ.SERVER.PING";

setDefaultTimeout(60_000 + MESSAGES * 20);

const SERVER_SERVICES = [
  ..."IDZ STATSZ VARZ SUBSZ CONNZ ROUTEZ GATEWAYZ LEAFZ ACCOUNTZ JSZ HEALTHZ PROFILEZ".split(" "),
  ..."EXPVARZ IPQUEUESZ RAFTZ".split(" "),
];
const ACCOUNT_SERVICES = ["SUBSZ", "CONNZ", "LEAFZ", "JSZ", "INFO", "STATZ", "CONNS"];
const ACCOUNTS = ["A", "SYS", "PING", "$G", "nobody", "\u00e9", "*"];
const FIELDS = [
  ..."server_name cluster host exact_match tags domain subscriptions subscriptions_detail".split(
    " ",
  ),
  ..."sort auth offset limit cid mqtt_client state user acc filter_subject account test".split(" "),
  ..."accounts include_unused name debug duration all filter group streams consumer config".split(
    " ",
  ),
  ..."leader_only raft stream details js-enabled subject queue __proto__ toString LIMIT".split(" "),
];
const VALUES = [
  ...'0 -0 1 -1 1.5 1e3 1e309 -1e-400 9223372036854775808 null true false "" "A" "*" ">"'.split(
    " ",
  ),
  ...'[] {} [1] ["A"] [null] {"a":1} "\\u0000" "\\ud800" "foo.>" "a..b" "!" "cQ=="'.split(" "),
];

function bodyOf(random: Prng): string {
  if (random.chance(10)) return "";
  const fields = Array.from(
    { length: random.below(5) },
    () => `"${random.pick(FIELDS)}":${random.pick(VALUES)}`,
  );
  const json = `{${fields.join(",")}}`;
  return random.chance(3) ? changed(json, random) : json;
}

/** Bytes as characters, some of them others, gone, or twice there. */
function changed(text: string, random: Prng): string {
  let result = text;
  for (let changes = random.between(1, 3); changes > 0 && result !== ""; changes--) {
    const at = random.below(result.length);
    const end = Math.min(at + random.below(10), result.length);
    const middle = random.chance(2) ? String.fromCharCode(random.below(128)) : "";
    result = random.chance(3)
      ? result.slice(0, end) + result.slice(at)
      : result.slice(0, at) + middle + result.slice(end);
  }
  return result;
}

function questionOf(random: Prng): Question {
  const subject = random.chance(2)
    ? `${PING}.${random.pick(SERVER_SERVICES)}`
    : `$SYS.REQ.ACCOUNT.${random.pick(ACCOUNTS)}.${random.pick(ACCOUNT_SERVICES)}`;
  const others = [
    "$SYS.DEBUG.SUBSCRIBERS",
    "$SYS.REQ.ACCOUNT.NSUBS",
    "$SYS.REQ.USER.INFO",
    "$SYS.REQ.ACCOUNT.A.CLAIMS.UPDATE",
    PING,
  ];
  const headers = random.chance(4)
    ? random.pick([
        'Nats-Request-Info: {"acc":"A","id":-1,"svc":null}',
        "Nats-Request-Info: {",
        "Accept-Encoding: snappy",
        "Accept-Encoding: gzip,\x01",
        "x",
      ])
    : "";
  return {
    subject: random.chance(6) ? random.pick(others) : subject,
    body: bodyOf(random),
    headers,
  };
}

const SYS = { name: "SYS", users: [{ user: "sys", password: "sys" }] };
const A = { name: "A", users: [{ user: "a", password: "a" }] };

interface Watched {
  readonly server: NatsServer;
  readonly faults: string[];
}

async function start(): Promise<Watched> {
  const faults: string[] = [];
  const server = await NatsServer.start({
    systemAccount: "SYS",
    accounts: [SYS, { ...A, trace: { dest: "external", sampling: 100 } }] as never,
    log: (_level, text) => {
      if (/Internal error|Request to the system account failed/.test(text)) faults.push(text);
    },
  });
  return { server, faults };
}

test("every answer of a service is JSON, and no body fails one", () =>
  withSeed(async (random) => {
    const { server, faults } = await start();
    const system = await Asker.open(server.port, { user: "sys", pass: "sys" });
    const tenant = await Asker.open(server.port, { user: "a", pass: "a" });
    const askers: readonly (readonly [Asker, readonly string[]])[] = [
      [system, [`${PING}.HEALTHZ`, `${PING}.IDZ`]],
      [tenant, [`${PING}.CONNZ`, "$SYS.REQ.USER.INFO"]],
    ];
    let answered = 0;
    for (let sent = 0; sent < MESSAGES; sent += BATCH) {
      const [asker, last] = askers[random.below(4) === 0 ? 1 : 0]!;
      const questions = Array.from({ length: BATCH }, () => questionOf(random));
      const answers = await asker.askAll(questions, last);
      for (const [index, some] of answers.entries()) {
        for (const { body, headers } of some) {
          answered++;
          if (headers !== "") continue;
          const text = body.toString();
          if (faults.length > 0 || !isJson(text)) {
            const question = JSON.stringify(questions[index]);
            throw new Error(`${question} gets ${text.slice(0, 300)}; ${faults.join("\n")}`);
          }
        }
      }
      expect(faults).toEqual([]);
    }
    expect(answered).toBeGreaterThan(MESSAGES / 4);
    for (const [asker] of askers) asker.close();
    await server.stop();
  }));

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const LINES = [
  "Nats-Trace-Dest: traces",
  "Nats-Trace-Dest: a b",
  "Nats-Trace-Dest: trace disabled",
  "Nats-Trace-Dest:",
  "nats-trace-dest: traces",
  "Nats-Trace-Only: true",
  "Nats-Trace-Hop: 1",
  "Nats-Trace-Origin-Account: B",
  "Accept-Encoding: gzip",
  "Accept-Encoding: snappy",
  `traceparent: ${PARENT}`,
  `TraceParent: ${PARENT.replace("00-", "ff-")}`,
  `traceparent: ${PARENT}-more`,
  "tracestate: a=b,c=\xff",
  "x: y",
  " folded",
  ": no name",
  "x : y",
];

test("messages that ask to be traced are delivered, whatever their headers are", () =>
  withSeed(async (random) => {
    const { server, faults } = await start();
    const client = await Asker.open(server.port, { user: "a", pass: "a" });
    await client.wire.send("SUB traces 8\r\nSUB external 8\r\nSUB end 9\r\nSUB foo.* 8\r\n");
    for (let sent = 0; sent < MESSAGES; sent += BATCH) {
      const texts = Array.from({ length: BATCH }, () => {
        const lines = Array.from({ length: random.below(5) }, () => random.pick(LINES));
        const whole = `NATS/1.0\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
        const block = random.chance(3) ? changed(whole, random) : whole;
        return `HPUB foo.a ${block.length} ${block.length}\r\n${block}\r\n`;
      });
      const end = `end ${sent}`;
      const text = `${texts.join("")}PUB end ${end.length}\r\n${end}\r\n`;
      await client.wire.send(Buffer.from(text, "latin1"));
      if (!(await client.wire.waitFor(end, 10_000))) throw new Error(`${JSON.stringify(texts)}`);
      expect(faults).toEqual([]);
    }
    expect(client.text).toContain('"events":[');
    client.close();
    await server.stop();
  }));
