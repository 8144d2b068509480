/** What both servers tell of clients with tokens and certificates. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ConnzOptions } from "../../../src/documents/connz/connz-options.ts";
import { Pki } from "../../net/tls-pki.ts";
import { SecureWire } from "../../security/secure-wire.ts";
import * as jwt from "../../support/jwt.ts";
import { findPeer } from "../../support/peer.ts";
import { until } from "../../support/until.ts";
import type { Wire } from "../../support/wire.ts";
import { DocumentPair } from "../pair.ts";
import { askBoth, wires } from "./connz-pair.ts";

const peer = findPeer();

const QUESTIONS: Readonly<Record<string, ConnzOptions>> = {
  "open, nothing else": {},
  "open, with all": { auth: true, subscriptions_detail: true },
  "closed, nothing else": { state: 1 },
  "closed, with all": { state: 1, auth: true, subscriptions_detail: true },
};

const operator = jwt.newKey("O", 1);
const system = jwt.newKey("A", 2);
const account = jwt.newKey("A", 3);
const scope = jwt.newKey("A", 4);
const user = jwt.newKey("U", 5);

const CONFIG = `
  operator: ${jwt.operatorJwt(operator)}
  system_account: ${system.publicKey}
  resolver: MEMORY
  resolver_preload {
    ${system.publicKey}: ${jwt.accountJwt(system, operator)}
    ${account.publicKey}: ${jwt.accountJwt(account, operator, { signing_keys: [scope.publicKey] }, { name: "Acme" })}
  }
`;
const SCOPED = { issuer_account: account.publicKey, tags: ["one", "two"] };
const TOKENS = [
  jwt.userJwt(user, account, { tags: ["x"] }, { name: "plain" }),
  jwt.userJwt(user, account, { bearer_token: true }, { name: "bearer" }),
  jwt.userJwt(user, scope, SCOPED, { name: "scoped" }),
];

describe.skipIf(peer === undefined)("tokens, beside nats-server", () => {
  let pair: DocumentPair;
  const open: Wire[] = [];

  beforeAll(async () => {
    pair = await DocumentPair.start(peer!, CONFIG);
    for (const stays of [true, false]) {
      for (const token of TOKENS) {
        const both = await wires(pair);
        await Promise.all(both.map((wire) => login(wire, token)));
        if (stays) open.push(...both);
        else await leave(both);
      }
    }
    const refused = await wires(pair);
    for (const wire of refused) {
      await wire.send(`CONNECT ${JSON.stringify({ jwt: TOKENS[0], sig: "AAAA" })}\r\n`);
      expect(await wire.waitForEnd()).toBe(true);
    }
    await until("they are gone", () => pair.server.observer.closedClients.count === 4);
  });

  afterAll(async () => {
    for (const wire of open) wire.close();
    await pair?.[Symbol.asyncDispose]();
  });

  const more: Readonly<Record<string, ConnzOptions>> = {
    "of an account": { acc: account.publicKey, auth: true },
    "of an account that nobody knows": { acc: jwt.newKey("A", 99).publicKey, auth: true },
    "of a user": { user: user.publicKey, state: 2 },
  };
  test.each(Object.entries({ ...QUESTIONS, ...more }))("%s", async (_, options) => {
    const { theirs, ours } = await askBoth(pair, options);
    expect(withoutIds(ours)).toBe(withoutIds(theirs));
  });
});

/** Theirs are also those of internal clients, one for each account. */
function withoutIds(text: string): string {
  return text.replace(/"cid": \d+/g, '"cid": 0');
}

async function login(wire: Wire, token: string): Promise<void> {
  expect(await wire.waitFor("\r\n")).toBe(true);
  const { nonce } = JSON.parse(wire.text.slice("INFO ".length)) as { nonce: string };
  const sig = user.sign(nonce).toString("base64url");
  await wire.send(`CONNECT ${JSON.stringify({ verbose: false, jwt: token, sig })}\r\nSUB a 1\r\n`);
  await wire.send("PING\r\n");
  expect(await wire.waitFor("PONG\r\n")).toBe(true);
}

async function leave(both: readonly Wire[]): Promise<void> {
  for (const wire of both) wire.finish();
  for (const wire of both) expect(await wire.waitForEnd()).toBe(true);
}

describe.skipIf(peer === undefined)("certificates, beside nats-server", () => {
  let pki: Pki;
  let pair: DocumentPair;
  const open: SecureWire[] = [];

  beforeAll(async () => {
    pki = await Pki.make();
    await pki.issue("server", { extensions: ["subjectAltName=IP:127.0.0.1"] });
    const subject = 'a "b", c\u00e9/C=DE/O=NATS/O=Second/DC=example/emailAddress=a@b.example';
    await pki.issue("client", { subject });
    pair = await DocumentPair.start(
      peer!,
      `tls { cert_file: "${pki.path("server.pem")}", key_file: "${pki.path("server.key")}"
        ca_file: "${pki.path("ca.pem")}", verify: true, handshake_first: auto }`,
    );
  });

  afterAll(async () => {
    for (const wire of open) wire.close();
    await pair?.[Symbol.asyncDispose]();
    await pki?.[Symbol.asyncDispose]();
  });

  test("they are told of", async () => {
    const file = (name: string): Promise<Buffer> =>
      Bun.file(pki.path(name)).arrayBuffer().then(Buffer.from);
    const own = { cert: await file("client.pem"), key: await file("client.key") };
    for (const isFirst of [true, false]) {
      for (const maxVersion of ["TLSv1.3", "TLSv1.2"] as const) {
        for (const port of pair.ports) {
          const wire = await SecureWire.connect(port, { isFirst, maxVersion, ...own });
          open.push(wire);
          wire.send('CONNECT {"verbose":false}\r\nPING\r\n');
          expect(await wire.waitFor("PONG\r\n")).toBe(true);
        }
      }
    }
    for (const options of Object.values(QUESTIONS)) {
      const { theirs, ours } = await askBoth(pair, options);
      expect(withoutIds(ours)).toBe(withoutIds(theirs));
    }
    for (const wire of open) wire.finish();
    await until("they are gone", () => pair.server.observer.closedClients.count === 4);
    for (const options of Object.values(QUESTIONS)) {
      const { theirs, ours } = await askBoth(pair, options);
      expect(withoutIds(ours)).toBe(withoutIds(theirs));
    }
  });
});
