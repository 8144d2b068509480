/** Accounts and users of an operator's tokens. */

import {
  accountJwt,
  activationJwt,
  genericJwt,
  newKey,
  operatorJwt,
  SCOPED,
  userJwt,
} from "../../../support/jwt.ts";
import { asks, bodies, type Case, pages } from "../case.ts";
import type { Connect, Stage } from "../stage.ts";
import { ACCOUNT, CONNECTIONS, EVERY_PAGE, PING, SERVICES } from "./questions.ts";

const OPERATOR = newKey("O", 1);
const SIGNING = newKey("O", 2);
const SYSTEM = newKey("A", 3);
const ALPHA = newKey("A", 4);
const ALPHA_SIGNING = newKey("A", 5);
const SCOPE = newKey("A", 6);
const BETA = newKey("A", 7);
const ABSENT = newKey("A", 8);

const [SYS_USER, USER, SIGNED, BEARER, SCOPED_USER, REVOKED, BETA_USER] = [1, 2, 3, 4, 5, 6, 7].map(
  (number) => newKey("U", number),
);

const ALPHA_CLAIMS = {
  description: "all <kinds>",
  info_url: "https://example.com/?a&b",
  tags: ["one", "two"],
  signing_keys: [
    ALPHA_SIGNING.publicKey,
    {
      kind: "user_scope",
      key: SCOPE.publicKey,
      role: "reader",
      template: {
        subs: 5,
        data: -1,
        payload: 100,
        pub: { deny: [">"] },
        sub: { allow: ["foo.>"] },
      },
    },
  ],
  exports: [
    { name: "stream", subject: "st.>", type: "stream" },
    {
      name: "service",
      subject: "svc.*",
      type: "service",
      token_req: true,
      response_type: "Stream",
    },
    {
      name: "timed",
      subject: "timed",
      type: "service",
      service_latency: { sampling: 100, results: "latency" },
      revocations: { [BETA.publicKey]: 1_700_000_000 },
    },
  ],
  mappings: { from: [{ subject: "to", weight: 50 }] },
  revocations: { [REVOKED!.publicKey]: 1_800_000_000 },
  default_permissions: { pub: { deny: ["secret.>"] }, sub: {} },
  limits: {
    subs: 100,
    data: -1,
    payload: 1000,
    imports: 5,
    exports: 10,
    wildcards: true,
    conn: 20,
    leaf: 2,
  },
};

const BETA_CLAIMS = {
  imports: [
    { name: "stream", subject: "st.>", account: ALPHA.publicKey, to: "imp", type: "stream" },
    {
      name: "service",
      subject: "svc.*",
      account: ALPHA.publicKey,
      local_subject: "mine.*",
      type: "service",
      share: true,
      token: activationJwt(BETA, ALPHA, { subject: "svc.*", kind: "service" }),
    },
    { name: "missing", subject: "x", account: ABSENT.publicKey, type: "stream" },
  ],
};

const alpha = accountJwt(ALPHA, SIGNING, ALPHA_CLAIMS, { name: "Alpha" });

const CONFIG = [
  `operator: ${operatorJwt(OPERATOR, { signing_keys: [SIGNING.publicKey], tags: ["op"] })}`,
  `system_account: ${SYSTEM.publicKey}`,
  "resolver: MEMORY",
  "resolver_preload {",
  `${SYSTEM.publicKey}: ${accountJwt(SYSTEM, OPERATOR, {}, { name: "SYS" })}`,
  `${ALPHA.publicKey}: ${alpha}`,
  `${BETA.publicKey}: ${accountJwt(BETA, OPERATOR, BETA_CLAIMS, { name: "Beta" })}`,
  "}",
].join("\n");

function signed(key: typeof USER, jwt: string): Connect {
  return (nonce) => ({ jwt, sig: key!.sign(nonce).toString("base64url"), lang: "x" });
}

const system = signed(SYS_USER, userJwt(SYS_USER!, SYSTEM, {}, { name: "sys" }));

async function users(stage: Stage): Promise<void> {
  const nats = { tags: ["red", "blue"], pub: { allow: ["a.>"] }, issuer_account: ALPHA.publicKey };
  await stage.client(
    "own",
    signed(USER, userJwt(USER!, ALPHA, {}, { name: "own" })),
    "SUB foo 1\r\n",
  );
  await stage.client(
    "signed",
    signed(SIGNED, userJwt(SIGNED!, ALPHA_SIGNING, nats, { name: "named <&>" })),
    "SUB foo.* q 1\r\nPUB a.b 2\r\nhi\r\n",
  );
  const bearer = { bearer_token: true, issuer_account: ALPHA.publicKey };
  const anyone = userJwt(BEARER!, ALPHA_SIGNING, bearer, { name: "bearer" });
  await stage.client("bearer", { jwt: anyone });
  const scoped = { ...SCOPED, issuer_account: ALPHA.publicKey };
  await stage.client(
    "scoped",
    signed(SCOPED_USER, userJwt(SCOPED_USER!, SCOPE, scoped)),
    "SUB foo.a 1\r\n",
  );
  await stage.client(
    "beta",
    signed(BETA_USER, userJwt(BETA_USER!, BETA)),
    "SUB imp.> 1\r\nSUB x 2\r\n",
  );
  await stage.refused("revoked", signed(REVOKED, userJwt(REVOKED!, ALPHA)));
  await stage.refused(
    "forged",
    signed(USER, userJwt(USER!, BETA, { issuer_account: ALPHA.publicKey })),
  );
  await (await stage.client("gone", signed(USER, userJwt(USER!, ALPHA, nats)))).leave();
}

const NAMES = [ALPHA, BETA, SYSTEM].map(({ publicKey }) => publicKey);

export const OPERATORS: Case = {
  name: "accounts and users of an operator",
  config: CONFIG,
  play: users,
  questions: [
    ...EVERY_PAGE,
    ...CONNECTIONS,
    ...pages(
      ...[...NAMES, ABSENT.publicKey, "Alpha", "$G"].flatMap((name) => [
        `/accountz?acc=${name}`,
        `/subsz?acc=${name}&subs=1`,
        `/connz?acc=${name}&auth=1`,
        `/connz?acc=${name}&state=closed`,
      ]),
      `/connz?user=${USER!.publicKey}&auth=1`,
      `/connz?user=${BEARER!.publicKey}&auth=1&subs=1`,
    ),
  ],
};

export const OPERATOR_SERVICES: Case = {
  name: "services of an operator's server",
  config: CONFIG,
  isOneByOne: true,
  async play(stage) {
    await stage.asker("sys", system);
    await users(stage);
    await stage.asker("tenant", signed(USER, userJwt(USER!, ALPHA, {}, { name: "tenant" })));
  },
  chances: [
    {
      path: /(^|[._])(sent\.|received\.|out_|out_client_)bytes$/,
      as: "integer",
      why: "times differ in length",
    },
    {
      path: /connections\[\]\.in_msgs$/,
      as: "integer",
      why: "whether the request was counted already",
    },
    { path: /^statsz\.(received|sent)(_\w+)?\.\w+$/, as: "integer", why: "times differ in length" },
  ],
  questions: [
    ...asks("sys", ...SERVICES.map((name) => `${PING}.${name}`)),
    ...bodies("sys", `${PING}.CONNZ`, { auth: true, state: 2, subscriptions_detail: true }),
    ...NAMES.flatMap((account) => bodies("sys", `${PING}.ACCOUNTZ`, { account })),
    ...NAMES.flatMap((name) => asks("sys", `${ACCOUNT}.${name}.INFO`, `${ACCOUNT}.${name}.CONNZ`)),
    ...asks("sys", "$SYS.REQ.USER.INFO", "$SYS.REQ.CLAIMS.LIST", `${ACCOUNT}.PING.STATZ`),
    ...asks("sys", `${ACCOUNT}.${ALPHA.publicKey}.CLAIMS.LOOKUP`),
    { as: "sys", subject: "$SYS.REQ.CLAIMS.UPDATE", body: alpha },
    { as: "sys", subject: "$SYS.REQ.CLAIMS.UPDATE", body: genericJwt(OPERATOR, {}) },
    { as: "sys", subject: "$SYS.REQ.CLAIMS.UPDATE", body: "nonsense" },
    ...asks("tenant", "$SYS.REQ.USER.INFO", `${PING}.CONNZ`, `${ACCOUNT}.PING.STATZ`),
  ],
};

export const OPERATOR_EVENTS: Case = {
  name: "events of an operator's server",
  config: CONFIG,
  chances: [
    { path: /^(sent|received)\.bytes$/, as: "integer", why: "times differ in length" },
    { path: /^num_subscriptions$/, as: "integer", why: "counted when the event is written" },
    { path: /^(total_)?conns$/, as: "integer", why: "counted when the event is written" },
    { path: /^server\.seq$/, as: "positive", why: "the script waits for no event" },
  ],
  async play(stage) {
    const subjects = ["$SYS.ACCOUNT.>", "$SYS.SERVER.ACCOUNT.>", "$SYS.SERVER.*.CLIENT.>"];
    await stage.watch(system, subjects, SYSTEM.publicKey);
    await users(stage);
    await stage.hears(/\.DISCONNECT$/, 3);
  },
  events: "unordered",
};

const SHORT = newKey("A", 9);
const SHORT_USERS = [11, 12, 13, 14].map((number) => newKey("U", number));

/** In whole seconds, so that there is at least one left. */
function soon(): number {
  return Math.floor(Date.now() / 1000) + 2;
}

export const OPERATOR_ENDS: Case = {
  name: "tokens that end",
  config: [CONFIG.slice(0, -2), `${SHORT.publicKey}: ${shortJwt({})}`, "}"].join("\n"),
  chances: [
    { path: /(^|[._])((sent|received)\.bytes|(in|out)_\w+)$/, as: "integer", why: "times differ" },
    { path: /(^|\.)jwt$/, as: "text", why: "ends at another second" },
    { path: /(^|\.)server\.seq$/, as: "positive", why: "when tokens end" },
  ],
  async play(stage) {
    const [first, second, third, fourth] = SHORT_USERS;
    await stage.watch(system, ["$SYS.ACCOUNT.*.DISCONNECT"], SYSTEM.publicKey);
    await stage.asker("sys", system);
    const login = (key: typeof USER, nats: object = {}, claims: object = {}): Connect =>
      signed(key, userJwt(key!, SHORT, nats, claims));
    const ends = await stage.client("ends", login(first, {}, { exp: soon() }));
    await stage.refused("late", login(second, {}, { exp: 1_700_000_001 }));
    await stage.refused("away", login(second, { src: ["10.0.0.0/8"] }));
    await stage.refused("browser", login(second, { allowed_connection_types: ["WEBSOCKET"] }));
    const revoked = await stage.client("revoked", login(third));
    await stage.client("stays", login(fourth));
    await stage.refused("excess", login(second));
    const update = shortJwt({ [third!.publicKey]: 1_800_000_000 });
    const subject = `$SYS.REQ.ACCOUNT.${SHORT.publicKey}.CLAIMS.UPDATE`;
    await stage.askerOf("sys").wire.send(`PUB ${subject} ${update.length}\r\n${update}\r\n`);
    await revoked.ends();
    await ends.ends();
    await stage.hears(/DISCONNECT$/, 6);
  },
  questions: [
    ...pages("/connz?state=any&auth=1", `/accountz?acc=${SHORT.publicKey}`, "/accstatz?unused=1"),
    ...asks("sys", `${ACCOUNT}.${SHORT.publicKey}.INFO`),
  ],
  events: "unordered",
};

function shortJwt(revocations: object): string {
  const limits = {
    subs: -1,
    data: -1,
    payload: -1,
    imports: -1,
    exports: -1,
    wildcards: true,
    conn: 3,
    leaf: -1,
  };
  return accountJwt(SHORT, SIGNING, { limits, revocations }, { name: "Short" });
}
