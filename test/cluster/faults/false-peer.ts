/** A route of our own that need not behave. */

import type { MeshNode } from "../../support/mesh-node.ts";
import { routeGreeting } from "../../support/route-greeting.ts";
import { RawPeer } from "./raw-peer.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Name of the cluster that it claims to be of. */
export const CLUSTER = "faulty";

export class FalsePeer extends RawPeer {
  /** @param reads false for a peer that never takes anything. */
  constructor(node: MeshNode, reads = true) {
    super(RawPeer.to(node.ports.cluster), reads);
  }

  /** Introduces itself, with whatever is to be untrue. */
  introduce(id: string, info: Fields = {}, connectLine: Fields = {}): void {
    this.send(routeGreeting(id, CLUSTER, info, connectLine));
  }
}
