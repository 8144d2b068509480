/** Accounts of an operator on the servers of one mesh: each has its own directory of JWTs. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { jwtAuthenticator } from "@nats-io/transport-node";
import * as jwt from "../support/jwt.ts";
import { Mesh } from "../support/mesh.ts";
import type { NodeWish } from "../support/mesh-config.ts";
import type { MeshNode, NodeClient } from "../support/mesh-node.ts";
import { commandOf } from "../support/mesh-process.ts";
import { eventually, until } from "../support/until.ts";
import { temporaryFolder } from "./fixture.ts";

const TIMEOUT = 30_000;
const operator = jwt.newKey("O", 1);
const system = jwt.newKey("A", 3);
const user = jwt.newKey("U", 6);

/** What becomes of JWTs on a server: all, those in use, or none but the preloaded ones are kept. */
type Keeping = "full" | "cache" | "memory";
const NODES: readonly (readonly [NodeWish["kind"], Keeping])[] = [
  ["ours", "full"],
  ["2.15.1", "full"],
  ["ours", "cache"],
  ["2.10.27", "full"],
  ["2.15.1", "cache"],
];

function version(account: jwt.Key, iat: number, nats: object = {}): string {
  return jwt.accountJwt(account, operator, nats, { name: "A", jti: `${iat}`, iat: 1.7e9 + iat });
}

function login(account: jwt.Key) {
  const token = jwt.userJwt(user, account);
  return { authenticator: jwtAuthenticator(token, Buffer.from(user.seed)) };
}

interface Answer {
  readonly data?: { readonly code: number; readonly message: string } | readonly string[];
}

/** Sends a JWT and waits until so many servers have taken it. */
async function push(client: NodeClient, token: string, wanted: number): Promise<string[]> {
  const inbox = `answers.${crypto.randomUUID()}`;
  const answers: string[] = [];
  const subscription = client.subscribe(inbox, {
    callback: (_error, message) => {
      const { data } = message.json<Answer>() as { data?: { message?: string } };
      answers.push(data?.message ?? message.string());
    },
  });
  client.publish("$SYS.REQ.CLAIMS.UPDATE", token, { reply: inbox });
  await until(`${wanted} answers`, () => answers.length >= wanted);
  subscription.unsubscribe();
  return answers.sort();
}

async function refused(node: MeshNode, account: jwt.Key): Promise<string> {
  try {
    await using _ = await node.connect(login(account));
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

const canRun = NODES.every(([kind]) => commandOf(kind) !== undefined);

describe.skipIf(!canRun)("Accounts of an operator in a mixed mesh", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let mesh: Mesh;
  let full: number;

  beforeAll(async () => {
    folder = await temporaryFolder();
    const systemJwt = jwt.accountJwt(system, operator, {}, { name: "SYS" });
    const wishes = NODES.map(([kind, keeping], index): NodeWish => {
      const more = keeping === "cache" ? 'ttl: "1h"' : 'allow_delete: true, interval: "500ms"';
      const config = `
        operator: ${jwt.operatorJwt(operator)}
        system_account: ${system.publicKey}
        resolver: { type: ${keeping}, dir: "${folder.path}/${index}", ${more} }
        resolver_preload: { ${system.publicKey}: ${systemJwt} }
      `;
      return { kind, config };
    });
    mesh = await Mesh.start(wishes);
    full = NODES.filter(([, keeping]) => keeping === "full").length;
  }, TIMEOUT);
  afterAll(async () => {
    await mesh?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  const explained = (name: string, body: () => Promise<void>): void => {
    test(name, () => mesh.explained(body), TIMEOUT);
  };

  explained("a JWT that is pushed to one gets to all, and its users in everywhere", async () => {
    for (const [index, node] of mesh.nodes.entries()) {
      const account = jwt.newKey("A", 20 + index);
      await using admin = await node.connect(login(system));
      const answers = await push(admin, version(account, 1), NODES.length);
      const skipped = "jwt update cache skipped";
      const wanted = NODES.map(([, keeping]) => (keeping === "full" ? "jwt updated" : skipped));
      expect(answers).toEqual(wanted.sort());
      const clients: NodeClient[] = [];
      for (const each of mesh.nodes) clients.push(await each.connect(login(account)));
      for (const [at, client] of clients.entries()) {
        client.subscribe(`from.${at}`, { callback: (_error, message) => void message.respond() });
      }
      await Promise.all(clients.map((client) => client.flush()));
      for (const client of clients) {
        for (const at of clients.keys()) {
          await eventually(`an answer of ${at}`, async () => {
            return (await client.request(`from.${at}`).catch(() => null)) !== null;
          });
        }
      }
      await Promise.all(clients.map((client) => client.close()));
    }
  });

  explained("limits to connections count on all servers together", async () => {
    const account = jwt.newKey("A", 40);
    await using admin = await mesh.nodes[0]!.connect(login(system));
    const limits = { limits: { ...jwt.UNLIMITED, conn: 3 } };
    await push(admin, version(account, 1, limits), full);
    const [a, b, c] = mesh.nodes;
    const clients = [await a!.connect(login(account))];
    for (const node of [b!, c!]) {
      // The account is known there from now on, so that it is told who comes elsewhere.
      const client = await node.connect(login(account));
      clients.push(client);
    }
    // One that did not know the account would let somebody in, and all would have to make room.
    for (const node of [a!, b!, c!]) {
      await eventually(`${node.name} is full`, async () => (await refused(node, account)) !== "");
      await node.logged(/maximum account active connections exceeded/);
    }
    await clients.pop()!.close();
    await eventually("room", async () => (await refused(a!, account)) === "");
    await Promise.all(clients.map((client) => client.close()));
  });

  explained("what servers have missed they get from others", async () => {
    const account = jwt.newKey("A", 41);
    for (const name of ["A", "B"]) {
      const node = mesh.node(name);
      await node.stop();
      await using admin = await mesh.node("D").connect(login(system));
      await push(admin, version(account, name.charCodeAt(0)), full - 1);
      await node.start();
      await mesh.whole();
      await eventually(`${name} has the JWT`, async () => {
        await using local = await node.connect(login(system));
        const { server_id: id } = await node.varz();
        const answers: string[] = [];
        const inbox = `list.${id}`;
        local.subscribe(inbox, {
          callback: (_error, message) => {
            const { data, server } = message.json<{ data: string[]; server: { id: string } }>();
            if (server.id === id) answers.push(...data);
          },
        });
        local.publish("$SYS.REQ.CLAIMS.LIST", "", { reply: inbox });
        await until("list", () => answers.length > 0);
        return answers.includes(account.publicKey);
      });
    }
  });

  explained(
    "interest in an account that a server has not loaded is kept until it has",
    async () => {
      const account = jwt.newKey("A", 42);
      const [a, b] = mesh.nodes;
      await using admin = await a!.connect(login(system));
      await push(admin, version(account, 1), full);
      for (const [near, far] of [
        [b!, a!],
        [mesh.node("E"), mesh.node("C")],
      ] as const) {
        await using subscriber = await near.connect(login(account));
        let count = 0;
        subscriber.subscribe("early", { callback: () => void count++ });
        await subscriber.flush();
        // Interest is on its way before anything that is asked afterwards comes back.
        await using witness = await near.connect(login(system));
        const { server_id: id } = await far.varz();
        await witness.request(`$SYS.REQ.SERVER.${id}.IDZ`);
        await using publisher = await far.connect(login(account));
        await eventually("the message", async () => {
          publisher.publish("early");
          await publisher.flush();
          return count > 0;
        });
      }
    },
  );

  explained("an account that is deleted on all servers is gone on all", async () => {
    const account = jwt.newKey("A", 43);
    const [a, b] = mesh.nodes;
    await using admin = await b!.connect(login(system));
    await push(admin, version(account, 1), full);
    await using client = await a!.connect(login(account));
    const deletion = jwt.genericJwt(operator, { accounts: [account.publicKey] });
    await admin.request("$SYS.REQ.CLAIMS.DELETE", deletion);
    await client.closed();
    await eventually("nobody gets in", async () => (await refused(a!, account)) !== "");
    await push(admin, version(account, 2), full);
    await eventually("back again", async () => (await refused(a!, account)) === "");
  });
});
