/** Other clusters in metrics, health checks and the dashboard. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ClusterMap } from "../../src/monitor/dashboard/cluster-shapes.ts";
import type { SuperclusterMap } from "../../src/monitor/dashboard/supercluster-shapes.ts";
import { hasChromium, startChromium } from "../support/chromium.ts";
import { eventually } from "../support/until.ts";
import { FIND_FAULTS } from "./dashboard/find-faults.ts";
import { FIND_PALE_TEXT } from "./dashboard/find-pale-text.ts";
import { startWatched, type Watched } from "./dashboard/watched.ts";
import { type Family, parseMetrics, samplesOf, valueIn } from "./metrics/strict-parser.ts";

const TIMEOUT_MS = 30_000;
/** As nats-io's exporter has them, after the direction. */
const EXPORTED = [
  ...["configured", "conn_start_time_seconds", "conn_last_activity_seconds"],
  ...["conn_uptime_seconds", "conn_idle_seconds", "conn_rtt", "conn_pending_bytes"],
  ...["conn_in_msgs", "conn_out_msgs", "conn_in_bytes", "conn_out_bytes", "conn_subscriptions"],
];
const LABELS = ["gateway_name", "cid", "remote_gateway_name", "server_id"];

describe("a server with gateways", () => {
  let west: Watched;
  let east: Watched;

  beforeAll(async () => {
    east = await startWatched(`
      server_name: "<b>east</b>"
      gateway { name: east, listen: "127.0.0.1:-1" }`);
    const { port } = east.server.supercluster!;
    west = await startWatched(`
      server_name: west
      gateway {
        name: west, listen: "127.0.0.1:-1"
        gateways: [
          { name: east, url: "nats://127.0.0.1:${port}" }
          { name: north, url: "nats://u:s3cret@127.0.0.1:1" }
        ]
      }`);
    const client = east.server.connectInProcess();
    client.subscribe("wanted.>", () => {});
    await eventually("all of it", async () => {
      const { clusters, gateways } = await superclusterOf(west);
      return gateways.length === 2 && clusters.some(({ servers }) => servers === 1);
    });
    west.server.connectInProcess().publish("wanted.here", "message");
    await eventually("it has gone", async () => {
      return valueOn(await metrics(west), "nats_gateway_out_messages_total", "outbound") > 0;
    });
  }, TIMEOUT_MS);

  afterAll(async () => {
    await west?.[Symbol.asyncDispose]();
    await east?.[Symbol.asyncDispose]();
  });

  test("tells the dashboard of each cluster and each gateway, and who is missing", async () => {
    const map = await superclusterOf(west);
    expect(map).toMatchObject({ name: "west", missing: ["north"], moreInterest: 0 });
    expect(map.clusters).toMatchObject([
      { name: "east", isConfigured: true, isConnected: true, inbound: 1, servers: 1, clients: 1 },
      { name: "north", isConfigured: true, isConnected: false, inbound: 0, servers: 0 },
    ]);
    expect(map.clusters[0]!.modes).toEqual({ interestOnly: 2, transitioning: 0, optimistic: 0 });
    expect(map.clusters[1]!.addresses).toEqual(["127.0.0.1:1"]);
    const [outbound, inbound] = map.gateways;
    expect(outbound).toMatchObject({ cluster: "east", server: "<b>east</b>", isOutbound: true });
    expect(outbound!.total.outMsgs).toBeGreaterThan(0);
    expect(outbound!.subscriptions).toBeGreaterThan(1);
    expect(inbound).toMatchObject({ cluster: "east", isOutbound: false });
    const modes = map.interest.map(({ account, mode }) => [account, mode]);
    expect(modes.sort()).toEqual([
      ["$G", "Interest-Only"],
      ["$SYS", "Interest-Only"],
    ]);
    expect(JSON.stringify(map)).not.toContain("s3cret");
    const back = await superclusterOf(east);
    expect(back.clusters[0]).toMatchObject({ name: "west", isConfigured: false, inbound: 1 });
    expect(back.missing).toEqual([]);
  });

  test("shows servers of other clusters among those clusters only", async () => {
    const { nodes } = await clusterOf(west);
    expect(nodes.map(({ name }) => name)).toEqual(["west"]);
  });

  test("has metrics of its own, and those of the exporter", async () => {
    const families = await metrics(west);
    expect(valueIn(families, "nats_supercluster_clusters")).toBe(2);
    expect(valueIn(families, "nats_supercluster_missing_clusters")).toBe(1);
    expect(valueIn(families, "nats_gateways_lost_total")).toBe(0);
    const names = [...families.keys()].filter((name) => name.startsWith("nats_gateway_"));
    expect(names.length).toBe(9);
    for (const name of names) {
      const labels = samplesOf(families, name).map((sample) => [
        sample.labels.get("direction"),
        sample.labels.get("cluster"),
        sample.labels.get("remote"),
      ]);
      expect([name, labels]).toEqual([
        name,
        [
          ["outbound", "east", "<b>east</b>"],
          ["inbound", "east", "<b>east</b>"],
        ],
      ]);
    }
    expect(valueOn(families, "nats_gateway_subscriptions", "outbound")).toBeGreaterThan(1);
    expect(valueOn(families, "nats_gateway_out_interest_lines_total", "inbound")).toBeGreaterThan(
      1,
    );
    for (const direction of ["outbound", "inbound"]) {
      for (const name of EXPORTED) {
        const samples = samplesOf(families, `gnatsd_gatewayz_${direction}_gateway_${name}`);
        expect([name, samples.length, [...samples[0]!.labels.keys()]]).toEqual([name, 1, LABELS]);
      }
    }
    const { labels, value } = samplesOf(
      families,
      "gnatsd_gatewayz_outbound_gateway_configured",
    )[0]!;
    expect([labels.get("gateway_name"), labels.get("remote_gateway_name"), value]).toEqual([
      ...["west", "east", 1],
    ]);
  });

  test("is ready without some of the clusters, and says so", async () => {
    const { status, checks } = (await get(west, "/readyz")) as {
      status: string;
      checks: readonly { name: string }[];
    };
    expect(status).toBe("ok");
    expect(checks.find(({ name }) => name === "supercluster")).toEqual({
      name: "supercluster",
      status: "warning",
      reason: "gateways to 1 other cluster, but none to north",
    } as { name: string });
  });

  test.skipIf(!hasChromium())(
    "is shown on the page, with what others call themselves as text",
    async () => {
      await using browser = await startChromium();
      const page = await browser.newPage({ colorScheme: "dark" });
      page.setDefaultTimeout(5000);
      await page.goto(`${west.url}/#/cluster`);
      await page.getByText("No gateway yet to north. The log says why.").waitFor();
      await page.getByText("3 clusters, seen from cluster west.").waitFor();
      const clusters = page.getByRole("region", { name: "Other clusters", exact: true });
      await clusters.locator("tbody tr", { hasText: "2 interest-only" }).waitFor();
      const gateways = page.getByRole("region", {
        name: "Gateways to other clusters, and from them",
      });
      await gateways.locator("tbody tr", { hasText: "<b>east</b>" }).nth(1).waitFor();
      const interest = page.getByRole("region", { name: "What other clusters want, by account" });
      await interest.getByText("$G").waitFor();
      await page.getByRole("img", { name: "Map of 3 clusters" }).waitFor();
      // Tables that are too wide can be reached by the keyboard.
      await clusters.focus();
      expect(await page.evaluate<string>("document.activeElement.ariaLabel")).toBe(
        "Other clusters",
      );
      expect(await page.evaluate<string[]>(FIND_FAULTS)).toEqual([]);
      expect(await page.evaluate<string[]>(FIND_PALE_TEXT)).toEqual([]);
      await using alone = await startWatched();
      await page.goto(`${alone.url}/#/cluster`);
      await page.getByText("This server has no gateways.").waitFor();
      expect(await gateways.isVisible()).toBe(false);
    },
    TIMEOUT_MS,
  );
});

async function get({ url }: Watched, path: string): Promise<unknown> {
  return await (await fetch(`${url}${path}`)).json();
}

function clusterOf(watched: Watched): Promise<ClusterMap> {
  return get(watched, "/api/cluster") as Promise<ClusterMap>;
}

async function superclusterOf(watched: Watched): Promise<SuperclusterMap> {
  return (await clusterOf(watched)).supercluster!;
}

async function metrics({ url }: Watched): Promise<Map<string, Family>> {
  return parseMetrics(await (await fetch(`${url}/metrics`)).text(), "text");
}

function valueOn(families: ReadonlyMap<string, Family>, name: string, direction: string): number {
  const found = samplesOf(families, name).find(
    ({ labels }) => labels.get("direction") === direction,
  );
  return found!.value;
}
