/** The same service at nats-server and at this server: the same clients get in, for the same reasons. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ours, peer } from "../../process/processes.ts";
import { type Answer, AnsweringService, honest } from "./answering-service.ts";
import {
  CalloutStage,
  expectSame,
  maskedRequest,
  type Visit,
  type VisitPlan,
} from "./callout-stage.ts";
import { ANSWERS, ISSUER, XKEY } from "./configured-answers.ts";

const START_MS = 20_000;
const TIMEOUT_S = 1;

function configOf(extra: string): string {
  return `
server_name: s
server_tags: ["a:b", "C"]
max_payload: 4MB
system_account: SYS
accounts {
  AUTH { users: [{user: auth, password: auth}, {user: second, password: second}] }
  APP { users: [{user: app, password: app}] }
  SYS { users: [{user: sys, password: sys}] }
}
authorization {
  timeout: ${TIMEOUT_S}
  auth_callout { issuer: ${ISSUER.publicKey}, account: AUTH, auth_users: [auth] ${extra} }
}
`;
}

const CLIENT = { user: "joe", pass: "pw", name: "n<é>", lang: "go", version: "1", protocol: 1 };

/** Whole seconds count, so it may be two. */
const forOneSecond: Answer = (question) => {
  const exp = Math.floor(Date.now() / 1000) + 1;
  return [honest(question, ISSUER, "APP", {}, { exp })];
};

describe.skipIf(peer === undefined)("a service of the configuration", () => {
  for (const [mode, extra] of [
    ["plain", ""],
    ["sealing", `, xkey: ${XKEY.publicKey}`],
  ] as const) {
    describe(mode, () => {
      let stages: readonly [CalloutStage, CalloutStage];
      let current = "silence";

      beforeAll(async () => {
        const open = async (program: readonly string[]): Promise<CalloutStage> => {
          const stage = await CalloutStage.open(program, configOf(extra));
          await stage.engage((port) =>
            AnsweringService.start({
              port,
              user: "auth",
              pass: "auth",
              xkey: extra === "" ? null : XKEY,
              answer: (question) => (ANSWERS[current] ?? forOneSecond)(question),
            }),
          );
          return stage;
        };
        stages = await Promise.all([open([peer!]), open(ours)]);
      }, START_MS);

      afterAll(async () => {
        for (const stage of stages ?? []) await stage[Symbol.asyncDispose]();
      });

      const visit = async (plan: VisitPlan): Promise<readonly [Visit, Visit]> => {
        const [theirs, mine] = await Promise.all(stages.map((stage) => stage.visit(plan)));
        return [theirs!, mine!];
      };

      for (const name of Object.keys(ANSWERS)) {
        test(name, async () => {
          current = name;
          const [theirs, mine] = await visit({ connect: CLIENT });
          await expectSame(mine, theirs);
        });
      }

      test("asks the same", async () => {
        current = "into an account";
        for (const connect of [
          CLIENT,
          {},
          { auth_token: "t", jwt: "a.b.c", sig: "x", nkey: "n" },
        ]) {
          await visit({ connect });
          const [theirs, mine] = stages.map(({ questions }) => questions.at(-1)!);
          expect(maskedRequest(mine!.claims, TIMEOUT_S)).toEqual(
            maskedRequest(theirs!.claims, TIMEOUT_S),
          );
          expect(mine!.claims.iss).toStartWith("N");
          expect(mine!.serverXkey.length).toBe(theirs!.serverXkey.length);
          expect(mine!.reply).toMatch(/^\$SYS\._INBOX\.[\w-]+\.[\w-]+$/);
        }
      });

      test("lets users go when their time is over", async () => {
        current = "for one second";
        const plan = { connect: CLIENT, until: /-ERR/ };
        const [theirs, mine] = await visit(plan);
        expect(mine.received).toBe("PONG\r\n-ERR 'User Authentication Expired'\r\n");
        await expectSame(mine, theirs);
      });
    });
  }
});
