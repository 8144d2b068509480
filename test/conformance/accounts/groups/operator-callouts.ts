/** Users of operator mode whom a service lets in. */

import type { Key } from "../../../support/jwt.ts";
import type { Group } from "../../scenarios/scenario.ts";
import { type Answer, decides } from "../callouts.ts";
import { keyOf } from "../keys.ts";
import { type OperatorCase, operatorCase, operatorGroup } from "../operators.ts";
import { ends, type Turn, waits } from "../turns.ts";

/** Each scenario has a server of its own, so that the keys of its accounts are these. */
const SERVICE = keyOf("A", 1);
const TENANT = keyOf("A", 2);
const OTHER = keyOf("A", 3);
const SIGNING = keyOf("A", 250);

const uses: Turn = { conn: "x", send: "SUB foo 1\r\nPUB foo 1\r\nx\r\nPING\r\n" };

/** A is the account of the service, B the one that users get into. */
function asked(
  name: string,
  answer: Answer,
  {
    allowed = ["@B"],
    after = uses,
    accounts = {},
    isBearer = true,
  }: {
    allowed?: string[];
    after?: Turn;
    accounts?: OperatorCase["accounts"];
    isBearer?: boolean;
  } = {},
): OperatorCase {
  const authorization = { auth_users: ["@a"], allowed_accounts: allowed };
  return operatorCase(
    name,
    { A: { nats: { authorization } }, B: {}, C: {}, ...accounts },
    [["auth", "SUB $SYS.REQ.USER.AUTH 1"], { enters: "x" }, decides(answer), after],
    {
      auth: { account: "A" },
      x: {
        account: "A",
        ...(isBearer ? { nats: { bearer_token: true }, signs: null } : {}),
        connect: { user: "joe", pass: "secret" },
      },
    },
  );
}

const by = (userSigner: Key, more: Answer = {}): Answer => ({
  responseSigner: SERVICE,
  userSigner,
  claims: { aud: "" },
  ...more,
});
const refused = { after: ends("x") };

/** Somebody is refused, and the account of the service hears of it. */
function heard(name: string, isBearer: boolean): OperatorCase {
  const answer = by(TENANT, { response: { error: "no" } });
  return {
    ...asked(name, answer, { isBearer }),
    turns: [
      ["auth", "SUB $SYS.REQ.USER.AUTH 1", "SUB $SYS.ACCOUNT.CLIENT.AUTH.ERR 2"],
      { enters: "x" },
      decides(answer),
      ends("x"),
      waits("auth", /client_disconnect/),
    ],
  };
}

const cases: readonly OperatorCase[] = [
  asked("let into another account", by(TENANT)),
  asked("let into the account of the service", by(SERVICE)),
  asked("let into any account", by(OTHER), { allowed: ["*"] }),
  asked("let into an account that is not allowed", by(OTHER), refused),
  asked("let in by a signing key", by(SIGNING, { nats: { issuer_account: TENANT.publicKey } }), {
    accounts: { B: { nats: { signing_keys: [SIGNING.publicKey] } } },
  }),
  asked(
    "by a key that signs for nobody",
    by(SIGNING, { nats: { issuer_account: TENANT.publicKey } }),
    refused,
  ),
  asked("an answer of another account", { ...by(TENANT), responseSigner: TENANT }, refused),
  asked("an error", by(TENANT, { response: { error: "no" } }), refused),
  heard("a bearer token, told to the account of the service", true),
  heard("a token, told to the account of the service", false),
  asked("an audience", by(TENANT, { claims: { aud: TENANT.publicKey } })),
  asked("with permissions", by(TENANT, { nats: { pub: { allow: ["bar"] } } })),
];

export const OPERATOR_CALLOUTS: readonly Group[] = [
  operatorGroup("callout, tokens", cases, { isIsolated: true }),
];
