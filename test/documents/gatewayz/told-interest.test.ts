/** What `gatewayz` makes of what old servers and new ones say that they want, beside nats-server. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { RawPeer } from "../../cluster/faults/raw-peer.ts";
import {
  commandLine,
  FalseGateway,
  FalseGatewayPort,
  infoLine,
} from "../../supercluster/faults/false-gateway.ts";
import type { MeshNode } from "../../support/mesh-node.ts";
import { commandOf } from "../../support/mesh-process.ts";
import { Supercluster } from "../../support/supercluster.ts";
import { eventually } from "../../support/until.ts";

const TIMEOUT = 20_000;
const ACCOUNTS = ["W", "X", "Y", "Z"];
const CONFIG = `no_system_account: true
accounts { ${ACCOUNTS.map((name) => `${name} {}`).join(", ")} }`;

/** Lines of a server that is optimistic about accounts at first, one step after the other. */
const STEPS: readonly (readonly [what: string, lines: readonly string[]])[] = [
  ["nothing", []],
  [
    "refusals and queue groups",
    ["RS- X no.one", "RS- X no.two", "RS+ X shared q 2", "RS+ X shared q 1", "A- Y", "A- UNKNOWN"],
  ],
  ["less refusals", ["RS+ X no.one", "RS- X shared q", "RS- W only", "RS+ W >"]],
  [
    "a switch that is under way",
    [
      command(2, "Z"),
      "RS+ Z a.b",
      "RS+ Z a.>",
      "RS+ Z a.b g 3",
      "RS- Z x",
      "RS+ Y s g 1",
      "A+ Y",
      "A- Y",
    ],
  ],
  ["one that is over", [command(3, "Z"), "RS- Z a.b", "RS- Z a.b g", "RS+ Z <\u00fc>"]],
  ["a switch after refusals", [command(2, "X"), command(3, "X"), "RS- X no.one", "RS+ X >"]],
];

function command(number: number, account: string): string {
  return commandLine("R", number, account).trimEnd();
}

interface Account {
  readonly name: string;
  readonly subscriptions_list_detail?: readonly { readonly sid: string; readonly cid: number }[];
}

describe.skipIf(commandOf("2.15.1") === undefined)("an old server's interest", () => {
  let port: FalseGatewayPort;
  let servers: Supercluster;
  const tellers: FalseGateway[] = [];
  const peers: RawPeer[] = [];

  beforeAll(async () => {
    port = await FalseGatewayPort.open((peer) => {
      peer.send(infoLine("R", { gateway_iom: false }));
    });
    const wish = { remotes: [{ name: "R", urls: [`nats://${port.url}`] }], config: CONFIG };
    servers = await Supercluster.prepare([
      { name: "P", nodes: ["2.15.1"], ...wish },
      { name: "O", nodes: ["embedded"], ...wish },
    ]);
    await servers.startAll();
    await eventually("both come", async () => port.peers.length === 2);
    for (const node of servers.nodes) {
      const { server_id: id } = await node.varz();
      const find = (): RawPeer | undefined => port.peers.find(({ text }) => text.includes(id));
      await eventually("who it is", async () => /INFO.*\r\n/.test(find()?.text ?? ""));
      peers.push(find()!);
      const teller = new FalseGateway(node);
      tellers.push(teller);
      teller.introduce("R");
      await teller.roundTrip("");
    }
  }, TIMEOUT);

  afterAll(async () => {
    for (const teller of tellers) teller[Symbol.dispose]();
    port?.[Symbol.dispose]();
    await servers?.[Symbol.asyncDispose]();
  });

  async function accountsOf(node: MeshNode, query: string): Promise<Account[]> {
    const gatewayz = await node.gatewayz(`?accs=1${query}`);
    const { accounts = [] } = gatewayz.outbound_gateways.R as { accounts?: readonly Account[] };
    return accounts.map(comparable).sort(byText);
  }

  for (const [what, lines] of STEPS) {
    test(`${what}: as nats-server shows it`, async () => {
      for (const peer of peers) {
        const bytes = Buffer.from(lines.map((line) => `${line}\r\n`).join(""));
        await peer.roundTrip(bytes.toString("latin1"));
      }
      for (const query of ["", "&subs=1", "&subs=detail", "&acc_name=X", "&acc_name=UNKNOWN"]) {
        const [theirs, ours] = await Promise.all(
          servers.nodes.map((node) => accountsOf(node, query)),
        );
        expect([query, ours!]).toEqual([query, theirs!]);
      }
    });
  }

  test("accounts that are not here are shown as such to those who send to them", async () => {
    const told: unknown[] = [];
    for (const [index, node] of servers.nodes.entries()) {
      await tellers[index]!.roundTrip("RMSG GONE to.nobody 2\r\nhi\r\n".repeat(2));
      const { inbound_gateways } = await node.gatewayz("?accs=1");
      const [inbound] = (inbound_gateways.R ?? []) as readonly { accounts?: readonly Account[] }[];
      told.push([...inbound!.accounts!].sort(byText));
    }
    expect(told[1]).toEqual(told[0]);
    expect(JSON.stringify(told[1])).toContain('{"name":"GONE","interest_mode":"Optimistic"');
  });
});

/** Lists in order, and connections by no number. */
function comparable(account: Account): Account {
  const list = account.subscriptions_list_detail?.map((each) => ({ ...each, cid: 0 }));
  const subjects = (account as { subscriptions_list?: readonly string[] }).subscriptions_list;
  return {
    ...account,
    ...(list === undefined ? {} : { subscriptions_list_detail: list.sort(byText) }),
    ...(subjects === undefined ? {} : { subscriptions_list: [...subjects].sort() }),
  };
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
