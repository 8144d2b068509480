/**
 * Leave to import is bound: to who gives it, to who gets it, to what it is for and how long. Whoever
 * has another token, or none, gets nothing.
 */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { accountJwt, activationJwt, type Key, newKey, resigned } from "../../support/jwt.ts";
import { findPeer, startConfigured } from "../../support/peer.ts";
import type { Wire } from "../../support/wire.ts";
import { enterWithToken, operator, operatorConfig, settle, startTenants } from "./tenants.ts";

setDefaultTimeout(30_000);

const a = newKey("A", 10);
const signing = newKey("A", 11);
const other = newKey("A", 12);
const NOW = Math.floor(Date.now() / 1000);
const HOUR = 3600;
const FOR = { subject: "out.>", kind: "stream" };
const FOR_SERVICE = { subject: "ask", kind: "service" };

/** What importers have, and whether that opens the stream and the service. */
const CASES: readonly [string, boolean, (importer: Key, what: typeof FOR) => string][] = [
  ["leave of its own", true, (me, what) => activationJwt(me, a, what)],
  [
    "leave by a signing key",
    true,
    (me, what) => activationJwt(me, signing, { ...what, issuer_account: a.publicKey }),
  ],
  ["none", false, () => ""],
  ["no token", false, () => "leave"],
  ["leave of somebody else", false, (_, what) => activationJwt(other, a, what)],
  ["leave by somebody else", false, (me, what) => activationJwt(me, other, what)],
  ["leave by itself", false, (me, what) => activationJwt(me, me, what)],
  ["leave by the operator", false, (me, what) => activationJwt(me, operator, what)],
  ["leave by a signing key in no name", false, (me, what) => activationJwt(me, signing, what)],
  [
    "leave by somebody else in the name of the account",
    false,
    (me, what) => activationJwt(me, other, { ...what, issuer_account: a.publicKey }),
  ],
  [
    "leave for another subject",
    false,
    (me, what) => activationJwt(me, a, { ...what, subject: "in.>" }),
  ],
  [
    "leave for the other kind",
    false,
    (me, what) =>
      activationJwt(me, a, { ...what, kind: what.kind === "stream" ? "service" : "stream" }),
  ],
  ["leave that has expired", false, (me, what) => activationJwt(me, a, what, { exp: NOW - 1 })],
  [
    "leave that is not given yet",
    false,
    (me, what) => activationJwt(me, a, what, { nbf: NOW + HOUR }),
  ],
  ["leave that nobody has signed", false, (me, what) => resigned(activationJwt(me, a, what))],
  ["leave that is cut off", false, (me, what) => activationJwt(me, a, what).slice(0, -20)],
  ["an account's token", false, (me) => accountJwt(me, operator)],
  // The last one's was withdrawn.
  ["leave that is revoked", false, (me, what) => activationJwt(me, a, what, { iat: NOW - HOUR })],
];

const importers = CASES.map((_, at) => newKey("A", 20 + at));
const revocations = { [importers.at(-1)!.publicKey]: NOW };

function config(): string {
  const exports = [
    { name: "out", subject: "out.>", type: "stream", token_req: true, revocations },
    { name: "ask", subject: "ask", type: "service", token_req: true, revocations },
  ];
  const jwts = importers.map((key, at) => {
    const token = CASES[at]![2];
    const imports = [FOR, FOR_SERVICE].map((what) => {
      const { subject, kind: type } = what;
      return { name: subject, subject, type, account: a.publicKey, token: token(key, what) };
    });
    return [key.publicKey, accountJwt(key, operator, { imports }, { name: `I${at}` })];
  });
  const exporter = accountJwt(a, operator, { exports, signing_keys: [signing.publicKey] });
  return operatorConfig({
    ...Object.fromEntries(jwts),
    [a.publicKey]: exporter,
    [other.publicKey]: accountJwt(other, operator),
  });
}

function payloadOf(at: number): string {
  return `request${at}!`;
}

const peer = findPeer();
const PROGRAMS = peer === undefined ? ["ours"] : ["ours", "nats-server"];

describe.each(PROGRAMS)("importing with leave, %s", (program) => {
  test("needs one's own, for this, of the exporter", async () => {
    await using server =
      program === "ours" ? await startTenants(config()) : await startConfigured(peer!, config());
    const exporter = await enterWithToken(server.port, a);
    await exporter.send("SUB ask 1\r\n");
    await settle(exporter);
    const wires: (Wire | null)[] = [];
    for (const key of importers) {
      const wire = await enterWithToken(server.port, key);
      // An account whose claims are no good has no users.
      wires.push(wire.text.includes("PONG\r\n") ? wire : null);
      await wire.send("SUB out.> 1\r\n");
    }
    const inside = wires.filter((wire) => wire !== null);
    await settle(...inside);
    await exporter.send("PUB out.x 6\r\nstream\r\n");
    await settle(exporter, ...inside);
    for (const [at, wire] of wires.entries()) {
      await wire?.send(`PUB ask answer ${payloadOf(at).length}\r\n${payloadOf(at)}\r\n`);
    }
    await settle(...inside, exporter);
    for (const [at, [name, isOpen]] of CASES.entries()) {
      const hasStream = wires[at]?.text.includes("stream") ?? false;
      const hasService = exporter.text.includes(payloadOf(at));
      expect([name, hasStream, hasService]).toEqual([name, isOpen, isOpen]);
    }
    for (const wire of [exporter, ...inside]) wire.close();
  });
});

test("Leave that ends closes the border", async () => {
  const expiring = importers[0]!;
  const steady = importers[1]!;
  const now = Math.floor(Date.now() / 1000);
  const importing = (key: Key, claims: object): string => {
    const token = activationJwt(key, a, FOR, claims);
    const imported = { name: "out", subject: "out.>", type: "stream", account: a.publicKey, token };
    return accountJwt(key, operator, { imports: [imported] });
  };
  await using server = await startTenants(
    operatorConfig({
      [a.publicKey]: accountJwt(a, operator, {
        exports: [{ name: "out", subject: "out.>", type: "stream", token_req: true }],
      }),
      [expiring.publicKey]: importing(expiring, { exp: now + 2 }),
      [steady.publicKey]: importing(steady, {}),
    }),
  );
  const exporter = await enterWithToken(server.port, a);
  const wires = [
    await enterWithToken(server.port, expiring),
    await enterWithToken(server.port, steady),
  ] as const;
  for (const wire of wires) await wire.send("SUB out.> 1\r\n");
  await settle(...wires);
  let number = 0;
  const hears = async (): Promise<boolean[]> => {
    const text = `no${++number}!`;
    await exporter.send(`PUB out.x ${text.length}\r\n${text}\r\n`);
    await settle(exporter, ...wires);
    return wires.map((wire) => wire.text.includes(text));
  };
  expect(await hears()).toEqual([true, true]);
  const deadline = performance.now() + 8_000;
  while ((await hears())[0] && performance.now() < deadline) await Bun.sleep(50);
  expect(await hears()).toEqual([false, true]);
  for (const wire of [exporter, ...wires]) wire.close();
});
