/** Every service, beside what nats-server answers to the same questions. */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { ours, peer } from "../../process/processes.ts";
import type { Asker, Question } from "./asker.ts";
import { comparable } from "./comparable.ts";
import {
  ACCOUNT_QUESTIONS,
  SERVER_QUESTIONS,
  TENANT_QUESTIONS,
  USER_QUESTIONS,
} from "./questions.ts";
import { LAST, PING, ServiceStage } from "./service-stage.ts";

setDefaultTimeout(30_000);

/** Subscriptions that are to be found. */
const SUBSCRIBED =
  "SUB foo.* 10\r\nSUB foo.bar q 11\r\nSUB foo.bar q 12\r\nSUB foo.bar grüße 13\r\n";

interface SubscriptionList {
  readonly data: {
    readonly num_subscriptions: number;
    readonly subscriptions_list: readonly {
      readonly account: string;
      readonly subject: string;
      readonly qgroup?: string;
    }[];
  };
}

describe.skipIf(peer === undefined)("the real server", () => {
  let mine: ServiceStage;
  let theirs: ServiceStage;

  beforeAll(async () => {
    [mine, theirs] = await Promise.all([ServiceStage.open(ours), ServiceStage.open([peer!])]);
    for (const { a, system } of [mine, theirs]) {
      await a.wire.send(SUBSCRIBED);
      await a.ask("$SYS.REQ.USER.INFO");
      // The first request to a service makes a subscription for all answers.
      await system.ask("$SYS.REQ.USER.INFO");
    }
  });

  afterAll(async () => {
    await mine[Symbol.asyncDispose]();
    await theirs[Symbol.asyncDispose]();
  });

  async function compare(
    questions: readonly Question[],
    asker: (stage: ServiceStage) => Asker,
    last: readonly string[],
  ): Promise<void> {
    const ask = (stage: ServiceStage) => asker(stage).askAll(questions, last);
    const [found, wanted] = await Promise.all([ask(mine), ask(theirs)]);
    for (const [index, { subject, body = "", headers = "" }] of questions.entries()) {
      const what = `${subject} ${body.slice(0, 80)} ${headers}\n`;
      expect(what + comparable(found[index]!)).toBe(what + comparable(wanted[index]!));
    }
  }

  test("listens on the same subjects, and imports the same for every account", async () => {
    const lists = [mine, theirs].map(({ system }) =>
      system.askJson<SubscriptionList>(`${PING}.SUBSZ`, '{"subscriptions":true,"limit":1000}'),
    );
    const [found, wanted] = await Promise.all(lists);
    const subjects = ({ data }: SubscriptionList): string[] =>
      data.subscriptions_list
        .map(({ account, subject, qgroup = "" }) => `${account} ${subject} ${qgroup}`)
        .map((line) => line.replace(/N[A-Z2-7]{55}/, "ID").replace(/_R_\.\w+/, "_R_"))
        .sort();
    expect(subjects(found!)).toEqual(subjects(wanted!));
    expect(found!.data.num_subscriptions).toBe(wanted!.data.num_subscriptions);
  });

  test("answers the same about the server, whatever the body", async () => {
    await compare(SERVER_QUESTIONS, ({ system }) => system, LAST);
  });

  test("answers the same by the server's id", async () => {
    const names = ["IDZ", "STATSZ", "VARZ", "CONNZ", "HEALTHZ", "ACCOUNTZ"];
    for (const name of names) {
      const answers = [mine, theirs].map((stage) => stage.system.ask(stage.own(name)));
      const [found, wanted] = await Promise.all(answers);
      expect(comparable([found!])).toBe(comparable([wanted!]));
    }
  });

  test("answers the same about accounts and users", async () => {
    await compare(ACCOUNT_QUESTIONS, ({ system }) => system, LAST);
    await compare(USER_QUESTIONS, ({ system }) => system, LAST);
  });

  test("answers the same to tenants, and refuses them the same", async () => {
    const last = [`${PING}.CONNZ`, "$SYS.REQ.USER.INFO"];
    await compare(TENANT_QUESTIONS, ({ a }) => a, last);
    await compare(TENANT_QUESTIONS, ({ b }) => b, last);
  });

  test("says nothing to those who do not want an answer", async () => {
    for (const { system } of [mine, theirs]) {
      const before = system.text.length;
      await system.wire.send(`PUB ${PING}.VARZ 0\r\n\r\nPUB ${PING}.IDZ 0\r\n\r\n`);
      await system.ask(`${PING}.HEALTHZ`);
      expect(system.text.slice(before).match(/MSG /g)).toHaveLength(1);
    }
  });

  test("writes the frames of answers the same", async () => {
    for (const { system, a } of [mine, theirs]) {
      await system.ask(`${PING}.IDZ`);
      await a.ask("$SYS.REQ.USER.INFO");
      expect(system.text).toMatch(/\r\nMSG _INBOX\.asker\.\d+ 1 {2}\d+\r\n\{"name":"served"/);
      expect(a.text).toMatch(/\r\nMSG _INBOX\.asker\.\d+ 1 \d+\r\n\{"server":/);
    }
  });

  test("logs the same about what it cannot read", async () => {
    const errors = ({ stage }: ServiceStage): string[] =>
      stage.server.linesSinceReady.filter((line) => line.startsWith("[ERR] SYSTEM"));
    expect(errors(mine)).toEqual(errors(theirs));
    expect(errors(mine).length).toBeGreaterThan(3);
  });
});
