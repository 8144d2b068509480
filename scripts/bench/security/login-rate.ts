/** How many clients a second can come, log in and go again. */

import { type Login, NOBODY, nkeyLogin, tokenLogin, userLogin } from "../login.ts";
import { Worker } from "../measure.ts";
import type { TlsVersion } from "../peer.ts";
import type { RunningServer } from "../servers.ts";
import { type Bench, medians, takeTurns, withServers, writeConfiguration } from "./bench.ts";

export interface Way {
  readonly name: string;
  readonly login: Login;
  readonly configuration: string;
}

export interface VisitRun {
  /** Visits a second. */
  readonly rate: number;
  /** The server's processor time for each, in microseconds. */
  readonly cpu: number;
  /** Share of a core that the load generator used. */
  readonly busy: number;
  /** Median time from connecting to the answer, in microseconds. */
  readonly p50: number;
}

export interface VisitsPlan {
  readonly logins: readonly Login[];
  readonly count: number;
  readonly tls?: TlsVersion;
  readonly atOnce?: number;
}

const AT_ONCE = 16;
const COUNT = 15_000;

/** The ways in which clients say who they are, or do not. */
export function ways(): Way[] {
  const nkey = nkeyLogin();
  return [
    { name: "no authentication", login: NOBODY, configuration: "" },
    {
      name: "token",
      login: tokenLogin("s3cret-token"),
      configuration: "authorization { token: s3cret-token }",
    },
    {
      name: "user and password",
      login: userLogin("user-5", "secret-5"),
      configuration: `authorization { users: [ ${tenUsers()} ] }`,
    },
    {
      name: "nkey",
      login: nkey,
      configuration: `authorization { users: [ { nkey: ${nkey.members.nkey} } ] }`,
    },
  ];
}

function tenUsers(): string {
  const users = Array.from({ length: 10 }, (_, i) => `{ user: user-${i}, password: secret-${i} }`);
  return users.join(", ");
}

export async function measureLoginRate(bench: Bench): Promise<void> {
  let busiest = 0;
  for (const { name, login, configuration } of ways()) {
    const file = await writeConfiguration(bench, "login", configuration);
    const plan = { logins: [login], count: COUNT * bench.scale };
    const runs = await withServers(file, (servers) => measureVisits(bench, servers, plan));
    const rates = medians(runs, ({ rate }) => rate);
    bench.table.add(`logins, ${name}`, rates, { unit: "/s", target: 1 });
    const cpu = medians(runs, (run) => run.cpu);
    bench.table.add(`logins, ${name}, server's CPU for each`, cpu, { unit: " µs", less: true });
    busiest = Math.max(busiest, ...medians(runs, ({ busy }) => busy));
  }
  bench.table.note(`The load generator of logins used at most ${percent(busiest)} of a core.`);
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A first run lets every server warm up. */
export async function measureVisits(
  bench: Bench,
  servers: readonly RunningServer[],
  plan: VisitsPlan,
): Promise<VisitRun[][]> {
  const run = (server: RunningServer) => visit(server, plan);
  await takeTurns(servers, 1, run);
  return takeTurns(servers, bench.rounds, run);
}

/** One run: so many clients come, some at the same time. */
export async function visit(server: RunningServer, plan: VisitsPlan): Promise<VisitRun> {
  const { logins, count, tls, atOnce = AT_ONCE } = plan;
  const role = { role: "visit", port: server.port, logins, count, connections: atOnce } as const;
  const worker = new Worker(tls === undefined ? role : { ...role, tls });
  await worker.line();
  const before = server.cpuSeconds();
  worker.go();
  const { startedAt, finishedAt, busy, latencies } = await worker.result();
  const cpu = server.cpuSeconds() - before;
  await worker.stop();
  return {
    rate: count / ((finishedAt - startedAt) / 1000),
    cpu: (cpu / count) * 1e6,
    busy: busy!,
    p50: latencies[latencies.length >> 1]!,
  };
}
