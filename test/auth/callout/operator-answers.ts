/** Answers of a service of an operator's account, and the accounts around it. */

import {
  accountJwt,
  authorizationResponseJwt,
  type CommonClaims,
  type Key,
  newKey,
  operatorJwt,
  SCOPED,
  userJwt,
} from "../../support/jwt.ts";
import { type Answer, fromCurve, type Question } from "./answering-service.ts";

const OPERATOR = newKey("O", 1);
/** Its service decides. */
export const A = newKey("A", 2);
const A_SIGNING = newKey("A", 5);
/** Users may be placed in it. */
const APP = newKey("A", 3);
const APP_SIGNING = newKey("A", 6);
const APP_SCOPED = newKey("A", 7);
const SYS = newKey("A", 4);
/** Nobody may be placed in it. */
const CLOSED = newKey("A", 13);
/** Listed, but nobody vouches for it. */
const FOREIGN = newKey("A", 12);
export const SERVICE = newKey("U", 10);
const SENTINEL = newKey("U", 11);
export const XKEY = newKey("X", 8);

/** Token that anybody may use. */
export const SENTINEL_JWT = userJwt(
  SENTINEL,
  A,
  { bearer_token: true, pub: { deny: [">"] }, sub: { deny: [">"] }, tags: ["team:x"] },
  { name: "sentinel" },
);
export const SERVICE_JWT = userJwt(SERVICE, A, {}, { name: "service" });

/**
 * @param authorization what the account of the service says of it, beyond its users.
 * @param timeout seconds.
 */
export function configOf(authorization: object, timeout: number): string {
  const template = { pub: { allow: ["a.{{name()}}"] }, subs: 5, data: -1, payload: -1 };
  const scope = { kind: "user_scope", key: APP_SCOPED.publicKey, role: "r", template };
  const preloads = [
    accountJwt(A, OPERATOR, {
      authorization: {
        auth_users: [SERVICE.publicKey],
        allowed_accounts: [APP.publicKey, FOREIGN.publicKey],
        ...authorization,
      },
      signing_keys: [A_SIGNING.publicKey],
    }),
    accountJwt(APP, OPERATOR, {
      signing_keys: [APP_SIGNING.publicKey, scope],
      default_permissions: { pub: { allow: ["d"] } },
    }),
    accountJwt(CLOSED, OPERATOR),
    accountJwt(SYS, OPERATOR),
  ];
  const keys = [A, APP, CLOSED, SYS];
  return `
server_name: s
operator: ${operatorJwt(OPERATOR, { system_account: SYS.publicKey })}
resolver: MEM
resolver_preload: {
${preloads.map((jwt, i) => `${keys[i]!.publicKey}: ${jwt}`).join("\n")}
}
authorization { timeout: ${timeout} }
`;
}

function response(
  { claims }: Question,
  signer: Key,
  nats: object,
  common: CommonClaims = {},
): string {
  const { user_nkey } = claims.nats;
  return authorizationResponseJwt(user_nkey, signer, nats, { aud: claims.iss, ...common });
}

function user({ claims }: Question, signer: Key, nats: object = {}, name = ""): string {
  return userJwt(claims.nats.user_nkey, signer, nats, { name });
}

/** An honest answer with such a user. */
const placing = (signer: Key, nats: object = {}, name = ""): Answer => {
  return (question) => [response(question, A, { jwt: user(question, signer, nats, name) })];
};

const signedBy = (signer: Key, nats: object = {}): Answer => {
  return (question) => [response(question, signer, { jwt: user(question, APP), ...nats })];
};

const inApp = { issuer_account: APP.publicKey };

export const ANSWERS: Readonly<Record<string, Answer>> = {
  "into the same account": placing(A),
  "into another account": placing(APP),
  "with a name": placing(APP, {}, "bob"),
  "with permissions": placing(APP, { pub: { allow: ["p"] } }),
  "signed with a signing key of that account": placing(APP_SIGNING, inApp),
  "signed with one, which is not said": placing(APP_SIGNING),
  "signed with a signing key of the same account": placing(A_SIGNING, {
    issuer_account: A.publicKey,
  }),
  "with a template": placing(APP_SCOPED, { ...SCOPED, ...inApp }, "joe"),
  "with a template and limits": placing(APP_SCOPED, inApp, "joe"),
  "with a template and nothing to fill in": placing(APP_SCOPED, { ...SCOPED, ...inApp }),
  "on behalf of an account, by another": placing(FOREIGN, inApp),
  "into an account that is not allowed": placing(CLOSED),
  "into an account that nobody vouches for": placing(FOREIGN),
  "with an audience, which does not count": (q) => {
    const jwt = userJwt(q.claims.nats.user_nkey, A, {}, { aud: "$G", name: "" });
    return [response(q, A, { jwt })];
  },
  "answered with a signing key": signedBy(A_SIGNING, { issuer_account: A.publicKey }),
  "answered with one, which is not said": signedBy(A_SIGNING),
  "answered by the other account": signedBy(APP),
  "answered by a stranger": signedBy(FOREIGN),
  "answered by a stranger on behalf of the account": signedBy(FOREIGN, {
    issuer_account: A.publicKey,
  }),
  "answered on behalf of another account": signedBy(A_SIGNING, inApp),
  "answered by a stranger on behalf of another account": signedBy(FOREIGN, inApp),
  "a refusal": (q) => [response(q, A, { error: "no" })],
  "a refusal by a stranger": (q) => [response(q, FOREIGN, { error: "no" })],
  "a stranger's, for another user": (q) => [
    response(q, FOREIGN, { error: "no" }, { sub: newKey("U", 99).publicKey }),
  ],
  "a stranger's, for another server": (q) => [
    response(q, FOREIGN, { error: "no" }, { aud: newKey("N", 98).publicKey }),
  ],
  "sealed by the service": (q) => [seal(q, response(q, A, { jwt: user(q, APP) }))],
  "sealed, and signed by a stranger": (q) => [
    seal(q, response(q, FOREIGN, { jwt: user(q, APP), ...inApp })),
  ],
  "a text": () => ["hello"],
  silence: () => [],
};

function seal({ serverXkey }: Question, token: string): Uint8Array {
  if (serverXkey === "") return Buffer.from(`xkv1${"-".repeat(100)}`);
  return fromCurve(XKEY).seal(Buffer.from(token), serverXkey);
}

const STRANGER = newKey("U", 50);

/** Clients of all kinds, when the service lets everybody in. */
export const CLIENTS: Readonly<Record<string, object | ((nonce: string) => object)>> = {
  "without a name": { jwt: SENTINEL_JWT },
  "named as the service": { jwt: SENTINEL_JWT, user: SERVICE.publicKey },
  "with the service's key": { jwt: SENTINEL_JWT, nkey: SERVICE.publicKey },
  "without a token": { user: "joe" },
  "with a token of its own": (nonce) => signed(userJwt(STRANGER, A), nonce),
  "with a bad signature": { jwt: userJwt(STRANGER, A), sig: "AAAA" },
  "with the service's token and a bad signature": { jwt: SERVICE_JWT, sig: "AAAA" },
  "of another account": (nonce) => signed(userJwt(STRANGER, APP), nonce),
  "with an expired token": (nonce) =>
    signed(userJwt(STRANGER, A, {}, { exp: 1_700_000_100 }), nonce),
  "with a token by a stranger": (nonce) =>
    signed(userJwt(STRANGER, FOREIGN, { issuer_account: A.publicKey }), nonce),
};

function signed(jwt: string, nonce: string): object {
  return { jwt, sig: STRANGER.sign(nonce).toString("base64url") };
}
