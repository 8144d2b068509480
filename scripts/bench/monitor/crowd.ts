/** Servers with ten thousand clients each. */

import { Worker } from "../measure.ts";
import { type Monitored, withMonitored } from "./monitored.ts";

export const CONNECTIONS = 10_000;
const SUBSCRIPTIONS = 3;

/** Starts all servers and their clients while work is done with them. */
export async function withCrowds(
  scale: number,
  work: (servers: readonly Monitored[]) => Promise<void>,
): Promise<void> {
  await withMonitored(async (servers) => {
    const crowds: Worker[] = [];
    try {
      for (const { server } of servers) crowds.push(await crowd(server.port, scale));
      await work(servers);
    } finally {
      await Promise.all(crowds.map((worker) => worker.stop()));
    }
  });
}

/** Clients with some subscriptions each. */
async function crowd(port: number, scale: number): Promise<Worker> {
  const connections = Math.round(CONNECTIONS * scale);
  const worker = new Worker({ role: "manySubs", port, connections, count: SUBSCRIPTIONS });
  await worker.result();
  await worker.line();
  return worker;
}
