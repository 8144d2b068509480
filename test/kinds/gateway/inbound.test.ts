/** Servers of other clusters that come in: how they do, and what they may send. */

import { describe, expect, test } from "bun:test";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import { OWN_ID } from "../link-rig.ts";
import { connectLine, infoLine } from "./lines.ts";
import { Rig } from "./rig.ts";

const OWN_INFO =
  `INFO {"server_id":"${OWN_ID}","server_name":"RIG","version":"2.15.1","proto":3,` +
  '"go":"go1.27.2","host":"127.0.0.1","port":4999,"headers":true,"max_payload":1048576,' +
  '"gateway":"A","gateway_urls":["127.0.0.1:4999"],"gateway_url":"127.0.0.1:4999",' +
  '"gateway_nrp":true,"gateway_iom":true}\r\n';
const IN = connectLine() + infoLine();
const CREATED = "[info] Processing inbound gateway connection";
const REGISTERED = '[info] Inbound gateway connection from "B" (NPPP) registered';
const HEADERS = "NATS/1.0\r\nA: b\r\n\r\n";
const ANSWER_MS = 3000;

/** What comes of it: the answer without INFO, and the log without the beginning. */
async function play(rig: Rig, text: string): Promise<{ answer: string; log: string[] }> {
  const wire = await Wire.connect(rig.listen());
  const from = rig.log.length;
  await wire.send(text);
  await wire.waitFor((it) => it.ended || it.text.includes("PONG\r\n"), ANSWER_MS);
  const answer = wire.text.replace(/INFO .*\r\n/g, "");
  wire.close();
  await until("it is closed", () => rig.connections.at(-1)?.isClosed === true);
  return { answer, log: rig.told.slice(from).filter((line) => line !== CREATED) };
}

describe("a server that comes in", () => {
  test("is greeted with INFO, and registered with its own after CONNECT", async () => {
    await using rig = new Rig({ isTracing: true });
    const wire = await Wire.connect(rig.listen());
    expect(await wire.waitFor("}\r\n")).toBe(true);
    expect(wire.text).toBe(OWN_INFO);
    await wire.send(connectLine());
    await until("CONNECT is read", () => rig.connections[0]?.remoteId === "NPPP");
    expect(rig.connections[0]).toMatchObject({ isRegistered: false, isAwaited: false });
    await wire.send(`${infoLine({ server_id: "NQQQ", gateway: "Z" })}PING\r\n`);
    expect(await wire.waitFor("PONG\r\n")).toBe(true);
    expect(rig.connections[0]).toMatchObject({
      isRegistered: true,
      cluster: "Z",
      remoteId: "NQQQ",
      remoteName: "PY",
    });
    expect(rig.supercluster.registered).toMatchObject([{ gateway: "Z" }]);
    wire.close();
    await until("it is closed", () => rig.supercluster.closed.length === 1);
    expect(rig.told.slice(0, 5)).toEqual([
      CREATED,
      `[trace] <<- [${connectLine().trim()}]`,
      '[info] Inbound gateway connection from "Z" (NQQQ) registered',
      "[trace] <<- [PING]",
      "[trace] ->> [PONG]",
    ]);
    expect(rig.told.at(-1)).toMatch(/^\[info\] Gateway connection closed: .* - Remote: PY$/);
    expect(rig.log[0]).toMatch(/^\[info\] 127\.0\.0\.1:\d+ - gid:5 - /);
  });

  test.each([
    ["INFO", infoLine()],
    ["PING", "PING\r\n"],
    ["a message", "RMSG $G foo 2\r\nhi\r\n"],
  ])("must not begin with %s", async (_what, text) => {
    await using rig = new Rig();
    const { answer, log } = await play(rig, text);
    expect(answer).toBe("-ERR 'Authorization Violation'\r\n");
    expect(log).toEqual([
      "[error] authentication error",
      "[info] Gateway connection closed: Authentication Failure",
    ]);
  });

  test("has to say so in time, password or not", async () => {
    await using rig = new Rig({ authTimeoutMs: 30 });
    const { answer, log } = await play(rig, "");
    expect(answer).toBe("-ERR 'Authentication Timeout'\r\n");
    expect(log).toEqual([
      "[debug] Authentication Timeout",
      "[info] Gateway connection closed: Authentication Timeout",
    ]);
    // With CONNECT the time is over, even if INFO never comes.
    const wire = await Wire.connect(rig.listen());
    await wire.send(connectLine());
    expect(await wire.waitForEnd(60)).toBe(false);
  });

  test("must be a gateway", async () => {
    await using rig = new Rig();
    const text = "attempted to connect to gateway port";
    const first = await play(rig, connectLine({ gateway: "", user: "x" }));
    expect(first.answer).toBe(`-ERR '${text}'\r\n`);
    expect(first.log).toEqual([
      `[error] ${text} - user:x`,
      "[info] Gateway connection closed: Incorrect Port",
      `[error] ${text}`,
    ]);
    const second = await play(rig, `${IN}CONNECT {"gateway":""}\r\n`);
    expect(second.log.slice(0, 2)).toEqual([REGISTERED, `[error] ${text}`]);
    const third = await play(rig, 'CONNECT {"gateway":1}\r\n');
    expect(third.answer).toBe("");
    expect(third.log.at(-1)).toBe("[info] Gateway connection closed: Protocol Violation");
  });

  test("must be of a cluster that may come", async () => {
    await using rig = new Rig();
    rig.supercluster.known = ["B"];
    const { answer, log } = await play(rig, connectLine({ gateway: 'C"' }));
    expect(answer).toBe("-ERR 'Connection to gateway \"A\" rejected'\r\n");
    expect(log).toEqual([
      '[error] Rejecting connection from gateway "C\\""',
      "[info] Gateway connection closed: Wrong Gateway",
      "[error] wrong gateway",
    ]);
    expect((await play(rig, `${IN}PING\r\n`)).answer).toBe("PONG\r\n");
  });

  test("must not have the name of a server of this cluster", async () => {
    await using rig = new Rig();
    const { answer, log } = await play(rig, connectLine() + infoLine({ server_name: "RIG" }));
    expect(answer).toBe("");
    expect(log).toEqual([
      '[error] Remote server has a duplicate name: "RIG"',
      "[info] Gateway connection closed: Duplicate Server Name - Remote: RIG",
    ]);
    expect(rig.supercluster.registered).toEqual([]);
  });

  test("is let in by its password, or its certificate where that is what counts", async () => {
    await using rig = new Rig({ authorization: { user: "u", password: "p" } });
    const { answer, log } = await play(rig, connectLine({ user: "u", pass: "x" }));
    expect(answer).toBe("-ERR 'Authorization Violation'\r\n");
    expect(log).toEqual([
      '[error] authentication error - User "u"',
      "[info] Gateway connection closed: Authentication Failure",
    ]);
    const known = `${connectLine({ user: "u", pass: "p" })}PING\r\n`;
    expect((await play(rig, known)).answer).toBe("PONG\r\n");
    expect((await play(rig, connectLine({ account: "X", user: "u", pass: "p" }))).answer).toBe(
      answer,
    );
    rig.supercluster.settings.admitsCertificate = ({ tls }) => tls !== null;
    expect((await play(rig, known)).answer).toBe(answer);
  });
});

describe("what comes in", () => {
  test("is for receivers of this cluster, and counted", async () => {
    await using rig = new Rig();
    const plain = rig.subscriber("foo.*");
    const member = rig.subscriber("foo.*", "q");
    const text =
      "RMSG $G foo.1 2\r\nhi\r\nRMSG $G foo.2 re 2\r\nhi\r\nRMSG $G foo.3 | q 1\r\nx\r\n" +
      `RMSG $G foo.4 + re q r 1\r\ny\r\nHMSG $G foo.5 ${HEADERS.length} ` +
      `${HEADERS.length + 1}\r\n${HEADERS}z\r\nPING\r\n`;
    const { answer } = await play(rig, IN + text);
    expect(answer).toBe("PONG\r\n");
    expect(plain.frames).toHaveLength(5);
    expect(plain.frames.slice(0, 4)).toEqual([
      "MSG foo.1 1 2|hi|",
      "MSG foo.2 1 re 2|hi|",
      "MSG foo.3 1 1|x|",
      "MSG foo.4 1 re 1|y|",
    ]);
    expect(member.frames).toEqual(["MSG foo.3 1 1|x|", "MSG foo.4 1 re 1|y|"]);
    expect(rig.account.gatewayed).toMatchObject({ inMsgs: 5, inBytes: 7 + HEADERS.length });
    expect(rig.account.routed.inMsgs).toBe(0);
    const { stats } = rig.host;
    expect([stats.inMsgs, stats.gateways.inMsgs, stats.routes.inMsgs]).toEqual([5, 5, 0]);
    expect(rig.connections[0]!.inMsgs).toBe(5);
  });

  test("may be an answer to a request of this server, which is no traffic of the account", async () => {
    await using rig = new Rig();
    const asker = rig.subscriber("inbox");
    const prefix = rig.exchange.gateways!.prefix.toString();
    const other = prefix.replace(/\.\w{6}\./, ".000000.");
    const lines = `RMSG $G ${prefix}inbox 2\r\nhi\r\nRMSG $G ${other}inbox 2\r\nno\r\nPING\r\n`;
    await play(rig, IN + lines);
    expect(asker.frames).toEqual(["MSG inbox 1 2|hi|"]);
    expect(rig.account.gatewayed.inMsgs).toBe(0);
    expect(rig.host.stats.gateways.inMsgs).toBe(2);
  });

  test("may be for an account that is not here, and the supercluster is told", async () => {
    await using rig = new Rig();
    const text = 'RMSG NO"PE foo 2\r\nhi\r\nPUB bar 0\r\n\r\nPING\r\n';
    const { answer, log } = await play(rig, IN + text);
    expect(answer).toBe("PONG\r\n");
    expect(rig.supercluster.unknownAccounts).toEqual(['NO"PE', ""]);
    expect(log.slice(1, 3)).toEqual([
      '[debug] Unknown account "NO\\"PE" for gateway message on subject: "foo"',
      '[debug] Unknown account "" for gateway message on subject: "bar"',
    ]);
  });

  test("needs no INFO, but CONNECT, and may be acknowledged", async () => {
    await using rig = new Rig();
    const sink = rig.subscriber("foo");
    const text = `${connectLine({ verbose: true })}RMSG $G foo 2\r\nhi\r\nPING\r\n`;
    expect((await play(rig, text)).answer).toBe("+OK\r\nPONG\r\n");
    expect(sink.frames).toEqual(["MSG foo 1 2|hi|"]);
  });

  test("may come in pieces", async () => {
    await using rig = new Rig();
    const sink = rig.subscriber("foo");
    const wire = await Wire.connect(rig.listen());
    await wire.send(`${connectLine() + infoLine()}RMSG $G  foo re 2\r\nhi\r\nPING\r\n`, "bytes");
    expect(await wire.waitFor("PONG\r\n")).toBe(true);
    expect(sink.frames).toEqual(["MSG foo 1 re 2|hi|"]);
  });

  test.each<[string, string, string]>([
    ["RS+ $G foo", "Received RS+ from gateway on inbound connection", ""],
    ["RS- $G foo", "Received RS- from gateway on inbound connection", ""],
    ["SUB $G foo", "Received RS+ from gateway on inbound connection", ""],
    ["UNSUB $G foo", "Received RS- from gateway on inbound connection", ""],
    ["A+ $G", "Received A+ from gateway on inbound connection", ""],
    ["A- $G", "Received A- from gateway on inbound connection", ""],
    ["RS+ $G", "processGatewaySubjectSub Parse Error: '$G'", ""],
    ["RS- $G a b c", "processGatewaySubjectUnsub parse error: '$G a b c'", ""],
    ["RMSG $G foo", "processRoutedMsgArgs Parse Error: '[$G foo]'", ""],
    ["PUB foo 2", "maximum payload exceeded: 2 vs 0", "Maximum Payload Violation"],
    ["HPUB foo 2 4", "message headers not supported", ""],
    ["-ERR 'boo'", "Gateway Error 'boo'", ""],
    ["INFO {", "unexpected end of JSON input", ""],
  ])("is refused: %s", async (line, text, answer) => {
    await using rig = new Rig();
    const outcome = await play(rig, `${IN}${line}\r\n`);
    expect(outcome.answer).toBe(answer === "" ? "" : `-ERR '${answer}'\r\n`);
    expect(outcome.log.slice(1, 2)).toEqual([`[error] ${text}`]);
  });

  test.each(["LS+ $G foo", "LS- $G foo", "LMSG o $G foo 0 0\r\n", "MSG $G foo 0", "FOO"])(
    "is unknown: %s",
    async (line) => {
      await using rig = new Rig();
      const sink = rig.subscriber("foo");
      const { answer, log } = await play(rig, `${IN}${line}\r\n`);
      expect(answer).toBe("-ERR 'Unknown Protocol Operation'\r\n");
      expect(log[1]).toStartWith("[error] Gateway parser ERROR, state=0, i=");
      expect(sink.text).toBe("");
    },
  );

  test("has no say in what it says of itself later", async () => {
    await using rig = new Rig();
    const later = infoLine({ gateway: "C", server_name: "RIG", gateway_cmd: 2 });
    expect((await play(rig, `${IN}${later}PING\r\n`)).answer).toBe("PONG\r\n");
    expect(rig.supercluster.registered).toHaveLength(1);
    expect(rig.supercluster.later).toEqual([]);
  });

  test("waits for a receiver that is behind, and nothing is lost", async () => {
    await using rig = new Rig();
    const sink = rig.subscriber("foo");
    const wire = await Wire.connect(rig.listen());
    await wire.send(`${IN}PING\r\n`);
    await wire.waitFor("PONG\r\n");
    const { turn } = rig.host;
    const waiting: { resumeInput(): void }[] = [];
    const laggard = { isReading: true, stallMs: 5, addWaiting: (it: never) => waiting.push(it) };
    const receive = sink.reserve.bind(sink);
    sink.reserve = (bytes) => {
      turn.lagging = laggard;
      return receive(bytes);
    };
    await wire.send("RMSG $G foo 2\r\nhi\r\n".repeat(3));
    await until("it waits", () => waiting.length === 1);
    expect(sink.frames).toHaveLength(1);
    sink.reserve = receive;
    waiting[0]!.resumeInput();
    await until("the rest comes", () => sink.frames.length === 3);
  });
});
