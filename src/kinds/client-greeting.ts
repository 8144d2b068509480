/** The first INFO that a client gets. */

import type { Authenticator } from "../auth/authenticator.ts";
import type { Peer } from "../net/connection.ts";
import type { TlsSession } from "../net/tls/session.ts";
import { encodeInfo, type InfoTls, type ServerInfo } from "../protocol/info.ts";

interface GreetedClient {
  readonly cid: number;
  readonly peer: Peer;
  readonly tls: TlsSession | null;
  readonly login: { readonly nonce: string };
}

interface GreetingHost {
  readonly serverInfo: ServerInfo;
  readonly authenticator: Authenticator;
}

/** Whoever may stay anonymous is not told that others have to say who they are. */
export function encodeGreeting(client: GreetedClient, host: GreetingHost): Buffer {
  const { serverInfo, authenticator } = host;
  return encodeInfo(serverInfo, {
    cid: client.cid,
    ip: client.peer.ip,
    authRequired: serverInfo.authRequired && !authenticator.hasNoAuthUser,
    tls: tlsFor(client, serverInfo.tls),
    nonce: client.login.nonce,
  });
}

function tlsFor({ peer, tls }: GreetedClient, usual: InfoTls): InfoTls {
  // After a handshake that came first, nothing else is possible any more.
  if (tls !== null) return { ...usual, required: true };
  if (peer.isInProcess && usual.required) return { ...usual, required: false, available: true };
  return usual;
}
