/** What others notice of somebody who tries out passwords that are kept as bcrypt hashes. */

import { connect } from "node:net";
import { ConnectLine, type Login, userLogin } from "../login.ts";
import { Worker } from "../measure.ts";
import { CONTESTANTS, type Contestant, RunningServer } from "../servers.ts";
import { type Bench, medians, takeTurns, writeConfiguration } from "./bench.ts";

const COST = 11;
const GUESSES_PER_SECOND = 200;
/** The guesses have been coming for this long before it counts. */
const LEAD_MS = 1000;
/** They end with the measurement, or after this time. */
const FLOOD_SECONDS = 60;
const REQUESTS = 1000;
const REQUEST_EVERY_MS = 2;
const REQUESTS_MS_MAX = 10_000;
/** Greatest ratio of the p99 during the flood to that in quiet. */
const NOTICED = 2;
/** What a server waits for a login by default, and what this client waits at most. */
const AUTH_TIMEOUT_MS = 2000;
const PATIENCE_MS = 5000;
const RIGHT_LOGINS = 3;
/** Guesses come from 127.0.0.1. */
const OTHER_ADDRESS = "127.0.0.2";

export const GUARDED = userLogin("guarded", "right");
export const WRONG = Array.from({ length: 100 }, (_, i) => userLogin("guarded", `wrong-${i}`));
const PLAIN = userLogin("plain", "plain");

interface Siege {
  /** Microseconds. */
  readonly quietP99: number;
  readonly floodP99: number;
  /** Milliseconds that the slowest right login took, infinite when it did not succeed. */
  readonly rightLogin: number;
  readonly rightLogins: number;
}

/** @param cost of the hash of a password, which takes two to that power rounds. */
export async function guardedConfiguration(cost: number): Promise<string> {
  const hash = await Bun.password.hash("right", { algorithm: "bcrypt", cost });
  const guarded = `{ user: guarded, password: "${hash}" }`;
  return `authorization { users: [ ${guarded}, { user: plain, password: plain } ] }`;
}

export async function measureFlood(bench: Bench): Promise<void> {
  const file = await writeConfiguration(bench, "flood", await guardedConfiguration(COST));
  const runs = await takeTurns(CONTESTANTS, bench.rounds, (contestant) =>
    besiege(contestant, file, Math.max(100, REQUESTS * bench.scale)),
  );
  const quiet = medians(runs, ({ quietP99 }) => quietP99);
  bench.table.add("requests, nothing else, p99", quiet, { unit: " µs", less: true });
  const flood = medians(runs, ({ floodP99 }) => floodP99);
  const name = `requests, ${GUESSES_PER_SECOND} wrong bcrypt logins/s, p99`;
  const against = (flood[0]! / quiet[0]!).toFixed(2);
  bench.table.addCompared(`${name}; ours against quiet`, flood, " µs", against, `≤ ${NOTICED}`);
  const login = medians(runs, ({ rightLogin }) => rightLogin);
  const text = "slowest right bcrypt login from another address meanwhile";
  bench.table.addCompared(text, login, " ms", "", `≤ ${AUTH_TIMEOUT_MS} ms`);
  const shares = medians(runs, ({ rightLogins }) => rightLogins);
  bench.table.addCompared(`such logins of ${RIGHT_LOGINS} that succeed`, shares, "", "", "all");
}

async function besiege(contestant: Contestant, file: string, count: number): Promise<Siege> {
  const server = await RunningServer.start(contestant, "-c", file);
  const { port } = server;
  const request = {
    role: "request",
    port,
    login: PLAIN,
    connections: 1,
    size: 128,
    count,
    every: REQUEST_EVERY_MS,
  } as const;
  const guess = { role: "guess", port, perSecond: GUESSES_PER_SECOND, logins: WRONG } as const;
  // Whoever comes during the flood may not get in any more, so all of them are there before.
  const responder = new Worker({ role: "respond", port, login: PLAIN });
  const [before, during] = [new Worker(request), new Worker(request)];
  const flood = new Worker({ ...guess, seconds: FLOOD_SECONDS });
  const workers = [responder, before, during, flood];
  try {
    for (const worker of workers) await worker.line();
    const quietP99 = await p99Of(before);
    flood.go();
    await Bun.sleep(LEAD_MS);
    const [floodP99, logins] = await Promise.all([p99Of(during), logInRightly(port)]);
    return {
      quietP99,
      floodP99,
      rightLogin: Math.max(...logins),
      rightLogins: logins.filter(Number.isFinite).length,
    };
  } finally {
    // At once and before all else: what it has to compute by now would keep it busy for minutes.
    await server.stop();
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

/** Infinite when answers do not come, or not in time. */
async function p99Of(requester: Worker): Promise<number> {
  requester.go();
  const latencies = await Promise.race([
    requester.result().then(
      ({ latencies }) => latencies,
      () => [],
    ),
    Bun.sleep(REQUESTS_MS_MAX).then(() => []),
  ]);
  return latencies[Math.floor(latencies.length * 0.99)] ?? Number.POSITIVE_INFINITY;
}

async function logInRightly(port: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < RIGHT_LOGINS; i++) times.push(await logInFrom(OTHER_ADDRESS, port, GUARDED));
  return times;
}

/** Milliseconds until the server has let the client in; infinite when it does not. */
function logInFrom(localAddress: string, port: number, login: Login): Promise<number> {
  const begin = performance.now();
  const { promise, resolve } = Promise.withResolvers<number>();
  const socket = connect({ host: "127.0.0.1", port, localAddress });
  const line = new ConnectLine(login);
  const end = (milliseconds: number): void => {
    resolve(milliseconds);
    socket.destroy();
  };
  const timer = setTimeout(() => end(Number.POSITIVE_INFINITY), PATIENCE_MS);
  socket.on("data", (chunk) => {
    const text = chunk.toString("latin1");
    if (text.startsWith("PONG")) end(performance.now() - begin);
    else if (text.startsWith("INFO")) socket.write(`${line.answer(text)}PING\r\n`);
    else end(Number.POSITIVE_INFINITY);
  });
  socket.on("error", () => end(Number.POSITIVE_INFINITY));
  socket.on("close", () => {
    clearTimeout(timer);
    end(Number.POSITIVE_INFINITY);
  });
  return promise;
}
