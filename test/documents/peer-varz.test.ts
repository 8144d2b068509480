/** What `varz` says beside what nats-server says, of the same options and clients. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { varz } from "../../src/documents/varz/varz.ts";
import { Pki } from "../net/tls-pki.ts";
import { ServerProcess } from "../process/processes.ts";
import { findPeer } from "../support/peer.ts";
import { DocumentPair, inOrder, type Json, withoutVolatile } from "./pair.ts";

const peer = findPeer();
const ROUTES = /Listening for route connections on 127\.0\.0\.1:(\d+)/;
const VARZ = { path: "/varz", ours: (server: DocumentPair["server"]) => varz(server.observer) };

/** Ports are those of listeners, of which we do not have all yet. */
const VOLATILE = new Set([
  ...["server_id", "go", "port", "cluster_port", "start", "now", "uptime", "mem", "cpu"],
  ...["config_load_time", "http_req_stats", "subscriptions"],
]);

const TLS = 'cert_file: "PKI/server.pem", key_file: "PKI/server.key", ca_file: "PKI/ca.pem"';
const USERS = "users: [{user: a, password: b}, {user: ws, password: b}]";
const PINNED = "6aeba1ed7bd0c6c2a07f3ad21da4a2e2f2ad59ec6f1ab66a5b7c9d6f6b6a1f2b";

const CONFIGS: Readonly<Record<string, string>> = {
  nothing: "",
  "a name, tags and limits": `
    server_name: full, server_tags: ["A:b", "c"], server_metadata: {b: x, a: y, "10": z, "9": z}
    feature_flags: {js_ack_fc_v2: true}, max_subscriptions: 77, max_connections: 9, max_payload: 1K
    write_deadline: "3s", write_timeout: retry, ping_interval: "30s", ping_max: 3
    max_control_line: 2K, max_pending: 5MB, http_base_path: "mon", no_system_account: true
    authorization: {timeout: 1.5, ${USERS}}`,
  TLS: `server_name: n, tls: {${TLS}, verify: true, timeout: 3.5}, client_advertise: "x.example:77"`,
  "TLS at will": `server_name: n, tls: {${TLS}}, allow_non_tls: true, no_auth_user: a
    authorization: {${USERS}}`,
  cluster: `
    server_name: n
    cluster: {name: cc, listen: "127.0.0.1:-1", routes: ["nats://u:p@127.0.0.1:1", "nats://127.0.0.1:2"],
      pool_size: 5, write_deadline: "4s", write_timeout: close, authorization: {user: r, password: p,
      timeout: 4}, tls: {${TLS}}}`,
  "a plain cluster": 'server_name: n, cluster: {name: cc, listen: "127.0.0.1:-1", pool_size: -1}',
  gateway: `
    server_name: n
    gateway: {name: cc, listen: "127.0.0.1:-1", reject_unknown_cluster: true, connect_retries: 3,
      gateways: [{name: other, urls: ["nats://127.0.0.1:3"]}, {name: cc, urls:
      ["nats://127.0.0.1:5"]}, {name: third, url: "nats://u:p@127.0.0.1:7", tls: {${TLS}, timeout: 9}}]}`,
  "a plain gateway": 'server_name: n, gateway: {name: gg, port: -1, advertise: "x:1"}',
  leafnodes: `
    server_name: n, accounts: {X: {}}
    leafnodes: {listen: "127.0.0.1:-1", tls: {${TLS}, verify: true}, remotes: [{url:
      "nats://u:p@127.0.0.1", deny_imports: [a, b], deny_exports: c}, {urls: ["nats://127.0.0.1:9"],
      account: X, tls: {${TLS}}}]}`,
  "only a remote": 'server_name: n, leafnodes: {remotes: [{url: "nats://127.0.0.1:9"}]}',
  websocket: `
    server_name: n, authorization: {${USERS}}
    websocket: {listen: "127.0.0.1:-1", no_tls: true, no_auth_user: ws, same_origin: true,
      allowed_origins: ["http://a.b"], compression: true, handshake_timeout: "3s",
      authorization: {timeout: 5}, advertise: "ws.example:99"}`,
  "websocket with TLS": `
    server_name: n
    websocket: {port: -1, tls: {${TLS}, pinned_certs: ["${PINNED}"]}}`,
};

function shown(value: Json): string {
  return inOrder(withoutVolatile(value, VOLATILE));
}

describe.skipIf(peer === undefined)("varz", () => {
  let pki: Pki;

  beforeAll(async () => {
    pki = await Pki.make();
    await pki.issue("server", { extensions: ["subjectAltName=IP:127.0.0.1"] });
  });

  afterAll(() => pki[Symbol.asyncDispose]());

  test.each(Object.entries(CONFIGS))("of a server with %s", async (_, config) => {
    // Without a name a server is called by its id.
    const named = config === "" ? "server_name: n" : config;
    await using pair = await DocumentPair.start(peer!, named.replaceAll("PKI", pki.path("")));
    const base = config.includes("http_base_path") ? "/mon" : "";
    const { theirs, ours } = await pair.ask({ ...VARZ, path: `${base}/varz` });
    expect(shown(ours)).toBe(shown(theirs));
  });

  /** MQTT needs streams, of which we have none yet. */
  test("of MQTT", async () => {
    const config = `server_name: n, jetstream: {store_dir: "${pki.path("js")}"}
      mqtt: {listen: "127.0.0.1:-1", ack_wait: "3s", max_ack_pending: 5, js_domain: d, no_auth_user: a,
        authorization: {timeout: 3}, tls: {${TLS}, timeout: 4, pinned_certs: ["${PINNED}"]}}
      authorization: {${USERS}}`.replaceAll("PKI", pki.path(""));
    await using pair = await DocumentPair.start(peer!, config);
    const { theirs, ours } = await pair.ask(VARZ);
    expect(shown(ours.mqtt!)).toBe(shown(theirs.mqtt!));
  });

  test("of servers in a mesh", async () => {
    const cluster = ["--cluster", "nats://127.0.0.1:-1", "--cluster_name", "mesh"];
    await using third = await ServerProcess.start([
      peer!,
      "-a",
      "127.0.0.1",
      "-p",
      "-1",
      ...cluster,
    ]);
    await third.loggedMatching(ROUTES, 0);
    const port = third.lines.map((line) => ROUTES.exec(line)?.[1]).find((found) => found);
    // The name comes from the third; both of the pair are servers of its mesh then, and know each other.
    const config = `cluster: {listen: "127.0.0.1:-1", routes: ["nats://u:p@127.0.0.1:${port}"]}`;
    await using pair = await DocumentPair.start(peer!, config);
    const about = async (): Promise<string[]> => {
      const { theirs, ours } = await pair.ask(VARZ);
      return [ours, theirs].map(({ cluster, routes, remotes, connect_urls }) =>
        inOrder({
          cluster: withoutVolatile(cluster!, VOLATILE),
          ...{ routes: routes!, remotes: remotes! },
          clientUrls: (connect_urls as string[] | undefined)?.length ?? 0,
        }),
      );
    };
    let [ours, theirs] = await about();
    const deadline = performance.now() + 10_000;
    while (!(ours === theirs && ours!.includes('"routes": 8')) && performance.now() < deadline) {
      await Bun.sleep(20);
      [ours, theirs] = await about();
    }
    expect(ours).toBe(theirs!);
    expect(JSON.parse(ours!)).toMatchObject({
      cluster: { name: "mesh", addr: "127.0.0.1", urls: [`127.0.0.1:${port}`], pool_size: 3 },
      ...{ routes: 8, remotes: 2, clientUrls: 3 },
    });
  });

  test("counts what clients do", async () => {
    await using pair = await DocumentPair.start(peer!, "server_name: n");
    const reader = await pair.client({ headers: true }, "SUB a.* 1\r\nSUB a.b q 2\r\nSUB > 3\r\n");
    const writer = await pair.client({ headers: true });
    await writer("PUB a.b 5\r\nhello\r\nHPUB a.c r 12 14\r\nNATS/1.0\r\n\r\nhi\r\nPUB x 0\r\n\r\n");
    await reader("UNSUB 3\r\n");
    const gone = await pair.client({});
    await gone("PUB y 1\r\n.\r\n");
    const { theirs, ours } = await pair.ask(VARZ);
    expect(shown(ours)).toBe(shown(theirs));
    expect(ours).toMatchObject({ in_msgs: 4, in_bytes: 20, out_msgs: 6, connections: 3 });
  });
});
