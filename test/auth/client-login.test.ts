/** What clients are told, and what the log says, as they come in with tokens and have to go again. */

import { describe, expect, test } from "bun:test";
import { recheckMembers } from "../../src/auth/account-members.ts";
import type { Authenticator, Login } from "../../src/auth/authenticator.ts";
import { resolveOptions } from "../../src/config/options/options.ts";
import type { Account } from "../../src/core/account.ts";
import { describeClient } from "../../src/kinds/client-label.ts";
import { ClientLogin, type LoginClient } from "../../src/kinds/client-login.ts";
import { Logger } from "../../src/log/logger.ts";
import type { ClosedReason } from "../../src/protocol/errors.ts";
import { accountJwt, newKey, operatorJwt, userJwt } from "../support/jwt.ts";
import { optionsOf } from "../support/options-of.ts";
import { until } from "../support/until.ts";
import { authenticatorFor } from "./logins.ts";
import { TestTrust } from "./trusted-claims.ts";

const OPERATOR = newKey("O", 1);
const ACCOUNT = newKey("A", 2);
const USER = newKey("U", 3);
const BEARER = { bearer_token: true };

interface Host {
  readonly authenticator: Authenticator;
  readonly log: Logger;
  readonly lines: string[];
  readonly trust: TestTrust;
  readonly account: Account;
}

async function host(): Promise<Host> {
  const trust = new TestTrust(OPERATOR.publicKey);
  await trust.set(accountJwt(ACCOUNT, OPERATOR));
  const options = await optionsOf(
    `port: 0\noperator: ${operatorJwt(OPERATOR)}\nresolver: MEM\nresolver_preload: {}`,
  );
  const authenticator = await authenticatorFor(options, { trust, accounts: trust.accounts });
  const lines: string[] = [];
  const sink = (_: unknown, text: string): void => {
    lines.push(text);
  };
  const log = new Logger(sink, { debug: true, trace: false });
  const account = trust.accounts.find(ACCOUNT.publicKey)!;
  return { authenticator, log, lines, trust, account };
}

/** A client without a connection. */
class FakeClient implements LoginClient {
  readonly cid = 5;
  readonly tls = null;
  readonly certificates = null;
  readonly startedAt = 0;
  readonly keepalive = { rttMs: 1 };
  readonly inMsgs = 0;
  readonly inBytes = 0;
  readonly debug = null;
  readonly ip = "127.0.0.1";
  readonly outbound = {} as LoginClient["outbound"];
  readonly sent: string[] = [];
  readonly login: ClientLogin;
  label = "C";
  closed = "";
  isHeld = false;
  isIn: Login | null = null;

  constructor({ authenticator, log }: Host) {
    const options = { noHeaderSupport: false };
    this.login = new ClientLogin(
      this,
      { authenticator, log, options, authTimeoutMs: 2000 },
      "STANDARD",
    );
    this.login.begin();
  }

  get isClosed(): boolean {
    return this.closed !== "";
  }

  /** Sends CONNECT, and waits until it is decided on. */
  async connect(jwt: string): Promise<void> {
    const sig = USER.sign(this.login.nonce).toString("base64url");
    this.login.connect(JSON.stringify({ jwt, sig }));
    await until("the decision", () => this.isIn !== null || this.isClosed);
  }

  holdInput(): void {
    this.isHeld = true;
  }

  releaseInput(): void {
    this.isHeld = false;
  }

  sendError(text: string): void {
    this.sent.push(text);
  }

  closeWithError(text: string, reason: ClosedReason): void {
    this.sendError(text);
    this.close(reason);
  }

  close(reason: ClosedReason): void {
    if (!this.isClosed) this.closed = reason;
    this.isIn?.account.members.delete(this);
    this.login.end();
  }

  recheck(): void {
    void this.login.recheck(false);
  }

  onInternalError(error: Error): void {
    throw error;
  }

  onConnectAgain(): void {}

  onConnected(): void {}

  onRefused(): void {}

  onLogin(login: Login): void {
    this.isIn = login;
    this.label = describeClient("C", login.options, login.account.label, login.identity);
    login.account.members.add(this);
  }
}

describe("a client with a token", () => {
  test("is known by the key of its user and the name of its account", async () => {
    const all = await host();
    const client = new FakeClient(all);
    await client.connect(userJwt(USER, ACCOUNT, BEARER));
    expect(client.label).toBe(`C - "${ACCOUNT.publicKey}/A/jwt:${USER.publicKey}"`);
    client.login.end();
  });

  test("waits with its input until it is known", async () => {
    const client = new FakeClient(await host());
    const done = client.connect(userJwt(USER, ACCOUNT));
    expect(client.isHeld).toBeTrue();
    await done;
    expect(client.isHeld).toBeFalse();
    client.login.end();
  });

  test("that is no good is refused, and the log knows nobody", async () => {
    const all = await host();
    const client = new FakeClient(all);
    await client.connect("garbage");
    expect(client.sent).toEqual(["Authorization Violation"]);
    expect(client.closed).toBe("Authentication Failure");
    expect(all.lines).toEqual([
      "C - Authentication requires a user JWT",
      "C - authentication error",
    ]);
  });

  test("goes when its time is over", async () => {
    const all = await host();
    const client = new FakeClient(all);
    const exp = Math.ceil(Date.now() / 1000) + 1;
    await client.connect(userJwt(USER, ACCOUNT, BEARER, { exp }));
    expect(client.isClosed).toBeFalse();
    await until("the end", () => client.isClosed);
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000);
    expect(client.sent).toEqual(["User Authentication Expired"]);
    expect(client.closed).toBe("Authentication Expired");
    expect(all.lines.at(-1)).toBe(
      `C - "${ACCOUNT.publicKey}/A/jwt:${USER.publicKey}" - User Authentication Expired` +
        ` - Account:${ACCOUNT.publicKey}/A - jwt:${USER.publicKey}`,
    );
  });

  test("goes when it is revoked", async () => {
    const all = await host();
    const client = new FakeClient(all);
    await client.connect(userJwt(USER, ACCOUNT, BEARER));
    const iat = Math.floor(Date.now() / 1000);
    await all.trust.set(accountJwt(ACCOUNT, OPERATOR, { revocations: { "*": iat } }));
    recheckMembers(all.account);
    expect(client.sent).toEqual(["User Authentication Revoked"]);
    expect(client.closed).toBe("Credentials Revoked");
  });

  test("goes without a word when its signing key is gone", async () => {
    const all = await host();
    const signer = newKey("A");
    await all.trust.set(accountJwt(ACCOUNT, OPERATOR, { signing_keys: [signer.publicKey] }));
    const client = new FakeClient(all);
    await client.connect(userJwt(USER, signer, { ...BEARER, issuer_account: ACCOUNT.publicKey }));
    const before = all.lines.length;
    await all.trust.set(accountJwt(ACCOUNT, OPERATOR));
    recheckMembers(all.account);
    expect(client.sent).toEqual([]);
    expect(client.closed).toBe("Authentication Failure");
    expect(all.lines.length).toBe(before);
  });

  test("is named when a bearer token is not enough any more", async () => {
    const all = await host();
    const client = new FakeClient(all);
    await client.connect(userJwt(USER, ACCOUNT, BEARER));
    const limits = { subs: -1, data: -1, payload: -1, conn: -1, leaf: -1, disallow_bearer: true };
    await all.trust.set(accountJwt(ACCOUNT, OPERATOR, { limits }));
    recheckMembers(all.account);
    expect(client.sent).toEqual(["Authorization Violation"]);
    expect(all.lines.at(-1)).toEndWith(`authentication error - JWT User "${USER.publicKey}"`);
  });

  test("that is one too many is told so", async () => {
    const all = await host();
    all.account.limits = { ...all.account.limits, maxConnections: 1 };
    const [first, second] = [new FakeClient(all), new FakeClient(all)];
    await first.connect(userJwt(USER, ACCOUNT, BEARER));
    await second.connect(userJwt(USER, ACCOUNT, BEARER));
    expect(first.isClosed).toBeFalse();
    expect(second.sent).toEqual(["maximum account active connections exceeded"]);
    expect(second.closed).toBe("Maximum Account Connections Exceeded");
    // It may say CONNECT again: it is no more than the one that it is.
    await first.connect(userJwt(USER, ACCOUNT, BEARER));
    expect(first.isClosed).toBeFalse();
    first.login.end();
  });

  test("that came last goes when there may be fewer", async () => {
    const all = await host();
    const clients = [new FakeClient(all), new FakeClient(all), new FakeClient(all)];
    for (const client of clients) await client.connect(userJwt(USER, ACCOUNT, BEARER));
    all.account.limits = { ...all.account.limits, maxConnections: 1 };
    recheckMembers(all.account);
    expect(clients.map(({ isClosed }) => isClosed)).toEqual([false, true, true]);
    expect(all.account.members.size).toBe(1);
    clients[0]!.login.end();
  });

  test("is not let in by claims that have changed while it was decided on", async () => {
    const all = await host();
    const client = new FakeClient(all);
    // Decided on already, but not told yet.
    const decide = all.authenticator.login.bind(all.authenticator);
    all.authenticator.login = async (attempt) => {
      const outcome = await decide(attempt);
      const iat = Math.floor(Date.now() / 1000);
      await all.trust.set(accountJwt(ACCOUNT, OPERATOR, { revocations: { "*": iat } }));
      return outcome;
    };
    await client.connect(userJwt(USER, ACCOUNT, BEARER));
    expect(client.isIn).toBeNull();
    expect(client.sent).toEqual(["User Authentication Revoked"]);
  });
});

test("a fault while one client is decided on again ends it, and nobody else", async () => {
  const all = await host();
  const clients = [new FakeClient(all), new FakeClient(all)] as const;
  for (const client of clients) await client.connect(userJwt(USER, ACCOUNT, BEARER));
  const faults: string[] = [];
  clients[1].onInternalError = ({ message }) => faults.push(message);
  const recheck = all.authenticator.recheck.bind(all.authenticator);
  all.authenticator.recheck = (previous, attempt) => {
    if (previous === clients[1].login.login) throw new Error("a fault");
    return recheck(previous, attempt);
  };
  recheckMembers(all.account);
  expect([faults, clients[0].isClosed]).toEqual([["a fault"], false]);
  for (const { login } of clients) login.end();
});

test("who says nothing may have to be asked about, too", async () => {
  const options = await optionsOf("authorization { users = [ {user: a} ] }, no_auth_user: a");
  const authenticator = await authenticatorFor(resolveOptions({ ...options }), {
    callout: {
      decide: async (_, own) => {
        await Bun.sleep(1);
        return own.outcome;
      },
    },
  });
  const all = { ...(await host()), authenticator };
  const client = new FakeClient(all);
  expect(client.login.admitWithoutConnect()).toBeTrue();
  expect(client.isHeld).toBeTrue();
  expect(client.isIn).toBeNull();
  await until("the decision", () => client.isIn !== null);
  expect(client.isHeld).toBeFalse();
  client.login.end();
});
