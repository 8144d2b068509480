/** Permissions agree with their plain meaning, with nats-server, and with what is delivered. */

import { describe, expect, test } from "bun:test";
import { hashBytes } from "../../src/bytes/hash.ts";
import type { Permissions, SubjectPermission } from "../../src/config/options/auth.ts";
import { PermissionSet } from "../../src/core/permissions/permission-set.ts";
import { Hub, type TestSink } from "../core/delivery-fixture.ts";
import { findPeer, startConfigured } from "../support/peer.ts";
import { type Prng, withSeed } from "../support/prng.ts";
import { Wire } from "../support/wire.ts";
import {
  covers,
  isAllowed,
  isDenied,
  matches,
  overlaps,
  randomPattern,
  randomQueue,
  randomRules,
  realMaySubscribe,
  ruleOf,
  SUBJECTS,
  safeMaySubscribe,
} from "./naive-permissions.ts";

function randomPermissions(random: Prng): {
  publish: SubjectPermission;
  subscribe: SubjectPermission;
} {
  const rules = (takesQueues: boolean): SubjectPermission => ({
    allow: randomRules(random, takesQueues),
    deny: randomRules(random, takesQueues),
  });
  return { publish: rules(false), subscribe: rules(true) };
}

/** The set's answers for texts, which stand in the middle of a buffer as on the wire. */
class Asked {
  readonly set: PermissionSet;

  constructor(permissions: Omit<Permissions, "responses">) {
    this.set = PermissionSet.compile({ ...permissions, responses: null });
  }

  mayPublish(subject: string): boolean {
    const buf = Buffer.from(`PUB ${subject} 0`);
    const end = buf.length - 2;
    return this.set.mayPublish(buf, 4, end, hashBytes(buf, 4, end));
  }

  mayReceive(subject: string, queue: string): boolean {
    const buf = Buffer.from(`MSG ${subject} 0`);
    const end = buf.length - 2;
    return this.set.mayReceive(buf, 4, end, hashBytes(buf, 4, end), queue);
  }

  maySubscribe(pattern: string, queue: string): boolean {
    const buf = Buffer.from(`SUB ${pattern} 0`);
    return this.set.maySubscribe(buf, 4, buf.length - 2, queue);
  }

  needsFilter(pattern: string, queue: string): boolean {
    const buf = Buffer.from(`SUB ${pattern} 0`);
    return this.set.needsFilter(buf, 4, buf.length - 2, queue);
  }
}

describe("a permission set agrees with the plain meaning of its rules", () => {
  test("for publishing and receiving, often enough for cached answers", () =>
    withSeed((random) => {
      const seen = { allowed: 0, denied: 0 };
      for (let round = 0; round < 150; round++) {
        const permissions = randomPermissions(random);
        const { allow, deny } = permissions.publish;
        const asked = new Asked(permissions);
        const few = [random.pick(SUBJECTS), random.pick(SUBJECTS), random.pick(SUBJECTS)];
        for (let i = 0; i < 300; i++) {
          const subject = random.chance(2) ? random.pick(SUBJECTS) : random.pick(few);
          const queue = randomQueue(random);
          const expected =
            (allow === null || isAllowed(allow, subject, "")) && !isDenied(deny ?? [], subject, "");
          const receives = !isDenied(permissions.subscribe.deny ?? [], subject, queue);
          const where = JSON.stringify([permissions, subject, queue]);
          expect([where, asked.mayPublish(subject), asked.mayReceive(subject, queue)]).toEqual([
            where,
            expected,
            receives,
          ]);
          expect(asked.set.explainPublish(subject).allowed).toBe(expected);
          seen[expected && receives ? "allowed" : "denied"]++;
        }
      }
      expect(Math.min(seen.allowed, seen.denied)).toBeGreaterThan(2000);
    }));

  test("for subscriptions", () =>
    withSeed((random) => {
      const seen = { admitted: 0, refused: 0, filtered: 0 };
      for (let round = 0; round < 150; round++) {
        const permissions = randomPermissions(random);
        const rules = permissions.subscribe;
        const asked = new Asked(permissions);
        for (let i = 0; i < 15; i++) {
          const pattern = randomPattern(random);
          const queue = randomQueue(random);
          const expected = safeMaySubscribe(rules, pattern, queue);
          const where = JSON.stringify([rules, pattern, queue]);
          const { allowed, rule } = asked.set.explainSubscribe(pattern, queue);
          expect([where, asked.maySubscribe(pattern, queue)]).toEqual([where, expected]);
          expect([where, allowed]).toEqual([where, expected]);
          if (rule !== null) {
            const list = rule.list === "subscribe allow" ? rules.allow! : rules.deny!;
            expect(rule.text).toBe(list[rule.index]!);
            const { subject } = ruleOf(rule.text);
            expect(allowed ? covers(subject, pattern) : matches(subject, pattern)).toBe(true);
          }
          seen[expected ? "admitted" : "refused"]++;
          const denied = (rules.deny ?? []).filter((text) =>
            overlaps(ruleOf(text).subject, pattern),
          );
          const filtered = SUBJECTS.some(
            (subject) => matches(pattern, subject) && isDenied(denied, subject, queue),
          );
          expect([where, asked.needsFilter(pattern, queue)]).toEqual([where, filtered]);
          if (expected && filtered) seen.filtered++;
        }
      }
      expect(Math.min(seen.admitted, seen.refused)).toBeGreaterThan(300);
      expect(seen.filtered).toBeGreaterThan(30);
    }));
});

/** What listens to more than is denied. */
const WIDE = [">", "*.>", "a.>", "*.*", "*"] as const;

/** A receiver with random permissions and as many subscriptions as they admit. */
class Receiver {
  readonly rules: SubjectPermission;
  readonly sink: TestSink;
  /** By sid. */
  readonly subscriptions = new Map<string, { pattern: string; queue: string }>();
  read = 0;

  constructor(hub: Hub, random: Prng) {
    const permissions = randomPermissions(random);
    if (random.chance(2)) permissions.subscribe.allow = null;
    const asked = new Asked(permissions);
    this.rules = permissions.subscribe;
    this.sink = hub.sink();
    for (let sid = 1; sid <= 4; sid++) {
      const pattern = random.chance(2) ? random.pick(WIDE) : randomPattern(random);
      const queue = randomQueue(random);
      if (!asked.maySubscribe(pattern, queue)) continue;
      if (asked.needsFilter(pattern, queue)) this.sink.filter = asked.set;
      this.subscriptions.set(String(sid), { pattern, queue });
      hub.subscribe(this.sink, pattern, String(sid), queue);
    }
  }

  wants(subject: string): boolean {
    return [...this.subscriptions.values()].some(({ pattern }) => matches(pattern, subject));
  }

  isDenied(subject: string, queue: string): boolean {
    return isDenied(this.rules.deny ?? [], subject, queue);
  }

  /** Subjects and sids of what has come since the last look. */
  received(): { subject: string; sid: string }[] {
    const frames = this.sink.frames.slice(this.read);
    this.read += frames.length;
    return frames.map((frame) => {
      const [, subject = "", sid = ""] = frame.split(" ");
      return { subject, sid };
    });
  }
}

describe("what is delivered keeps to the rules of its receiver", () => {
  test("for plain and queue subscriptions, and nothing else is kept back", () =>
    withSeed((random) => {
      const seen = { delivered: 0, kept: 0, grouped: 0 };
      for (let round = 0; round < 120; round++) {
        const hub = new Hub();
        const publisher = hub.sink();
        const receivers = Array.from({ length: 4 }, () => new Receiver(hub, random));
        const wanted = SUBJECTS.filter((each) => receivers.some((one) => one.wants(each)));
        for (let i = 0; i < 25 && wanted.length > 0; i++) {
          const subject = random.pick(wanted);
          const plain: string[] = [];
          const groups = new Map<string, string[]>();
          for (const [at, receiver] of receivers.entries()) {
            for (const [sid, { pattern, queue }] of receiver.subscriptions) {
              if (!matches(pattern, subject)) continue;
              if (receiver.isDenied(subject, queue)) seen.kept++;
              else if (queue === "") plain.push(`${at} ${sid}`);
              else groups.set(queue, [...(groups.get(queue) ?? []), `${at} ${sid}`]);
            }
          }
          const count = hub.publish(publisher, `${subject} ${random.pick(SUBJECTS)} 2`, "hi");
          const got: string[] = [];
          for (const [at, receiver] of receivers.entries()) {
            for (const { subject: seenSubject, sid } of receiver.received()) {
              const { queue } = receiver.subscriptions.get(sid)!;
              expect(receiver.isDenied(seenSubject, queue)).toBe(false);
              const { allow } = receiver.rules;
              expect(allow === null || isAllowed(allow, seenSubject, queue)).toBe(true);
              got.push(`${at} ${sid}`);
            }
          }
          expect(got.length).toBe(count);
          expect(got.filter((each) => plain.includes(each)).sort()).toEqual(plain.sort());
          const members = got.filter((each) => !plain.includes(each));
          expect(members.length).toBe(groups.size);
          for (const group of groups.values()) {
            expect(members.filter((each) => group.includes(each)).length).toBe(1);
          }
          seen.delivered += count;
          seen.grouped += members.length;
        }
      }
      expect(Math.min(seen.delivered, seen.kept, seen.grouped)).toBeGreaterThan(300);
    }));

  test("for the answer that nobody took a request", () =>
    withSeed((random) => {
      const seen = { answered: 0, kept: 0 };
      for (let round = 0; round < 300; round++) {
        const hub = new Hub();
        const receiver = new Receiver(hub, random);
        const wanted = SUBJECTS.filter((each) => receiver.wants(each));
        for (let i = 0; i < 15 && wanted.length > 0; i++) {
          const reply = random.pick(wanted);
          hub.answerNobody(receiver.sink, `nobody ${reply} 0`);
          const subscriptions = [...receiver.subscriptions.values()];
          const isWanted = subscriptions.some(
            ({ pattern, queue }) => queue === "" && matches(pattern, reply),
          );
          const isKept = receiver.isDenied(reply, "");
          const answers = receiver.received().map(({ subject }) => subject);
          expect(answers).toEqual(isWanted && !isKept ? [reply] : []);
          if (isWanted) seen[isKept ? "kept" : "answered"]++;
        }
      }
      expect(Math.min(seen.answered, seen.kept)).toBeGreaterThan(20);
    }));
});

const peer = findPeer();

describe.skipIf(peer === undefined)("a permission set agrees with nats-server", () => {
  test("but for allow rules that do not cover a subscription", () =>
    withSeed(async (random) => {
      const users = Array.from({ length: 40 }, () => randomPermissions(random));
      // One that shows the difference in any case.
      users[0] = { ...users[0]!, subscribe: { allow: ["a.*"], deny: null } };
      const config = users.map(
        (permissions, at) =>
          `{ user: u${at}, password: x, permissions: ${JSON.stringify(permissions, dropNulls)} }`,
      );
      await using server = await startConfigured(
        peer!,
        `authorization { users = [\n${config.join("\n")}\n] }`,
      );
      const seen = { same: 0, stricter: 0 };
      const checkUser = async (at: number): Promise<void> => {
        const { publish, subscribe } = users[at]!;
        const asked = new Asked({ publish, subscribe });
        const subjects = Array.from({ length: 12 }, () => random.pick(SUBJECTS));
        const patterns = Array.from({ length: 20 }, () => randomPattern(random));
        if (at === 0) patterns[0] = "a.>";
        const queues = patterns.map(() => randomQueue(random));
        const wire = await Wire.connect(server.port);
        await wire.send(
          `CONNECT {"verbose":false,"pedantic":false,"user":"u${at}","pass":"x"}\r\n${subjects
            .map((subject) => `PUB ${subject} 0\r\n\r\n`)
            .join(
              "",
            )}${patterns.map((pattern, i) => `SUB ${pattern} ${queues[i]} ${i}\r\n`).join("")}PING\r\n`,
        );
        expect(await wire.waitFor("PONG\r\n")).toBe(true);
        const { text } = wire;
        wire.close();
        for (const subject of subjects) {
          const real = !text.includes(`Violation for Publish to "${subject}"'`);
          expect([at, subject, asked.mayPublish(subject)]).toEqual([at, subject, real]);
        }
        for (const [i, pattern] of patterns.entries()) {
          const queue = queues[i]!;
          const using = queue === "" ? "" : ` using queue "${queue}"`;
          const real = !text.includes(`Violation for Subscription to "${pattern}"${using}'`);
          const where = JSON.stringify([subscribe, pattern, queue]);
          expect([where, realMaySubscribe(subscribe, pattern, queue)]).toEqual([where, real]);
          const ours = asked.maySubscribe(pattern, queue);
          expect([where, ours]).toEqual([where, safeMaySubscribe(subscribe, pattern, queue)]);
          expect([where, ours && !real]).toEqual([where, false]);
          seen[ours === real ? "same" : "stricter"]++;
        }
      };
      await Promise.all(users.keys().map(checkUser));
      expect(seen.same).toBeGreaterThan(600);
      expect(seen.stricter).toBeGreaterThan(0);
    }));
});

function dropNulls(_: string, value: unknown): unknown {
  return value === null ? undefined : value;
}
