/** The system account across servers: questions to all or one, and events of others. */

import { expect } from "bun:test";
import type { NatsConnection } from "@nats-io/transport-node";
import { until } from "../../support/until.ts";
import { type Case, Inbox, join, settled, unique } from "../scene.ts";

interface ServerPart {
  name: string;
  id: string;
  cluster?: string;
}

export interface Answer {
  server: ServerPart;
  data?: Record<string, unknown>;
  statsz?: {
    routes?: { name?: string }[];
    gateways?: { name: string; inbound: number }[];
    active_servers?: number;
  };
}

/** Asks all servers; the answers of as many. */
export async function askAll(
  client: NatsConnection,
  subject: string,
  count: number,
): Promise<Answer[]> {
  const reply = unique("answers.");
  const inbox = Inbox.on(client, reply);
  client.publish(subject, "", { reply });
  await inbox.holds(count);
  return inbox.messages.map((message) => message.json<Answer>());
}

export function names(answers: readonly Answer[]): string[] {
  return answers.map(({ server }) => server.name).sort();
}

/** Those that are about one cluster. */
const CLUSTER_CASES: readonly Case[] = [
  {
    name: "all servers answer questions to all",
    async run({ mesh, near, far }) {
      await using client = await join(near, "SYS");
      await using other = await join(far, "SYS");
      await settled(other, client);
      const wanted = mesh.nodes.map(({ name }) => name).sort();
      for (const kind of [
        "",
        ".STATSZ",
        ".VARZ",
        ".CONNZ",
        ".ROUTEZ",
        ".SUBSZ",
        ".HEALTHZ",
        ".IDZ",
      ]) {
        const answers = await askAll(client, `$SYS.REQ.SERVER.PING${kind}`, wanted.length);
        if (kind === ".IDZ") continue;
        expect([kind, names(answers)]).toEqual([kind, wanted]);
        if (kind !== ".IDZ")
          expect(new Set(answers.map(({ server }) => server.cluster)).size).toBe(1);
      }
    },
  },
  {
    name: "statistics know the other servers",
    async run({ mesh, near, far }) {
      await using client = await join(near, "SYS");
      const { server_id } = await far.varz();
      const ask = async (): Promise<Answer> => {
        const subject = `$SYS.REQ.SERVER.${server_id}.STATSZ`;
        return (await client.request(subject, "", { timeout: 8_000 })).json<Answer>();
      };
      const { statsz } = await ask();
      const routed = new Set(statsz!.routes!.map(({ name }) => name));
      const others = mesh.nodes.filter((node) => node !== far).map(({ name }) => name);
      expect([...routed].sort()).toEqual(others.sort());
      let active = statsz!.active_servers;
      const deadline = performance.now() + 12_000;
      while (active !== mesh.nodes.length && performance.now() < deadline) {
        active = (await ask()).statsz!.active_servers;
      }
      expect(active).toBe(mesh.nodes.length);
    },
  },
];

/** Those that hold between clusters too. */
export const DISTANT_SYSTEM_CASES: readonly Case[] = [
  {
    name: "one server answers a question to it, wherever it is asked",
    async run({ near, far }) {
      await using client = await join(near, "SYS");
      const { server_id } = await far.varz();
      for (const kind of ["VARZ", "STATSZ", "ROUTEZ"]) {
        const subject = `$SYS.REQ.SERVER.${server_id}.${kind}`;
        const answer = await client.request(subject, "", { timeout: 8_000 });
        expect(answer.json<Answer>().server).toMatchObject({ name: far.name, id: server_id });
      }
    },
  },
  {
    name: "clients that come and go elsewhere are told of",
    async run({ near, far }) {
      await using listener = await join(near, "SYS");
      await using other = await join(far, "SYS");
      const events = Inbox.on(listener, "$SYS.ACCOUNT.A.*");
      await settled(listener, other);
      const name = unique("visitor-");
      const visitor = await join(far, "A", { name });
      await visitor.flush();
      await visitor.close();
      interface Event extends Answer {
        client?: { name?: string; acc: string };
      }
      const mine = (): { subject: string; event: Event }[] =>
        events.messages
          .map((message) => ({ subject: message.subject, event: message.json<Event>() }))
          .filter(({ event }) => event.client?.name === name);
      await until("both events", () => mine().length >= 2, 8_000);
      expect(mine().map(({ subject }) => subject)).toEqual([
        "$SYS.ACCOUNT.A.CONNECT",
        "$SYS.ACCOUNT.A.DISCONNECT",
      ]);
      for (const { event } of mine()) {
        expect([event.server.name, event.client!.acc]).toEqual([far.name, "A"]);
      }
    },
  },
  {
    name: "an account's connections are counted on all servers, for its own users too",
    async run({ mesh, near, far }) {
      await using client = await join(near, "SYS");
      await using user = await join(near, "A");
      await using other = await join(far, "A");
      await other.flush();
      const wanted = mesh.nodes.map(({ name }) => name).sort();
      const answers = await askAll(client, "$SYS.REQ.ACCOUNT.A.CONNZ", wanted.length);
      expect(names(answers)).toEqual(wanted);
      const own = await askAll(user, "$SYS.REQ.ACCOUNT.PING.CONNZ", wanted.length);
      expect(names(own)).toEqual(wanted);
      for (const { server, data } of own) {
        const connections = data!.connections as { account?: string }[];
        const isInvolved = server.name === near.name || server.name === far.name;
        if (isInvolved) expect(connections.length).toBeGreaterThan(0);
      }
    },
  },
];

export const SYSTEM_CASES: readonly Case[] = [...CLUSTER_CASES, ...DISTANT_SYSTEM_CASES];
