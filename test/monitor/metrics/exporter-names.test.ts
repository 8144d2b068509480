/** Names, types and labels are those that nats-io's exporter has; boards find what they ask for. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Pki } from "../../net/tls-pki.ts";
import { ours, peer } from "../../process/processes.ts";
import { eventually } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import { type Monitored, startBoth, startMonitored } from "../http/monitored.ts";
import {
  DESCRIBED,
  exported,
  JETSTREAM_BOARD,
  JETSTREAM_BOARD_ON,
  namesIn,
  OF_CONNECTION,
  SERVER_BOARD,
} from "./prom-names.ts";
import { type Family, parseMetrics, samplesOf, valueIn } from "./strict-parser.ts";

const BOARD = join(import.meta.dir, "../../../conf/grafana/nats-server.json");
const DOCUMENTS = ["varz", "subsz", "routez"];
/** They come with requests, so both servers have to have had the same ones. */
const HITS = /_http_req_stats/;

const CONFIG = `
  http: '127.0.0.1:-1'
  server_name: named
  max_subscriptions: 1000
  cluster { name: c, listen: '127.0.0.1:-1', authorization { timeout: 3 } }
  leafnodes { listen: '127.0.0.1:-1' }
  accounts {
    A { users [{ user: a, password: a, permissions: { publish: { deny: ["no"] } } }] }
    B { users [{ user: b, password: b }] }
  }`;

const ROUTES = /Listening for route connections on (\S+:\d+)/;
const COMPRESSED = "{ timeout: 3 }, compression: s2_fast";

interface Board {
  readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly definition?: string }[] };
}

async function json(port: number, path: string): Promise<unknown> {
  return await (await fetch(`http://127.0.0.1:${port}/${path}`)).json();
}

async function metrics(port: number, search = ""): Promise<Map<string, Family>> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics${search}`);
  expect(response.status).toBe(200);
  return parseMetrics(await response.text(), "text");
}

/** What the exporter would make of the documents of a server. */
async function exporterOver(port: number): Promise<Map<string, string[]>> {
  const all = new Map<string, string[]>();
  for (const path of DOCUMENTS) {
    for (const [name, labels] of exported(await json(port, path), ["gnatsd", path])) {
      if (!HITS.test(name)) all.set(name, labels);
    }
  }
  return all;
}

/** Names of the families of plain documents, with the labels of each. */
function documentFamilies(families: ReadonlyMap<string, Family>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { name, type, samples } of families.values()) {
    if (!DOCUMENTS.includes(name.split("_")[1]!) || HITS.test(name)) continue;
    expect([name, type, samples.length]).toEqual([name, "gauge", 1]);
    found.set(name, [...samples[0]!.labels.keys()]);
  }
  return found;
}

function sorted(names: ReadonlyMap<string, string[]>): [string, string[]][] {
  return [...names].sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Messages, a denial, a refused login, and somebody who has gone. */
async function load(port: number): Promise<Wire> {
  const a = await Wire.connect(port);
  a.send('CONNECT {"user":"a","pass":"a","name":"na\\"m\\\\e","verbose":false}\r\nSUB x 1\r\n');
  a.send(`${"PUB x 2\r\nhi\r\n".repeat(5)}PUB no 1\r\nx\r\nPING\r\n`);
  expect(await a.waitFor("PONG\r\n")).toBe(true);
  const refused = await Wire.connect(port);
  refused.send('CONNECT {"user":"a","pass":"wrong"}\r\n');
  expect(await refused.waitForEnd()).toBe(true);
  return a;
}

describe.skipIf(peer === undefined)("as the exporter makes them of nats-server's documents", () => {
  let mine: Monitored;
  let real: Monitored;

  beforeAll(async () => {
    ({ mine, real } = await startBoth(CONFIG));
  }, 15_000);

  afterAll(async () => {
    await mine?.[Symbol.asyncDispose]();
    await real?.[Symbol.asyncDispose]();
  });

  test("names and labels are the same", async () => {
    const expected = await exporterOver(real.port);
    expect(expected.size).toBeGreaterThan(60);
    expect(sorted(documentFamilies(await metrics(mine.port)))).toEqual(sorted(expected));
  });

  test("values are those of the documents", async () => {
    const document = (await json(mine.port, "varz")) as Record<string, number & string>;
    const families = await metrics(mine.port);
    expect(valueIn(families, "gnatsd_varz_start")).toBe(Date.parse(document.start!));
    expect(valueIn(families, "gnatsd_varz_ping_interval")).toBe(document.ping_interval!);
    expect(valueIn(families, "gnatsd_varz_max_payload")).toBe(1024 * 1024);
    expect(valueIn(families, "gnatsd_varz_server_name", { value: "named" })).toBe(1);
    expect(valueIn(families, "gnatsd_varz_version", { value: document.version! })).toBe(1);
    expect(valueIn(families, "gnatsd_varz_http_req_stats_varz")).toBeGreaterThan(0);
    expect(valueIn(families, "gnatsd_varz_cluster_name", { value: "c" })).toBe(1);
  });
});

describe("boards", () => {
  let pki: Pki;
  let server: Monitored;
  let other: Monitored;
  let families: Map<string, Family>;
  let client: Wire;

  beforeAll(async () => {
    pki = await Pki.make();
    await pki.issue("server");
    const files = `cert_file: '${pki.path("server.pem")}', key_file: '${pki.path("server.key")}'`;
    const tls = `allow_non_tls: true, tls { ${files} }`;
    const config = CONFIG.replace(/leafnodes.*/, "").replace("{ timeout: 3 }", COMPRESSED);
    server = await startMonitored(ours, `${config}\n${tls}`);
    await server.server.loggedMatching(ROUTES, 0);
    const routes = `routes: ["nats-route://${ROUTES.exec(server.server.text)![1]}"]`;
    other = await startMonitored(
      ours,
      config.replace(COMPRESSED, `${COMPRESSED}, ${routes}`).replace("named", "other"),
    );
    client = await load(server.server.port);
    await eventually("a route with what it is compressed to", async () => {
      families = await metrics(server.port);
      return samplesOf(families, "nats_route_compressed_wire_bytes_total").length > 0;
    });
  }, 20_000);

  afterAll(async () => {
    client?.close();
    await server?.[Symbol.asyncDispose]();
    await other?.[Symbol.asyncDispose]();
    await pki?.[Symbol.asyncDispose]();
  });

  function missing(names: Iterable<string>): string[] {
    return [...new Set(names)].filter((name) => samplesOf(families, name).length === 0);
  }

  test("those of the exporter find every name that it has for such a server", () => {
    expect(missing([...SERVER_BOARD, ...JETSTREAM_BOARD])).toEqual([]);
    // These come with JetStream: then they belong to the other list.
    expect(missing(JETSTREAM_BOARD_ON)).toEqual([...JETSTREAM_BOARD_ON]);
  });

  test("types and labels are those of the exporter", () => {
    for (const [name, { type, labels }] of DESCRIBED) {
      const family = families.get(name);
      expect([name, family?.type]).toEqual([name, type]);
      for (const sample of family!.samples) {
        expect([name, [...sample.labels.keys()]]).toEqual([name, [...labels]]);
      }
    }
  });

  test("with another prefix and the server's name", async () => {
    const other = await metrics(server.port, "?prefix=nats&server_id=name");
    for (const name of [...SERVER_BOARD, ...JETSTREAM_BOARD]) {
      const changed = name.replace(/^[a-z]+_/, "nats_");
      expect([changed, samplesOf(other, changed).length]).toEqual([changed, 1]);
      expect(samplesOf(other, changed)[0]!.labels.get("server_id")).toBe("named");
    }
    expect([...other.keys()].filter((name) => /^(?:gnatsd|jetstream)_/.test(name))).toEqual([]);
  });

  test("connections by themselves have the exporter's labels", async () => {
    const detailed = await metrics(server.port, "?connections=5");
    const names = ["pending_bytes", "in_msgs", "start", "last_activity", "rtt", "uptime", "idle"];
    for (const name of names) {
      const own = samplesOf(detailed, `gnatsd_connz_${name}`).filter(({ labels }) =>
        labels.has("cid"),
      );
      expect([name, own.length]).toEqual([name, 1]);
      expect([...own[0]!.labels.keys()]).toEqual([...OF_CONNECTION]);
      expect(own[0]!.labels.get("name")).toBe('na"m\\e');
      expect(own[0]!.labels.get("account")).toBe("A");
    }
    const document = (await json(server.port, "connz")) as { connections: { start: string }[] };
    const start = samplesOf(detailed, "gnatsd_connz_start")[0]!.value;
    expect(start).toBe(Date.parse(document.connections[0]!.start));
  });

  test("our own finds every name in its queries", async () => {
    const { panels, templating } = (await Bun.file(BOARD).json()) as Board;
    const queries: string[] = [
      ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
      ...templating.list.map(({ definition = "" }) => definition.replace(/,.*/, ")")),
    ];
    const names = queries.flatMap(namesIn);
    expect(new Set(names).size).toBeGreaterThan(30);
    const onlyLinux = process.platform === "linux" ? [] : ["process_open_fds", "process_max_fds"];
    expect(missing(names)).toEqual(onlyLinux);
    for (const name of ["gnatsd_varz_in_msgs", "nats_event_loop_lag_seconds_bucket"]) {
      expect(names).toContain(name);
    }
    const certificate = valueIn(families, "nats_certificate_expiry_timestamp_seconds");
    expect(certificate).toBeGreaterThan(Date.now() / 1000);
  });

  test("names are found in queries", () => {
    const query =
      'topk(3, sum by (a) (rate(x_total{b="c_d", e=~"f{2}|g"}[5m]))) / on (h) 1 - i_j > 0';
    expect(namesIn(query)).toEqual(["x_total", "i_j"]);
    expect(
      namesIn("histogram_quantile(0.99, sum by (le) (rate(y_bucket[$__rate_interval])))"),
    ).toEqual(["y_bucket"]);
  });
});
