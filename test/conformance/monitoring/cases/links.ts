/** Servers that are configured for others to connect to them, and none does. */

import { asks, type Case, type PageQuestion, pages } from "../case.ts";
import type { Chance } from "../rules.ts";
import { EVERY_PAGE, PING, SERVICES } from "./questions.ts";

const SYS =
  "accounts {SYS {users: [{user: sys, password: sys}]}, A {users: [{user: a, password: a}]}}\nsystem_account: SYS";
const FILES =
  'cert_file: "CERTS/server.pem", key_file: "CERTS/server.key", ca_file: "CERTS/ca.pem"';

const BLOCKS: Readonly<Record<string, string>> = {
  "a cluster": `cluster {name: cc, listen: "127.0.0.1:-1", routes: ["nats://u:p@127.0.0.1:1"],
  pool_size: 5, write_deadline: "4s", write_timeout: close, authorization: {user: r, password: p, timeout: 4}}`,
  "a cluster with TLS": `cluster {name: c2, listen: "127.0.0.1:-1", pool_size: -1, tls: {${FILES}}}`,
  "a gateway": `gateway {name: gg, listen: "127.0.0.1:-1", reject_unknown_cluster: true, connect_retries: 3,
  gateways: [{name: other, urls: ["nats://127.0.0.1:3","nats://u:p@127.0.0.1:4"]}, {name: gg, url: "nats://127.0.0.1:5"}]}`,
  leafnodes: `leafnodes {listen: "127.0.0.1:-1", remotes: [{url: "nats://u:p@127.0.0.1:9", account: A,
  deny_imports: [a, b], deny_exports: c}]}`,
  websocket: `websocket {listen: "127.0.0.1:-1", no_tls: true, same_origin: true, compression: true,
  allowed_origins: ["http://a.b"], handshake_timeout: "3s"}`,
};

/** Here nobody listens there yet, and the ports are the system's choice. */
const PORTS: Chance = {
  path: /^(cluster|gateway|leaf|websocket)\.(port|cluster_port)$|^port$|^connect_urls/,
  as: "anything",
  why: "chosen by the system, and here there is no listener yet",
};

const GATEWAYS: readonly PageQuestion[] = pages(
  "/gatewayz?accs=1",
  "/gatewayz?gw_name=x",
  "/routez?subs=1",
);

const OF_ANSWERS: readonly Chance[] = [
  {
    path: /(^|[._])(sent\.|received\.|out_|out_client_)bytes$/,
    as: "integer",
    why: "lengths of times",
  },
  { path: /^statsz\.(received|sent)(_\w+)?\.\w+$/, as: "integer", why: "lengths of times" },
  { path: /^server\.seq$/, as: "positive", why: "statistics come by the clock in a cluster" },
];

export const LINKS: readonly Case[] = Object.entries(BLOCKS).map(([name, block]) => ({
  name: `configured for ${name}`,
  config: `${block}\n${SYS}`,
  chances: [PORTS, ...OF_ANSWERS],
  isOneByOne: true,
  async play(stage) {
    await stage.asker("sys", { user: "sys", pass: "sys" });
  },
  questions: [
    ...EVERY_PAGE,
    ...GATEWAYS,
    ...asks("sys", ...SERVICES.filter((each) => each !== "RAFTZ").map((each) => `${PING}.${each}`)),
  ],
}));

/** What only Go's runtime has, in the same shape. */
export const RUNTIME: Case = {
  name: "the runtime",
  config: "debug: false",
  chances: [{ path: /^(memstats\.|cmdline|<text>)/, as: "anything", why: "of the runtime" }],
  questions: pages("/debug/vars", "/stacksz", "/"),
};
