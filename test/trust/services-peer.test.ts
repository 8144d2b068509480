/**
 * What services of resolvers answer, and log, beside what nats-server does: over the wire, as a user
 * of the system account.
 */

import { describe, expect, test } from "bun:test";
import { LoggingServer } from "../conformance/scenarios/server.ts";
import { ours as program } from "../process/processes.ts";
import * as jwt from "../support/jwt.ts";
import { findPeer } from "../support/peer.ts";
import { Wire } from "../support/wire.ts";

const peer = findPeer();
const operator = jwt.newKey("O", 1);
const signing = jwt.newKey("O", 2);
const foreign = jwt.newKey("O", 9);
const system = jwt.newKey("A", 3);
const a = jwt.newKey("A", 4);
const b = jwt.newKey("A", 5);
const user = jwt.newKey("U", 6);

const keys = { O: operator, SYS: system, A: a, B: b, OTHER: foreign, USER: user };
const systemJwt = jwt.accountJwt(system, operator, {}, { name: "SYS" });
const aJwt = jwt.accountJwt(a, operator, {}, { name: "A" });

/** Subject and payload, and what it is. */
type Step = readonly [what: string, subject: string, payload: string];
/** What differs, and has to: theirs and ours. */
type Difference = readonly [what: string, theirs: string, ours: string];

const UPDATE = "$SYS.REQ.CLAIMS.UPDATE";
const DELETE = "$SYS.REQ.CLAIMS.DELETE";
const LIST = "$SYS.REQ.CLAIMS.LIST";

function updateOf(key: jwt.Key | string): string {
  return `$SYS.REQ.ACCOUNT.${typeof key === "string" ? key : key.publicKey}.CLAIMS.UPDATE`;
}

function lookupOf(key: jwt.Key | string): string {
  return updateOf(key).replace(/UPDATE$/, "LOOKUP");
}

function version(jti: string, nats: object = {}, claims: jwt.CommonClaims = {}): string {
  return jwt.accountJwt(a, operator, nats, { name: jti, jti, ...claims });
}

function deletion(accounts: unknown, signer = operator, claims: jwt.CommonClaims = {}): string {
  return jwt.genericJwt(signer, { accounts }, claims);
}

const invalid = version("invalid", {
  limits: { ...jwt.UNLIMITED, exports: 0 },
  exports: [
    { subject: "a b", type: "stream" },
    { subject: "", type: "stream" },
  ],
});

const STEPS: readonly Step[] = [
  ["list", LIST, ""],
  ["lookup", lookupOf(a), ""],
  ["lookup of nobody", lookupOf(b), ""],
  ["lookup of a user", lookupOf(user), ""],
  ["no token", UPDATE, "junk"],
  ["nothing", UPDATE, ""],
  ["nothing for an account", updateOf(a), ""],
  ["no token for an account", updateOf(a), "junk"],
  ["new", UPDATE, version("2")],
  ["the same", UPDATE, version("2")],
  ["for an account", updateOf(a), version("3")],
  ["in the old form", `$SYS.ACCOUNT.${a.publicKey}.CLAIMS.UPDATE`, version("4")],
  ["lookup of what was pushed", lookupOf(a), ""],
  ["older", UPDATE, version("older", {}, { iat: 1 })],
  ["of another account", updateOf(b), version("5")],
  ["an account that nobody uses", updateOf(b), jwt.accountJwt(b, operator)],
  ["that is not valid", UPDATE, invalid],
  ["that is not valid, for an account", updateOf(a), invalid],
  ["cut off", UPDATE, version("6").slice(0, -10)],
  ["with another signature", UPDATE, jwt.resigned(version("6"))],
  ["of a user", UPDATE, jwt.userJwt(user, a)],
  ["of an operator", updateOf(a), jwt.operatorJwt(operator)],
  ["for no key", updateOf("foo"), version("6")],
  ["foreign", UPDATE, jwt.accountJwt(a, foreign)],
  ["foreign, for an account", updateOf(a), jwt.accountJwt(a, foreign, {}, { jti: "2" })],
  ["mended", UPDATE, version("7")],
  ["list of all", LIST, ""],
  ["delete junk", DELETE, "junk"],
  ["delete the system account", DELETE, deletion([system.publicKey])],
  ["delete no key", DELETE, deletion(["x"])],
  ["delete a user", DELETE, deletion([user.publicKey])],
  ["delete no list", DELETE, deletion("x")],
  ["delete nothing", DELETE, deletion(undefined)],
  ["delete, says another", DELETE, deletion([a.publicKey], foreign)],
  ["delete, says one for another", DELETE, deletion([a.publicKey], operator, { sub: a.publicKey })],
  ["delete none", DELETE, deletion([])],
  ["delete both", DELETE, deletion([a.publicKey, b.publicKey])],
  ["list after that", LIST, ""],
  ["lookup after that", lookupOf(a), ""],
];

const FOREIGN = '"error":{"account":"<A>","code":500,"description":"';
const REFUSED = "resulted in error - account validation failed";
/** nats-server keeps what it cannot use, and says that all is well. */
const DIFFERENCES: Readonly<Record<string, readonly Difference[]>> = {
  full: ["foreign", "foreign, for an account"].map((what) => [
    what,
    '"data":{"account":"<A>","code":200,"message":"jwt updated"}',
    `${FOREIGN}jwt update ${REFUSED}"}`,
  ]),
  cache: ["foreign", "foreign, for an account"].map((what) => [
    what,
    '"data":{"account":"<A>","code":200,"message":"jwt updated cache"}',
    `${FOREIGN}jwt update cache ${REFUSED}"}`,
  ]),
  memory: [],
};

function configOf(resolver: string, options = ""): string {
  const operatorJwt = jwt.operatorJwt(operator, { system_account: system.publicKey });
  return `
    server_name: S
    operator: ${operatorJwt}
    resolver: ${resolver}
    resolver_preload { ${system.publicKey}: ${systemJwt}, ${a.publicKey}: ${aJwt} }
    ${options}`;
}

async function login(port: number, account: jwt.Key): Promise<Wire> {
  const wire = await Wire.connect(port);
  expect(await wire.waitFor(/INFO .*\r\n/)).toBe(true);
  const { nonce } = JSON.parse(/INFO (.*)\r\n/.exec(wire.text)![1]!) as { nonce: string };
  const connect = {
    jwt: jwt.userJwt(user, account),
    sig: user.sign(nonce).toString("base64url"),
    headers: true,
    no_responders: true,
    verbose: false,
    protocol: 1,
  };
  await wire.send(`CONNECT ${JSON.stringify(connect)}\r\nPING\r\n`);
  await wire.waitFor(/PONG\r\n|-ERR/, 5_000);
  return wire;
}

/** Without what is another at each time. */
function masked(text: string): string {
  let masked = text
    .replace(/"id":"N[A-Z2-7]{55}"/g, '"id":"<id>"')
    .replace(/"seq":\d+/g, '"seq":0')
    .replace(/"time":"[^"]*"/g, '"time":"<time>"')
    .replace(/^MSG (\S+) (\S+) {2}\d+\r$/gm, "MSG $1 $2  <size>\r")
    .replace(/PING\r\n/g, "");
  for (const [name, { publicKey }] of Object.entries(keys)) {
    masked = masked.replaceAll(publicKey, `<${name}>`);
  }
  return masked;
}

/** Asks one thing after the other; an answer is over when the one to a PING has come. */
async function play(program: readonly string[], config: string, steps: readonly Step[]) {
  await using server = await LoggingServer.start(program, undefined, { config });
  const asking = await login(server.port, system);
  const bound = await login(server.port, a);
  const answers: Record<string, string> = {};
  for (const [index, [what, subject, payload]] of steps.entries()) {
    const from = asking.received.length;
    const inbox = `_INBOX.${index}`;
    const bytes = Buffer.byteLength(payload);
    await asking.send(
      `SUB ${inbox} ${index}\r\nPUB ${subject} ${inbox} ${bytes}\r\n${payload}\r\n`,
    );
    await asking.waitFor((wire) => /\r\n.*\r\n/s.test(wire.text.slice(from)), 3_000);
    await asking.send(`UNSUB ${index}\r\n`);
    answers[what] = masked(asking.received.subarray(from).toString());
  }
  await bound.waitFor(/-ERR/, 1_000);
  const fate = `${/-ERR[^\r]*/.exec(bound.text)?.[0] ?? "stays"}`;
  asking.close();
  bound.close();
  await quiet(() => server.lines.length);
  const lines = server.lines
    .filter(({ text }) => /^(?:jwt |delete|list request|DirResolver|Managing|Disable)/.test(text))
    .map(({ level, text }) => `${level} ${masked(text)}`)
    .map((line) => line.replace(/directory \S+/, "directory <dir>"));
  return { answers, fate, lines };
}

/** Waits until a number has stayed the same for a while: the last lines of a log may still come. */
async function quiet(count: () => number): Promise<void> {
  let before = -1;
  while (count() !== before) {
    before = count();
    await Bun.sleep(150);
  }
}

describe.skipIf(peer === undefined)("Answers are nats-server's", () => {
  const kinds = {
    full: '{ type: full, dir: "jwt", allow_delete: true }',
    cache: '{ type: cache, dir: "jwt", ttl: "1h" }',
    memory: "MEMORY",
  } as const;
  for (const [kind, resolver] of Object.entries(kinds)) {
    test(`of the resolver ${kind}`, async () => {
      const config = configOf(resolver);
      const [theirs, ours] = await Promise.all([
        play([peer!], config, STEPS),
        play(program, config, STEPS),
      ]);
      for (const [what, theirText, ourText] of DIFFERENCES[kind]!) {
        expect(theirs.answers[what], what).toContain(theirText);
        expect(ours.answers[what], what).toContain(ourText);
        delete theirs.answers[what];
        delete ours.answers[what];
      }
      expect(ours.answers).toEqual(theirs.answers);
      expect(ours.fate).toBe(theirs.fate);
      const isSame = (line: string): boolean => !/account validation failed/.test(line);
      const [ourLines, theirLines] = [ours, theirs].map(({ lines }) => lines.filter(isSame));
      const updates = /^DBG jwt updated/;
      expect(ourLines!.filter((line) => !updates.test(line))).toEqual(
        theirLines!.filter((line) => !updates.test(line)),
      );
    }, 30_000);
  }

  test("of an operator that signs with signing keys only", async () => {
    const strict = jwt.operatorJwt(operator, {
      system_account: system.publicKey,
      signing_keys: [signing.publicKey],
      strict_signing_key_usage: true,
    });
    const preloads = [system, a].map((key) => `${key.publicKey}: ${jwt.accountJwt(key, signing)}`);
    const config = `
      server_name: S
      operator: ${strict}
      resolver: { type: full, dir: "jwt", allow_delete: true }
      resolver_preload { ${preloads.join(", ")} }`;
    const steps: readonly Step[] = [
      ["by the operator", UPDATE, version("2")],
      ["by the operator, for an account", updateOf(a), version("2")],
      ["by the operator, not valid", UPDATE, invalid],
      ["by the operator, not valid, for an account", updateOf(a), invalid],
      ["by a signing key", UPDATE, jwt.accountJwt(a, signing, {}, { jti: "2" })],
      ["delete by the operator", DELETE, deletion([b.publicKey])],
      ["delete by a signing key", DELETE, deletion([b.publicKey], signing)],
    ];
    const [theirs, ours] = await Promise.all([
      play([peer!], config, steps),
      play(program, config, steps),
    ]);
    expect(ours).toEqual(theirs);
  }, 30_000);
});
