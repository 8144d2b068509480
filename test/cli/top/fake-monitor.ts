/** A monitoring port that says what a test wants. */

export interface Connz {
  [field: string]: unknown;
  cid: number;
}

export interface FakeMonitor extends Disposable {
  readonly url: string;
  readonly port: number;
  /** Paths and queries that were asked for. */
  readonly asked: string[];
  readonly headers: Headers[];
  varz: Record<string, unknown>;
  connections: Connz[];
  /** What `/slowz` says; null where there is none. */
  slow: unknown[] | null;
  /** In place of any answer. */
  answer: (() => Response | Promise<Response>) | null;
}

export function connection(cid: number, fields: Record<string, unknown> = {}): Connz {
  return {
    cid,
    ip: "192.0.2.1",
    port: 40_000 + cid,
    subscriptions: 1,
    pending_bytes: 0,
    in_msgs: 0,
    out_msgs: 0,
    in_bytes: 0,
    out_bytes: 0,
    uptime: "3s",
    last_activity: "2026-01-31T12:34:56.123456789Z",
    ...fields,
  };
}

export function startMonitor(base = "", tls?: Bun.TLSOptions): FakeMonitor {
  const asked: string[] = [];
  const headers: Headers[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    ...(tls === undefined ? {} : { tls }),
    fetch: (request) => {
      const { pathname, search } = new URL(request.url);
      asked.push(pathname + search);
      headers.push(request.headers);
      if (monitor.answer !== null) return monitor.answer();
      if (pathname === `${base}/varz`) return Response.json(monitor.varz);
      if (pathname === `${base}/connz`) return Response.json(connz(search));
      if (pathname === `${base}/slowz` && monitor.slow !== null) {
        return Response.json({ current: monitor.slow });
      }
      return new Response("404 page not found\n", { status: 404 });
    },
  });
  const connz = (search: string): unknown => {
    const limit = Number(new URLSearchParams(search).get("limit"));
    return { total: monitor.connections.length, connections: monitor.connections.slice(0, limit) };
  };
  const monitor: FakeMonitor = {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${server.port}${base}`,
    port: server.port!,
    asked,
    headers,
    varz: {
      server_id: "NID",
      server_name: "fake",
      version: "2.15.1",
      uptime: "1m5s",
      cpu: 12.34,
      mem: 8 * 1024 * 1024,
      in_msgs: 1_500,
      out_msgs: 3_000_000,
      in_bytes: 2_048,
      out_bytes: 5 * 1024 * 1024,
      subscriptions: 42,
      slow_consumers: 3,
    },
    connections: [],
    slow: null,
    answer: null,
    [Symbol.dispose]: () => void server.stop(true),
  };
  return monitor;
}
