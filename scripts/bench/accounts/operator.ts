/** Servers of an operator: logins with tokens, and a start over a directory of accounts. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { accountJwt, newKey, operatorJwt, userJwt } from "../../../test/support/jwt.ts";
import { nkeyLogin } from "../login.ts";
import {
  type Bench,
  medians,
  takeTurns,
  withServers,
  writeConfiguration,
} from "../security/bench.ts";
import { measureVisits } from "../security/login-rate.ts";
import { CONTESTANTS, timeToReady } from "../servers.ts";

const VISITS = 12_000;
/** So many users log in, in turn. */
const USERS = 200;
const ACCOUNTS = 10_000;
const START_MS = 1000;

/** Clients show a token and sign with their key. */
export async function measureTokens(bench: Bench): Promise<void> {
  const [operator, account] = [newKey("O"), newKey("A")];
  const token = accountJwt(account, operator);
  const file = await writeConfiguration(
    bench,
    "tokens",
    `operator: ${operatorJwt(operator)}
     resolver: MEMORY
     resolver_preload: { ${account.publicKey}: ${token} }`,
  );
  const logins = Array.from({ length: USERS }, () => {
    const { members, key } = nkeyLogin();
    const jwt = userJwt(members.nkey, account, {
      pub: { allow: ["app.>"] },
      sub: { allow: ["app.>", "_INBOX.>"] },
    });
    return { members: { jwt }, ...(key !== undefined && { key }) };
  });
  await withServers(file, async (servers) => {
    const runs = await measureVisits(bench, servers, { logins, count: VISITS * bench.scale });
    const name = "logins with tokens of an operator's users";
    bench.table.add(
      name,
      medians(runs, ({ rate }) => rate),
      { unit: "/s", target: 0.8 },
    );
    const cpu = medians(runs, (run) => run.cpu);
    bench.table.add(`${name}, server's CPU for each`, cpu, { unit: " µs", less: true });
  });
}

/** Each server has a directory of its own, as each may change it. */
export async function measureDirectory(bench: Bench): Promise<void> {
  const [operator, system] = [newKey("O"), newKey("A")];
  const tokens = [{ key: system.publicKey, jwt: accountJwt(system, operator) }];
  for (let i = 1; i < ACCOUNTS; i++) {
    const key = newKey("A");
    tokens.push({ key: key.publicKey, jwt: accountJwt(key, operator) });
  }
  const files = new Map<string, string>();
  for (const { name } of CONTESTANTS) {
    const folder = join(bench.folder, `jwt-${name}`);
    await mkdir(folder, { recursive: true });
    for (const { key, jwt } of tokens) await writeFile(join(folder, `${key}.jwt`), jwt);
    const text = `operator: ${operatorJwt(operator)}
      system_account: ${system.publicKey}
      resolver: { type: full, dir: "${folder}", limit: 100000 }`;
    files.set(name, await writeConfiguration(bench, `directory-${name}`, text));
  }
  const starts = await takeTurns(CONTESTANTS, bench.rounds, (contestant) => {
    const file = files.get(contestant.name)!;
    return timeToReady(contestant, "-a", "127.0.0.1", "-p", "-1", "-c", file);
  });
  const times = medians(starts, (time) => time);
  const ratio = (times[0]! / Math.min(...times.slice(1))).toFixed(2);
  const name = "start with a directory of 10,000 accounts";
  bench.table.addCompared(name, times, " ms", ratio, `≤ ${START_MS} ms`);
}
