/** The examples of configurations, run as they say, or as five servers of three clusters. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { Shell } from "../cluster/command-line.ts";
import { SUBJECT } from "../cluster/pairings.ts";
import { Inbox } from "../cluster/scene.ts";
import { freePort } from "../support/free-port.ts";
import { type Running, run, wantedCommand } from "../support/mesh-process.ts";
import { eventually } from "../support/until.ts";
import { allReached } from "./stage.ts";

const CONF = resolve(import.meta.dir, "../../conf");
const TIMEOUT = 30_000;
/** Of gateways, from the start of the last server on. */
const CONNECTED_MS = 3_000;

const CLUSTERS = ["east", "west", "south"];
/** The hosts that the file names. */
const NAMES = ["east-1", "west-1", "south-1", "east-2", "west-2"];
const PORTS = ["4222", "8222", "6222", "7222"];

interface Host {
  readonly name: string;
  readonly cluster: string;
  /** By the port in the file. */
  readonly ports: ReadonlyMap<string, number>;
  readonly log: string[];
  running?: Running;
}

const hosts: readonly Host[] = NAMES.map((name) => ({
  name,
  cluster: name.split("-")[0]!,
  ports: new Map(PORTS.map((port) => [port, freePort()])),
  log: [],
}));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-example-"));
});
afterAll(async () => {
  await Promise.all(hosts.map(({ running }) => running?.stop()));
  await rm(folder, { recursive: true, force: true });
});

function portOf(name: string, port: string): number {
  return hosts.find((host) => host.name === name)!.ports.get(port)!;
}

/** The hosts are one here, so that ports differ instead of names. */
function textFor({ cluster, ports }: Host, text: string): string {
  return text
    .replace(/^( *name: )east$/gm, `$1${cluster}`)
    .replace(
      /\b([a-z]+-\d)\.example\.com:(\d+)/g,
      (_, name, port) => `127.0.0.1:${portOf(name, port)}`,
    )
    .replace(/\b(?:0\.0\.0\.0|127\.0\.0\.1):(\d{4})$/gm, (_, port) => {
      return `127.0.0.1:${ports.get(port)}`;
    });
}

async function start(host: Host, text: string): Promise<void> {
  const file = join(folder, `${host.name}.conf`);
  await writeFile(file, textFor(host, text));
  const isAlone = !NAMES.includes(`${host.cluster}-2`);
  const route = (index: number): string => {
    const port = portOf(`${host.cluster}-${isAlone ? 1 : index}`, "6222");
    return `nats://route:r-secret@${isAlone && index === 2 ? "localhost" : "127.0.0.1"}:${port}`;
  };
  host.running = run([...wantedCommand(SUBJECT), "-c", file], (line) => host.log.push(line), {
    env: {
      SERVER_NAME: host.name,
      APP_PASSWORD: "a-secret",
      OPERATOR_PASSWORD: "o-secret",
      ROUTE_PASSWORD: "r-secret",
      GATEWAY_PASSWORD: "g-secret",
      ROUTE_1: route(1),
      ROUTE_2: route(2),
    },
  });
  await eventually(`start of ${host.name}`, async () => {
    return host.log.some((line) => line.endsWith("Server is ready")) || host.running!.hasEnded;
  });
  if (host.running.hasEnded) throw new Error(host.log.join("\n"));
}

async function outboundsOf({ ports }: Host): Promise<string[]> {
  const response = await fetch(`http://127.0.0.1:${ports.get("8222")}/gatewayz`);
  const { outbound_gateways } = (await response.json()) as { outbound_gateways: object };
  return Object.keys(outbound_gateways).sort();
}

/** Everyone hears everyone, once. */
async function talk(clients: readonly NatsConnection[]): Promise<void> {
  try {
    const inboxes = clients.map((client) => Inbox.on(client, "news"));
    await allReached(clients);
    for (const [index, client] of clients.entries()) client.publish("news", String(index));
    await allReached(clients);
    const all = clients.map((_, index) => String(index));
    for (const { texts } of inboxes) expect(texts.sort()).toEqual(all);
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

test.concurrent(
  "the example for one machine is started by the lines that stand in it",
  async () => {
    const text = await readFile(join(CONF, "supercluster.conf"), "utf8");
    const lines = [...text.matchAll(/^# {5}((?:\w+=\S+ )*)(nats-server .*)$/gm)];
    expect(lines.length).toBe(3);
    const clients = [4222, 4223, 4224];
    await using shell = await Shell.open(SUBJECT, [...clients, 7222, 7223, 7224]);
    await mkdir(join(shell.folder, "conf"));
    await shell.write("conf/supercluster.conf", text);
    const servers = await Promise.all(
      lines.map(([, variables, line]) => {
        const pairs = variables!.trim().split(" ");
        const env = Object.fromEntries(pairs.map((pair) => shell.text(pair).split("=")));
        return shell.type(line!, env, "gateways");
      }),
    );
    for (const server of servers) {
      for (const [index, name] of ["A", "B", "C"].entries()) {
        if (servers[index] === server) continue;
        await server.logged(
          new RegExp(` - Outbound gateway connection to "${name}" \\(N\\w+\\) r`),
        );
      }
    }
    await talk(await Promise.all(clients.map((port) => shell.client(port))));
  },
  TIMEOUT,
);

test.concurrent(
  "the example for several hosts connects all clusters within three seconds",
  async () => {
    const text = await readFile(join(CONF, "supercluster-secure.conf"), "utf8");
    await Promise.all(hosts.map((host) => start(host, text)));
    const started = performance.now();
    const wanted = (host: Host): string =>
      `${CLUSTERS.filter((name) => name !== host.cluster).sort()}`;
    await eventually(
      "gateways",
      async () => {
        const have = await Promise.all(hosts.map(outboundsOf));
        return hosts.every((host, index) => `${have[index]}` === wanted(host));
      },
      10_000,
    );
    expect(performance.now() - started).toBeLessThan(CONNECTED_MS);
    const clients: NatsConnection[] = await Promise.all(
      hosts.map(({ ports }) =>
        connect({
          servers: `127.0.0.1:${ports.get("4222")}`,
          user: "app",
          pass: "a-secret",
          ignoreClusterUpdates: true,
        }),
      ),
    );
    await talk(clients);
    const lines = hosts.flatMap(({ log }) => log);
    expect(lines.filter((line) => line.includes("-secret"))).toEqual([]);
  },
  TIMEOUT,
);
