/** Formats, what is asked for, and what is measured only while somebody asks. */

import { describe, expect, test } from "bun:test";
import { GoMap } from "../../../src/documents/go-document.ts";
import type { ServerView } from "../../../src/documents/server-view.ts";
import { CacheCounts } from "../../../src/monitor/metrics/cache-counts.ts";
import { documentFamilies } from "../../../src/monitor/metrics/exporter/document-families.ts";
import { Exposition, labels } from "../../../src/monitor/metrics/exposition.ts";
import { LAG_BOUNDS, LoopLagMeter } from "../../../src/monitor/metrics/loop-lag-meter.ts";
import {
  acceptsGzip,
  type Format,
  wantedFormat,
} from "../../../src/monitor/metrics/negotiation.ts";
import { until } from "../../support/until.ts";
import { parseMetrics } from "./strict-parser.ts";

const OPEN = "application/openmetrics-text";

describe("what is wanted", () => {
  test.each<[string | null, Format]>([
    [null, "text"],
    ["", "text"],
    ["*/*", "text"],
    ["text/html,application/xhtml+xml,*/*;q=0.8", "text"],
    ["application/json", "text"],
    [OPEN, "openmetrics"],
    [`${OPEN}; version=1.0.0; charset=utf-8`, "openmetrics"],
    [`${OPEN};version="0.0.1"`, "openmetrics"],
    [`${OPEN};version=2.0.0`, "text"],
    [`${OPEN};version=2.0.0, ${OPEN};version=1.0.0;q=0.1`, "openmetrics"],
    [`${OPEN};q=0.5, text/plain`, "text"],
    [`text/plain;q=0.5, ${OPEN};q=0.5`, "openmetrics"],
    [`text/plain;version=0.0.4;q=0.2, ${OPEN};version=1.0.0;q=0.50`, "openmetrics"],
    [`text/plain;version=1.0.0;q=0.9, ${OPEN};q=0.5`, "openmetrics"],
    [`${OPEN};q=0`, "text"],
    [`${OPEN};q=0.000`, "text"],
    [`${OPEN};q=`, "text"],
    [`${OPEN};q=-1`, "text"],
    [`${OPEN};q=2`, "text"],
    [`${OPEN};q=1e0`, "text"],
    [`APPLICATION/OpenMetrics-Text ; Q=0.3 , Text/Plain;q=0.1`, "openmetrics"],
    [`;;,,;q=,${OPEN}`, "openmetrics"],
  ])("%p is %s", (accept, format) => {
    expect(wantedFormat(accept)).toBe(format);
  });

  test("not all of a long list is looked at", () => {
    expect(wantedFormat(`${"text/html,".repeat(1000)}${OPEN}`)).toBe("text");
  });

  test.each<[string | null, boolean]>([
    [null, false],
    ["", false],
    ["gzip", true],
    ["br, x-gzip;q=0.1", true],
    ["gzip;q=0", false],
    ["*", true],
    ["*;q=0", false],
    ["*, gzip;q=0.0", false],
    ["identity", false],
  ])("gzip, of %p: %p", (header, accepted) => {
    expect(acceptsGzip(header)).toBe(accepted);
  });
});

describe("formats", () => {
  function written(format: Format): string {
    const text = new Exposition(format);
    text.begin("a_total", "counter", 'He"l\\p\n');
    text.sample(labels({ x: 'a"b\\c\nd\u0000\u2028', y: "" }), 1.5);
    text.begin("b", "counter", "plain");
    text.sample("", 2);
    text.begin("c", "unknown", "c");
    for (const [i, value] of [NaN, Infinity, -Infinity, 1e21, 1e-7, -0].entries()) {
      text.sample(labels({ i: `${i}` }), value);
    }
    text.begin("d_seconds", "histogram", "d", "seconds");
    text.histogram([0.5, 1], [1, 2, 3], 4.5);
    return text.finish();
  }

  test("Prometheus's", () => {
    expect(written("text")).toBe(
      '# HELP a_total He"l\\\\p\\n\n# TYPE a_total counter\n' +
        'a_total{x="a\\"b\\\\c\\nd\u0000\u2028",y=""} 1.5\n' +
        "# HELP b plain\n# TYPE b counter\nb 2\n# HELP c c\n# TYPE c untyped\n" +
        'c{i="0"} NaN\nc{i="1"} +Inf\nc{i="2"} -Inf\nc{i="3"} 1e+21\nc{i="4"} 1e-7\nc{i="5"} 0\n' +
        '# HELP d_seconds d\n# TYPE d_seconds histogram\nd_seconds_bucket{le="0.5"} 1\n' +
        'd_seconds_bucket{le="1.0"} 3\nd_seconds_bucket{le="+Inf"} 6\n' +
        "d_seconds_sum 4.5\nd_seconds_count 6\n",
    );
    expect(parseMetrics(written("text"), "text").size).toBe(4);
  });

  test("OpenMetrics", () => {
    const families = parseMetrics(written("openmetrics"), "openmetrics");
    expect([...families.values()].map(({ name, type, unit }) => [name, type, unit])).toEqual([
      ["a", "counter", ""],
      ["b", "unknown", ""],
      ["c", "unknown", ""],
      ["d_seconds", "histogram", "seconds"],
    ]);
    expect(families.get("a")!.samples[0]!.name).toBe("a_total");
    expect(families.get("a")!.help).toBe('He\\"l\\\\p\\n');
    expect(families.get("a")!.samples[0]!.labels.get("x")).toBe('a"b\\c\nd\u0000\u2028');
  });

  test.each([
    ["a 1", "without a family"],
    ["# HELP a a\n# TYPE a gauge\na 1\na 1\n", "twice"],
    ["# HELP a a\n# TYPE a gauge\na 1\n# HELP b b\n# TYPE b gauge\nb 1\na 2\n", "b"],
    ["# HELP a a\n# TYPE a gauge\na 1\n# TYPE a gauge\n", "after the samples"],
    ['# HELP a a\n# TYPE a gauge\na{b="\\x"} 1\n', "no label"],
    ['# HELP a a\n# TYPE a gauge\na{b="",b=""} 1\n', "a label twice"],
    ['# HELP a a\n# TYPE a gauge\na{b=""}  1\n', "no sample"],
    ["# HELP a a\n# TYPE a counter\na -1\n", "a counter of -1"],
    ["# HELP a a\n# TYPE a thing\na 1\n", "is a thing"],
    ["# TYPE a gauge\na 1\n", "no HELP"],
    ["# HELP a a\n# TYPE a gauge\na one\n", "no sample"],
  ])("the parser of these tests refuses %p", (text, error) => {
    expect(() => parseMetrics(text.endsWith("\n") ? text : `${text}\n`, "text")).toThrow(error);
  });
});

test("what the exporter leaves out of a document", () => {
  const text = new Exposition("text");
  const context = { text, prefix: "g_varz", serverId: "ID", told: new Set<string>() };
  documentFamilies(context, {
    a: 1,
    version: "2",
    other: "text",
    start: "2026-01-31T12:34:56.789123Z",
    name: "2026",
    is: true,
    none: null,
    missing: undefined,
    list: [{ a: 1 }],
    leaf: { port: 1 },
    cluster: { tls_timeout: 1, name: "c", cluster_port: 4, deep: { b_: 2n } },
    hits: new GoMap([
      ["/", 3],
      ["/a", 4],
      ["/a/b", 5],
      ["/a_b", 6],
      ["é", 7],
    ]),
  });
  const own = 'server_id="ID"';
  expect(text.finish().replace(/^#.*\n/gm, "")).toBe(
    `g_varz_a{${own}} 1\ng_varz_version{${own},value="2"} 1\n` +
      `g_varz_start{${own}} ${Date.parse("2026-01-31T12:34:56.789Z")}\n` +
      `g_varz_name{${own},value="2026"} 1\ng_varz_cluster_name{${own},value="c"} 1\n` +
      `g_varz_cluster_deep_b{${own}} 2\ng_varz_hits{${own}} 3\ng_varz_hits_a{${own}} 4\n` +
      `g_varz_hits_a_b{${own}} 5\n`,
  );
});

test("lookups of accounts that are gone still count", async () => {
  const account = (matches: number, cacheHits: number) => ({
    account: { sublist: { stats: { matches, cacheHits } } },
  });
  const [first, second] = [account(10, 4), account(7, 7)];
  const counts = new CacheCounts();
  const see = (...entries: object[]) =>
    counts.update({ accounts: { entries } } as unknown as ServerView);
  await see(first, second);
  expect([counts.lookups, counts.hits]).toEqual([17, 11]);
  Object.assign(first.account.sublist.stats, { matches: 13, cacheHits: 5 });
  await see(first);
  await see(first);
  expect([counts.lookups, counts.hits]).toEqual([20, 12]);
});

test("the loop is measured only while somebody asks", async () => {
  const begin = performance.now();
  const meter = new LoopLagMeter(150);
  expect(meter.isRunning).toBe(false);
  meter.keepOn();
  expect(meter.isRunning).toBe(true);
  const end = performance.now() + 130;
  while (performance.now() < end) {}
  await until("the end of the measurement", () => !meter.isRunning);
  const count = meter.counts.reduce((sum, one) => sum + one, 0);
  expect(count).toBeGreaterThan(0);
  expect(meter.sum).toBeGreaterThan(0.01);
  expect(meter.sum).toBeLessThan((performance.now() - begin) / 1000);
  expect(meter.counts.slice(LAG_BOUNDS.indexOf(0.01) + 1).some((one) => one > 0)).toBe(true);
  meter.keepOn();
  expect(meter.isRunning).toBe(true);
  meter.stop();
  expect(meter.isRunning).toBe(false);
  expect(meter.counts.reduce((sum, one) => sum + one, 0)).toBe(count);
});
