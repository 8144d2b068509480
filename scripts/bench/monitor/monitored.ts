/** Servers with a monitoring port, and those who ask it. */

import { CONTESTANTS, type Contestant, RunningServer } from "../servers.ts";

export interface Monitored {
  readonly server: RunningServer;
  /** `http://127.0.0.1:port` */
  readonly url: string;
}

/** Starts all servers, one after the other, while work is done with them. */
export async function withMonitored(
  work: (servers: readonly Monitored[]) => Promise<void>,
): Promise<void> {
  const servers: Monitored[] = [];
  try {
    for (const contestant of CONTESTANTS) servers.push(await startMonitored(contestant));
    await work(servers);
  } finally {
    await Promise.all(servers.map(({ server }) => server.stop()));
  }
}

async function startMonitored(contestant: Contestant): Promise<Monitored> {
  const port = freePort();
  const server = await RunningServer.start(contestant, "-m", String(port));
  return { server, url: `http://127.0.0.1:${port}` };
}

/** Whole bodies are read; null when there is no such page. */
export async function timeOf(url: string): Promise<{ ms: number; bytes: number } | null> {
  const begin = performance.now();
  const response = await fetch(url);
  const body = await response.arrayBuffer();
  if (response.status !== 200) return null;
  return { ms: performance.now() - begin, bytes: body.byteLength };
}

/** Asks for pages again and again. */
export class Poller {
  readonly #polling: Promise<void>;
  #isStopped = false;

  constructor(urls: readonly string[], everyMs: number) {
    this.#polling = this.#poll(urls, everyMs);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#polling;
  }

  async #poll(urls: readonly string[], everyMs: number): Promise<void> {
    while (!this.#isStopped) {
      const begin = performance.now();
      for (const url of urls) await timeOf(url);
      await Bun.sleep(Math.max(everyMs - (performance.now() - begin), 0));
    }
  }
}

/** Nobody else takes it in the moment until the server does. */
function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}
