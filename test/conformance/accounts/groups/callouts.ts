/** Users whom a service lets in. */

import nacl from "tweetnacl";
import { jwtV1, resigned, userJwt } from "../../../support/jwt.ts";
import type { Group } from "../../scenarios/scenario.ts";
import { secret } from "../../security/canaries.ts";
import {
  type Answer,
  answerToken,
  CURVE,
  decides,
  ISSUER,
  knocks,
  OTHER_ISSUER,
  type Request,
  says,
} from "../callouts.ts";
import { type AloneCase, aloneGroup, type SharedCase, sharedGroup } from "../cases.ts";
import { keyOf } from "../keys.ts";
import { ends, leaves, type Turn, waits } from "../turns.ts";

/** Everyone is asked for; `more` stands in `auth_callout`. */
function config(more = "", beside = ""): string {
  return `authorization {
  timeout: 1
  auth_callout { issuer: ${ISSUER.publicKey}, account: AUTH, auth_users: [auth] ${more} }
}
accounts {
  AUTH { users = [ {user: auth, PASS} ] }
  APP { users = [ {user: app, PASS} ] }
  OTHER { users = [ {user: other, PASS} ] }
  SYS { users = [ {user: sys, PASS} ] }
}
system_account: SYS
${beside}`;
}

const joe = { user: "joe", pass: "secret" };
const service: Turn = ["auth", "SUB $SYS.REQ.USER.AUTH 1"];
/** What the user does then. */
const uses: Turn = { conn: "x", send: "SUB foo 1\r\nPUB foo 1\r\nx\r\nPUB bar 1\r\nx\r\nPING\r\n" };

function asked(
  name: string,
  answer: Answer,
  { options = joe, after = [uses] }: { options?: Record<string, unknown>; after?: Turn[] } = {},
): SharedCase {
  return {
    name,
    turns: [service, knocks("x", options), decides(answer), ...after],
  };
}

/** The service says something that is no good answer. */
function told(name: string, bytes: string | ((request: Request) => string)): SharedCase {
  return { name, turns: [service, knocks("x", joe), says(bytes), ends("x")] };
}

const refused = { after: [ends("x")] };
const error = (text: string): Answer => ({ response: { error: text } });

const good: readonly SharedCase[] = [
  asked("let in", {}),
  asked(
    "let in, by everything that CONNECT can say",
    {},
    {
      options: {
        ...joe,
        name: "me",
        lang: "words",
        version: "1.2.3",
        protocol: 1,
        auth_token: "t",
        nkey: "n",
        jwt: "j",
      },
    },
  ),
  asked("let in, by nothing", {}, { options: {} }),
  asked("let in, by a token", {}, { options: { auth_token: "secret" } }),
  asked("let in, verbose", {}, { options: { ...joe, verbose: true } }),
  asked("let into $G", { claims: { aud: "$G" } }),
  asked("let into another account", { claims: { aud: "OTHER" } }),
  asked("let into the account of the service", { claims: { aud: "AUTH" } }),
  asked("let into the system account", { claims: { aud: "SYS" } }),
  asked("without a name", { claims: { name: "" } }),
  asked("with permissions", { nats: { pub: { allow: ["foo"] }, sub: { deny: ["foo"] } } }),
  asked("with limits", { nats: { subs: 0, payload: 0 } }),
  asked("with connection types", { nats: { allowed_connection_types: ["WEBSOCKET"] } }),
  asked("with tags", { nats: { tags: ["a:b"] } }),
  asked("until long after", { claims: { exp: 4_000_000_000 } }),
  asked("from elsewhere", { nats: { src: ["10.0.0.0/8"] } }),
  asked("from here", { nats: { src: ["127.0.0.1/32"] } }),
  asked(
    "a configured user, of whom the service is asked too",
    {},
    { options: { user: "app", pass: "wrong" } },
  ),
  {
    name: "a user of the service itself",
    turns: [service, ["auth2", "PUB foo", "PUB $SYS.REQ.USER.AUTH x"]],
  },
  {
    name: "a user of the service with a wrong password",
    turns: [
      service,
      { conn: "x", send: 'CONNECT {"user":"auth","pass":"wrong"}\r\n', until: "end" },
    ],
  },
  {
    name: "two at a time, the second is answered first",
    turns: [
      service,
      knocks("x", joe),
      waits("auth", /USER\.AUTH/),
      knocks("y", { user: "ann" }),
      decides({ claims: { name: "ann" } }, 2),
      decides({}, 1),
      uses,
      { conn: "y", send: "PUB foo 1\r\ny\r\nPING\r\n" },
    ],
  },
  {
    name: "what comes before the answer waits",
    turns: [
      service,
      {
        conn: "x",
        send: 'CONNECT {"verbose":false,"user":"joe"}\r\nSUB foo 1\r\nPUB foo 1\r\nx\r\n',
        listenMs: 20,
      },
      decides({}),
      { conn: "x", send: "PING\r\n" },
    ],
  },
  {
    name: "a client that leaves before the answer",
    turns: [service, knocks("x", joe), leaves("x"), decides({}), ["auth", "PUB foo"]],
  },
];

const bad: readonly SharedCase[] = [
  asked("an error", error("no such user"), refused),
  asked("an error of all sorts", error('a"b\\c%s\n'), refused),
  asked("an error and a token", { response: { error: "no", jwt: "x" } }, refused),
  asked("neither error nor token", { response: {} }, refused),
  asked("an expired user", { claims: { exp: 1_700_000_100 } }, refused),
  asked("a user not yet valid", { claims: { nbf: 4_000_000_000 } }, refused),
  asked("an expired answer", { responseClaims: { exp: 1_700_000_100 } }, refused),
  asked("an account that is not there", { claims: { aud: "NOPE" } }, refused),
  asked("no account", { claims: { aud: "" } }, refused),
  asked("an answer for no server", { responseClaims: { aud: "" } }, refused),
  asked(
    "an answer for another server",
    { responseClaims: { aud: keyOf("N", 9).publicKey } },
    refused,
  ),
  asked("an answer for something else", { responseClaims: { aud: "server" } }, refused),
  asked("an answer of another issuer", { responseSigner: OTHER_ISSUER }, refused),
  asked("a user of another issuer", { userSigner: OTHER_ISSUER }, refused),
  asked("a user signed by a user", { userSigner: keyOf("U", 9) }, refused),
  asked(
    "an answer about another user",
    { responseClaims: { sub: keyOf("U", 9).publicKey } },
    refused,
  ),
  asked("a token of another user", { claims: { sub: keyOf("U", 9).publicKey } }, refused),
  asked("an issuer_account", { nats: { issuer_account: ISSUER.publicKey } }, refused),
  asked("an unknown connection type", { nats: { allowed_connection_types: ["FOO"] } }, refused),
  asked(
    "at no time of day",
    { nats: { times: [{ start: "00:00:00", end: "00:00:00" }] } },
    refused,
  ),
  asked("permissions that are none", { nats: { pub: { allow: ["a..b"] } } }, refused),
  asked("a proxy is required", { nats: { proxy_required: true } }, refused),
  asked("a user's token that is none", { response: { jwt: "x.y.z" } }, refused),
  told("an empty answer", ""),
  told("nonsense", "nonsense"),
  told("three parts of nonsense", "a.b.c"),
  told("a user's token in place of an answer", ({ user }) => userJwt(user, ISSUER)),
  told("a damaged signature", (request) => resigned(answerToken(request, {}))),
  told("the request itself", ({ payload }) => payload),
  told("a token of the first layout", ({ user, server }) =>
    jwtV1("authorization_response", user, ISSUER, { jwt: "x" }, { aud: server }),
  ),
  told("bytes", "\u0000\u00ff\u00fe"),
];

const silent: readonly SharedCase[] = [
  {
    name: "no service",
    turns: [{ conn: "x", send: 'CONNECT {"user":"joe"}\r\n', until: "end" }],
  },
  {
    name: "a service that says nothing",
    turns: [service, knocks("x", joe), ends("x")],
  },
  {
    name: "an answer that comes too late",
    turns: [service, knocks("x", joe), ends("x"), decides({}), ["auth", "PUB foo"]],
  },
  {
    name: "a service that leaves",
    turns: [service, knocks("x", joe), waits("auth", /USER\.AUTH/), leaves("auth"), ends("x")],
  },
  {
    name: "an answer by another user",
    turns: [service, ["other", "SUB $SYS.REQ.USER.AUTH 1", "SUB > 2"], knocks("x", joe), ends("x")],
  },
  {
    name: "expires a moment later",
    turns: [
      service,
      knocks("x", joe),
      says((request) =>
        answerToken(request, { claims: { exp: Math.floor(Date.now() / 1000) + 2 } }),
      ),
      uses,
      ends("x"),
    ],
  },
];

/** Somebody is refused, and the account of the service hears of it. */
function heard(name: string, who: Turn): SharedCase {
  return {
    name,
    turns: [
      service,
      ["auth2", "SUB $SYS.ACCOUNT.CLIENT.AUTH.ERR 1"],
      who,
      decides(error("no")),
      ends("x"),
      waits("auth2", /client_disconnect/),
    ],
  };
}

const events: readonly SharedCase[] = [
  {
    name: "an error, told to the account of the service",
    turns: [
      service,
      ["auth2", "SUB $SYS.ACCOUNT.CLIENT.AUTH.ERR 1"],
      knocks("x", joe),
      decides(error("no such user")),
      ends("x"),
      waits("auth2", /client_disconnect/),
    ],
  },
  heard("one that names itself", knocks("x", { ...joe, name: "n<&>", lang: "go", version: "1.2" })),
  heard("a user that is configured", knocks("x", { user: "app", pass: secret("accounts") })),
  heard("a token", knocks("x", { auth_token: "secret" })),
  heard("a key", knocks("x", { nkey: keyOf("U", 3).publicKey, sig: "x" })),
  heard("nobody", knocks("x", {})),
  {
    name: "no answer, told to the account of the service",
    turns: [
      service,
      ["auth2", "SUB $SYS.ACCOUNT.CLIENT.AUTH.ERR 1"],
      knocks("x", joe),
      ends("x"),
      waits("auth2", /client_disconnect/),
    ],
  },
  {
    name: "the service's user with a wrong password",
    turns: [
      ["auth2", "SUB $SYS.ACCOUNT.CLIENT.AUTH.ERR 1"],
      knocks("x", { user: "auth", pass: "wrong" }),
      ends("x"),
      waits("auth2", /client_disconnect/),
    ],
  },
];

const allowed: readonly SharedCase[] = [
  asked("an unknown user", {}),
  asked("a user of an allowed account", {}, { options: { user: "app", pass: "wrong" } }),
  asked("let into an account that is not allowed", { claims: { aud: "OTHER" } }),
  {
    name: "a user of another account",
    turns: [service, ["other", "SUB foo 1", "PUB foo"]],
  },
];

const NONCE = 24;
const SEALED = "xkv1";

/** The service's answer, sealed for the server by the key in the request's header. */
function sealed(answer: Answer, { key = CURVE, damage = false } = {}) {
  return (request: Request): string => {
    const text = /Nats-Server-Xkey: (\S+)/i.exec(request.header)?.[1] ?? "";
    const server = fromText(text);
    const bytes = Buffer.from(request.payload, "latin1");
    const [nonce, box] = [bytes.subarray(4, 4 + NONCE), bytes.subarray(4 + NONCE)];
    const opened = nacl.box.open(box, nonce, server, CURVE.secret);
    const claims = JSON.parse(Buffer.from(part(opened), "base64url").toString());
    const known = { ...request, user: claims.nats.user_nkey, server: claims.iss };
    const token = Buffer.from(answerToken(known, answer));
    const own = Buffer.alloc(NONCE, 7);
    const closed = Buffer.from(nacl.box(token, own, server, key.secret));
    if (damage) closed[20] = closed[20]! ^ 1;
    return Buffer.concat([Buffer.from(SEALED), own, closed]).toString("latin1");
  };
}

function part(opened: Uint8Array | null): string {
  return (
    Buffer.from(opened ?? [])
      .toString()
      .split(".")[1] ?? ""
  );
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The 32 bytes of a key in text form. */
function fromText(text: string): Uint8Array {
  let bits = "";
  for (const letter of text) bits += ALPHABET.indexOf(letter).toString(2).padStart(5, "0");
  const bytes = bits.match(/.{8}/g)!.map((each) => Number.parseInt(each, 2));
  return Uint8Array.from(bytes.slice(1, 33));
}

function encrypted(
  name: string,
  bytes: (request: Request) => string,
  after: Turn[] = [uses],
): SharedCase {
  return { name, turns: [service, knocks("x", joe), says(bytes), ...after] };
}

/** Only what is in the clear is told apart from what is sealed. */
const curves: readonly SharedCase[] = [
  encrypted("a sealed answer", sealed({})),
  encrypted("a sealed error", sealed(error("no such user")), [ends("x")]),
  encrypted("a damaged box", sealed({}, { damage: true }), [ends("x")]),
  encrypted("a box of another key", sealed({}, { key: keyOf("X", 241) }), [ends("x")]),
  encrypted("nonsense", () => "xkv1nonsense", [ends("x")]),
];

const required: readonly AloneCase[] = [
  {
    name: "no_auth_user, and a service",
    config: config("", "no_auth_user: app"),
    turns: [service, knocks("x", {}), decides({}), uses],
  },
  {
    name: "an account of the service that is not there",
    config: config().replace("account: AUTH", "account: NOPE"),
    turns: [{ conn: "x", send: 'CONNECT {"user":"joe"}\r\n', until: "end" }],
  },
  {
    name: "the service in $G",
    config: `authorization { timeout: 1, users = [ {user: auth, PASS} ], auth_callout { issuer: ${ISSUER.publicKey}, auth_users: [auth] } }`,
    turns: [service, knocks("x", joe), decides({ claims: { aud: "$G" } }), uses],
  },
];

export const CALLOUTS: readonly Group[] = [
  sharedGroup("callout", config(), good),
  sharedGroup("callout, refused", config(), bad),
  sharedGroup("callout, silence", config(), silent),
  sharedGroup("callout, events", config(), events),
  sharedGroup("callout, allowed_accounts", config(", allowed_accounts: [APP]"), allowed),
  sharedGroup("callout, xkey", config(`, xkey: ${CURVE.publicKey}`), curves),
  aloneGroup("callout, configurations", required),
];
