/** Who a client is, for those who look for slow consumers: what it says of itself, without secrets. */

import type { UserIdentity } from "../auth/login.ts";
import type { SlowPeer } from "../net/slow/slow-consumer.ts";
import type { ConnectOptions } from "../protocol/connect-options.ts";
import { withoutSecretShapes } from "../protocol/secret-shapes.ts";
import { userName } from "./client-label.ts";

interface Client {
  readonly cid: number;
  readonly peer: { readonly ip: string; readonly port: number };
  readonly options: Readonly<ConnectOptions>;
  readonly identity: UserIdentity | null;
  readonly account: { readonly name: string };
}

export function slowPeerOf({ cid, peer, options, identity, account }: Client): SlowPeer {
  const { name, lang, version } = options;
  return {
    kind: "Client",
    cid,
    ip: peer.ip,
    port: peer.port,
    name: withoutSecretShapes(name),
    lang: withoutSecretShapes(lang),
    version: withoutSecretShapes(version),
    user: withoutSecretShapes(userName(options, identity)),
    account: account.name,
  };
}
