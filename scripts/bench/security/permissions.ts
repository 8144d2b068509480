/** What rules cost that every publish and every subscription is checked against. */

import { userLogin } from "../login.ts";
import { type Run, runTraffic } from "../measure.ts";
import type { RunningServer } from "../servers.ts";
import type { Cast, Flow } from "../workloads.ts";
import { type Bench, medians, takeTurns, withServers, writeConfiguration } from "./bench.ts";

/**
 * The subscriber's pattern reaches subjects that are denied to it, so each delivery is checked. The
 * responder may publish nothing but replies.
 */
export const PERMISSIONS = `
authorization {
  users: [
    { user: free, password: free }
    {
      user: sender, password: sender
      permissions: {
        publish: { allow: ["bench.>", "app.*.events", "metrics.>"], deny: ["bench.secret.>", "bench.*.internal"] }
        subscribe: { allow: ["_INBOX.>", "bench.>"], deny: "bench.secret.>" }
      }
    }
    {
      user: receiver, password: receiver
      permissions: {
        publish: { allow: "bench.>", deny: "bench.secret.>" }
        subscribe: { allow: ["bench.>", "_INBOX.>"], deny: ["bench.secret", "bench.foo.secret", "bench.*.internal"] }
      }
    }
    {
      user: responder, password: responder
      permissions: { publish: { deny: ">" }, subscribe: "bench.req", allow_responses: true }
    }
  ]
}
`;

const [FREE, SENDER] = [userLogin("free", "free"), userLogin("sender", "sender")];
const RECEIVER = userLogin("receiver", "receiver");
const RESPONDER = userLogin("responder", "responder");

interface RuledFlow {
  readonly flow: Flow;
  readonly cast: Cast;
}

const ONE = { publishers: 1, subscribers: 1, wildcard: true };
const REQUESTS = { subscribers: 0, size: 128, requests: true };
const MESSAGES: readonly Flow[] = [
  { name: "publish only, 16 B", publishers: 1, subscribers: 0, size: 16, count: 10e6 },
  { name: "publish only, 128 B", publishers: 1, subscribers: 0, size: 128, count: 7e6 },
  { name: "1:1, 16 B", ...ONE, size: 16, count: 5e6 },
  { name: "1:1, 128 B", ...ONE, size: 128, count: 3e6 },
  { name: "1:1 over 1,000 subjects, 128 B", ...ONE, size: 128, count: 2e6, subjects: 1000 },
];
const ANSWERED: readonly Flow[] = [
  { name: "requests of 1 client", ...REQUESTS, publishers: 1, count: 15e3 },
  { name: "requests of 8 clients", ...REQUESTS, publishers: 8, count: 4e3 },
];

export const RULED_FLOWS: readonly RuledFlow[] = [
  ...MESSAGES.map((flow) => ({ flow, cast: { sender: SENDER, receiver: RECEIVER } })),
  ...ANSWERED.map((flow) => ({ flow, cast: { sender: SENDER, receiver: RESPONDER } })),
];

/** Least throughput with permissions, by that of ours without. */
const SHARE = 0.85;

interface Pairing {
  readonly server: RunningServer;
  readonly cast: Cast;
}

export async function measurePermissions(bench: Bench): Promise<void> {
  const file = await writeConfiguration(bench, "permissions", PERMISSIONS);
  await withServers(file, async (servers) => {
    for (const { flow, cast } of RULED_FLOWS) await compare(bench, servers, flow, cast);
  });
}

async function compare(
  bench: Bench,
  servers: readonly RunningServer[],
  flow: Flow,
  cast: Cast,
): Promise<void> {
  const ours = servers[0]!;
  const without: Pairing = { server: ours, cast: { sender: FREE, receiver: FREE } };
  const pairings = [without, ...servers.map((server) => ({ server, cast }))];
  const run = ({ server, cast }: Pairing): Promise<Run> =>
    runTraffic(server, flow, bench.scale, cast);
  await takeTurns(pairings, 1, run);
  const runs = await takeTurns(pairings, bench.rounds, run);
  const [free, ...ruled] = medians(runs, ({ rate }) => rate);
  const name = `with permissions, ${flow.name}`;
  bench.table.add(name, ruled, { unit: "/s", target: 1 });
  const share = (ruled[0]! / free!).toFixed(2);
  bench.table.addCompared(
    `${name}: ours against ours without (${Math.round(free!)}/s)`,
    ruled,
    "/s",
    share,
    `≥ ${SHARE}`,
  );
  const [freeCpu, ...cpu] = medians(runs, ({ cpuPerMillion }) => cpuPerMillion);
  const text = `${name}, server's CPU (ours without: ${freeCpu!.toFixed(2)} s)`;
  bench.table.add(text, cpu, { unit: " s per million", less: true });
}
