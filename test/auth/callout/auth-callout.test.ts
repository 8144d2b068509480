import { describe, expect, test } from "bun:test";
import { AuthCallout } from "../../../src/auth/callout/auth-callout.ts";
import type { OwnDecision } from "../../../src/auth/callout/callout-service.ts";
import type { LoginAttempt, LoginOutcome } from "../../../src/auth/login.ts";
import { refuse } from "../../../src/auth/refusal.ts";
import { ServerKeys } from "../../../src/auth/server-keys.ts";
import { DEFAULT_AUTHORIZATION } from "../../../src/config/options/auth.ts";
import { DEFAULT_OPTIONS, type Options } from "../../../src/config/options/options.ts";
import { Account } from "../../../src/core/account.ts";
import { Exchange } from "../../../src/core/exchange.ts";
import type { InternalMessage } from "../../../src/core/internal-messaging.ts";
import { Logger } from "../../../src/log/logger.ts";
import { DEFAULT_CONNECT } from "../../../src/protocol/connect-options.ts";
import { ClosedReason } from "../../../src/protocol/errors.ts";
import { originOf } from "../../support/origin.ts";
import { ISSUER } from "./configured-answers.ts";

const PENDING_MAX = 3;
const options: Options = {
  ...DEFAULT_OPTIONS,
  authorization: {
    ...DEFAULT_AUTHORIZATION,
    authCallout: {
      issuer: ISSUER.publicKey,
      account: "AUTH",
      authUsers: ["auth"],
      xkey: "",
      allowedAccounts: [],
    },
  },
};

type Request = () => Promise<InternalMessage | null>;

/** A callout of a server with accounts by these names, which sends nothing anywhere. */
function calloutWith(request: Request, names: readonly string[]) {
  const exchange = new Exchange(true);
  const accounts = new Map(names.map((name) => [name, new Account(name, exchange)]));
  const lines: string[] = [];
  const refusals: [string, string][] = [];
  const keys = ServerKeys.create(options);
  const host = {
    log: new Logger((level, text) => lines.push(`${level} ${text}`), { debug: true, trace: false }),
    keys,
    accounts: { global: accounts.get("$G")!, find: (name: string) => accounts.get(name) },
    messaging: {
      request,
      publish() {},
      subscribe: () => ({ unsubscribe() {} }),
    },
    trust: null,
    server: { name: "s", host: "h", id: keys.id, version: "2", cluster: "", tags: [] },
    authTimeoutMs: 50,
    onRefused: (account: Account, _: LoginAttempt, _own: OwnDecision, reason: string) =>
      refusals.push([account.name, reason]),
  };
  const callout = new AuthCallout(host, PENDING_MAX);
  callout.configure(options);
  const own: OwnDecision = {
    outcome: refuse(ClosedReason.AuthenticationViolation, DEFAULT_CONNECT),
    options: DEFAULT_CONNECT,
    account: host.accounts.global,
    needsProxy: false,
    proxyKey: "",
    claimedUser: null,
    user: null,
    accountClaims: null,
  };
  const decide = async (): Promise<LoginOutcome> => await callout.decide(attempt, own);
  return { decide, lines, refusals };
}

const attempt: LoginAttempt = {
  options: DEFAULT_CONNECT,
  nonce: "",
  connectionType: "STANDARD",
  ip: "127.0.0.1",
  origin: originOf(1),
  certificates: null,
  debug() {},
  error() {},
  warn() {},
  isAbandoned: () => false,
};

function reasonOf(outcome: LoginOutcome): string {
  return outcome.ok ? "in" : outcome.reason;
}

const ALL = ["$G", "AUTH"];

describe("auth callout", () => {
  test("has only so many clients wait, and says so once", async () => {
    const { promise, resolve } = Promise.withResolvers<null>();
    const { decide, lines } = calloutWith(() => promise, ALL);
    lines.length = 0;
    const waiting = Array.from({ length: PENDING_MAX }, decide);
    const reasons = (await Promise.all([decide(), decide()])).map(reasonOf);
    expect(reasons).toEqual(Array(2).fill(ClosedReason.AuthenticationTimeout));
    expect(lines).toEqual([
      `warn ${PENDING_MAX} clients wait for an authorization callout response, more are refused`,
    ]);
    resolve(null);
    const late = (await Promise.all(waiting)).map(reasonOf);
    expect(late).toEqual(Array(PENDING_MAX).fill(ClosedReason.AuthenticationViolation));
    expect(reasonOf(await decide())).toBe(ClosedReason.AuthenticationViolation);
  });

  test("waits as long where nobody listens", async () => {
    const { decide, lines, refusals } = calloutWith(async () => null, ALL);
    const start = performance.now();
    expect(reasonOf(await decide())).toBe(ClosedReason.AuthenticationViolation);
    expect(performance.now() - start).toBeGreaterThan(45);
    expect(lines.at(-1)).toBe(
      'debug Authorization callout response not received in time on account "AUTH"',
    );
    expect(refusals).toEqual([["AUTH", ""]]);
  });

  test("refuses when asking fails, and never fails itself", async () => {
    const { decide, lines, refusals } = calloutWith(() => Promise.reject(new Error("broken")), ALL);
    expect(reasonOf(await decide())).toBe(ClosedReason.AuthenticationViolation);
    expect(lines.at(-1)).toBe("warn Broken");
    expect(refusals).toEqual([["AUTH", "Broken"]]);
  });

  test("says which account and which users there are not", () => {
    const { lines } = calloutWith(async () => null, ["$G"]);
    expect(lines).toEqual([
      'error Authorization callout account "AUTH" not valid',
      'error Authorization callout user "auth" not valid: account missing',
    ]);
    expect(calloutWith(async () => null, ALL).lines).toEqual([
      'error Authorization callout user "auth" not valid: <nil>',
    ]);
  });
});
