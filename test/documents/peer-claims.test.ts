/** What is told of an operator's claims beside what nats-server tells. */

import { describe, expect, test } from "bun:test";
import { accountz } from "../../src/documents/accountz/accountz.ts";
import { varz } from "../../src/documents/varz/varz.ts";
import * as jwt from "../support/jwt.ts";
import { findPeer } from "../support/peer.ts";
import { Wire } from "../support/wire.ts";
import {
  DocumentPair,
  inOrder,
  type JsonObject,
  withoutVolatile,
  withSortedLists,
} from "./pair.ts";

const peer = findPeer();

const operator = jwt.newKey("O", 1);
const signing = jwt.newKey("O", 2);
const system = jwt.newKey("A", 3);
const a = jwt.newKey("A", 4);
const b = jwt.newKey("A", 5);
const old = jwt.newKey("A", 6);
const bad = jwt.newKey("A", 7);
const user = jwt.newKey("U", 8);
const scopeKey = jwt.newKey("A", 9);
const plainKey = jwt.newKey("A", 10);
const xkey = jwt.newKey("X", 11);

const operatorToken = jwt.operatorJwt(
  operator,
  {
    signing_keys: [signing.publicKey],
    account_server_url: "http://x.example/?a=<b>&c",
    operator_service_urls: ["nats://a.example:4222"],
    system_account: system.publicKey,
    tags: ["z", "y"],
    type: "operator",
  },
  { exp: 4_000_000_000, nbf: 5, aud: "aud" },
);

const JETSTREAM = { mem_storage: 1, disk_storage: 2 ** 40, streams: 3, consumer: 4 };
const PERMISSIONS = { pub: { allow: ["p.>"], deny: ["d"] }, resp: { max: 3, ttl: 5_000_000_000 } };

const RICH = {
  description: "<desc>",
  info_url: "http://a.example",
  tags: ["t1", "t2"],
  limits: { ...jwt.UNLIMITED, ...JETSTREAM, disallow_bearer: false },
  exports: [
    { name: "st", subject: "st.>", type: "stream", advertise: true, description: "d" },
    {
      name: "svc",
      subject: "svc.*",
      type: "service",
      response_type: "Stream",
      response_threshold: 3_000_000_000,
      token_req: true,
      revocations: { [b.publicKey]: 1_700_000_000, "*": 1_600_000_000 },
    },
    {
      name: "lat",
      subject: "lat",
      type: "service",
      service_latency: { sampling: "headers", results: "l.r" },
      account_token_position: 0,
      allow_trace: true,
    },
    {
      name: "wide",
      subject: "w.*",
      type: "service",
      service_latency: { sampling: 7, results: "x" },
    },
  ],
  signing_keys: [
    plainKey.publicKey,
    {
      kind: "user_scope",
      key: scopeKey.publicKey,
      role: "r",
      description: "s",
      template: { ...PERMISSIONS, src: ["10.0.0.0/8"], payload: 9, bearer_token: true },
    },
  ],
  revocations: { [user.publicKey]: 1_500_000_000 },
  default_permissions: PERMISSIONS,
  mappings: {
    "m.*": [
      { subject: "to.$1", weight: 40 },
      { subject: "other.$1", weight: 20, cluster: "c" },
    ],
    n: [{ subject: "o" }],
  },
  authorization: { auth_users: [user.publicKey], allowed_accounts: ["*"], xkey: xkey.publicKey },
  trace: { dest: "trace.to", sampling: 50 },
  cluster_traffic: "owner",
};
const IMPORTING = {
  limits: {
    ...jwt.UNLIMITED,
    tiered_limits: { R1: JETSTREAM, R3: { streams: -1 } },
    mem_storage: 9,
  },
  imports: [
    { name: "i", subject: "st.>", account: a.publicKey, type: "stream", local_subject: "in.st.>" },
    { name: "l", subject: "lat", account: a.publicKey, type: "service", to: "late", share: true },
    { name: "s", subject: "svc.x", account: a.publicKey, type: "service", token: activation() },
  ],
};
/** Has warnings, and is therefore not blocked. */
const ODD = { exports: [{ name: "e", subject: "e", type: "stream", response_type: "" }] };

function activation(): string {
  return jwt.activationJwt(b, a, { subject: "svc.x", kind: "service" }, { iat: 1_700_000_001 });
}

const TOKENS = {
  [system.publicKey]: jwt.accountJwt(system, operator, {}, { name: "SYS" }),
  [a.publicKey]: jwt.accountJwt(a, signing, RICH, { name: "A<>" }),
  [b.publicKey]: jwt.accountJwt(b, operator, IMPORTING, { name: "B", exp: 4_000_000_000 }),
  [old.publicKey]: jwt.jwtV1(
    "account",
    old,
    operator,
    {
      limits: jwt.UNLIMITED,
      signing_keys: [plainKey.publicKey],
      exports: [{ subject: "x", type: "stream" }],
    },
    { name: "OLD", tags: ["v1"] },
  ),
  [bad.publicKey]: jwt.accountJwt(bad, operator, ODD, { name: "" }),
};

const CONFIG = `
  server_name: n
  operator: ${operatorToken}
  resolver: MEMORY
  resolver_preload: {
    ${Object.entries(TOKENS)
      .map(([key, token]) => `${key}: ${token}`)
      .join("\n")}
  }`;

const VOLATILE = new Set([
  ...["server_id", "now", "update_time", "num_cache", "num_matches", "cache_hit_rate"],
  ...["max_fanout", "avg_fanout", "subscriptions", "num_subscriptions", "num_inserts"],
]);

/** Limits of streams bring an import for the service of those, which there is not here yet. */
function shown(document: JsonObject): string {
  const detail = document.account_detail as { imports: { subject: string }[] };
  const imports = detail.imports.filter(({ subject }) => subject !== "$JS.API.>");
  const told = { ...document, account_detail: { ...detail, imports } } as JsonObject;
  return inOrder(withSortedLists(withoutVolatile(told, VOLATILE)));
}

describe.skipIf(peer === undefined)("an operator's", () => {
  test("claims are told with its accounts", async () => {
    await using pair = await DocumentPair.start(peer!, CONFIG);
    for (const account of [a, b, old, bad]) {
      const token = jwt.userJwt(user, account, { bearer_token: true });
      await pair.client({ jwt: token }).catch(() => {});
    }
    for (const account of [a, b, old, bad].map(({ publicKey }) => publicKey)) {
      const { theirs, ours } = await pair.ask({
        path: `/accountz?acc=${account}`,
        ours: (server) => accountz(server.observer, { account }),
      });
      expect(shown(ours)).toBe(shown(theirs));
    }
  });

  test("own claims are told with the server", async () => {
    await using pair = await DocumentPair.start(peer!, CONFIG);
    const { theirs, ours } = await pair.ask({
      path: "/varz",
      ours: (server) => varz(server.observer),
    });
    const told = (document: JsonObject): string => {
      const { trusted_operators_jwt: tokens, trusted_operators_claim: claims } = document;
      return inOrder({ tokens: tokens!, claims: claims!, system: document.system_account! });
    };
    expect(told(ours)).toBe(told(theirs));
  });

  test("users of accounts that may not be used here are counted", async () => {
    const pinned = `resolver_pinned_accounts: [${a.publicKey}]`;
    await using pair = await DocumentPair.start(peer!, `${CONFIG}\n${pinned}`);
    for (const account of [a, b, b]) {
      const token = jwt.userJwt(user, account, { bearer_token: true });
      await pair.client({ jwt: token }).catch(() => {});
    }
    // The first of a pair that is refused keeps the second from being asked.
    const token = jwt.userJwt(user, b, { bearer_token: true });
    const wire = await Wire.connect(pair.server.port);
    await wire.send(`CONNECT ${JSON.stringify({ jwt: token })}\r\nPING\r\n`);
    expect(await wire.waitForEnd()).toBeTrue();
    const { theirs, ours } = await pair.ask({
      path: "/varz",
      ours: (server) => varz(server.observer),
    });
    expect(theirs.pinned_account_fails).toBe(2);
    expect(ours.pinned_account_fails).toBe(1);
  });
});
