/** Lines between servers: what is written is read the same, and what is damaged is refused in words. */

import { expect, test } from "bun:test";
import {
  InterestArgs,
  type InterestForm,
  interestFaultText,
} from "../../../src/protocol/interest-args.ts";
import { InterestVerb } from "../../../src/protocol/interest-verb.ts";
import {
  encodeRouteConnect,
  parseRouteConnect,
  type RouteConnect,
} from "../../../src/protocol/route-connect.ts";
import {
  EMPTY_ROUTE_INFO,
  encodeRouteInfo,
  parseRouteInfo,
  type RouteInfo,
} from "../../../src/protocol/route-info.ts";
import { type Prng, withSeed } from "../../support/prng.ts";
import { mutated } from "../traffic.ts";

const TEXTS = ["a", "é", '"\\', "<&>", "\u2028", "\0\n\u001b", "\u{1f600}", "x".repeat(300), "$G"];
const NUMBERS = [1, -1, 255, 2 ** 31, -(2 ** 31), Number.MAX_SAFE_INTEGER];

function info(random: Prng): RouteInfo {
  const text = (): string => random.pick(TEXTS);
  const number = (): number => random.pick(NUMBERS);
  const texts = (): string[] => Array.from({ length: random.between(1, 3) }, text);
  const optional: RouteInfo = {
    ...EMPTY_ROUTE_INFO,
    git_commit: text(),
    auth_required: true,
    tls_required: true,
    ip: text(),
    nonce: text(),
    cluster: text(),
    cluster_dynamic: true,
    connect_urls: texts(),
    ws_connect_urls: texts(),
    ldm: true,
    compression: text(),
    import: random.pick([{}, { allow: texts() }, { allow: texts(), deny: texts() }]),
    export: { deny: texts() },
    lnoc: true,
    lnocu: true,
    route_pool_size: number(),
    route_pool_idx: number(),
    route_account: text(),
    route_acc_add_reqid: text(),
    gossip_mode: random.between(1, 255),
    gateway: text(),
    leafnode_urls: texts(),
  };
  const given = Object.entries(optional).filter(() => random.chance(2));
  const own = { server_id: text(), server_name: text(), proto: number(), port: number() };
  return { ...EMPTY_ROUTE_INFO, ...Object.fromEntries(given), ...own, headers: random.chance(2) };
}

function connect(random: Prng): RouteConnect {
  const flag = (): boolean => random.chance(2);
  const [name, cluster] = [random.pick(TEXTS), random.pick(TEXTS)];
  const flags = { echo: flag(), verbose: flag(), pedantic: flag(), tls_required: flag() };
  const login = flag() ? { user: random.pick(TEXTS), pass: random.pick(TEXTS) } : {};
  const extra = flag() ? { cluster_dynamic: true, lnoc: true, ln: true, gateway: "g" } : {};
  return { ...flags, headers: flag(), name, cluster, ...login, ...extra };
}

function argumentOf(line: Buffer): string {
  return line.subarray(line.indexOf("{"), line.lastIndexOf("}") + 1).toString();
}

test("INFO and CONNECT are read as they were written", () =>
  withSeed((random) => {
    for (let round = 0; round < 2000; round++) {
      const said = info(random);
      expect(parseRouteInfo(argumentOf(encodeRouteInfo(said, " \r\n")))).toEqual(said);
      const connected = connect(random);
      expect(parseRouteConnect(argumentOf(encodeRouteConnect(connected)))).toEqual(connected);
    }
  }));

test("damaged ones are refused in words, or mean what they say", () =>
  withSeed((random) => {
    let refused = 0;
    for (let round = 0; round < 6000; round++) {
      const whole = Buffer.from(argumentOf(encodeRouteInfo(info(random), "\r\n")));
      const json = mutated(random, whole, random.between(1, 5)).toString();
      for (const parse of [parseRouteInfo, parseRouteConnect]) {
        try {
          const read = parse(json);
          if (parse === parseRouteConnect) continue;
          const again = argumentOf(encodeRouteInfo(read as RouteInfo, "\r\n"));
          expect(argumentOf(encodeRouteInfo(parseRouteInfo(again), "\r\n"))).toBe(again);
        } catch (error) {
          if ((error as Error).constructor !== Error) throw error;
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(500);
  }));

/** What a line means, by the plainest reading of it. */
function naive(verb: InterestVerb, line: string, form: InterestForm): string | null {
  const tokens = line.split(/[ \t\r\n]+/).filter((token) => token !== "");
  const isSub = verb === InterestVerb.RouteSub || verb === InterestVerb.LeafSub;
  const isLeaf = verb === InterestVerb.LeafSub || verb === InterestVerb.LeafUnsub;
  const origin = isLeaf && (isSub || form.hasUnsubOrigin) ? tokens.shift() : "";
  const account = form.isDedicated ? "" : tokens.shift();
  const [subject, queue = "", weight = ""] = tokens;
  if (origin === undefined || account === undefined || subject === undefined) return null;
  if (tokens.length !== 1 && tokens.length !== (isSub ? 3 : 2)) return null;
  // Numbers of nine digits are enough for every cluster.
  const count = /^\d{1,9}$/.test(weight) ? Number(weight) : 0;
  return JSON.stringify([origin, account, subject, queue, count]);
}

test("arguments of lines about interest", () =>
  withSeed((random) => {
    const args = new InterestArgs();
    const verbs = [
      InterestVerb.RouteSub,
      InterestVerb.RouteUnsub,
      InterestVerb.LeafSub,
      InterestVerb.LeafUnsub,
    ];
    const words = ["a", "$G", "foo.bar", "*", ">", "q", "7", "-1", "0012", "99999999", "é", "\0"];
    let read = 0;
    for (let round = 0; round < 30_000; round++) {
      const verb = random.pick(verbs);
      const form = { isDedicated: random.chance(2), hasUnsubOrigin: random.chance(2) };
      let line = random.chance(9) ? " " : "";
      for (let i = random.below(8); i > 0; i--) {
        line += random.pick(words) + random.pick([" ", " ", " ", "  ", "\t", "\r"]);
      }
      const buf = Buffer.from(`xx${line}yy`);
      const end = buf.length - 2;
      const text = (start: number, stop: number): string => buf.toString("utf8", start, stop);
      const expected = naive(verb, line, form);
      const isRead = args.parse(verb, buf, 2, end, form);
      expect([line, isRead]).toEqual([line, expected !== null]);
      if (!isRead) {
        expect(interestFaultText(verb, buf, 2, end)).toContain("arse");
        continue;
      }
      read++;
      const { originStart, originEnd, accountStart, accountEnd, weight } = args;
      const names = [text(originStart, originEnd), text(accountStart, accountEnd)];
      const subject = text(args.subjectStart, args.subjectEnd);
      const queue = text(args.queueStart, args.queueEnd);
      expect(JSON.stringify([...names, subject, queue, weight])).toBe(expected!);
    }
    expect(read).toBeGreaterThan(5000);
  }));
