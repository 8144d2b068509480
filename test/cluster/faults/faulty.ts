/** Servers that reach each other only through the net of faults, and how they are judged. */

import type { FaultProxy } from "../../support/fault-proxy.ts";
import type { MeshNode } from "../../support/mesh-node.ts";
import type { NodeGroup } from "../../support/node-group.ts";
import type { RawPeer } from "./raw-peer.ts";

export interface Faulty extends AsyncDisposable {
  readonly group: NodeGroup;
  readonly net: FaultProxy;
  /** A message has one way only, so that none overtakes another. */
  readonly keepsOrder: boolean;
  /** How often two real servers had to be helped to all their connections. */
  readonly helped: number;
  /** Waits until all is whole without help, and all that nodes know of each other's interest is true. */
  well(deadlineMs?: number): Promise<void>;
  /** Another server that has come in at this node, and wants nothing. */
  falsePeer(node: MeshNode): RawPeer;
}

/** Lines of the top level: who may log in. Two accounts, so that a mistake between them shows. */
export const ACCOUNTS = ["ONE", "TWO"] as const;
export const ACCOUNTS_CONFIG = `
accounts {
  ONE { users: [ { user: "ONE", password: "pw" } ] }
  TWO { users: [ { user: "TWO", password: "pw" } ] }
}
`;

/** `INF   ID:               NABC` */
const ID_LINE = /^INF {3}ID: +(N[A-Z0-9]+)$/;

/** The id of the server that a node has now; undefined before its log tells. */
export function idOf(node: MeshNode): string | undefined {
  const line = node.log.findLast((text) => ID_LINE.test(text));
  return line === undefined ? undefined : ID_LINE.exec(line)![1];
}
