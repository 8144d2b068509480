/** What is measured, and what ours must reach against the faster of the real servers. */

import type { Login } from "./login.ts";
import type { Access, TlsVersion } from "./peer.ts";
import type { Role } from "./worker.ts";

/** Messages that clients send to each other. */
export interface Flow {
  name: string;
  publishers: number;
  subscribers: number;
  size: number;
  /** Messages of each publisher or requests of each requester. */
  count: number;
  subjects?: number;
  queue?: boolean;
  /** Subscribers subscribe to a pattern even when there is one subject only. */
  wildcard?: boolean;
  requests?: boolean;
  /** Subject that messages arrive on, where it is another one than they are published to. */
  received?: string;
}

export interface Traffic extends Flow {
  /** Least ratio of messages per second; for requests the greatest ratio of the p50 and p99. */
  target: number;
  targetP99?: number;
}

/** As whom clients take part. */
export interface Cast {
  /** Publishers and requesters. */
  readonly sender?: Login;
  /** Subscribers and the responder. */
  readonly receiver?: Login;
  readonly tls?: TlsVersion;
}

export const TRAFFIC: readonly Traffic[] = [
  { name: "publish only, 16 B", target: 2, publishers: 1, subscribers: 0, size: 16, count: 10e6 },
  { name: "publish only, 128 B", target: 2, publishers: 1, subscribers: 0, size: 128, count: 7e6 },
  { name: "1:1, 16 B", target: 3, publishers: 1, subscribers: 1, size: 16, count: 5e6 },
  { name: "1:1, 128 B", target: 2.5, publishers: 1, subscribers: 1, size: 128, count: 3e6 },
  { name: "1:1, 1 KiB", target: 1.4, publishers: 1, subscribers: 1, size: 1024, count: 1e6 },
  { name: "1:1, 64 KiB", target: 1.2, publishers: 1, subscribers: 1, size: 65536, count: 15e3 },
  { name: "1:5, 128 B", target: 2, publishers: 1, subscribers: 5, size: 128, count: 8e5 },
  { name: "4:1, 128 B", target: 2, publishers: 4, subscribers: 1, size: 128, count: 6e5 },
  { name: "4:4, 128 B", target: 2, publishers: 4, subscribers: 4, size: 128, count: 2.5e5 },
  {
    name: "1:1 over 1,000 subjects, wildcard",
    target: 2.5,
    publishers: 1,
    subscribers: 1,
    size: 128,
    count: 2e6,
    subjects: 1000,
  },
  {
    name: "queue group 1:4, 128 B",
    target: 2.5,
    publishers: 1,
    subscribers: 4,
    size: 128,
    count: 2e6,
    queue: true,
  },
  {
    name: "request/reply, 1 requester",
    target: 0.65,
    targetP99: 0.8,
    publishers: 1,
    subscribers: 0,
    size: 128,
    count: 15e3,
    requests: true,
  },
  {
    name: "request/reply, 8 requesters",
    target: 0.65,
    targetP99: 0.8,
    publishers: 8,
    subscribers: 0,
    size: 128,
    count: 4e3,
    requests: true,
  },
];

/** The processes of a workload: receivers first, the one that drives it last. */
export function rolesOf(flow: Flow, port: number, scale: number, cast: Cast = {}): Role[] {
  const { publishers, subscribers, size, subjects = 1, queue = false, wildcard = false } = flow;
  const { received } = flow;
  const count = Math.max(Math.round(flow.count * scale), 100);
  const sender = accessOf(port, cast.sender, cast.tls);
  const receiver = accessOf(port, cast.receiver, cast.tls);
  if (flow.requests) {
    return [
      { ...receiver, role: "respond" },
      { ...sender, role: "request", connections: publishers, size, count },
    ];
  }
  const publish: Role = {
    ...sender,
    role: "publish",
    connections: publishers,
    size,
    count,
    subjects,
  };
  if (subscribers === 0) return [publish];
  const subscribe = { connections: subscribers, size, count: count * publishers, subjects };
  const arriving = received === undefined ? {} : { received };
  return [{ ...receiver, role: "subscribe", ...subscribe, queue, wildcard, ...arriving }, publish];
}

function accessOf(port: number, login: Login | undefined, tls: TlsVersion | undefined): Access {
  return { port, ...(login && { login }), ...(tls && { tls }) };
}
