/** Answers of a service that the configuration names: honest ones, clumsy ones and lies. */

import { authorizationResponseJwt, type CommonClaims, newKey, userJwt } from "../../support/jwt.ts";
import { type Answer, fromCurve, honest, type Question } from "./answering-service.ts";

export const ISSUER = newKey("A", 1);
const OTHER = newKey("A", 2);
export const XKEY = newKey("X", 3);
const OTHER_XKEY = newKey("X", 4);
const PAST = 1_700_000_100;
const FUTURE = 4_000_000_000;

const into = (account: string, nats: object = {}, user: CommonClaims = {}): Answer => {
  return (question) => [honest(question, ISSUER, account, nats, user)];
};

/** An answer around the token of a user, or with an error, as `nats` says. */
function response(
  { claims }: Question,
  nats: object,
  { signer = ISSUER, ...common }: CommonClaims & { signer?: typeof ISSUER } = {},
): string {
  return authorizationResponseJwt(claims.nats.user_nkey, signer, nats, {
    aud: claims.iss,
    ...common,
  });
}

function goodUser({ claims }: Question): string {
  return userJwt(claims.nats.user_nkey, ISSUER, {}, { aud: "APP", name: "" });
}

/** Where the server has sealed nothing, the box is empty: nobody looks into it. */
function seal({ serverXkey }: Question, token: string, key = XKEY): Uint8Array {
  if (serverXkey === "") return Buffer.from(`xkv1${"-".repeat(100)}`);
  return fromCurve(key).seal(Buffer.from(token), serverXkey);
}

/** The first one counts. nats-server may look at the second as well, before it stops to listen. */
export const SEVERAL: Readonly<Record<string, Answer>> = {
  "a refusal, then a user": (q) => [response(q, { error: "first" }), honest(q, ISSUER, "APP")],
  "a user, then a refusal": (q) => [honest(q, ISSUER, "APP"), response(q, { error: "late" })],
};

export const ANSWERS: Readonly<Record<string, Answer>> = {
  "into an account": into("APP"),
  "with a name": into("APP", { tags: ["x:y"] }, { name: "bob" }),
  "into the global account": into("$G"),
  "into the account of the service": into("AUTH"),
  "into the system account": into("SYS"),
  "into no account": into(""),
  "into an account that there is not": into("NOPE"),
  "with line breaks at the end": (q) => [`${honest(q, ISSUER, "APP")}\r\n`],
  "limits that do not count": into("APP", {
    subs: 0,
    payload: 1,
    data: 1,
    src: ["10.0.0.0/8"],
  }),
  "for another kind of connection": into("APP", {
    allowed_connection_types: ["FOO", "websocket"],
  }),
  "for unknown kinds of connections": into("APP", { allowed_connection_types: ["FOO", "BAR"] }),
  "at another time of day": into("APP", {
    times: [{ start: "00:00:00", end: "00:00:00" }],
    times_location: "UTC",
  }),
  "with a proxy": into("APP", { proxy_required: true }),
  "a long one": into("APP", { tags: Array.from({ length: 20_000 }, (_, i) => `tag:${i}`) }),
  "one that is too long": into("APP", { tags: ["x".repeat(1024 * 1024)] }),
  nothing: () => [""],
  "a text": () => ["hello"],
  "three parts of no token": () => ["a.b.c"],
  "a part of a token": () => ["eyJhbG.b.c"],
  "a refusal": (q) => [response(q, { error: "go away" })],
  "a refusal in other letters": (q) => [response(q, { error: "Émile dit non" })],
  "neither user nor refusal": (q) => [response(q, { jwt: "", error: "" })],
  "both user and refusal": (q) => [response(q, { jwt: "x", error: "e" })],
  "no token for the user": (q) => [response(q, { jwt: "x.y" })],
  "another kind of token for the user": (q) => [response(q, { jwt: honest(q, ISSUER, "APP") })],
  "another kind of token": (q) => [goodUser(q)],
  "an answer for another user": (q) => [
    response(q, { jwt: goodUser(q) }, { sub: newKey("U", 9).publicKey }),
  ],
  "the token of another user": (q) => [
    response(q, { jwt: userJwt(newKey("U", 9), ISSUER, {}, { aud: "APP" }) }),
  ],
  "an answer for nobody": (q) => [response(q, { jwt: goodUser(q) }, { sub: OTHER.publicKey })],
  "an answer for no server": (q) => [response(q, { jwt: goodUser(q) }, { aud: "x" })],
  "an answer for another server": (q) => [
    response(q, { jwt: goodUser(q) }, { aud: newKey("N", 9).publicKey }),
  ],
  "signed by another": (q) => [response(q, { jwt: goodUser(q) }, { signer: OTHER })],
  "a refusal signed by another": (q) => [response(q, { error: "no" }, { signer: OTHER })],
  "signed by another on behalf of the issuer": (q) => [
    response(q, { jwt: goodUser(q), issuer_account: ISSUER.publicKey }, { signer: OTHER }),
  ],
  "signed by the issuer on behalf of another": (q) => [
    response(q, { jwt: goodUser(q), issuer_account: OTHER.publicKey }),
  ],
  "on behalf of no account": (q) => [response(q, { jwt: goodUser(q), issuer_account: "zz" })],
  "a user signed by another": (q) => [
    response(q, { jwt: userJwt(q.claims.nats.user_nkey, OTHER, {}, { aud: "APP" }) }),
  ],
  "a user on behalf of an account": into("APP", { issuer_account: ISSUER.publicKey }),
  "a user on behalf of no account": into("APP", { issuer_account: "zz" }),
  "an expired answer": (q) => [response(q, { jwt: goodUser(q) }, { exp: PAST })],
  "an expired user": into("APP", {}, { exp: PAST }),
  "a user of later": into("APP", {}, { nbf: FUTURE }),
  "a user with a bad subject": into("APP", { pub: { allow: ["a..b"] } }),
  "a user with several faults": into("APP", {
    src: ["zz"],
    times: [{ start: "x", end: "y" }],
    pub: { allow: ["a b"] },
  }),
  "a changed signature": (q) => [`${honest(q, ISSUER, "APP").slice(0, -8)}AAAAAAAA`],
  silence: () => [],
  "sealed by the service": (q) => [seal(q, honest(q, ISSUER, "APP"))],
  "sealed by another": (q) => [seal(q, honest(q, ISSUER, "APP"), OTHER_XKEY)],
  "sealed and signed by another": (q) => [
    seal(q, response(q, { jwt: goodUser(q) }, { signer: OTHER })),
  ],
  "a user signed by another, sealed": (q) => [
    seal(q, response(q, { jwt: userJwt(q.claims.nats.user_nkey, OTHER, {}, { aud: "APP" }) })),
  ],
  "the beginning of a box": () => [Buffer.from("xkv1")],
  "an empty box": () => [Buffer.from(`xkv1${"n".repeat(24)}`)],
  "no box": () => [Buffer.from(`xkv1${"a".repeat(100)}`)],
  "a box of another version": () => [Buffer.from(`xkv2${"a".repeat(100)}`)],
};
