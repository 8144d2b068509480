/**
 * No message is ever delivered whose subject a deny rule of its receiver matches: over real sockets,
 * with random rules, plain and queue subscriptions, requests and answers, while the rules change.
 */

import { expect, test } from "bun:test";
import type { SubjectPermission } from "../../src/config/options/auth.ts";
import {
  isDenied,
  matches,
  randomPattern,
  randomQueue,
  randomRules,
  SUBJECTS,
} from "../fuzz/naive-permissions.ts";
import { type Prng, withSeed } from "../support/prng.ts";
import type { Wire } from "../support/wire.ts";
import { login, SecuredServer } from "./secured-server.ts";

const USERS = 3;
const CONNECTIONS_OF_USER = 2;
const SUBSCRIPTIONS = 5;
const RELOADS = 8;
const MESSAGES = 400;
/** Published at a time, so that other things happen in between. */
const BURST = 20;
const WIDE = [">", "*.>", "a.>", "*.*", "*", "*.*.*"] as const;

/** Where nobody subscribes to this, the answer is that nobody did. */
const UNHEARD = "ask.a.b.other.b";

type Rules = SubjectPermission;

/** Something to deny always, and no allow rules half of the time, or little would be delivered. */
function rules(random: Prng): Rules {
  const allow = random.chance(2) ? null : (randomRules(random, true) ?? [">"]);
  const deny = randomRules(random, true) ?? [randomPattern(random), "a.b"];
  return { allow: allow === null ? null : [...allow, "a.>", "*.*"], deny };
}

function configOf(users: readonly Rules[]): string {
  const lines = users.map((subscribe, i) => {
    const { allow, deny } = subscribe;
    const lists = { ...(allow === null ? {} : { allow }), deny };
    return `{user: u${i}, password: p, permissions: {
      subscribe: ${JSON.stringify(lists)}, publish: {allow: ["ask.>"]}, allow_responses: {max: -1}
    }}`;
  });
  return `authorization { users = [\n{user: admin, password: p}\n${lines.join("\n")}\n] }`;
}

function patternOf(random: Prng, hearsAll: boolean): string {
  for (;;) {
    const pattern = random.chance(2) ? random.pick(WIDE) : randomPattern(random);
    if (hearsAll || !matches(pattern, UNHEARD)) return pattern;
  }
}

class Receiver {
  readonly user: number;
  readonly wire: Wire;
  /** By sid. */
  readonly subscriptions: { pattern: string; queue: string }[] = [];
  #pongs = 1;

  private constructor(user: number, wire: Wire) {
    this.user = user;
    this.wire = wire;
  }

  static async connect(server: SecuredServer, user: number): Promise<Receiver> {
    const options = { user: `u${user}`, pass: "p", headers: true, no_responders: true };
    return new Receiver(user, await login(server.port, options));
  }

  /** Subscribes anew, to all sorts of things. */
  async subscribe(random: Prng, hearsAll: boolean): Promise<void> {
    let lines = this.subscriptions.map((_, sid) => `UNSUB ${sid}\r\n`).join("");
    for (let i = 0; i < SUBSCRIPTIONS; i++) {
      const pattern = patternOf(random, hearsAll);
      const queue = randomQueue(random);
      lines += `SUB ${pattern} ${queue} ${this.subscriptions.length}\r\n`;
      this.subscriptions.push({ pattern, queue });
    }
    await this.wire.send(lines);
    await this.mark();
  }

  /** Everything that was published before is in front of this PONG. */
  async mark(): Promise<void> {
    await this.wire.send("PING\r\n");
    const count = ++this.#pongs;
    const isThere = (): boolean => this.wire.text.split("PONG\r\n").length > count;
    if (!(await this.wire.waitFor(isThere, 8_000))) throw new Error("no PONG");
  }

  /** Subjects and sids between the marks. */
  segments(): { subject: string; sid: number }[][] {
    const segments: { subject: string; sid: number }[][] = [[]];
    for (const [, line, subject, sid] of this.wire.text.matchAll(
      /\r\n(PONG|H?MSG (\S+) (\d+) )(?=[^\n]*\r\n|\r)/g,
    )) {
      if (line === "PONG") segments.push([]);
      else segments.at(-1)!.push({ subject: subject!, sid: Number(sid) });
    }
    return segments;
  }
}

class Run {
  readonly receivers: Receiver[] = [];
  /** Rules that may be in force, by mark. */
  readonly inForce: Rules[][][] = [];
  published = 0;
  /** Matches of subscriptions that rules had to keep back. */
  kept = 0;

  constructor(
    readonly server: SecuredServer,
    readonly admin: Wire,
    readonly random: Prng,
  ) {}

  /** Messages of an administrator, requests of the receivers, and answers. */
  async publish(users: readonly Rules[], count: number): Promise<void> {
    const { random } = this;
    for (let sent = 0; sent < count; sent += BURST) {
      let text = "";
      for (let i = 0; i < BURST; i++) {
        const subject = random.pick(SUBJECTS);
        const reply = random.chance(2) ? random.pick(SUBJECTS) : "";
        const payload = String(this.published++);
        text += `PUB ${subject} ${reply} ${payload.length}\r\n${payload}\r\n`;
        this.#count(users, subject);
      }
      await this.admin.send(text);
      // Nobody takes these: the answer goes to the reply subject.
      const asker = random.pick(this.receivers);
      for (let i = 0; i < 5; i++) {
        await asker.wire.send(`PUB ${UNHEARD} ${random.pick(SUBJECTS)} 0\r\n\r\n`);
      }
      await asker.wire.send(`PUB ${random.pick(SUBJECTS)} 1\r\nx\r\n`);
      if (random.chance(4)) await Bun.sleep(0);
    }
    await this.admin.send("PING\r\n");
  }

  #count(users: readonly Rules[], subject: string): void {
    for (const { user, subscriptions } of this.receivers) {
      for (const { pattern, queue } of subscriptions.slice(-SUBSCRIPTIONS)) {
        if (matches(pattern, subject) && isDenied(users[user]!.deny ?? [], subject, queue))
          this.kept++;
      }
    }
  }

  async mark(...possible: Rules[][]): Promise<void> {
    const pongs = this.admin.text.split("PONG\r\n").length;
    await this.admin.send("PING\r\n");
    await this.admin.waitFor(() => this.admin.text.split("PONG\r\n").length > pongs, 8_000);
    for (const receiver of this.receivers) await receiver.mark();
    this.inForce.push(possible);
  }
}

test(
  "no delivered message is on a subject that is denied to its receiver",
  () =>
    withSeed(async (random) => {
      let users = Array.from({ length: USERS }, () => rules(random));
      await using server = await SecuredServer.start(configOf(users));
      const run = new Run(server, await login(server.port, { user: "admin", pass: "p" }), random);
      for (let i = 0; i < USERS * CONNECTIONS_OF_USER; i++) {
        run.receivers.push(await Receiver.connect(server, i % USERS));
      }
      // Up to the PONG of the login.
      run.inForce.push([users]);
      for (let reload = 0; reload <= RELOADS; reload++) {
        for (const receiver of run.receivers) await receiver.subscribe(random, reload % 2 === 0);
        run.inForce.push([users]);
        await run.publish(users, MESSAGES);
        await run.mark(users);
        if (reload === RELOADS) break;
        const next = Array.from({ length: USERS }, () => rules(random));
        const reloading = server.reload(configOf(next));
        await run.publish(users, MESSAGES / 2);
        await reloading;
        await run.mark(users, next);
        users = next;
      }
      let delivered = 0;
      let unheard = 0;
      for (const receiver of run.receivers) {
        expect(receiver.wire.ended).toBe(false);
        for (const [mark, messages] of receiver.segments().entries()) {
          for (const { subject, sid } of messages) {
            const { pattern, queue } = receiver.subscriptions[sid]!;
            const possible = run.inForce[mark]!;
            const denials = possible.map((all) => all[receiver.user]!.deny ?? []);
            const isWrong = denials.every((deny) => isDenied(deny, subject, queue));
            expect([subject, pattern, queue, isWrong && denials]).toEqual([
              subject,
              pattern,
              queue,
              false,
            ]);
            expect(matches(pattern, subject)).toBe(true);
            delivered++;
          }
        }
        unheard += receiver.wire.text.split("NATS/1.0 503").length - 1;
        receiver.wire.close();
      }
      run.admin.close();
      expect(unheard).toBeGreaterThan(20);
      await server.expectSound();
      expect(Math.min(delivered, run.kept)).toBeGreaterThan(1_000);
    }),
  60_000,
);
