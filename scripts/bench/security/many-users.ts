/** A file with a hundred thousand users: how long a start takes, and a login. */

import { encodePublicNkey, NkeyKind } from "../../../src/protocol/nkeys.ts";
import { type Login, nkeyLogin, userLogin } from "../login.ts";
import { CONTESTANTS, type RunningServer, timeToReady } from "../servers.ts";
import { type Bench, medians, takeTurns, withServers, writeConfiguration } from "./bench.ts";
import { visit } from "./login-rate.ts";

const MANY = 100_000;
const FEW = 10;
const START_MS = 2000;
/** Greatest ratio of the time for a login with many users to that with few. */
const SAME = 1.1;
/** So many users log in, in turn. */
const SAMPLES = 100;
const VISITS = 4000;

export interface Population {
  readonly configuration: string;
  readonly password: readonly Login[];
  readonly nkey: readonly Login[];
}

/** Of ten users two have nkeys, and one has permissions. */
export function populate(count: number): Population {
  const users: string[] = [];
  const password: Login[] = [];
  const nkey: Login[] = [];
  const step = Math.max(1, Math.floor(count / SAMPLES / FEW)) * FEW;
  for (let i = 0; i < count; i++) {
    const isSample = i % step < FEW;
    let who = "";
    if (i % 5 === 4) {
      const login = isSample ? nkeyLogin() : { members: { nkey: anyNkey() } };
      if (isSample) nkey.push(login);
      who = `nkey: ${login.members.nkey}`;
    } else {
      const [name, secret] = [`user-${i}`, `secret-${i}`];
      if (isSample) password.push(userLogin(name, secret));
      who = `user: ${name}, password: ${secret}`;
    }
    const rules = `permissions: { publish: ["app.${i}.>"], subscribe: ["app.${i}.>", "_INBOX.>"] }`;
    users.push(`    { ${who}${i % FEW === 3 ? `, ${rules}` : ""} }`);
  }
  const configuration = `authorization {\n  users: [\n${users.join("\n")}\n  ]\n}\n`;
  return { configuration, password, nkey };
}

function anyNkey(): string {
  return encodePublicNkey(NkeyKind.User, crypto.getRandomValues(new Uint8Array(32)));
}

export async function measureManyUsers(bench: Bench): Promise<void> {
  const [many, few] = [populate(MANY), populate(FEW)];
  const manyFile = await writeConfiguration(bench, "many-users", many.configuration);
  const fewFile = await writeConfiguration(bench, "few-users", few.configuration);
  const starts = await takeTurns(CONTESTANTS, bench.rounds, (contestant) =>
    timeToReady(contestant, "-a", "127.0.0.1", "-p", "-1", "-c", manyFile),
  );
  const times = medians(starts, (time) => time);
  const ratio = (times[0]! / Math.min(...times.slice(1))).toFixed(2);
  bench.table.addCompared("start with 100,000 users", times, " ms", ratio, `≤ ${START_MS} ms`);
  await withServers(manyFile, (crowded) =>
    withServers(fewFile, (empty) => compareLogins(bench, { crowded, empty }, { many, few })),
  );
}

interface Servers {
  readonly crowded: readonly RunningServer[];
  readonly empty: readonly RunningServer[];
}

/** Clients come one after the other. */
async function compareLogins(
  bench: Bench,
  { crowded, empty }: Servers,
  { many, few }: { many: Population; few: Population },
): Promise<void> {
  const memory = crowded.map((server) => server.residentBytes());
  const megabytes = memory.map((bytes) => bytes / 1e6);
  bench.table.add("resident memory with 100,000 users", megabytes, { unit: " MB", less: true });
  const extra = memory.map((bytes, at) => (bytes - empty[at]!.residentBytes()) / MANY);
  bench.table.add("of it, for each user", extra, { unit: " B", less: true });
  const count = Math.round(VISITS * bench.scale);
  for (const way of ["password", "nkey"] as const) {
    const crowd = crowded.map((server) => ({ server, logins: many[way] }));
    const rest = empty.map((server) => ({ server, logins: few[way] }));
    const run = ({ server, logins }: (typeof crowd)[number]) =>
      visit(server, { logins, count, atOnce: 1 });
    await takeTurns([...crowd, ...rest], 1, run);
    const runs = await takeTurns([...crowd, ...rest], bench.rounds, run);
    const times = medians(runs, ({ p50 }) => p50);
    const [withMany, withFew] = [times.slice(0, crowd.length), times.slice(crowd.length)];
    const name = `login by ${way}`;
    bench.table.add(`${name} with 10 users, p50`, withFew, { unit: " µs", less: true });
    const text = `${name} with 100,000 users, p50; ours against ours with 10`;
    const against = (withMany[0]! / withFew[0]!).toFixed(2);
    bench.table.addCompared(text, withMany, " µs", against, `≤ ${SAME}`);
  }
}
