/**
 * Gateways whose other end says anything in any order and in any pieces. None of it is an internal error,
 * nothing is left of them once they are gone, and interest means what the plainest reading makes of it.
 */

import { expect, test } from "bun:test";
import { GATEWAY_BASE } from "../../../src/core/link/link.ts";
import type { OutboundGateway } from "../../../src/kinds/gateway/outbound-gateway.ts";
import { commandLine, connectLine, infoLine } from "../../kinds/gateway/lines.ts";
import { Rig } from "../../kinds/gateway/rig.ts";
import { type RawPeer, RawServer } from "../../kinds/route/raw-server.ts";
import { type Prng, withSeed } from "../../support/prng.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import { routeTraffic } from "../route-traffic.ts";

const ROUNDS = 40;
const ACCOUNTS = ["$G", "$SYS", "NO", "é", ""];
const ODD_TEXTS = ["", " ", "\0", "\u001b[2J", "\ud800", "x".repeat(600), "a\nb", "RIG"];
const SUBJECTS = ["foo", "bar", "foo.bar", "a.b.c"];
const PATTERNS = [...SUBJECTS, "*", ">", "foo.*", "a.>"];

function infoFields(random: Prng): object {
  const all: Record<string, unknown> = {
    gateway: random.pick(["B", "C", ...ODD_TEXTS]),
    server_name: random.pick(ODD_TEXTS),
    gateway_cmd: random.pick([0, 1, 2, 3, 4, 255, 256, -1, "x"]),
    gateway_cmd_payload: random.pick<unknown>(["", "JEc=", "*", null, 1]),
    gateway_urls: random.pick<unknown>([[], ["h:1", "%zz", ""], null, 1]),
    gateway_iom: random.chance(2),
    gateway_nrp: random.chance(2),
    proto: random.pick([-1, 0, 3, 2 ** 31]),
  };
  const names = Object.keys(all).filter(() => random.chance(8));
  return Object.fromEntries(names.map((name) => [name, all[name]]));
}

function next(random: Prng): string {
  const account = random.pick(ACCOUNTS);
  const subject = random.pick(PATTERNS);
  switch (random.below(9)) {
    case 0:
      return random.pick([connectLine(), connectLine({ gateway: random.pick(ODD_TEXTS) })]);
    case 1:
      return infoLine(infoFields(random));
    case 2:
      return commandLine(random.between(1, 4), account);
    case 3:
      return random.pick(["PING\r\n", "PONG\r\n", "+OK\r\n", "PUB a 0\r\n\r\n", "SUB $G foo\r\n"]);
    case 4:
      return `${random.pick(["A+", "A-"])} ${account}\r\n`;
    case 5:
      return `RMSG ${account} _GR_.${random.pick(["000000.000000.x", "", "abc"])} 2\r\nhi\r\n`;
    case 6:
      return `${random.pick(["RS+", "RS-"])} ${account} ${subject}\r\n`;
    case 7:
      return random.chance(4) ? random.bytes(20).toString("latin1") : "";
    default:
      return routeTraffic(random, 1, 30, random.chance(6));
  }
}

function saidBy(random: Prng, hasCome: boolean): Buffer {
  let text = hasCome && !random.chance(8) ? connectLine() : "";
  if (!random.chance(8)) text += infoLine({ gateway_iom: random.chance(2) });
  const lines = random.below(20);
  for (let i = 0; i < lines; i++) text += next(random);
  return Buffer.from(text);
}

function internalErrors(rig: Rig): string[] {
  return rig.log.filter((line) => line.includes("Internal error"));
}

test("says anything", () =>
  withSeed(async (random) => {
    await using rig = new Rig({ isTracing: random.chance(2) });
    using server = new RawServer();
    rig.subscriber("foo");
    for (let round = 0; round < ROUNDS; round++) {
      const wire = await Wire.connect(rig.listen());
      const [peer] = await Promise.all([server.accept(), rig.dial(server.port)]);
      const [come, made] = [saidBy(random, true), saidBy(random, false)];
      for (const piece of random.pieces(come, random.between(1, 4))) await wire.send(piece);
      for (const piece of random.pieces(made, random.between(1, 4))) {
        peer.send(piece);
        await Bun.sleep(0);
      }
      if (random.chance(2)) await Bun.sleep(1);
      wire.close();
      peer.close();
      await until("both are gone", () => rig.connections.every(({ isClosed }) => isClosed));
      expect(internalErrors(rig)).toEqual([]);
    }
    await until("nothing is left", () =>
      rig.connections.every(({ outbound: { slot, subCount } }) => {
        return subCount === 0 && (slot === 0 || slot === GATEWAY_BASE);
      }),
    );
    expect(rig.supercluster.closed).toHaveLength(2 * ROUNDS);
    expect(rig.exchange.gateways!.order).toEqual([]);
  }));

/** One account as the other cluster has told of it, by the plainest reading. */
class Model {
  tellsAll = false;
  readonly wanted = new Set<string>();

  apply(verb: string, pattern: string, queue: string): void {
    const key = `${pattern} ${queue}`;
    if (queue === "" && !this.tellsAll) return;
    if (verb === "RS+") this.wanted.add(key);
    else this.wanted.delete(key);
  }

  /** Plain interest counts once. */
  count(subject: string): number {
    const wanted = [...this.wanted].map((key) => key.split(" ") as [string, string]);
    const matching = wanted.filter(([pattern]) => matches(subject, pattern));
    const groups = matching.filter(([, queue]) => queue !== "").length;
    return groups + (groups < matching.length ? 1 : 0);
  }
}

function matches(subject: string, pattern: string): boolean {
  const [tokens, parts] = [subject.split("."), pattern.split(".")];
  const end = parts.indexOf(">");
  if (end >= 0 ? tokens.length <= end : tokens.length !== parts.length) return false;
  return parts.every((part, i) => part === ">" || part === "*" || part === tokens[i]);
}

function wantedOf(rig: Rig, name: string, subject: string): number {
  const account = rig.findAccount(name) ?? rig.exchange.foreign.account(name)!;
  const buf = Buffer.from(subject);
  const { linkCount, routeCount } = account.sublist.matchRange(buf, 0, buf.length);
  return linkCount - routeCount;
}

async function compare(random: Prng, rig: Rig, peer: RawPeer): Promise<OutboundGateway> {
  const gateway = rig.connections.at(-1) as OutboundGateway;
  const models = new Map(["$G", "$SYS", "NO"].map((name) => [name, new Model()]));
  let pongs = 0;
  for (let step = 0; step < 30; step++) {
    let text = "";
    for (let i = 0; i < 8; i++) {
      const [name, model] = random.pick([...models]);
      if (random.chance(10)) {
        text += commandLine(2, name) + (random.chance(2) ? commandLine(3, name) : "");
        model.tellsAll = true;
        continue;
      }
      const [verb, pattern] = [random.pick(["RS+", "RS-"]), random.pick(PATTERNS)];
      const queue = random.pick(["", "", "q", "w"]);
      model.apply(verb, pattern, queue);
      const tail = queue === "" ? "" : verb === "RS+" ? ` ${queue} 1` : ` ${queue}`;
      text += `${verb} ${name} ${pattern}${tail}\r\n`;
    }
    for (const piece of random.pieces(Buffer.from(`${text}PING\r\n`), 3)) {
      peer.send(piece);
      await Bun.sleep(0);
    }
    pongs++;
    await until("it answers", () => peer.text.split("PONG\r\n").length > pongs);
    const found = [...models.keys()].map((name) => SUBJECTS.map((it) => wantedOf(rig, name, it)));
    expect(found).toEqual([...models.values()].map((it) => SUBJECTS.map((to) => it.count(to))));
  }
  return gateway;
}

test("tells its interest, which means what it says", () =>
  withSeed(async (random) => {
    await using rig = new Rig();
    using server = new RawServer();
    for (let round = 0; round < 3; round++) {
      const [peer] = await Promise.all([server.accept(), rig.dial(server.port)]);
      peer.send(infoLine());
      const gateway = await compare(random, rig, peer);
      peer.close();
      await until("all of it is taken back", () => gateway.outbound.slot === 0);
      expect(SUBJECTS.map((subject) => wantedOf(rig, "$G", subject))).toEqual([0, 0, 0, 0]);
    }
    expect(internalErrors(rig)).toEqual([]);
  }));
