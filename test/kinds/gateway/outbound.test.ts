/** Servers of other clusters that are dialled: how that goes, and what they tell of their cluster. */

import { describe, expect, test } from "bun:test";
import type { OutboundGateway } from "../../../src/kinds/gateway/outbound-gateway.ts";
import { until } from "../../support/until.ts";
import { OWN_ID } from "../link-rig.ts";
import { type RawPeer, RawServer } from "../route/raw-server.ts";
import { commandLine, connectLine, infoLine } from "./lines.ts";
import { Rig, type RigOptions } from "./rig.ts";

const CONNECT =
  'CONNECT {"echo":false,"verbose":false,"pedantic":false,"user":"u","tls_required":false,' +
  `"headers":false,"name":"${OWN_ID}","cluster":"","gateway":"A"}\r\n`;
const CREATED = '[info] Creating outbound gateway connection to "B"';
const SENT = '[debug] Gateway connect protocol sent to "B"';
const REGISTERED = '[info] Outbound gateway connection to "B" (NPPP) registered';

interface Stage extends AsyncDisposable {
  readonly rig: Rig;
  readonly peer: RawPeer;
  readonly gateway: OutboundGateway;
  /** The peer says something, and what comes of it is there. */
  say(text: string): Promise<void>;
  /** The peer says something and the connection ends. @returns what the log says from there on. */
  end(text: string): Promise<string[]>;
}

async function dialled(options: RigOptions = {}, name = "B"): Promise<Stage> {
  const rig = new Rig(options);
  const server = new RawServer();
  const [peer, gateway] = await Promise.all([server.accept(), rig.dial(server.port, { name })]);
  let pongs = 0;
  return {
    rig,
    peer,
    gateway,
    async say(text) {
      peer.send(`${text}PING\r\n`);
      pongs++;
      await until("it answers", () => peer.text.split("PONG\r\n").length > pongs);
    },
    async end(text) {
      const from = rig.told.length;
      peer.send(text);
      await until("it is closed", () => rig.supercluster.closed.length === 1);
      await peer.waitForEnd();
      return rig.told.slice(from);
    },
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]();
      server[Symbol.dispose]();
    },
  };
}

async function registered(options: RigOptions = {}, info: object = {}): Promise<Stage> {
  const stage = await dialled(options);
  await stage.say(infoLine(info));
  return stage;
}

/** Modes of accounts, with subjects that were refused. */
function told({ gateway }: Stage): string[] {
  return [...gateway.interest.accounts()].map(({ account, mode, hasNoInterest, refused }) => {
    const wants = hasNoInterest ? "nothing" : [...refused].join(" ");
    return `${account.name} ${mode} ${wants}`.trim();
  });
}

/** Subscriptions of the other cluster for a subject of an account. */
function wanted({ rig }: Stage, subject: string, account = rig.account): number {
  const buf = Buffer.from(subject);
  const { linkCount, routeCount } = account.sublist.matchRange(buf, 0, buf.length);
  return linkCount - routeCount;
}

describe("a server that is dialled", () => {
  test("is sent nothing before its INFO, then CONNECT and INFO", async () => {
    await using stage = await dialled();
    const { rig, peer, gateway } = stage;
    expect(await peer.waitFor(/./, 30)).toBe(false);
    expect(gateway).toMatchObject({ isRegistered: false, cluster: "B", remote: null });
    await stage.say(infoLine());
    const info = rig.supercluster.info();
    expect(peer.text).toBe(`${CONNECT}INFO ${JSON.stringify(info)}\r\nPONG\r\n`);
    expect(rig.told).toEqual([CREATED, SENT, REGISTERED]);
    expect(rig.log[0]).toMatch(/^\[info\] 127\.0\.0\.1:\d+ - gid:5 - /);
    expect(gateway).toMatchObject({
      isRegistered: true,
      isOpen: true,
      isTraceable: false,
      remoteId: "NPPP",
      remoteName: "PY",
    });
    expect(gateway.clusterHash).toHaveLength(6);
    expect(gateway.outbound.headers).toBe(true);
    expect(rig.supercluster.registered).toMatchObject([{ server_id: "NPPP", gateway: "B" }]);
    expect(await stage.end("-ERR 'foo'\r\n")).toEqual([
      "[error] Gateway Error 'foo'",
      "[info] Gateway connection closed: Parse Error - Remote: PY",
    ]);
    expect(gateway.mayReconnect).toBe(true);
  });

  test("may be one that knows less", async () => {
    const info = { gateway_nrp: false, headers: false, proto: 3 };
    await using stage = await registered({}, info);
    expect(stage.gateway).toMatchObject({ isTraceable: true });
    expect(stage.gateway.outbound.headers).toBe(false);
  });

  test.each<[string, object, string, string, string]>([
    [
      "is no gateway",
      { gateway: "" },
      'Attempt to connect to gateway "B" using wrong port',
      'Attempt to connect to gateway "B" using wrong port',
      "Incorrect Port",
    ],
    [
      "is of another cluster",
      { gateway: 'C"' },
      'Connection from "A" rejected, wanted to connect to "B", this is "C\\""',
      'Failing connection to gateway "B", remote gateway name is "C\\""',
      "Wrong Gateway",
    ],
    [
      "has the name of one of this cluster",
      { server_name: "RIG" },
      "",
      'Remote server has a duplicate name: "RIG"',
      "Duplicate Server Name",
    ],
  ])("is left when it %s, at first or later", async (_what, fields, answer, text, reason) => {
    const expected = answer === "" ? "" : `-ERR '${answer}'\r\n`;
    await using first = await dialled();
    const name = "server_name" in fields ? "RIG" : "PY";
    expect(await first.end(infoLine(fields))).toEqual([
      `[error] ${text}`,
      `[info] Gateway connection closed: ${reason} - Remote: ${name}`,
    ]);
    expect(first.peer.text).toBe(expected);
    expect(first.rig.supercluster.registered).toEqual([]);
    await using later = await registered();
    expect(await later.end(infoLine(fields))).toEqual([
      `[error] ${text}`,
      `[info] Gateway connection closed: ${reason} - Remote: PY`,
    ]);
    expect(later.peer.text).toEndWith(`PONG\r\n${expected}`);
    expect(later.gateway.mayReconnect).toBe(true);
  });

  test("is left for good when its cluster is one too many", async () => {
    await using stage = await dialled();
    stage.rig.supercluster.surplus = "B";
    expect(await stage.end(infoLine())).toEqual([
      SENT,
      "[info] Gateway connection closed: Wrong Gateway - Remote: PY",
    ]);
    expect(stage.gateway.mayReconnect).toBe(false);
    await until("its slot is free", () => stage.gateway.outbound.slot === 0);
  });

  test("is waited for only so long, and then pinged soon", async () => {
    await using silent = await dialled({ pingIntervalMs: 20, pingMax: 1 });
    expect(await silent.end("")).toEqual([
      "[debug] Stale Client Connection - Closing",
      "[info] Gateway connection closed: Stale Connection",
    ]);
    expect(silent.peer.text).toBe("-ERR 'Stale Connection'\r\n");
    const { stats } = silent.rig.host;
    expect([stats.staleConnections, stats.gateways.staleConnections]).toEqual([1, 1]);
    await using stage = await registered({ pingIntervalMs: 20, pingMax: 100 });
    expect(await stage.peer.waitFor(/\r\nPING\r\n/)).toBe(true);
    expect(stage.rig.told).toContain("[debug] Gateway Ping Timer");
    await stage.say("PONG\r\n");
    expect(stage.rig.supercluster.pongs).toBe(1);
    expect(stage.gateway.keepalive.rttMs).toBeGreaterThan(0);
  });

  test("tells of its cluster again, and of others", async () => {
    await using stage = await registered();
    const { supercluster } = stage.rig;
    const other = infoLine({ gateway: "C", gateway_cmd: 1, gateway_urls: ["h:1"] });
    await stage.say(infoLine({ gateway_urls: ["h:2"] }) + other);
    expect(supercluster.later).toMatchObject([{ gateway: "B", gateway_urls: ["h:2"] }]);
    expect(supercluster.gossip).toMatchObject([{ gateway: "C", gateway_urls: ["h:1"] }]);
    await stage.say(infoLine({ gateway_cmd: 9 }) + infoLine({ gateway_cmd: 1 }));
    expect(stage.rig.log.slice(-2)).toEqual([
      '[warn] Received unknown command 9 from gateway "B"',
      '[warn] Received unknown command 1 from gateway "B"',
    ]);
    expect(supercluster.later).toHaveLength(1);
  });

  test("may send what it likes, as in nats-server", async () => {
    await using stage = await registered();
    const sink = stage.rig.subscriber("foo");
    await stage.say(`${connectLine({ verbose: true })}RMSG $G foo 2\r\nhi\r\nRMSG X foo 0\r\n\r\n`);
    expect(sink.frames).toEqual(["MSG foo 1 2|hi|"]);
    expect(stage.peer.text).toEndWith("PONG\r\n+OK\r\n+OK\r\nPONG\r\n");
    expect(stage.rig.supercluster.unknownAccounts).toEqual([]);
    expect(stage.rig.told.at(-1)).toBe(
      '[debug] Unknown account "X" for gateway message on subject: "foo"',
    );
  });
});

describe("interest of another cluster", () => {
  test("is told by account, between two commands and after them", async () => {
    await using stage = await registered();
    const { rig } = stage;
    await stage.say("RS+ $G foo\r\nRS+ $G foo q 1\r\n");
    expect([wanted(stage, "foo"), told(stage)]).toEqual([1, ["$G Optimistic"]]);
    await stage.say(`${commandLine(2, "$G")}RS+ $G foo\r\nRS+ $G bar.*\r\n`);
    expect([wanted(stage, "foo"), told(stage)]).toEqual([2, ["$G Transitioning"]]);
    await stage.say(`${commandLine(3, "$G")}SUB $G baz\r\nUNSUB $G bar.*\r\nRS- $G foo q\r\n`);
    expect(told(stage)).toEqual(["$G Interest-Only"]);
    expect(["foo", "bar.1", "baz"].map((it) => wanted(stage, it))).toEqual([1, 0, 1]);
    expect(stage.gateway.heardLines).toBe(7);
    expect(rig.told.slice(-2)).toEqual([
      '[debug] Gateway "B": switching account "$G" to Interest-Only mode',
      '[debug] Gateway "B": switching account "$G" to Interest-Only mode complete',
    ]);
    stage.peer.close();
    await until("it is taken back", () => wanted(stage, "foo") + wanted(stage, "baz") === 0);
    await until("its slot is free", () => stage.gateway.outbound.slot === 0);
  });

  test("is everything, as long as an old server has told nothing", async () => {
    await using stage = await registered({}, { gateway_iom: false });
    expect(wanted(stage, "foo")).toBe(1);
    await stage.say("RS- $G foo\r\nRS- $G bar\r\nA- $SYS\r\n");
    expect(told(stage)).toEqual(["$G Optimistic foo bar", "$SYS Optimistic nothing"]);
    expect(wanted(stage, "foo", stage.rig.system)).toBe(0);
    await stage.say("RS+ $G *\r\nA+ $SYS\r\n");
    expect(told(stage)).toEqual(["$G Optimistic", "$SYS Optimistic"]);
    await stage.say(commandLine(2, "$G") + commandLine(3, "$G"));
    expect([wanted(stage, "foo"), wanted(stage, "foo", stage.rig.system)]).toEqual([0, 1]);
  });

  test("may be in an account that is not here", async () => {
    await using stage = await registered();
    const lines = `${commandLine(2, "N Y")}RS+ NY foo q 1\r\nA- N Z \r\n`;
    await stage.say(lines);
    expect(told(stage)).toEqual(["N Y Transitioning", "NY Optimistic", "N Z  Optimistic nothing"]);
    const account = stage.rig.exchange.foreign.account("NY")!;
    expect(wanted(stage, "foo", account)).toBe(1);
  });

  test("of a server whose INFO has not come counts for nothing", async () => {
    await using stage = await dialled();
    await stage.say("RS+ $G foo q 1\r\nA- $G\r\nRS- $G foo q\r\n");
    expect([told(stage), wanted(stage, "foo")]).toEqual([[], 0]);
  });

  test("that makes no sense is left out", async () => {
    await using stage = await registered();
    await stage.say("RS+ $G a..b q 1\r\nRS- $G a q\r\nRS+ $SYS foo q x\r\nRS- NY a q\r\n");
    expect(stage.rig.told.slice(3)).toEqual([
      '[debug] Received RS- without prior RS+ for subject "a", queue "q"',
    ]);
    expect(wanted(stage, "a")).toBe(0);
  });

  test.each([
    ["RS+ $G foo q", "processGatewaySubjectSub Parse Error: '$G foo q'"],
    ["RS- $G", "processGatewaySubjectUnsub parse error: '$G'"],
    ["RMSG $G x", "processRoutedMsgArgs Parse Error: '[$G x]'"],
  ])("cannot be read: %s", async (line, text) => {
    await using stage = await registered();
    expect(await stage.end(`${line}\r\n`)).toEqual([
      `[error] ${text}`,
      "[info] Gateway connection closed: Protocol Violation - Remote: PY",
    ]);
  });

  test.each([
    [2, "start", ""],
    [3, "complete", ',"gateway_cmd_payload":null'],
  ])("must name the account in command %p", async (command, word, payload) => {
    await using stage = await registered();
    const text = `Account absent from receive-all-subscriptions-${word} command`;
    const line = `INFO {"gateway":"B","gateway_cmd":${command}${payload}}\r\n`;
    await stage.say(commandLine(command, ""));
    expect(await stage.end(line)).toEqual([
      `[error] ${text}`,
      "[info] Gateway connection closed: Protocol Violation - Remote: PY",
    ]);
    expect(stage.peer.text).toEndWith(`PONG\r\n-ERR '${text}'\r\n`);
  });
});

test("a server that does not read is cut off, and counted", async () => {
  await using stage = await registered({ maxPending: 1024 * 1024 });
  stage.peer.pause();
  const line = Buffer.from(`RMSG $G foo 60000\r\n${"x".repeat(60_000)}\r\n`);
  for (let i = 0; i < 2000 && stage.gateway.isOpen; i++) {
    stage.gateway.outbound.append(line);
    if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(stage.gateway.closedReason).toBe("Slow Consumer (Pending Bytes)");
  const { stats } = stage.rig.host;
  expect([stats.slowConsumers, stats.gateways.slowConsumers]).toEqual([1, 1]);
  expect(stage.gateway.slowPeer()).toMatchObject({ kind: "Gateway", name: "PY", account: "$G" });
});
