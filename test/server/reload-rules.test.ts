/**
 * Which options a reload applies: each is changed on its own, here and on the real server.
 *
 * Where the real server refuses the reload, this one has to name the option as waiting for a restart;
 * where the real one applies it, both have to say the same.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ours, peer } from "../process/processes.ts";
import { startReloadable } from "./reloadable.ts";

const USER_KEY = "UAAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCLL5";
const PIN = "0".repeat(64);

let folder: string;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-reload-"));
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const output = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")];
  const args = [
    "openssl",
    "req",
    "-x509",
    "-days",
    "365",
    ...curve,
    ...output,
    "-subj",
    "/CN=localhost",
  ];
  expect(await Bun.spawn(args, { stderr: "ignore" }).exited).toBe(0);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Name, file before, file after. `TLS` stands for a block's certificate and key. */
type Change = readonly [string, string, string];

const tls = (more = ""): string => `tls { TLS, ${more} }\n`;
const cluster = (more = ""): string => `cluster { name: c, port: -1, host: 127.0.0.1, ${more} }\n`;
const leaf = (more = ""): string => `leafnodes { port: -1, host: 127.0.0.1, ${more} }\n`;
const gateway = (more = ""): string => `gateway { name: G, port: -1, host: 127.0.0.1, ${more} }\n`;
const remotes = (...more: string[]): string =>
  gateway(`gateways: [${more.map((each) => `{ ${each} }`).join(", ")}]`);
const B = "name: B, url: 'nats://127.0.0.1:1'";
const C = "name: C, url: 'nats://127.0.0.1:2'";

const APPLIED: readonly Change[] = [
  ["a user and a password", "", "authorization { user: a, password: b }\n"],
  [
    "a password",
    "authorization { user: a, password: b }\n",
    "authorization { user: a, pass: c }\n",
  ],
  ["a token", "", "authorization { token: t }\n"],
  ["a token that goes", "authorization { token: t }\n", ""],
  ["the time to authenticate", "", "authorization { timeout: 5 }\n"],
  ["users", "", "authorization { users: [ {user: a, password: b} ] }\n"],
  ["nkeys", "", `authorization { users: [ {nkey: ${USER_KEY}} ] }\n`],
  ["accounts", "", "accounts { A { users: [ {user: a, password: b} ] } }\n"],
  ["TLS", "", tls()],
  ["TLS that goes", tls(), ""],
  ["the time for a handshake", tls(), tls("timeout: 7")],
  ["pinned certificates", tls(), tls(`pinned_certs: ["${PIN}"]`)],
  ["the handshake before INFO", tls(), tls("handshake_first: true")],
  ["a fallback of that", tls(), tls('handshake_first: "300ms"')],
  ["certificates that are asked for", tls(), tls("ca_file: CERT, verify: true")],
  ["prof_block_rate", "", "prof_block_rate: 1\n"],
  ["retries of a cluster", cluster(), cluster("connect_retries: 3")],
  ["who may join a cluster", cluster(), cluster("authorization { user: a, password: b }")],
  ["no_advertise of a cluster", cluster(), cluster("no_advertise: true")],
  ["the pool of a cluster", cluster(), cluster("pool_size: 5")],
  ["a cluster without a pool", cluster(), cluster("pool_size: -1")],
  [
    "what a cluster has without being told",
    cluster(),
    cluster("pool_size: 3, compression: accept"),
  ],
  ["the time to join a cluster", cluster(), cluster("authorization { timeout: 2 }")],
  ["more time to join a cluster", cluster(), cluster("authorization { timeout: 3 }")],
  ["the name of a cluster", cluster(), cluster("name: d")],
  ["the name of a cluster that goes", cluster(), "cluster { port: -1, host: 127.0.0.1 }\n"],
  [
    "an account with routes of its own",
    `accounts { A {} }\n${cluster()}`,
    `accounts { A {} }\n${cluster("accounts: [A]")}`,
  ],
  ["compression of a cluster", cluster("compression: off"), cluster("compression: s2_auto")],
  ["permissions of a cluster", cluster(), cluster("permissions { import: a, export: b }")],
  ["the address that a cluster tells", cluster(), cluster("cluster_advertise: 'h:1'")],
  ["times of a cluster", cluster(), cluster("ping_interval: 5s, ping_max: 1, write_deadline: 1s")],
  ["TLS of a cluster", cluster(), cluster("tls { TLS, ca_file: CERT }")],
  ["routes", cluster(), cluster("routes: [nats://127.0.0.1:1]")],
  [
    "other routes, and the name",
    cluster("routes: [nats://127.0.0.1:1]"),
    cluster("routes: [nats://127.0.0.1:2], name: d"),
  ],
  ["compression for leafnodes", leaf(), leaf("compression: off")],
  [
    "TLS of gateways",
    gateway("tls { TLS, ca_file: CERT }"),
    gateway("tls { TLS, ca_file: CERT, min_version: '1.3' }"),
  ],
  ["TLS for one other cluster", remotes(B, C), remotes(B, `${C}, tls { TLS, ca_file: CERT }`)],
  ["another order of clusters", remotes(B, C), remotes(C, B)],
];

const REFUSED: readonly Change[] = [
  ["port", "", 'listen: "127.0.0.1:4999"\n'],
  ["server_name", "", "server_name: x\n"],
  ["max_pending", "", "max_pending: 2MB\n"],
  ["max_subscriptions", "", "max_subscriptions: 5\n"],
  ["max_sub_tokens", "", "max_sub_tokens: 5\n"],
  ["max_closed_clients", "", "max_closed_clients: 5\n"],
  ["no_header_support", "", "no_header_support: true\n"],
  ["disable_sublist_cache", "", "disable_sublist_cache: true\n"],
  ["lame_duck_duration", "", 'lame_duck_duration: "90s"\n'],
  ["lame_duck_grace_period", "", 'lame_duck_grace_period: "5s"\n'],
  ["write_timeout", "", "write_timeout: retry\n"],
  ["proxy_protocol", "", "proxy_protocol: true\n"],
  ["allow_non_tls", "", "allow_non_tls: true\n"],
  ["http_base_path", "", "http_base_path: /x\n"],
  ["prof_port", "", "prof_port: -1\n"],
  ["feature_flags", "", "feature_flags { js_ack_fc_v2: true }\n"],
  ["no_system_account", "", "no_system_account: true\n"],
  ["system_account", "accounts { A {} }\n", "accounts { A {} }\nsystem_account: A\n"],
  ["cluster", "", cluster()],
  ["cluster.host", cluster(), "cluster { name: c, port: -1, host: localhost }\n"],
  ["websocket", "", "websocket { port: -1, no_tls: true }\n"],
  ["leafnodes.no_advertise", leaf(), leaf("no_advertise: true")],
  ["leafnodes.reconnect", leaf(), leaf("reconnect: '5s'")],
  ["gateway", gateway(), ""],
  ["gateway.name", gateway(), gateway("name: H")],
  ["gateway.authorization", gateway(), gateway("authorization { user: a, password: b }")],
  [
    "gateway.authorization",
    gateway("authorization { user: a, password: b }"),
    gateway("authorization { user: a, password: c }"),
  ],
  ["gateway.reject_unknown", gateway(), gateway("reject_unknown: true")],
  ["gateway.gateways", remotes(B), remotes(B, C)],
  ["tls.connection_rate_limit", tls(), tls("connection_rate_limit: 5")],
  ["tls.verify_and_map", tls("ca_file: CERT"), tls("ca_file: CERT, verify_and_map: true")],
];

/** What happens on its own time, or belongs to what this server does not have yet. */
const NOISE =
  /no effect|cannot enforce|Authorization Violation|authentication error|(?:connect to|for) route|Plaintext|Block profiling|Cluster name (?:is|was)|expires on/i;

/** A server is ready before it listens for routes, which changes what there is to reload. */
const HEARS_SERVERS = /Listening for route connections/;

async function reload([, before, after]: Change, command: readonly string[]): Promise<string[]> {
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const fill = (text: string): string =>
    text
      .replaceAll("TLS", `cert_file: "${certFile}", key_file: "${keyFile}"`)
      .replaceAll("CERT", `"${certFile}"`);
  const file = join(folder, `${files++}.conf`);
  await using running = await startReloadable(command, file, fill(before));
  if (before.includes("cluster {")) await running.server.loggedMatching(HEARS_SERVERS);
  return await running.reload(fill(after));
}

const both = (change: Change): Promise<string[][]> =>
  Promise.all([ours, [peer!]].map((command) => reload(change, command)));

/** nats-server says these at every reload. */
const ALWAYS = ["[INF] Reloaded: authorization users", "[INF] Reloaded: accounts"];

function said(lines: readonly string[]): string[] {
  return lines.filter((line) => !ALWAYS.includes(line) && !NOISE.test(line));
}

describe.skipIf(peer === undefined)("a reload applies", () => {
  test.each(APPLIED)("%s", async (name, before, after) => {
    const [mine, theirs] = await both([name, before, after]);
    expect(theirs!.join("\n")).toContain("Reloaded server configuration");
    expect(said(mine!)).toEqual(said(theirs!));
  });
});

/** What is wrong for a server that runs, before anything is applied. */
const WRONG: readonly Change[] = [
  ["an address to tell", cluster(), cluster("cluster_advertise: 'a:b:c'")],
  ["an account that there is not", cluster(), cluster("accounts: [NONE]")],
  ["accounts without a pool", cluster(), cluster("pool_size: -1, accounts: [A]")],
  ["a mode", cluster(), cluster("compression: nope")],
];

describe.skipIf(peer === undefined)("a reload refuses, in nats-server's words,", () => {
  test.each(WRONG)("%s", async (name, before, after) => {
    const [mine, theirs] = await both([name, before, after]);
    expect(theirs!.at(-1)).toContain("[ERR] Failed to reload server configuration: ");
    expect(said(mine!)).toEqual(said(theirs!));
  });
});

describe.skipIf(peer === undefined)("a reload cannot apply", () => {
  test.each(REFUSED)("%s", async (name, before, after) => {
    const [mine, theirs] = await both([name, before, after]);
    expect(theirs!.at(-1)).toContain("Failed to reload server configuration: config reload not");
    const restarts = mine!.filter((line) => line.includes("takes effect after a restart"));
    expect(restarts).toHaveLength(1);
    expect(restarts[0]).toMatch(
      new RegExp(`restart: ${name}(?:\\.\\w+)?(?::| (?:added|changed|removed))`),
    );
    expect(mine!.at(-1)).toContain("Reloaded server configuration");
  });
});

describe("a reload goes beyond nats-server's", () => {
  test("and changes the limits of log files", async () => {
    const lines = await reload(["", "", "log_size_limit: 10000\nlogfile_max_num: 3\n"], ours);
    expect(lines).toContain("[INF] Reloaded: log_size_limit = 10000");
    expect(lines).toContain("[INF] Reloaded: logfile_max_num = 3");
  });

  test("and adds and removes trusted proxies", async () => {
    const block = `proxies { trusted: [ {key: "${USER_KEY}"} ] }\n`;
    const added = await reload(["", "", block], ours);
    expect(added).toContain(`[INF] Reloaded: proxies trusted keys ["${USER_KEY}"] were added`);
    const removed = await reload(["", block, ""], ours);
    expect(removed).toContain(`[INF] Reloaded: proxies trusted keys ["${USER_KEY}"] were removed`);
  });
});
