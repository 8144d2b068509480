/** What another server sends once it is in: messages, interest, and what is allowed of it. */

import { describe, expect, test } from "bun:test";
import { PermissionSet } from "../../../src/core/permissions/permission-set.ts";
import type { Route } from "../../../src/kinds/route/route.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import { connectLine, infoLine } from "./cases.ts";
import { Rig } from "./rig.ts";

/** A server that is in. */
async function join(rig: Rig, info: object = {}, connect: object = {}): Promise<Wire> {
  const wire = await Wire.connect(rig.listen());
  await wire.send(connectLine(connect) + infoLine({ route_pool_size: 3, ...info }));
  await until("it is registered", () => rig.routes.at(-1)?.isRegistered === true);
  return wire;
}

/** Sends, and waits until it is handled. */
async function tell(wire: Wire, text: string): Promise<void> {
  const pongs = () => wire.text.split("PONG\r\n").length;
  const before = pongs();
  await wire.send(`${text}PING\r\n`);
  expect(await wire.waitFor(() => pongs() > before)).toBe(true);
}

function interestOf(rig: Rig, subject: string): number {
  const buf = Buffer.from(subject);
  return rig.account.sublist.matchRange(buf, 0, buf.length).linkCount;
}

describe("messages", () => {
  test("reach those who want them, with headers and reply", async () => {
    await using rig = new Rig();
    const sink = rig.subscriber("foo");
    const wire = await join(rig);
    await tell(
      wire,
      "RMSG $G foo 2\r\nhi\r\nRMSG $G foo re.ply 2\r\nhi\r\n" +
        "HMSG $G foo rep 12 14\r\nNATS/1.0\r\n\r\nhi\r\nLMSG leaf $G foo 0 2\r\nhi\r\n",
    );
    expect(sink.frames).toEqual([
      "MSG foo 1 2|hi|",
      "MSG foo 1 re.ply 2|hi|",
      "HMSG foo 1 rep 12 14|NATS/1.0||hi|",
      "MSG foo 1 2|hi|",
    ]);
    expect(rig.host.stats).toMatchObject({ inMsgs: 4, inBytes: 20 });
    expect(rig.routes[0]).toMatchObject({ inMsgs: 4, inBytes: 20 });
  });

  test("reach queue groups only when these are named", async () => {
    await using rig = new Rig();
    const one = rig.subscriber("foo", "q");
    const other = rig.subscriber("foo", "r");
    const wire = await join(rig);
    await tell(
      wire,
      "RMSG $G foo 1\r\na\r\nRMSG $G foo | q 1\r\nb\r\nRMSG $G foo + re q r 1\r\nc\r\n",
    );
    expect(one.frames).toEqual(["MSG foo 1 1|b|", "MSG foo 1 re 1|c|"]);
    expect(other.frames).toEqual(["MSG foo 1 re 1|c|"]);
  });

  test("name no account on a connection that is one account's own", async () => {
    await using rig = new Rig();
    const sink = rig.subscriber("foo", "", rig.system);
    const wire = await join(rig, { route_account: "$SYS" });
    await tell(wire, "RMSG foo 2\r\nhi\r\nRMSG foo rep 2\r\nyo\r\n");
    expect(sink.frames).toEqual(["MSG foo 1 2|hi|", "MSG foo 1 rep 2|yo|"]);
  });

  test("of accounts that are not there are dropped", async () => {
    await using rig = new Rig();
    const sink = rig.subscriber("foo");
    const wire = await join(rig);
    await tell(wire, "RMSG NOPE foo 2\r\nhi\r\nRMSG $G foo 2\r\nyo\r\n");
    expect(sink.frames).toEqual(["MSG foo 1 2|yo|"]);
  });

  test("in pieces are the same", async () => {
    await using rig = new Rig();
    const sink = rig.subscriber("foo");
    const wire = await join(rig);
    await wire.send(
      "RMSG $G foo + rep q 5\r\nhello\r\nHMSG  $G\tfoo 12 14\r\nNATS/1.0\r\n\r\nhi\r\n",
      "bytes",
    );
    await tell(wire, "");
    expect(sink.frames).toEqual(["MSG foo 1 rep 5|hello|", "HMSG foo 1 12 14|NATS/1.0||hi|"]);
  });

  test("that come before INFO go nowhere", async () => {
    await using rig = new Rig();
    const sink = rig.subscriber("foo");
    const wire = await Wire.connect(rig.listen());
    await wire.send(connectLine());
    await tell(wire, "RS+ $G bar\r\nRMSG $G foo 2\r\nhi\r\n");
    expect(sink.text).toBe("");
    expect(interestOf(rig, "bar")).toBe(0);
    wire.close();
    await until("it is closed", () => rig.cluster.closed.length === 1);
  });

  test("are traced as nats-server does", async () => {
    await using rig = new Rig({ isTracing: true });
    const wire = await join(rig);
    await tell(wire, "RMSG $G foo | q 2\r\nhi\r\nRS+ $G bar q 2\r\nLS+ leaf $G bar\r\n");
    expect(rig.told.filter((line) => line.startsWith("[trace]"))).toEqual([
      `[trace] <<- [${connectLine().trimEnd()}]`,
      "[trace] <<- [RMSG $G foo | q 2]",
      '[trace] <<- MSG_PAYLOAD: ["hi"]',
      "[trace] <<- [RS+ $G bar q 2]",
      "[trace] <<- [LS+ leaf $G bar]",
      "[trace] <<- [PING]",
      "[trace] ->> [PONG]",
    ]);
  });

  test("are held while a receiver is behind, and none is lost", async () => {
    await using rig = new Rig();
    const sink = rig.subscriber("foo");
    const wire = await join(rig);
    let stalls = 0;
    const original = sink.reserve.bind(sink);
    sink.reserve = (bytes) => {
      // What an outbound does that is far behind.
      rig.host.turn.lagging = { isReading: true, stallMs: 10, addWaiting: () => stalls++ };
      return original(bytes);
    };
    await tell(wire, "RMSG $G foo 2\r\nhi\r\n".repeat(5));
    expect(sink.frames).toHaveLength(5);
    expect(stalls).toBe(5);
    expect(rig.routes[0]!.stalls).toBe(5);
  });
});

describe("interest", () => {
  test("is kept once, however often it is told, and goes with RS-", async () => {
    await using rig = new Rig();
    const wire = await join(rig);
    await tell(wire, "RS+ $G foo\r\nRS+ $G foo\r\nRS+ $G foo.* q 3\r\nrs+ $G bar\r\n");
    expect(rig.routes[0]!.outbound.subCount).toBe(3);
    await tell(wire, "RS- $G foo\r\nRS- $G foo.* q\r\nRS- $G nope\r\n");
    expect(rig.routes[0]!.outbound.subCount).toBe(1);
    expect(interestOf(rig, "bar")).toBe(1);
  });

  test("of an account that is gone is kept for it as it changes, as it may come back", async () => {
    await using rig = new Rig();
    const { exchange } = rig;
    const account = rig.addAccount("gone");
    const wire = await join(rig);
    await tell(wire, "RS+ gone foo\r\nRS+ gone foo q 2\r\nRS+ gone bar\r\n");
    exchange.accountsByName.remove(account);
    await tell(wire, "RS- gone bar\r\n");
    expect(rig.routes[0]!.outbound.subCount).toBe(3);
    exchange.foreign.keep(account);
    await tell(wire, "RS- gone foo\r\nRS- gone foo q\r\nRS+ gone baz\r\nRMSG gone foo 2\r\nhi\r\n");
    expect(rig.routes[0]!.outbound.subCount).toBe(2);
    expect(rig.told.filter((line) => line.includes("nown account"))).toEqual([
      '[debug] Unknown account "gone" for subject "bar"',
      '[debug] Unknown account "gone" for routed message on subject: "foo"',
    ]);
  });

  test("of leafnodes is another one", async () => {
    await using rig = new Rig();
    const wire = await join(rig);
    await tell(wire, "RS+ $G foo\r\nLS+ leaf $G foo\r\nLS+ other $G foo\r\n");
    const { outbound } = rig.routes[0]!;
    expect(outbound.subCount).toBe(3);
    await tell(wire, "LS- leaf $G foo\r\nLS- leaf $G foo\r\n");
    expect(outbound.subCount).toBe(2);
    await tell(wire, "LS- other $G foo\r\nRS- $G foo\r\n");
    expect(outbound.subCount).toBe(0);
  });

  test("of leafnodes has no origin where its end does not name it", async () => {
    await using rig = new Rig();
    const wire = await join(rig, { lnocu: false });
    await tell(wire, "LS+ leaf $G foo\r\n");
    expect(rig.routes[0]!.outbound.subCount).toBe(1);
    await tell(wire, "LS- $G foo\r\n");
    expect(rig.routes[0]!.outbound.subCount).toBe(0);
  });

  test("goes with the connection", async () => {
    await using rig = new Rig();
    const wire = await join(rig);
    await tell(wire, Array.from({ length: 1000 }, (_, i) => `RS+ $G foo.${i}\r\n`).join(""));
    expect(interestOf(rig, "foo.7")).toBe(1);
    const [route] = rig.routes;
    wire.close();
    await until("it is gone", () => route!.outbound.subCount === 0 && !route!.isOpen);
    expect(interestOf(rig, "foo.7")).toBe(0);
    expect(rig.cluster.closed).toEqual([route!]);
  });

  test("in an account that moves is told by another connection", async () => {
    await using rig = new Rig();
    rig.cluster.movingAccounts.add(rig.account);
    const wire = await join(rig);
    await tell(wire, "RS+ $G foo\r\nRS+ $SYS foo\r\n");
    expect(rig.routes[0]!.outbound.subCount).toBe(1);
    const dedicated = await join(rig, { route_account: "$G", server_id: "NQ" });
    await tell(dedicated, "RS+ foo\r\n");
    expect(rig.routes[1]!.outbound.subCount).toBe(1);
  });
});

describe("permissions", () => {
  const permissions = PermissionSet.compile({
    publish: { allow: ["in.>"], deny: ["in.no"] },
    subscribe: { allow: ["out.>"], deny: ["out.no"] },
    responses: null,
  });

  function importsOf(route: Route, subjects: readonly string[]): string[] {
    const may = (subject: string) => route.mayImport(Buffer.from(subject), 0, subject.length);
    return subjects.filter(may);
  }

  test("say whose interest is taken", async () => {
    await using rig = new Rig({ permissions });
    const wire = await join(rig);
    await tell(
      wire,
      "RS+ $G out.>\r\nRS+ $G >\r\nRS+ $G out.no\r\nRS+ $G in.a\r\nRS+ $G $MQTT.a\r\n",
    );
    expect(rig.routes[0]!.outbound.subCount).toBe(2);
    expect(interestOf(rig, "out.a")).toBe(1);
    expect(interestOf(rig, "in.a")).toBe(0);
    // Wide interest is there, and messages on what is denied are kept from it.
    expect(rig.routes[0]!.outbound.filter).toBe(permissions);
    expect(rig.told).toContain(
      '[debug] Can not export "in.a", ignoring remote subscription request',
    );
  });

  test("say what is told", async () => {
    await using rig = new Rig({ permissions });
    await join(rig);
    const subjects = ["in.a", "in.>", "in.no", "out.a", ">", "$MQTT.x"];
    expect(importsOf(rig.routes[0]!, subjects)).toEqual(["in.a", "in.>", "$MQTT.x"]);
  });

  test("do not concern messages", async () => {
    await using rig = new Rig({ permissions });
    const sink = rig.subscriber("nope");
    const wire = await join(rig);
    await tell(wire, "RMSG $G nope 2\r\nhi\r\n");
    expect(sink.frames).toEqual(["MSG nope 1 2|hi|"]);
  });
});
