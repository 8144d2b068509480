/** `gatewayz` of a server without gateways, and of one that is asked for a great deal. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { encodeItems, itemsEnd } from "../../../src/documents/connz/frames.ts";
import { gatewayz } from "../../../src/documents/gatewayz/gatewayz.ts";
import { Server } from "../../../src/server/server.ts";
import type { RawPeer } from "../../cluster/faults/raw-peer.ts";
import {
  commandLine,
  FalseGatewayPort,
  infoLine,
} from "../../supercluster/faults/false-gateway.ts";
import { optionsOf } from "../../support/options-of.ts";
import { eventually, until } from "../../support/until.ts";

const MANY = 3000;

interface Gatewayz {
  readonly outbound_gateways: Readonly<
    Record<string, { accounts: readonly { name: string; subscriptions_list: readonly string[] }[] }>
  > | null;
  readonly inbound_gateways: object;
}

const open: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of open.splice(0).reverse()) await end();
});

async function start(config = ""): Promise<Server> {
  const server = new Server(await optionsOf(`listen: "127.0.0.1:-1"\n${config}`), null);
  await server.start();
  open.push(() => server.stop());
  return server;
}

/** A server, and another cluster that wants many subjects in one account and few in others. */
async function crowded(): Promise<{ server: Server; peer: RawPeer; subjects: string[] }> {
  const port = await FalseGatewayPort.open((peer) => peer.send(infoLine("R")));
  open.push(() => port[Symbol.dispose]());
  const server = await start(`
    accounts { X {}, Y {} }
    gateway { name: O, listen: "127.0.0.1:-1", gateways: [{ name: R, url: "nats://${port.url}" }] }`);
  await until("it comes", () => port.peers.length > 0);
  const peer = port.peers[0]!;
  await until("it introduces itself", () => /INFO.*\r\n/.test(peer.text));
  const subjects = Array.from({ length: MANY }, (_, i) => `many.${i}.<é>`);
  const lines = ["X", "Y"].map((name) => {
    const wanted = name === "X" ? subjects : ["few"];
    const told = wanted.map((subject) => `RS+ ${name} ${subject}\r\n`).join("");
    return commandLine("R", 2, name) + told + commandLine("R", 3, name);
  });
  await peer.roundTrip(lines.join(""));
  return { server, peer, subjects };
}

async function read(server: Server): Promise<Gatewayz> {
  return JSON.parse((await gatewayz(server.observer).encode("")).toString());
}

test("a server without gateways has nothing to tell, whatever it is asked", async () => {
  const server = await start();
  for (const options of [{}, { name: "x" }, { accounts: true, subscriptions: true }]) {
    const text = (await gatewayz(server.observer, options).encode("  ")).toString();
    const { id } = server.serverInfo;
    expect(text.replace(/"now": "[^"]+"/, '"now": ""')).toBe(
      `{\n  "server_id": "${id}",\n  "now": "",\n  "outbound_gateways": {},\n  "inbound_gateways": {}\n}`,
    );
  }
});

describe("another cluster that wants a great deal", () => {
  let crowd: Awaited<ReturnType<typeof crowded>>;
  beforeAll(async () => {
    crowd = await crowded();
  });

  test("is listed in pieces, in either layout, and each in its account", async () => {
    const { server, subjects } = crowd;
    for (const indent of ["", "  "] as const) {
      const pieces: Buffer[] = [];
      const document = gatewayz(server.observer, { accounts: true, subscriptions: true });
      for await (const piece of document.pieces(indent)) pieces.push(piece);
      expect(pieces.length).toBeGreaterThan(10);
      const text = Buffer.concat(pieces).toString();
      const whole = JSON.parse(text) as Gatewayz;
      const escaped = JSON.stringify(whole, null, indent).replace(/[<>]/g, (sign) => {
        return sign === "<" ? "\\u003c" : "\\u003e";
      });
      expect(text).toBe(escaped);
      const { accounts } = whole.outbound_gateways!.R!;
      const lists = new Map(
        accounts.map(({ name, subscriptions_list }) => [name, subscriptions_list]),
      );
      expect(new Set(lists.get("X"))).toEqual(new Set(subjects));
      expect(lists.get("Y")).toEqual(["few"]);
    }
  });

  test("may end while it is told", async () => {
    const { server, peer } = crowd;
    const pieces: Buffer[] = [];
    const document = gatewayz(server.observer, { account_name: "X", subscriptions: true });
    for await (const piece of document.pieces("")) {
      if (pieces.push(piece) !== 3) continue;
      peer[Symbol.dispose]();
      await eventually("it is gone", async () => {
        const { outbound_gateways } = await read(server);
        return outbound_gateways!.R === undefined;
      });
      const { exchange } = server.tenancy;
      const isGone = (): boolean => exchange.subs.pool.count < MANY;
      await until("its interest is gone", isGone);
    }
    const whole = JSON.parse(Buffer.concat(pieces).toString()) as Gatewayz;
    const { length } = whole.outbound_gateways!.R!.accounts[0]!.subscriptions_list;
    expect(length).toBeGreaterThan(0);
    expect(length).toBeLessThan(MANY);
  });
});

test("items stand in a list of any depth as in the whole", () => {
  const items = [{ a: 1, b: ["x"] }, "<", 3, {}];
  for (const indent of ["", "  "] as const) {
    for (let level = 1; level < 8; level++) {
      let nested: unknown = items;
      for (let i = 1; i < level; i++) nested = [nested];
      const whole = JSON.stringify(nested, null, indent).replace("<", "\\u003c");
      const first = encodeItems(items.slice(0, 3), indent, true, level);
      const second = encodeItems(items.slice(3), indent, false, level);
      const list = `[${first}${second}${itemsEnd(indent, level)}`;
      expect([level, whole.includes(list)]).toEqual([level, true]);
    }
  }
});
