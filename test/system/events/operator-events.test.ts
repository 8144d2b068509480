/** Events about accounts and users of an operator, at the real server and at this one. */

import { describe, expect, test } from "bun:test";
import { ours, peer } from "../../process/processes.ts";
import {
  accountJwt,
  type Key,
  newKey,
  operatorJwt,
  UNLIMITED,
  userJwt,
} from "../../support/jwt.ts";
import { both, EventStage } from "./event-stage.ts";

const TIMEOUT_MS = 60_000;
const OPERATOR = newKey("O", 1);
const SYSTEM = newKey("A", 2);
const ACCOUNT = newKey("A", 3);
const SIGNER = newKey("A", 4);
const SMALL = newKey("A", 5);
const WATCHER = newKey("U", 6);
const USER = newKey("U", 7);
const OTHER = newKey("U", 8);

const ACCOUNTS = {
  [SYSTEM.publicKey]: accountJwt(SYSTEM, OPERATOR, {}, { name: "SYS" }),
  [ACCOUNT.publicKey]: accountJwt(
    ACCOUNT,
    OPERATOR,
    { signing_keys: [SIGNER.publicKey] },
    { name: "ACC<1>" },
  ),
  [SMALL.publicKey]: accountJwt(SMALL, OPERATOR, { limits: { ...UNLIMITED, conn: 1 } }),
};
const CONFIG = `operator: ${operatorJwt(OPERATOR, { system_account: SYSTEM.publicKey })}
resolver: MEMORY
resolver_preload: ${JSON.stringify(ACCOUNTS)}
`;
const IN_ACCOUNT = userJwt(USER, ACCOUNT, { tags: ["one", "two"] });
const BY_SIGNER = userJwt(USER, SIGNER, { issuer_account: ACCOUNT.publicKey });
const BEARER = userJwt(USER, ACCOUNT, { bearer_token: true });

function signed(jwt: string, key: Key): (nonce: string) => object {
  return (nonce) => ({ jwt, sig: key.sign(nonce).toString("base64url") });
}

async function record(command: readonly string[]): Promise<string[]> {
  await using stage = await EventStage.open(command, CONFIG);
  const watcher = await stage.watch(signed(userJwt(WATCHER, SYSTEM), WATCHER));
  const first = await stage.client(signed(IN_ACCOUNT, USER));
  await watcher.until(/\.CONNECT$/);
  await stage.client(signed(BY_SIGNER, USER));
  await watcher.until(/\.CONNECT$/);
  const bearer = await stage.client({ jwt: BEARER });
  bearer.wire.finish();
  await watcher.gone();
  await stage.client(signed(IN_ACCOUNT, OTHER)).catch(() => {});
  await watcher.gone();
  await stage.refused(`CONNECT ${JSON.stringify({ jwt: "no.token" })}\r\n`);
  await watcher.gone();
  await stage.client(signed(userJwt(USER, SMALL), USER));
  await stage.client(signed(userJwt(USER, SMALL), USER)).catch(() => {});
  await watcher.gone();
  first.wire.finish();
  await watcher.gone();
  return watcher.lines.map((line) => line.replace(/"num_subscriptions":\d+/, ""));
}

/** Tokens of those who are not let in, and tokens that anybody may use, are not shown here. */
function withoutTokens(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/"jwt":"[^"]*",/, ""));
}

/** Of a client that comes to an account that is full, the real server does not say who it is. */
function withoutUser(line: string): string {
  return /Maximum Account/.test(line) ? line.replace(/"user":"[^"]*",/, "") : line;
}

describe.skipIf(peer === undefined)("events of operators' accounts", () => {
  test(
    "are those of the real server",
    async () => {
      const [theirs, own] = await both(record([peer!]), record(ours));
      expect(theirs.length).toBeGreaterThan(18);
      expect(withoutTokens(own).map(withoutUser)).toEqual(withoutTokens(theirs));
    },
    TIMEOUT_MS,
  );
});

test(
  "show tokens, but not those that anybody may use or that are no good",
  async () => {
    const lines = await record(ours);
    const text = lines.join("\n");
    expect(text).toContain(`"jwt":"${IN_ACCOUNT}"`);
    expect(text).toContain(`"jwt":"${BY_SIGNER}"`);
    expect(text).not.toContain(BEARER);
    const refused = lines.filter((line) => line.includes("AUTH.ERR"));
    expect(refused).toHaveLength(2);
    for (const line of refused) expect(line).not.toContain('"jwt"');
  },
  TIMEOUT_MS,
);
