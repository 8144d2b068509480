/** The examples of the documentation on clusters, typed as they stand there. */

import { describe, expect, test } from "bun:test";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import type { NatsConnection } from "@nats-io/transport-node";
import { Pki } from "../net/tls-pki.ts";
import { until } from "../support/until.ts";
import { Shell, type TypedServer } from "./command-line.ts";
import { SUBJECT } from "./pairings.ts";
import { Inbox, reached, unique } from "./scene.ts";

const TIMEOUT = 60_000;
const LOCALHOST = String.raw`(?:127\.0\.0\.1|\[::1\])`;

/** Connections of each two servers, and the one of the system account. */
const POOL = 3;

/** Connections of a server with another one that were registered and are there. */
function registered(server: TypedServer, other: TypedServer): string[][] {
  const isOther = (line: string): boolean =>
    line.startsWith(`DBG Registering remote route "${other.id}"`);
  return [...server.routes.values()].filter(
    (lines) => lines.some(isOther) && !lines.some((line) => line.includes("connection closed")),
  );
}

async function meshed(servers: readonly TypedServer[]): Promise<void> {
  for (const one of servers) {
    for (const other of servers) {
      if (one === other) continue;
      await until("mesh", () => registered(one, other).length === POOL + 1, 20_000).catch(() => {
        throw new Error(`${registered(one, other).length} connections:\n${one.log.join("\n")}`);
      });
    }
  }
}

/** What is logged of a connection, in the order that does not depend on chance. */
function checkLines(lines: readonly string[], other: TypedServer, isDialled: boolean): void {
  const isSystem = lines.some((line) => line.endsWith('for account "$SYS"'));
  const registering = `DBG Registering remote route "${other.id}"`;
  expect([...lines].sort()).toEqual(
    [
      "INF Route connection created",
      ...(isDialled ? ["DBG Route connect msg sent"] : []),
      // There is no other interest yet.
      ...(isSystem ? ["DBG Sent local subscriptions to route"] : []),
      isSystem ? `${registering} for account "$SYS"` : registering,
    ].sort(),
  );
  const at = (text: string): number => lines.findIndex((line) => line.startsWith(text));
  expect(at("DBG Registering")).toBeGreaterThan(at("DBG Route connect msg sent"));
  expect(at("DBG Registering")).toBeGreaterThan(at("DBG Sent local subscriptions"));
}

/** Everyone hears everyone. */
async function talk(clients: readonly NatsConnection[]): Promise<void> {
  const subject = unique("readme.");
  const inboxes = clients.map((client) => Inbox.on(client, subject));
  const pairs = clients.flatMap((one) =>
    clients.filter((each) => each !== one).map((each) => [one, each]),
  );
  for (const [one, other] of pairs) await reached(one!, other!);
  for (const [index, client] of clients.entries()) client.publish(subject, String(index));
  for (const [one, other] of pairs) await reached(one!, other!);
  for (const client of clients) await client.flush();
  const all = clients.map((_, index) => String(index));
  for (const { texts } of inboxes) expect(texts.sort()).toEqual(all);
}

/** Which lines a log has, in this order. */
function inOrder(server: TypedServer, patterns: readonly RegExp[]): void {
  let from = 0;
  for (const pattern of patterns) {
    const at = server.log.findIndex((line, index) => index >= from && pattern.test(line));
    if (at < 0) throw new Error(`no ${pattern} after line ${from} of:\n${server.log.join("\n")}`);
    from = at + 1;
  }
}

test(
  "the basic example: one command line on all hosts, the seed's too",
  async () => {
    await using shell = await Shell.open(SUBJECT, [4222, 4223, 4224, 6222, 6223, 6224]);
    const line =
      "nats-server --cluster nats://$HOSTNAME:$NATS_CLUSTER_PORT --routes nats://$NATS_SEED_HOST:$SEED_PORT";
    // The hosts are one here, so that ports differ instead of names.
    const start = (port: number, cluster: number): Promise<TypedServer> =>
      shell.type(`${line} -D -a 127.0.0.1 -p ${port}`, {
        HOSTNAME: "127.0.0.1",
        NATS_SEED_HOST: "127.0.0.1",
        NATS_CLUSTER_PORT: String(shell.port(cluster)),
        SEED_PORT: String(shell.port(6222)),
      });
    const servers = [await start(4222, 6222), await start(4223, 6223), await start(4224, 6224)];
    await meshed(servers);
    await servers[0]!.logged(
      new RegExp(`^DBG Detected route to self, ignoring "nats://127.0.0.1:${shell.port(6222)}"$`),
    );
    await talk(await Promise.all([4222, 4223, 4224].map((port) => shell.client(port))));
  },
  TIMEOUT,
);

describe("the 3-node example", () => {
  const PORTS = [4222, 5222, 6222, 8222, 4248, 5248, 6248];
  const SEED = `# Cluster Seed Node

listen: 127.0.0.1:4222
http: 8222

cluster {
  listen: 127.0.0.1:4248
}
`;

  function checkStart(server: TypedServer, client: string, cluster: string, routes: boolean): void {
    inOrder(server, [
      /^INF {3}ID: {7}N[A-Z2-7]{55}$/,
      new RegExp(`^INF Listening for client connections on ${client}$`),
      /^INF Server is ready$/,
      /^INF Cluster name is [0-9A-Za-z]{22}$/,
      /^WRN Cluster name was dynamically generated, consider setting one$/,
      new RegExp(`^INF Listening for route connections on ${cluster}$`),
      ...(routes ? [/^DBG Trying to connect to route on localhost:\d+ \(\S+:\d+\)$/] : []),
      ...(routes ? [/ - rid:\d+ - Route connect msg sent$/] : []),
    ]);
  }

  test(
    "three servers on one host log what they do",
    async () => {
      await using shell = await Shell.open(SUBJECT, PORTS);
      await shell.write("seed.conf", SEED);
      const seed = await shell.type("nats-server -config ./seed.conf -D");
      const text = (line: string): string => shell.text(line);
      checkStart(seed, text("127.0.0.1:4222"), text("127.0.0.1:4248"), false);
      await seed.logged(
        new RegExp(text("^INF Starting http monitor on (?:0.0.0.0|127.0.0.1):8222$")),
      );

      const second = await shell.type(
        "nats-server -p 5222 -cluster nats://localhost:5248 -routes nats://localhost:4248 -D",
      );
      await meshed([seed, second]);
      checkStart(second, text("0.0.0.0:5222"), text("localhost:5248"), true);
      for (const lines of registered(second, seed)) checkLines(lines, seed, true);
      for (const lines of registered(seed, second)) checkLines(lines, second, false);
      const dialled = [...second.routes].filter(([, lines]) =>
        registered(second, seed).includes(lines),
      );
      for (const [address] of dialled) {
        expect(address).toMatch(new RegExp(text(`^${LOCALHOST}:4248 - rid:\\d+$`)));
      }

      const third = await shell.type(
        "nats-server -p 6222 -cluster nats://localhost:6248 -routes nats://localhost:4248 -D",
      );
      await meshed([seed, second, third]);
      checkStart(third, text("0.0.0.0:6222"), text("localhost:6248"), true);
      for (const lines of registered(seed, third)) checkLines(lines, third, false);
      for (const lines of registered(third, seed)) checkLines(lines, seed, true);
      // The two that were not told of each other: who dialled depends on who was told first.
      for (const lines of registered(second, third)) {
        checkLines(lines, third, lines.includes("DBG Route connect msg sent"));
      }
      const ways = [second, third].map((server) =>
        server.log.filter((line) =>
          new RegExp(text(`^DBG Trying to connect to route on ${LOCALHOST}:(5248|6248) `)).test(
            line,
          ),
        ),
      );
      expect(ways.flat().length).toBeGreaterThanOrEqual(POOL + 1);
      await talk(await Promise.all([4222, 5222, 6222].map((port) => shell.client(port))));
    },
    TIMEOUT,
  );

  test(
    "the seed without a file, and a block with host and port apart",
    async () => {
      await using shell = await Shell.open(SUBJECT, PORTS);
      await shell.write(
        "apart.conf",
        "port: 5222\ncluster {\n  host: 127.0.0.1\n  port: 5248\n}\n",
      );
      const seed = await shell.type("nats-server -p 4222 -cluster nats://localhost:4248");
      await seed.logged(
        new RegExp(shell.text("^INF Listening for route connections on localhost:4248$")),
      );
      const apart = await shell.type("nats-server -c apart.conf -routes nats://localhost:4248");
      await apart.logged(
        new RegExp(shell.text("^INF Listening for route connections on 127.0.0.1:5248$")),
      );
      await talk(await Promise.all([4222, 5222].map((port) => shell.client(port))));
    },
    TIMEOUT,
  );
});

describe("authorization and clustering", () => {
  function block(listen: number, take: string, give: string, routes: readonly number[]): string {
    const urls = routes.map((port) => `    nats-route://ruser:top_secret@127.0.0.1:${port}`);
    return `
cluster {
  listen: 127.0.0.1:${listen}

  authorization {
    user: ruser
    # bcrypted hash of "top_secret"
    password: $2a$11$UaoHwUEqHaMwqo6L4kM2buOBnGFnSCWxNXY87hl.kCERqKK8WAXM.
    timeout: 3
  }

  permissions {
    import:${take}
    export:${give}
  }

  routes = [
${urls.join("\n")}
  ]
}
`;
  }
  const COMMON = '["_INBOX.>", "global.>"]';
  const WITH_SENSORS = '["_INBOX.>", "global.>", "sensors.>"]';

  /** The inbox is what these permissions leave open. */
  const OPEN = "_INBOX.test.";

  async function passes(
    from: NatsConnection,
    to: NatsConnection,
    subject: string,
  ): Promise<boolean> {
    const inbox = Inbox.on(to, subject);
    await reached(from, to, OPEN);
    from.publish(subject);
    await reached(from, to, OPEN);
    return inbox.messages.length === 1;
  }

  test(
    "data of sensors goes from edges to the cloud, and no other way",
    async () => {
      await using shell = await Shell.open(SUBJECT, [4222, 4223, 4225, 4244, 4344, 4444]);
      await shell.write("edge.conf", block(4244, COMMON, WITH_SENSORS, [4344]));
      await shell.write("cloud.conf", block(4344, WITH_SENSORS, COMMON, [4244]));
      // The passwords of peers known by hearsay are hashes, so that it names both.
      await shell.write("edge2.conf", block(4444, COMMON, WITH_SENSORS, [4344, 4244]));
      await shell.type("nats-server -c edge.conf -p 4222");
      await shell.type("nats-server -c cloud.conf -p 4223");
      await shell.type("nats-server -c edge2.conf -p 4225");
      const [edge, cloud, edge2] = await Promise.all(
        [4222, 4223, 4225].map((port) => shell.client(port)),
      );
      const ways = {
        "edge to cloud": [edge!, cloud!],
        "cloud to edge": [cloud!, edge!],
        "edge to edge": [edge!, edge2!],
      } as const;
      const seen: Record<string, string[]> = {};
      for (const [way, [from, to]] of Object.entries(ways)) {
        seen[way] = [];
        for (const subject of ["global.news", "sensors.heat", "other.thing"]) {
          if (await passes(from, to, subject)) seen[way].push(subject);
        }
      }
      expect(seen).toEqual({
        "edge to cloud": ["global.news", "sensors.heat"],
        "cloud to edge": ["global.news"],
        "edge to edge": ["global.news"],
      });
      for (const [one, other] of [
        [edge!, cloud!],
        [cloud!, edge!],
      ] as const) {
        const subject = unique("global.ask.");
        other.subscribe(subject, { callback: (_, message) => void message.respond("yes") });
        await reached(one, other, OPEN);
        expect((await one.request(subject, "", { timeout: 5_000 })).string()).toBe("yes");
      }
      expect(await cloud!.request("other.ask", "", { timeout: 5_000 }).catch(String)).toMatch(
        /responders/i,
      );
    },
    TIMEOUT,
  );
});

test(
  "cluster TLS: certificates of routes alone, checked in both directions",
  async () => {
    await using pki = await Pki.make();
    await using shell = await Shell.open(SUBJECT, [4222, 4223, 4224, 4244, 4246, 4248]);
    const certificates = join(shell.folder, "configs/certs");
    await mkdir(certificates, { recursive: true });
    const issue = async (name: string, issuer: string): Promise<void> => {
      await pki.issue(name, { issuer, extensions: ["subjectAltName=IP:127.0.0.1,DNS:localhost"] });
      await rename(pki.path(`${name}.pem`), join(certificates, `${name}-cert.pem`));
      await rename(pki.path(`${name}.key`), join(certificates, `${name}-key.pem`));
    };
    for (const name of ["srva", "srvb"]) await issue(name, "ca");
    await issue("srvc", "other-ca");
    await Bun.write(join(certificates, "ca.pem"), Bun.file(pki.path("ca.pem")));
    const block = (name: string, listen: number, route: number): string => `
cluster {
  listen: 127.0.0.1:${listen}

  tls {
    # Route cert
    cert_file: "./configs/certs/${name}-cert.pem"
    # Private key
    key_file:  "./configs/certs/${name}-key.pem"
    # Optional certificate authority verifying connected routes
    # Required when we have self-signed CA, etc.
    ca_file:   "./configs/certs/ca.pem"
  }
  # Routes are actively solicited and connected to from this server.
  # Other servers can connect to us if they supply the correct credentials
  # in their routes definitions from above.
  routes = [
    nats-route://127.0.0.1:${route}
  ]
}
`;
    await shell.write("srva.conf", block("srva", 4244, 4246));
    await shell.write("srvb.conf", block("srvb", 4246, 4244));
    await shell.write("srvc.conf", block("srvc", 4248, 4244));
    const a = await shell.type("nats-server -c srva.conf -p 4222 -D");
    const b = await shell.type("nats-server -c srvb.conf -p 4223 -D");
    await meshed([a, b]);
    for (const lines of registered(b, a)) {
      expect(lines).toContain("DBG TLS handshake complete");
      const isDialled = lines.includes("DBG Route connect msg sent");
      expect(lines).toContain(
        `DBG Starting TLS route ${isDialled ? "client" : "server"} handshake`,
      );
    }
    // Clients need no certificate.
    await talk(await Promise.all([4222, 4223].map((port) => shell.client(port))));
    const c = await shell.type("nats-server -c srvc.conf -p 4224 -D");
    await a.logged(/^ERR \S+ - rid:\d+ - TLS route handshake error: /);
    expect(registered(a, c)).toEqual([]);
  },
  TIMEOUT,
);
