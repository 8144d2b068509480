/** Clients with `.creds` files, with nkeys of accounts, and those that a callout service lets in. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { credsAuthenticator, type Msg, nkeyAuthenticator } from "@nats-io/transport-node";
import { join } from "../security/readme.ts";
import { SecuredServer } from "../security/secured-server.ts";
import {
  accountJwt,
  authorizationResponseJwt,
  credsFile,
  type Key,
  newKey,
  operatorJwt,
  userJwt,
} from "../support/jwt.ts";
import { until } from "../support/until.ts";
import { CLIENTS } from "./clients.ts";

setDefaultTimeout(30_000);

function creds(jwt: string, user: Key) {
  return credsAuthenticator(new TextEncoder().encode(credsFile(jwt, user.seed)));
}

function claimsOf(jwt: string): Record<string, unknown> & { nats: Record<string, unknown> } {
  return JSON.parse(Buffer.from(jwt.split(".")[1]!, "base64url").toString());
}

const REQUEST_SUBJECT = "$SYS.REQ.USER.AUTH";

describe.each(CLIENTS)("with $name", (client) => {
  test(".creds files open accounts of an operator, and keep them apart", async () => {
    const [operator, first, second] = [newKey("O"), newKey("A"), newKey("A")];
    const signing = newKey("A");
    const preload = {
      [first.publicKey]: accountJwt(first, operator, {
        exports: [{ name: "double", subject: "double", type: "service" }],
        signing_keys: [signing.publicKey],
      }),
      [second.publicKey]: accountJwt(second, operator, {
        imports: [
          {
            name: "double",
            subject: "double",
            account: first.publicKey,
            local_subject: "twice",
            type: "service",
          },
        ],
      }),
    };
    await using server = await SecuredServer.start(`
      operator: ${operatorJwt(operator)}
      resolver: MEMORY
      resolver_preload: ${JSON.stringify(preload)}`);
    const [maker, asker, stranger] = [newKey("U"), newKey("U"), newKey("U")];
    const makers = userJwt(maker, signing, { issuer_account: first.publicKey });
    const askers = userJwt(asker, second, {
      pub: { allow: ["twice"] },
      sub: { allow: ["_INBOX.>"] },
    });
    await using service = await join(client, server, { authenticator: creds(makers, maker) });
    await using connection = await join(client, server, { authenticator: creds(askers, asker) });
    service.subscribe("double", {
      callback: (_, message: Msg) => void message.respond(String(Number(message.string()) * 2)),
    });
    await service.flush();
    const answer = await connection.request("twice", "21", { timeout: 2_000 });
    expect(answer.string()).toBe("42");

    const forged = userJwt(stranger, newKey("A"), { issuer_account: first.publicKey });
    for (const jwt of [forged, makers]) {
      const wrong = { authenticator: creds(jwt, stranger) };
      await expect(join(client, server, wrong)).rejects.toThrow(/authorization violation/i);
    }
  });

  test("nkeys open accounts of a configuration", async () => {
    const [user, other] = [newKey("U"), newKey("U")];
    await using server = await SecuredServer.start(`
      accounts {
        A { users: [ { nkey: ${user.publicKey} } ], exports: [ { stream: "news" } ] }
        B {
          users: [ { nkey: ${other.publicKey} } ]
          imports: [ { stream: { account: A, subject: "news" } } ]
        }
      }`);
    const as = ({ seed }: Key) => ({
      authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)),
    });
    await using writer = await join(client, server, as(user));
    await using reader = await join(client, server, as(other));
    const news = reader.subscribe("news", { max: 1 });
    await reader.flush();
    writer.publish("news", "today");
    const read: string[] = [];
    for await (const message of news) read.push(message.string());
    expect(read).toEqual(["today"]);
    const nobody = as(newKey("U"));
    await expect(join(client, server, nobody)).rejects.toThrow(/authorization violation/i);
  });

  test("a callout service decides who comes in, and as whom", async () => {
    const issuer = newKey("A");
    await using server = await SecuredServer.start(`
      accounts {
        AUTH { users: [ { user: auth, password: auth } ] }
        APP { users: [ { user: app, password: app } ] }
      }
      authorization {
        auth_callout { issuer: ${issuer.publicKey}, account: AUTH, auth_users: [auth, app] }
      }`);
    await using service = await join(client, server, { user: "auth", pass: "auth" });
    service.subscribe(REQUEST_SUBJECT, {
      callback: (_, message) => {
        const { nats } = claimsOf(message.string());
        const { user, pass } = nats.connect_opts as { user?: string; pass?: string };
        const nkey = nats.user_nkey as string;
        const { id } = nats.server_id as { id: string };
        const granted = { pub: { allow: [`${user}.>`] }, sub: { allow: ["_INBOX.>"] } };
        const answer =
          pass === "open sesame"
            ? { jwt: userJwt(nkey, issuer, granted, { name: user!, aud: "APP" }) }
            : { error: "no such magic" };
        message.respond(authorizationResponseJwt(nkey, issuer, answer, { aud: id }));
      },
    });
    await service.flush();
    await using app = await join(client, server, { user: "app", pass: "app" });
    const heard = app.subscribe(">", { max: 1 });
    await app.flush();
    await using guest = await join(client, server, { user: "ali", pass: "open sesame" });
    guest.publish("baba.door", "not allowed");
    guest.publish("ali.door", "open");
    const subjects: string[] = [];
    for await (const message of heard) subjects.push(message.subject);
    expect(subjects).toEqual(["ali.door"]);
    const wrong = { user: "ali", pass: "open barley" };
    await expect(join(client, server, wrong)).rejects.toThrow(/authorization violation/i);
    await until("the log says why", () => server.log.includes("no such magic"));
  });
});
