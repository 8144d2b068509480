/** The examples in `conf`: both servers accept them, and there is nothing to be said about them. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { headline } from "../../src/config/language/problem.ts";
import { lint } from "../../src/config/lint/lint.ts";
import { loadConfig } from "../../src/config/load.ts";
import { writeSharedFiles } from "../conformance/config/shared-files.ts";
import { ours, peer, ServerProcess } from "../process/processes.ts";

const FOLDER = resolve(import.meta.dir, "../../conf");
const EXAMPLES = [
  ...["cloud", "cluster", "cluster-local", "cluster-tls", "complete", "edge"],
  ...["minimal", "secure", "supercluster", "supercluster-secure", "tenants"],
];
/** Of what nats-server does not have. They are looked at where that is tested. */
const OWN_EXAMPLES = ["monitoring", "oidc", "tracing"];

/** Advice that is given all the same, and why the example stays as it is. */
const ADVICE: Readonly<Record<string, readonly string[]>> = {
  // It repeats the example of nats-server's own description, and explains in a comment what to mind.
  complete: ["servers that this one learns of from others are sent this hash, and refuse it"],
};

let folder: string;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-examples-"));
  await writeSharedFiles(folder);
  environment = {
    SERVER_NAME: "east-1",
    CLIENT_PASSWORD: "client-secret",
    APP_PASSWORD: "app-secret",
    SHOP_PASSWORD: "shop-secret",
    BILLING_PASSWORD: "billing-secret",
    ADMIN_PASSWORD: "admin-secret",
    OPERATOR_PASSWORD: "operator-secret",
    ROUTE_PASSWORD: "route-secret",
    GATEWAY_PASSWORD: "gateway-secret",
    GATEWAY_PORT: "-1",
    CLUSTER: "A",
    ROUTE_1: "nats://route:route-secret@east-1.example.com:6222",
    ROUTE_2: "nats://route:route-secret@east-2.example.com:6222",
    ROUTE_3: "nats://route:route-secret@east-3.example.com:6222",
    TLS_CERT: join(folder, "cert.pem"),
    TLS_KEY: join(folder, "key.pem"),
    TLS_CA: join(folder, "ca.pem"),
  };
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function pathOf(name: string): string {
  return join(FOLDER, `${name}.conf`);
}

/** The verdict of `-t` with its digest; what else is printed is advice. */
async function verdictOf(command: readonly string[], path: string): Promise<[number, string]> {
  const child = Bun.spawn([...command, "-t", "-c", path], {
    env: { ...process.env, ...environment },
    stdout: "ignore",
    stderr: "pipe",
  });
  const stderr = await child.stderr.text();
  return [await child.exited, stderr.split("\n", 1)[0]!];
}

/** The example with free ports of this machine, and without servers elsewhere or fixed paths. */
async function writeHarmless(name: string): Promise<string> {
  const text = (await readFile(pathOf(name), "utf8"))
    .replace(/^(\s*(?:listen|http):\s*)[\w.]+:\d+/gm, "$1 127.0.0.1:-1")
    .replace(/^(?:log_file|logtime):.*$/gm, "")
    .replaceAll(".example.com", ".invalid")
    .replaceAll('"/tmp/', `"${folder}/`);
  const path = join(folder, `${name}.conf`);
  await writeFile(path, text);
  return path;
}

test("every example is looked at", async () => {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith(".conf"));
  expect(files.sort()).toEqual([...EXAMPLES, ...OWN_EXAMPLES].map((name) => `${name}.conf`).sort());
});

describe.each(EXAMPLES)("conf/%s.conf", (name) => {
  test.skipIf(peer === undefined)("is valid, with nats-server's digest", async () => {
    const [real, own] = await Promise.all([
      verdictOf([peer!], pathOf(name)),
      verdictOf(ours, pathOf(name)),
    ]);
    expect(real[0]).toBe(0);
    expect(own).toEqual(real);
  });

  test("gives no reason for advice", async () => {
    const loaded = await loadConfig(pathOf(name), environment);
    const texts = lint(loaded).map(({ text }) => text);
    expect(texts).toEqual([...(ADVICE[name] ?? [])]);
    expect(loaded.problems.filter(({ severity }) => severity !== "lint").map(headline)).toEqual([]);
  });

  test("starts, as it does in nats-server", async () => {
    const path = await writeHarmless(name);
    const variables = Object.fromEntries(
      Object.entries(environment).map(([key, value]) => [
        key,
        value.replace(".example.com", ".invalid"),
      ]),
    );
    for (const command of [ours, ...(peer === undefined ? [] : [[peer]])]) {
      await using server = await ServerProcess.start([...command, "-c", path], variables);
      expect(server.port).toBeGreaterThan(0);
      server.kill("SIGTERM");
      expect(await server.exit()).toBe(0);
    }
  });

  test("says what it is and how to start it, and explains itself", async () => {
    const text = await readFile(pathOf(name), "utf8");
    expect(text).toMatch(/^# [A-Z]/);
    expect(text).toContain(`nats-server -c conf/${name}.conf`);
    for (const variable of text.matchAll(/^[^#\n]*[\s[]\$([A-Z][A-Z_0-9]*)/gm)) {
      const isExplained = text.includes(`${variable[1]}=`) || text.includes(`${variable[1]}: `);
      expect([variable[1], isExplained]).toEqual([variable[1], true]);
    }
    expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
  });
});
