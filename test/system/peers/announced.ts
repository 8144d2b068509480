/** What a server tells another one that it wants in the system account. */

import type { MeshNode } from "../../support/mesh-node.ts";
import { Wire } from "../../support/wire.ts";

const ID = "N".padEnd(56, "P");
/** The system account's own connection, of which nobody tells others. */
const INFO = {
  server_id: ID,
  server_name: "stranger",
  version: "2.15.1",
  proto: 1,
  go: "",
  host: "127.0.0.1",
  port: 1,
  headers: true,
  max_payload: 1024,
  cluster: "mesh",
  lnoc: true,
  lnocu: true,
  route_pool_size: 3,
  route_account: "SYS",
  gossip_mode: 1,
};

/** Subjects in order, without the server's id and its hashes. */
export async function announcedBy(node: MeshNode): Promise<string[]> {
  const { server_id: id } = await node.varz();
  const wire = await Wire.connect(node.ports.cluster);
  const connect = { verbose: false, pedantic: false, headers: true, name: ID, cluster: "mesh" };
  await wire.send(`CONNECT ${JSON.stringify({ ...connect, lnoc: true })}\r\n`);
  await wire.send(`INFO ${JSON.stringify(INFO)}\r\nPING\r\n`);
  await wire.waitFor("PONG\r\n");
  await wire.waitFor("RS+ $SYS");
  await wire.waitForQuiet(100);
  wire.close();
  const lines = wire.text.split("\r\n").filter((line) => line.startsWith("RS+ $SYS."));
  return lines
    .map((line) => line.replaceAll(id, "<id>").replace(/(_INBOX|M2)\.[0-9A-Za-z]{8}/, "$1.<hash>"))
    .sort();
}
