/** A mesh whose servers have accounts, services between them and a system account. */

import type { Msg } from "@nats-io/transport-node";
import { Mesh } from "../../support/mesh.ts";
import type { NodeKind } from "../../support/mesh-config.ts";
import type { MeshNode, NodeClient } from "../../support/mesh-node.ts";
import { eventually, until } from "../../support/until.ts";

const ACCOUNTS = `
accounts {
  EXPORTS {
    users [{ user: a, password: a }]
    exports [
      { service: "svc.>", latency: { sampling: 100, subject: "latency" }, allow_trace: true }
      { service: "many.>", response_type: stream }
      { stream: "news.>" }
    ]
    imports [{ service: { account: SYS, subject: "$SYS.DEBUG.SUBSCRIBERS" }, to: subscribers }]
  }
  IMPORTS {
    users [{ user: b, password: b }]
    msg_trace: { dest: "trace.8", sampling: 100 }
    imports [
      { service: { account: EXPORTS, subject: "svc.>" }, to: "my.>", share: true }
      { service: { account: EXPORTS, subject: "many.>" } }
      { stream: { account: EXPORTS, subject: "news.>" }, to: "in.>" }
    ]
  }
  SYS {
    users [{ user: s, password: s }]
    exports [{ service: "$SYS.DEBUG.SUBSCRIBERS" }]
  }
}
system_account: SYS
`;

/** Older servers know nothing of traces. */
function configOf(kind: NodeKind): string {
  if (kind !== "2.10.27") return ACCOUNTS;
  return ACCOUNTS.replace(/msg_trace: .*/, "").replace(", allow_trace: true", "");
}

export function startMesh(kinds: readonly NodeKind[]): Promise<Mesh> {
  return Mesh.start(kinds.map((kind) => ({ kind, config: configOf(kind) })));
}

/** @param user also the password. */
export function join(node: MeshNode, user: "a" | "b" | "s"): Promise<NodeClient> {
  return node.connect({ user, pass: user, name: `${node.name} ${user}` });
}

/** What comes on a subject. */
export class Heard {
  readonly messages: Msg[] = [];

  constructor(client: NodeClient, subject: string, queue = "") {
    client.subscribe(subject, {
      queue,
      callback: (_error, message) => void this.messages.push(message),
    });
  }

  async first(what: string): Promise<Msg> {
    await until(what, () => this.messages.length > 0);
    return this.messages[0]!;
  }
}

/** Waits until a server passes on what another one's clients want. */
export async function reaches(
  from: NodeClient,
  to: NodeClient,
  { here, there }: { here: string; there: string } = { here: "probe", there: "probe" },
): Promise<void> {
  const probe = crypto.randomUUID();
  const heard = new Heard(to, `${there}.${probe}`);
  await to.flush();
  await eventually(`interest in ${here}`, async () => {
    from.publish(`${here}.${probe}`);
    await from.flush();
    return heard.messages.length > 0;
  });
}
