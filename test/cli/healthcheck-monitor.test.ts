/** `healthcheck` asks the monitoring port: of this server, of others, and of none. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NatsServer } from "../../src/embed.ts";
import { startMonitored } from "../monitor/http/monitored.ts";
import { Pki } from "../net/tls-pki.ts";
import { peer } from "../process/processes.ts";
import { type Outcome, run } from "./program.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-health-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function healthcheck(...args: string[]): Promise<Outcome> {
  return run(["healthcheck", ...args], { cwd: folder });
}

function portOf(server: NatsServer): string {
  return new URL(server.monitorUrl).port;
}

/** A monitoring port that answers every path in the same way. */
function fake(answers: Readonly<Record<string, () => Response>>): Disposable & { port: string } {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => (answers[new URL(request.url).pathname] ?? notFound)(),
  });
  return { port: String(server.port), [Symbol.dispose]: () => void server.stop(true) };
}

function notFound(): Response {
  return new Response("404 page not found\n", { status: 404 });
}

describe("of this server", () => {
  test("by its port, by its URL, and below a base path", async () => {
    await using server = await NatsServer.start({ httpPort: -1, httpBasePath: "mon" });
    const url = `${server.monitorUrl}/mon`;
    for (const monitor of [url, `${url}/`, url.replace("http://", "")]) {
      expect(await healthcheck("--monitor", monitor)).toEqual({
        code: 0,
        stdout: `${url} is well: 9 checks passed\n`,
        stderr: "",
      });
    }
    await using plain = await NatsServer.start({ httpPort: -1 });
    expect((await healthcheck("-m", portOf(plain))).code).toBe(0);
  });

  test("it says which checks have failed, and why", async () => {
    await using server = await NatsServer.start({ httpPort: -1, maxConnections: 1 });
    const client = server.connectInProcess();
    expect(await healthcheck("-m", portOf(server))).toEqual({
      code: 1,
      stdout: "",
      stderr: `nats-server: ${server.monitorUrl} is not well: connections: 1 of max_connections = 1\n`,
    });
    await client.close();
  });

  test("where its configuration says it is, unless a port for clients is named", async () => {
    await using server = await NatsServer.start({ httpPort: -1, httpBasePath: "x" });
    const http = portOf(server);
    const text = `host: 127.0.0.1\nport: ${server.port}\nhttp_port: ${http}\nhttp_base_path: /x/\n`;
    await writeFile(join(folder, "a.conf"), text);
    const { stdout } = await healthcheck("-c", "a.conf");
    expect(stdout).toBe(`http://127.0.0.1:${http}/x is well: 9 checks passed\n`);
    const other = await healthcheck("-c", "a.conf", "-p", String(server.port));
    expect(other.stdout).toContain(`127.0.0.1:${server.port} is well: server `);
  });

  test("clients' port decides when nobody answers on the other one", async () => {
    await using server = await NatsServer.start();
    using silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    for (const http of [1, silent.port]) {
      const text = `host: 127.0.0.1\nport: ${server.port}\nhttp_port: ${http}\n`;
      await writeFile(join(folder, "b.conf"), text);
      const { code, stdout } = await healthcheck("-c", "b.conf", "--timeout", "1s");
      expect([code, stdout]).toEqual([0, expect.stringContaining(" is well: server ")]);
    }
  });

  test("both ports together have the time that is given", async () => {
    using silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const text = `host: 127.0.0.1\nport: ${silent.port}\nhttp_port: ${silent.port}\n`;
    await writeFile(join(folder, "c.conf"), text);
    expect((await healthcheck("-c", "c.conf", "--timeout", "1s")).stderr).toBe(
      `nats-server: 127.0.0.1:${silent.port} is not well: no answer within 500ms\n`,
    );
  });
});

test("with a certificate that nobody knows", async () => {
  await using pki = await Pki.make();
  await pki.issue("own", {});
  using server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: { cert: Bun.file(pki.path("own.pem")), key: Bun.file(pki.path("own.key")) },
    fetch: () => Response.json({ status: "ok", checks: [] }),
  });
  const url = `https://127.0.0.1:${server.port}`;
  expect((await healthcheck("-m", url)).stdout).toBe(`${url} is well: 0 checks passed\n`);
});

test.skipIf(peer === undefined)("of nats-server, which has /healthz alone", async () => {
  await using real = await startMonitored([peer!]);
  expect(await healthcheck("-m", String(real.port))).toEqual({
    code: 0,
    stdout: `http://127.0.0.1:${real.port} is well: status ok\n`,
    stderr: "",
  });
});

describe("of others", () => {
  const ILL = { status: "unavailable", error: "JetStream\u001b[2J not enabled" };

  test.each([
    [{ "/healthz": () => Response.json(ILL, { status: 503 }) }, "JetStream?[2J not enabled"],
    [{}, "it is no NATS server"],
    [{ "/healthz": () => new Response("x".repeat(2 ** 20)) }, "it is no NATS server"],
    [{ "/healthz": () => Response.json({}) }, "it is no NATS server"],
    [{ "/readyz": () => Response.json({ checks: [] }, { status: 503 }) }, "status 503"],
    [{ "/readyz": () => Response.json({ checks: [null] }, { status: 503 }) }, "unknown: unknown"],
  ])("%# is not well", async (answers, why) => {
    using server = fake(answers as Record<string, () => Response>);
    const { code, stderr } = await healthcheck("-m", server.port);
    expect(code).toBe(1);
    expect(stderr).toContain("is not well: ");
    expect(stderr).toContain(why);
  });

  test("nobody is there, or nobody answers in time", async () => {
    expect((await healthcheck("-m", "1")).stderr).toContain("http://127.0.0.1:1 is not well: ");
    using silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    expect((await healthcheck("-m", String(silent.port), "--timeout", "100ms")).stderr).toBe(
      `nats-server: http://127.0.0.1:${silent.port} is not well: no answer within 100ms\n`,
    );
  });
});

test("--monitor names one port, and no credentials", async () => {
  for (const monitor of ["0", "65536", "", "http://u:s3cret@h:1", "ftp://h:1", "http://"]) {
    const { code, stderr } = await healthcheck(`--monitor=${monitor}`);
    expect([code, stderr]).toEqual([
      1,
      "nats-server: --monitor is a port or an address such as http://127.0.0.1:8222\n",
    ]);
  }
  expect((await healthcheck("-m", "1", "-p", "2")).stderr).toContain("goes without");
});
