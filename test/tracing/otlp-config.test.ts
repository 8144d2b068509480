/** What an `otlp` block becomes, and what is wrong with it. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { headline } from "../../src/config/language/problem.ts";
import { lint } from "../../src/config/lint/lint.ts";
import { type LoadedConfig, loadConfig } from "../../src/config/load.ts";
import { DEFAULT_OTLP } from "../../src/config/options/otlp.ts";
import { NatsServer } from "../../src/embed.ts";
import { Logger } from "../../src/log/logger.ts";
import { OtlpSpanExporter } from "../../src/monitor/otlp/span-exporter.ts";
import { Server } from "../../src/server/server.ts";

const ENDPOINT = "https://otel.example.com:4318";

let folder: string;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-otlp-config-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function load(text: string): Promise<LoadedConfig> {
  const path = join(folder, `${files++}.conf`);
  await writeFile(path, text);
  return loadConfig(path, {});
}

async function errorsOf(block: string): Promise<string[]> {
  const { problems } = await load(`otlp ${block}`);
  return problems.filter(({ severity }) => severity === "error").map(({ text }) => text);
}

describe("an otlp block", () => {
  test("needs an endpoint", async () => {
    const { options, problems } = await load(`otlp { endpoint: "${ENDPOINT}" }`);
    expect(problems).toEqual([]);
    expect(options.otlp).toEqual({ ...DEFAULT_OTLP, endpoint: ENDPOINT });
  });

  test("may say more", async () => {
    const block = `endpoint: "${ENDPOINT}", headers { X-Key: k, "X.y": "" }, service_name: bus
      sampling: "2.5%", timeout: "3s"`;
    const { options, problems } = await load(`otlp { ${block} }`);
    expect(problems).toEqual([]);
    expect(options.otlp).toMatchObject({
      headers: { "X-Key": "k", "X.y": "" },
      serviceName: "bus",
      sampling: 2.5,
      timeoutMs: 3000,
    });
  });

  test.each([
    ["[]", "Expected otlp to be a map/struct, got []interface {}"],
    ["{}", "otlp requires an endpoint to be specified"],
    ["{ endpoint: collector }", "otlp endpoint cannot be used: it is no URL"],
    [
      '{ endpoint: "grpc://a:4317" }',
      "otlp endpoint cannot be used: it has to begin with http or https",
    ],
    [
      '{ endpoint: "https://u:canary@a" }',
      "otlp endpoint cannot be used: it must not have a user or password, see headers",
    ],
    [
      '{ endpoint: "https://a/?key=canary" }',
      "otlp endpoint cannot be used: it must not have a query",
    ],
  ])("is not %s", async (block, error) => {
    expect(await errorsOf(block)).toEqual([error]);
  });

  test.each([
    ["headers: x", "otlp headers have to be a block, got string"],
    ["headers { 'a b': c }", 'otlp header "a b" has no valid name'],
    ["headers { a: 1 }", 'the value of otlp header "a" is not a valid text'],
    ['headers { a: "canary\\r\\nb: c" }', 'the value of otlp header "a" is not a valid text'],
    ["sampling: 0", "otlp sampling has to be more than 0% and at most 100%"],
    ["sampling: '101%'", "otlp sampling has to be more than 0% and at most 100%"],
    ["sampling: often", "otlp sampling has to be more than 0% and at most 100%"],
    ["sampling: true", "otlp sampling has to be more than 0% and at most 100%"],
    ["timeout: '1ms'", "otlp timeout must be between 100ms and 1m"],
    ["timeout: '2m'", "otlp timeout must be between 100ms and 1m"],
    [
      "ca_file: '/no/such.pem'",
      "error reading ca_file: open /no/such.pem: no such file or directory",
    ],
  ])("has no %s", async (line, error) => {
    expect(await errorsOf(`{ endpoint: "${ENDPOINT}", ${line} }`)).toEqual([error]);
  });

  test("keeps its headers to itself, whatever is wrong", async () => {
    const { problems } = await load(
      `otlp { endpoint: "ftp://a", headers { Authorization: "Bearer canary", X-Api: canary } }
       otlp_x { headers { Authorization: "Bearer canary" } }`,
    );
    const shown = problems.map((problem) => `${headline(problem)} ${JSON.stringify(problem)}`);
    expect(shown.length).toBeGreaterThan(1);
    expect(shown.map((text) => text.split("\n")[0]).join()).not.toContain("canary");
  });

  test("is worth advice when its headers travel in clear", async () => {
    const adviceFor = async (endpoint: string): Promise<string[]> =>
      lint(await load(`otlp { endpoint: "${endpoint}", headers { a: b } }`))
        .map(({ text }) => text)
        .filter((text) => text.includes("collector"));
    expect(await adviceFor("http://otel.example.com")).toHaveLength(1);
    expect(await adviceFor("http://127.0.0.1:4318")).toEqual([]);
    expect(await adviceFor(ENDPOINT)).toEqual([]);
  });
});

test("sampling depends on the trace alone", () => {
  const exporterOf = (sampling: number) => {
    const sender = { url: ENDPOINT, headers: {}, timeoutMs: 1, authorities: "" };
    const resource = { serviceName: "", version: "", serverId: "", serverName: "" };
    return new OtlpSpanExporter(
      sender,
      resource,
      sampling,
      new Logger(null, { debug: false, trace: false }),
    );
  };
  const [all, half, same] = [exporterOf(100), exporterOf(50), exporterOf(50)];
  let picked = 0;
  for (let i = 0; i < 2000; i++) {
    const traceId = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("hex");
    const context = { traceId, parentId: "b7ad6b7169203331", flags: 1, state: "" };
    expect(all.samples(context)).toBe(true);
    expect(half.samples(context)).toBe(same.samples(context));
    if (half.samples(context)) picked++;
  }
  expect(picked).toBeWithin(800, 1200);
});

test("embedded servers take the options as they are", async () => {
  const otlp = { ...DEFAULT_OTLP, endpoint: "http://127.0.0.1:1" };
  const server = await NatsServer.start({ host: "127.0.0.1", port: 0, log: false, otlp });
  await server.stop();
});

test("options that could not be taken over are taken over when they can be", async () => {
  const caFile = join(folder, "late.pem");
  const options = { otlp: { ...DEFAULT_OTLP, endpoint: ENDPOINT, caFile } };
  const server = new Server(options, null);
  const { spans } = server.tenancy;
  await expect(spans.configure(server.options)).rejects.toThrow();
  await writeFile(caFile, "");
  await spans.configure(server.options);
  expect(server.tracing.exporter).not.toBeNull();
  await spans.stop();
});

describe("conf/tracing.conf", () => {
  const path = resolve(import.meta.dir, "../../conf/tracing.conf");
  const environment = { APP_PASSWORD: "app", ADMIN_PASSWORD: "admin", OTLP_KEY: "collector-key" };

  test("is read as it is meant, and gives no reason for advice", async () => {
    const loaded = await loadConfig(path, environment);
    expect(loaded.problems.map(headline)).toEqual([]);
    expect(lint(loaded).map(({ text }) => text)).toEqual([]);
    expect(loaded.options.otlp).toMatchObject({
      endpoint: ENDPOINT,
      headers: { "api-key": "collector-key" },
    });
    const orders = loaded.options.accounts.find(({ name }) => name === "ORDERS");
    expect([orders?.traceDest, orders?.traceSampling]).toEqual(["trace.orders", 10]);
  });

  test("says how to start it", async () => {
    const text = await readFile(path, "utf8");
    expect(text).toContain("nats-server -c conf/tracing.conf");
    expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
  });
});
