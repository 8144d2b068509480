/** What `/metrics` tells after things that happened, and how it answers. */

import { describe, expect, test } from "bun:test";
import { wholeAccount } from "../../../src/config/options/given-accounts.ts";
import type { Page } from "../../../src/monitor/http/page.ts";
import { metricsPage } from "../../../src/monitor/metrics/metrics-page.ts";
import { OtlpSpanExporter } from "../../../src/monitor/otlp/span-exporter.ts";
import { ClosedReason } from "../../../src/protocol/errors.ts";
import { ClientBench } from "../../net/client-bench.ts";
import { turnEnd } from "../../net/fake-transport.ts";
import { type Family, parseMetrics, samplesOf, valueIn } from "./strict-parser.ts";

const PROMETHEUS =
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5," +
  "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";

class Scraper implements Disposable {
  readonly page: Page;

  constructor(bench: ClientBench, viewerCount = 0) {
    this.page = metricsPage(bench.server.observer, { viewerCount });
  }

  async ask(search = "", headers: Record<string, string> = {}, method = "GET"): Promise<Response> {
    const { href } = new URL(`http://localhost/metrics${search}`);
    const request = new Request(href, { headers, method });
    return await this.page.answer(request, new URL(href), undefined as never);
  }

  async read(search = ""): Promise<Map<string, Family>> {
    const response = await this.ask(search);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    return parseMetrics(await response.text(), "text");
  }

  [Symbol.dispose](): void {
    this.page.stop!();
  }
}

describe("values", () => {
  test("messages, pieces of input, and what waits", async () => {
    using bench = new ClientBench();
    using scraper = new Scraper(bench, 3);
    const [receiver, publisher] = [bench.open().connect(), bench.open().connect()];
    receiver.send("SUB a.> 1\r\nSUB b 2\r\n");
    await turnEnd();
    const before = await scraper.read();
    publisher.send(
      "PUB a.b 2\r\nhi\r\nPUB a.b 2\r\nhi\r\nPUB a.b 2\r\nhi\r\n",
      "PUB a.b 4\r\nh",
      "i",
    );
    await turnEnd();
    receiver.transport.block();
    publisher.send("!!\r\nPUB  b 3\r\nodd\r\nPUB a.b 100\r\n0123456789");
    await turnEnd();
    const after = await scraper.read();
    const grown = (name: string): number => valueIn(after, name) - valueIn(before, name);

    expect(grown("gnatsd_varz_in_msgs")).toBe(5);
    expect(grown("gnatsd_connz_in_msgs")).toBe(5);
    expect(grown("gnatsd_connz_out_msgs")).toBe(5);
    expect(grown("nats_parser_messages_total")).toBe(5);
    expect(grown("nats_parser_reads_total")).toBe(4);
    expect(grown("nats_parser_read_bytes_total")).toBe(45 + 12 + 1 + 42);
    // One split in three, one with two spaces, and one that has not come whole yet.
    expect(grown("nats_parser_gathered_messages_total")).toBe(3);
    expect(grown("nats_sublist_cache_lookups_total")).toBe(5);
    expect(grown("nats_sublist_cache_hits_total")).toBeGreaterThanOrEqual(2);
    expect(valueIn(after, "gnatsd_connz_subscriptions")).toBe(2);
    expect(valueIn(after, "gnatsd_connz_num_connections")).toBe(2);
    expect(valueIn(after, "nats_outbound_buffered_bytes", { kind: "client" })).toBe(
      receiver.client.outbound.pendingBytes,
    );
    expect(receiver.client.outbound.pendingBytes).toBeGreaterThan(0);
    expect(valueIn(after, "gnatsd_connz_pending_bytes")).toBe(
      receiver.client.outbound.pendingBytes,
    );
    expect(valueIn(after, "nats_inbound_buffered_bytes")).toBeGreaterThanOrEqual(10);
    expect(valueIn(before, "nats_inbound_buffered_bytes")).toBe(0);
    expect(valueIn(after, "nats_slow_consumers_blocked")).toBe(1);
    expect(valueIn(after, "nats_dashboard_viewers")).toBe(3);
    const files = samplesOf(after, "process_open_fds").map(({ value }) => value > 2);
    expect(files).toEqual(process.platform === "linux" ? [true] : []);
    expect(valueIn(after, "process_resident_memory_bytes")).toBeGreaterThan(1e6);
    expect(valueIn(after, "process_start_time_seconds")).toBeLessThanOrEqual(Date.now() / 1000);
    expect(grown("process_cpu_seconds_total")).toBeGreaterThanOrEqual(0);
  });

  test("denials, refused logins, and why clients have gone", async () => {
    const publish = { allow: ["ok"], deny: null };
    const permissions = { publish, subscribe: null, responses: null };
    const user = { user: "u", password: "p", permissions };
    using bench = new ClientBench({
      accounts: [wholeAccount({ name: "A", users: [user] })],
      maxControlLine: 200,
    });
    await bench.server.prepare(bench.server.options);
    using scraper = new Scraper(bench);
    const before = await scraper.read();
    const client = bench.open().connect('{"user":"u","pass":"p","verbose":false}');
    await turnEnd();
    client.send("PUB no 1\r\nx\r\nPUB no 1\r\nx\r\nPUB ok 1\r\nx\r\n");
    const wrong = bench.open().connect('{"user":"u","pass":"wrong"}');
    await turnEnd();
    expect(wrong.client.closedReason).toBe(ClosedReason.AuthenticationViolation);
    client.send(`SUB ${"x".repeat(300)} 1\r\n`);
    await turnEnd();
    const after = await scraper.read();
    const closed = (reason: string): number =>
      valueIn(after, "nats_connections_closed_total", { reason });
    expect(valueIn(after, "nats_denials_total", { operation: "publish" })).toBe(2);
    expect(valueIn(after, "nats_denials_total", { operation: "subscribe" })).toBe(0);
    const reason = "Authentication Failure";
    expect(valueIn(before, "nats_logins_refused_total", { reason })).toBe(0);
    expect(valueIn(after, "nats_logins_refused_total", { reason })).toBe(1);
    expect(closed(reason)).toBe(1);
    expect(closed("Maximum Control Line Exceeded")).toBe(1);
    expect(closed("Client Closed")).toBe(0);
    const decided = "nats_permission_cache_misses_total";
    expect(valueIn(after, decided) - valueIn(before, decided)).toBeGreaterThanOrEqual(2);
    expect(valueIn(after, "nats_log_lines_total", { level: "error" })).toBe(
      bench.log.filter(({ level }) => level === "error").length,
    );
    expect(valueIn(after, "nats_log_lines_total", { level: "error" })).toBeGreaterThan(0);
  });

  test("slow consumers", async () => {
    using bench = new ClientBench({ maxPending: 10_000, maxPayload: 9_000 });
    using scraper = new Scraper(bench);
    const [receiver, publisher] = [bench.open().connect(), bench.open().connect()];
    receiver.send("SUB a 1\r\n");
    await turnEnd();
    receiver.transport.block();
    for (let i = 0; i < 3; i++) publisher.send(`PUB a 5000\r\n${"x".repeat(5000)}\r\n`);
    await turnEnd();
    const families = await scraper.read();
    expect(receiver.client.isClosed).toBe(true);
    expect(valueIn(families, "nats_slow_consumers_detected_total")).toBe(1);
    const outcome = "nats_slow_consumer_outcomes_total";
    expect(valueIn(families, outcome, { outcome: "pending_bytes" })).toBe(1);
    expect(valueIn(families, outcome, { outcome: "recovered" })).toBe(0);
    expect(valueIn(families, "gnatsd_varz_slow_consumers")).toBe(1);
  });
});

describe("traces", () => {
  test("are counted, and so are spans while there is a collector", async () => {
    using bench = new ClientBench();
    using scraper = new Scraper(bench);
    const { tracing, log } = bench.server;
    const before = await scraper.read();
    expect(samplesOf(before, "nats_otlp_spans_dropped_total")).toEqual([]);
    const sender = { url: "http://127.0.0.1:9/", headers: {}, timeoutMs: 50, authorities: "" };
    const resource = { serviceName: "s", version: "1", serverId: "i", serverName: "n" };
    const exporter = new OtlpSpanExporter(sender, resource, 100, log);
    await exporter.stop();
    tracing.exporter = exporter;
    const head =
      "NATS/1.0\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n";
    const client = bench.open().connect();
    client.send(`HPUB a ${head.length} ${head.length + 2}\r\n${head}hi\r\nPUB a 0\r\n\r\n`);
    await turnEnd();
    const after = await scraper.read();
    expect(valueIn(before, "nats_traced_messages_total")).toBe(0);
    expect(valueIn(after, "nats_traced_messages_total")).toBe(1);
    expect(valueIn(after, "nats_traced_messages_dropped_total")).toBe(0);
    // A collector that was given up takes nothing.
    expect(valueIn(after, "nats_otlp_spans_dropped_total")).toBe(exporter.droppedSpans);
    expect(exporter.droppedSpans).toBeGreaterThan(0);
    expect(valueIn(after, "nats_otlp_spans_exported_total")).toBe(0);
    expect(valueIn(after, "nats_otlp_requests_failed_total")).toBe(0);
  });
});

describe("bounds", () => {
  test("connections are told of by themselves only when asked, those with most waiting first", async () => {
    using bench = new ClientBench();
    using scraper = new Scraper(bench);
    const clients = Array.from({ length: 120 }, () => bench.open());
    clients.forEach((client, i) => {
      const name = JSON.stringify(i === 7 ? `evil"\\\n\ud800${"x".repeat(1000)}` : `c${i}`);
      client.connect(`{"verbose":false,"name":${name}}`);
    });
    await turnEnd();
    for (const i of [3, 7, 50]) {
      clients[i]!.transport.block();
      clients[i]!.send("PING\r\n".repeat(i));
    }
    await turnEnd();
    const cids = (families: Map<string, Family>): (string | undefined)[] =>
      samplesOf(families, "gnatsd_connz_pending_bytes")
        .filter(({ labels }) => labels.has("cid"))
        .map(({ labels }) => labels.get("cid"));
    expect(cids(await scraper.read())).toEqual([]);
    expect(cids(await scraper.read("?connections=-5"))).toEqual([]);
    const some = await scraper.read("?connections=3");
    expect(cids(some)).toEqual([50, 7, 3].map((i) => `${clients[i]!.client.cid}`));
    expect(cids(await scraper.read("?connections=9223372036854775807"))).toHaveLength(100);
    const evil = samplesOf(some, "gnatsd_connz_in_msgs").find(({ labels }) =>
      labels.get("name")?.startsWith("evil"),
    );
    expect(evil!.labels.get("name")).toStartWith('evil"\\\n\ufffdxxx');
    expect(evil!.labels.get("name")!.length).toBe(257);
  });

  test("the largest accounts are told of, the others together", async () => {
    const accounts = Array.from({ length: 8 }, (_, i) => `a${i}`);
    using bench = new ClientBench({ accounts: accounts.map((name) => wholeAccount({ name })) });
    using scraper = new Scraper(bench);
    const all = await scraper.read();
    const known = samplesOf(all, "gnatsd_accstatz_current_connections");
    expect(known.length).toBe(valueIn(all, "nats_accounts"));
    expect(known.some(({ labels }) => labels.get("account") === "other")).toBe(false);
    const exact = samplesOf(
      await scraper.read(`?accounts=${known.length}`),
      "gnatsd_accstatz_current_connections",
    );
    expect(exact).toHaveLength(known.length);
    const few = await scraper.read("?accounts=2");
    const shown = samplesOf(few, "gnatsd_accstatz_subscriptions");
    expect(shown).toHaveLength(3);
    expect(shown[2]!.labels.get("account")).toBe("other");
    expect(shown[2]!.labels.get("account_id")).toBe("");
    const sum = (samples: readonly { value: number }[]): number =>
      samples.reduce((total, { value }) => total + value, 0);
    expect(sum(shown)).toBe(sum(samplesOf(all, "gnatsd_accstatz_subscriptions")));
    expect(sum(shown)).toBeGreaterThan(0);
  });
});

describe("answers", () => {
  test("OpenMetrics for those who want it, packed for those who take it", async () => {
    using bench = new ClientBench();
    using scraper = new Scraper(bench);
    const headers = { Accept: PROMETHEUS, "Accept-Encoding": "gzip" };
    const response = await scraper.ask("?connections=1", headers);
    expect(response.headers.get("content-type")).toBe(
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
    );
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(response.headers.get("vary")).toBe("Accept, Accept-Encoding");
    const text = Buffer.from(Bun.gunzipSync(await response.arrayBuffer())).toString();
    const families = parseMetrics(text, "openmetrics");
    const plain = await scraper.read();
    const stripped = [...plain.values()].map(({ name, type }) =>
      type === "counter" ? name.replace(/_total$/, "") : name,
    );
    expect([...families.keys()]).toEqual(stripped);
    // The exporter's counters keep their names, which OpenMetrics does not let counters have.
    expect(families.get("gnatsd_connz_in_msgs")!.type).toBe("unknown");
    expect(plain.get("gnatsd_connz_in_msgs")!.type).toBe("counter");
    expect(families.get("nats_event_loop_lag_seconds")!.unit).toBe("seconds");
    expect((await scraper.ask()).headers.get("content-encoding")).toBe(null);
  });

  test.each([
    ["?prefix=1a", "Error decoding prefix: no name of a metric may begin so"],
    ["?prefix=a-b", "Error decoding prefix: no name of a metric may begin so"],
    [`?prefix=${"a".repeat(65)}`, "Error decoding prefix: no name of a metric may begin so"],
    ["?prefix=a%0Ab", "Error decoding prefix: no name of a metric may begin so"],
    ["?server_id=x", "Error decoding server_id: it is id or name"],
    [
      "?connections=x",
      `Error decoding int for 'connections': strconv.Atoi: parsing "x": invalid syntax`,
    ],
    [
      "?accounts=99999999999999999999",
      `Error decoding int for 'accounts': strconv.Atoi: parsing "99999999999999999999": value out of range`,
    ],
  ])("%s is refused", async (search, error) => {
    using bench = new ClientBench();
    using scraper = new Scraper(bench);
    const response = await scraper.ask(search);
    expect([response.status, await response.text()]).toEqual([400, error]);
  });

  test("nothing is changed by it", async () => {
    using bench = new ClientBench();
    using scraper = new Scraper(bench);
    const response = await scraper.ask("", {}, "POST");
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    expect((await scraper.ask("", {}, "HEAD")).status).toBe(200);
  });

  test("many who ask at once get the same", async () => {
    using bench = new ClientBench();
    using scraper = new Scraper(bench);
    await scraper.read();
    const answers = await Promise.all(Array.from({ length: 500 }, () => scraper.ask()));
    const bodies = new Set(await Promise.all(answers.map((answer) => answer.text())));
    expect(bodies.size).toBe(1);
    const different = await Promise.all(
      Array.from({ length: 1200 }, (_, i) => scraper.ask(`?prefix=p${i}`)),
    );
    const refused = different.filter(({ status }) => status === 503).length;
    expect(refused).toBeGreaterThan(100);
    expect(refused).toBeLessThan(200);
    expect((await scraper.ask()).status).toBe(200);
  });
});
