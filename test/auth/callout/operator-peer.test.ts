/** A service of an operator's account at nats-server and at this server. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ours, peer } from "../../process/processes.ts";
import { AnsweringService } from "./answering-service.ts";
import { CalloutStage, expectSame, maskedRequest, type VisitPlan } from "./callout-stage.ts";
import {
  ANSWERS,
  CLIENTS,
  configOf,
  SENTINEL_JWT,
  SERVICE,
  SERVICE_JWT,
  XKEY,
} from "./operator-answers.ts";

const START_MS = 20_000;
const TIMEOUT_S = 1;
const CLIENT = { jwt: SENTINEL_JWT, user: "joe", pass: "pw", name: "n", lang: "go", version: "1" };
/** What may be published tells which permissions count. */
const PUBLISHES = ["a.joe", "d", "p", "$SYS.REQ.USER.AUTH"];
const OPERATIONS = `${PUBLISHES.map((subject) => `PUB ${subject} 0\r\n\r\n`).join("")}PING\r\n`;

/** By what the account of the service says. */
const MODES: Readonly<Record<string, object>> = {
  plain: {},
  sealing: { xkey: XKEY.publicKey },
  "for any account": { allowed_accounts: ["*"] },
  "for its own account": { allowed_accounts: [] },
};
/** Those that are the same in all of these are played once. */
const OF_MODES = /account|seal|refusal$/;

describe.skipIf(peer === undefined)("a service of an operator's account", () => {
  for (const [mode, authorization] of Object.entries(MODES)) {
    describe(mode, () => {
      let stages: readonly CalloutStage[] = [];
      let current = "silence";

      beforeAll(async () => {
        const open = async (program: readonly string[]): Promise<CalloutStage> => {
          const stage = await CalloutStage.open(program, configOf(authorization, TIMEOUT_S));
          await stage.engage((port) =>
            AnsweringService.start({
              port,
              jwt: SERVICE_JWT,
              seed: SERVICE.seed,
              xkey: "xkey" in authorization ? XKEY : null,
              answer: (question) => ANSWERS[current]!(question),
            }),
          );
          return stage;
        };
        stages = await Promise.all([open([peer!]), open(ours)]);
      }, START_MS);

      afterAll(async () => {
        for (const stage of stages) await stage[Symbol.asyncDispose]();
      });

      const play = async (plan: VisitPlan): Promise<void> => {
        const [theirs, mine] = await Promise.all(stages.map((stage) => stage.visit(plan)));
        await expectSame(mine!, theirs!);
      };

      for (const name of Object.keys(ANSWERS)) {
        if (mode !== "plain" && !OF_MODES.test(name)) continue;
        test(name, async () => {
          current = name;
          await play({ connect: CLIENT, operations: OPERATIONS, until: /PONG\r\n|Authorization/ });
        });
      }

      if (mode !== "plain") return;
      for (const [name, connect] of Object.entries(CLIENTS)) {
        test(`a client ${name}`, async () => {
          current = "into another account";
          const counts = stages.map(({ questions }) => questions.length);
          await play({ connect });
          const asked = stages.map(({ questions }, i) => questions.length - counts[i]!);
          expect(asked[1]).toBe(asked[0]!);
          const [theirs, mine] = stages.map(({ questions }) => questions.at(-1)!);
          expect(maskedRequest(mine!.claims, TIMEOUT_S)).toEqual(
            maskedRequest(theirs!.claims, TIMEOUT_S),
          );
        });
      }
    });
  }
});
