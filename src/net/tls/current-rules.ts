/** What stands against a peer at the end of its handshake: the rules may have changed meanwhile. */

import type { HandshakeFault } from "./handshake-fault.ts";
import { pinFault } from "./pinned.ts";
import { type Authorities, peerChain, type UpgradedSocket } from "./secured-socket.ts";

/** What is asked of peers at this moment. */
export interface PeerRules {
  /** Null for peers that nobody verifies. */
  readonly authorities: Authorities | null;
  readonly pinned: ReadonlySet<string>;
}

/** The peer is sound for all that is known, and may come again. */
const OUTDATED: HandshakeFault = {
  text: "tls: authorities have changed during the handshake",
  isProbe: true,
};
const NO_AUTHORITIES: Authorities = new Set();

/**
 * @param used the authorities by which the peer was verified; null when it was not.
 * @param debug is told the particulars.
 * @returns null for a peer that is accepted.
 */
export function currentFault(
  { authorities, pinned }: PeerRules,
  used: Authorities | null,
  socket: UpgradedSocket,
  debug: (text: string) => void,
): HandshakeFault | null {
  if (!isVerifiedFor(authorities, used)) return OUTDATED;
  if (pinned.size === 0) return null;
  return pinFault(pinned, peerChain(socket, used ?? NO_AUTHORITIES), debug);
}

/** Whether a peer that was verified by some authorities is, by that, verified by those wanted. */
function isVerifiedFor(wanted: Authorities | null, used: Authorities | null): boolean {
  if (wanted === null || wanted === used) return true;
  return used?.isSubsetOf(wanted) ?? false;
}
