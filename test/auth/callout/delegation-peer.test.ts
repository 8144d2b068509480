/** Whom a service is asked about, and who gets by without: the same as at nats-server. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ours, peer } from "../../process/processes.ts";
import { newKey } from "../../support/jwt.ts";
import { AnsweringService, honest } from "./answering-service.ts";
import { CalloutStage, expectSame, maskedRequest, type VisitPlan } from "./callout-stage.ts";
import { ISSUER } from "./configured-answers.ts";

const START_MS = 20_000;
const TIMEOUT_S = 1;
const KEY = newKey("U", 20);
const OTHER_KEY = newKey("U", 21);
const PUBLISH = "PUB $SYS.REQ.USER.AUTH 0\r\n\r\nPING\r\n";

const USERS = "{user: auth, password: auth}, {user: second, password: second}";
const WITH_KEY = `${USERS}, {nkey: ${KEY.publicKey}}`;

interface Scene {
  readonly config: string;
  /** Where the service puts everybody; null when it cannot log in. */
  readonly into: string | null;
}

function accounts(users: string): string {
  return `accounts {
AUTH { users: [${users}] }
APP { users: [{user: app, password: app}] }
B { users: [{user: b, password: b}] }
}
`;
}

/** @param rest what else the block `authorization` has. */
function callout(fields: string, rest = ""): string {
  const block = `auth_callout { issuer: ${ISSUER.publicKey}, ${fields} }`;
  return `authorization { timeout: ${TIMEOUT_S}, ${rest} ${block} }\n`;
}

const SCENES: Readonly<Record<string, Scene>> = {
  "users with names": {
    config: accounts(USERS) + callout("account: AUTH, auth_users: [auth, ghost]"),
    into: "B",
  },
  "users with keys": {
    config: accounts(WITH_KEY) + callout(`account: AUTH, auth_users: [auth, ${KEY.publicKey}]`),
    into: "B",
  },
  "some accounts only": {
    config:
      accounts(WITH_KEY) + callout("account: AUTH, auth_users: [auth], allowed_accounts: [B]"),
    into: "B",
  },
  "a user for everybody": {
    config: `no_auth_user: app\n${accounts(WITH_KEY)}${callout("account: AUTH, auth_users: [auth]")}`,
    into: "B",
  },
  "the global account": {
    config: callout(
      "auth_users: [auth, second]",
      "users: [{user: auth, password: auth}, {user: second, password: second, permissions: {publish: foo}}],",
    ),
    into: "$G",
  },
  "an account that there is not": {
    config: callout("account: NOPE, auth_users: [auth]", `users: [${USERS}],`),
    into: null,
  },
};

const signed = (nonce: string): object => {
  const sig = nonce === "" ? "AAAA" : KEY.sign(nonce).toString("base64url");
  return { nkey: KEY.publicKey, sig };
};

const CLIENTS: Readonly<Record<string, VisitPlan>> = {
  "the service's user": { connect: { user: "auth", pass: "auth" }, operations: PUBLISH },
  "the service's user with a wrong password": { connect: { user: "auth", pass: "x" } },
  "another user of its account": {
    connect: { user: "second", pass: "second" },
    operations: PUBLISH,
  },
  "a user that is listed only": { connect: { user: "ghost", pass: "x" } },
  "a user": { connect: { user: "app", pass: "app" }, operations: PUBLISH },
  "a user with a wrong password": { connect: { user: "app", pass: "x" } },
  "a user of another account": { connect: { user: "b", pass: "b" } },
  "an unknown user": { connect: { user: "zz", pass: "b" } },
  nobody: { connect: {} },
  "a user with the service's name as key": {
    connect: { user: "app", pass: "app", nkey: "auth" },
  },
  "a token": { connect: { auth_token: "t" } },
  "a token and the service's name": { connect: { auth_token: "t", user: "auth" } },
  "the service's user with an unknown key": {
    connect: { nkey: OTHER_KEY.publicKey, user: "auth", pass: "auth" },
  },
  "a key": { connect: signed },
  "a key with a wrong signature": { connect: { nkey: KEY.publicKey, sig: "AAAA" } },
  "a token of an operator": { connect: { jwt: "a.b.c" } },
  "no CONNECT": { connect: null },
};

describe.skipIf(peer === undefined)("whom a service is asked about", () => {
  for (const [scene, { config, into }] of Object.entries(SCENES)) {
    describe(scene, () => {
      let stages: readonly CalloutStage[] = [];

      beforeAll(async () => {
        const open = async (program: readonly string[]): Promise<CalloutStage> => {
          const stage = await CalloutStage.open(program, `server_name: s\n${config}`);
          if (into === null) return stage;
          await stage.engage((port) =>
            AnsweringService.start({
              port,
              user: "auth",
              pass: "auth",
              xkey: null,
              answer: (question) => [honest(question, ISSUER, into, {}, { name: "FROM" })],
            }),
          );
          return stage;
        };
        stages = await Promise.all([open([peer!]), open(ours)]);
      }, START_MS);

      afterAll(async () => {
        for (const stage of stages) await stage[Symbol.asyncDispose]();
      });

      for (const [name, plan] of Object.entries(CLIENTS)) {
        test(name, async () => {
          const counts = stages.map(({ questions }) => questions.length);
          const [theirs, mine] = await Promise.all(stages.map((stage) => stage.visit(plan)));
          await expectSame(mine!, theirs!);
          const [asked, weAsked] = stages.map(({ questions }, i) => questions.slice(counts[i]));
          const shown = (each: typeof asked): object[] =>
            each!.map(({ claims }) => maskedRequest(claims, TIMEOUT_S));
          expect(shown(weAsked)).toEqual(shown(asked));
        });
      }
    });
  }
});
