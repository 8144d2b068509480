/** `healthcheck` asks real servers, and some that are none. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Socket } from "bun";
import { writeSharedFiles } from "../conformance/config/shared-files.ts";
import { startServer } from "../support/server.ts";
import { type Outcome, run } from "./program.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-health-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function healthcheck(...args: string[]): Promise<Outcome> {
  return run(["healthcheck", ...args], { cwd: folder });
}

interface Fake extends Disposable {
  readonly port: number;
  /** What came from the client. */
  readonly received: () => string;
}

/** A server that says something to a client at once, and more when the client has spoken. */
function fake(greeting: string, answer = ""): Fake {
  let received = "";
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket: Socket) {
        if (greeting === "") socket.end();
        else socket.write(greeting);
      },
      data(socket, chunk) {
        received += chunk.toString();
        if (received.includes("PING\r\n")) socket.write(answer);
      },
    },
  });
  return {
    port: listener.port,
    received: () => received,
    [Symbol.dispose]: () => listener.stop(true),
  };
}

/** A server that greets after a handshake. */
function listenForTls(tls: Bun.TLSOptions, onOpen: () => void): Disposable & { port: number } {
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    tls,
    socket: {
      open: onOpen,
      handshake: (socket, isDone) => void (isDone && socket.write(INFO)),
      data() {},
      error() {},
    },
  });
  return { port: listener.port, [Symbol.dispose]: () => listener.stop(true) };
}

const INFO = 'INFO {"server_name":"n","version":"9.9.9"} \r\n';

function unwell(port: number, why: string): Outcome {
  return { code: 1, stdout: "", stderr: `nats-server: 127.0.0.1:${port} is not well: ${why}\n` };
}

describe("a server is well", () => {
  test("when it answers", async () => {
    await using server = await startServer({ serverName: "tested" });
    const outcome = await healthcheck("-p", String(server.port));
    expect(outcome).toEqual({
      code: 0,
      stdout: `127.0.0.1:${server.port} is well: server tested, version 2.15.1\n`,
      stderr: "",
    });
    expect((await healthcheck("--url", `nats://localhost:${server.port}`)).code).toBe(0);
    expect((await healthcheck("--url", `127.0.0.1:${server.port}`)).code).toBe(0);
  });

  test("where its configuration file says it is", async () => {
    await using server = await startServer();
    await writeFile(join(folder, "a.conf"), `port: ${server.port}\n`);
    expect((await healthcheck("-c", "a.conf")).code).toBe(0);
    await writeFile(join(folder, "a.conf"), "host: 127.0.0.1\nport: -1\n");
    expect((await healthcheck("-c", "a.conf", "-p", String(server.port))).code).toBe(0);
  });

  test("when it asks for credentials", async () => {
    using server = fake(INFO, "-ERR 'Authorization Violation'\r\n");
    expect(await healthcheck("-p", String(server.port))).toEqual({
      code: 0,
      stdout: `127.0.0.1:${server.port} is well: server n, version 9.9.9, asks for credentials\n`,
      stderr: "",
    });
  });

  test("when it asks for TLS", async () => {
    using server = fake('INFO {"server_name":"n","version":"1","tls_required":true}\r\n');
    const { code, stdout } = await healthcheck("-p", String(server.port));
    expect(code).toBe(0);
    expect(stdout).toContain("asks for TLS");
    expect(server.received()).toBe("");
  });

  test("when the TLS handshake comes first, also when it asks for a certificate", async () => {
    await writeSharedFiles(join(folder, "shared"));
    const [cert, key, ca] = await Promise.all(
      ["cert", "key", "ca"].map((name) => Bun.file(join(folder, `shared/${name}.pem`)).text()),
    );
    for (const asks of [false, true]) {
      const { promise, resolve } = Promise.withResolvers<void>();
      using listener = listenForTls(
        { cert: cert!, key: key!, ca: ca!, requestCert: asks, rejectUnauthorized: asks },
        resolve,
      );
      const args = ["-p", String(listener.port), "--tlsfirst"];
      const { code, stdout, stderr } = await healthcheck(...args);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toContain(
        asks ? "server asks for a certificate" : "version 9.9.9, asks for TLS",
      );
      await promise;
      await writeFile(
        join(folder, "first.conf"),
        `port: ${listener.port}\ntls { handshake_first: true, cert_file: shared/cert.pem, key_file: shared/key.pem }\n`,
      );
      expect(await healthcheck("-c", "first.conf")).toEqual({ code, stdout, stderr });
    }
  });

  test("also to a user of its own", async () => {
    using server = fake(INFO, "+OK\r\nPING\r\nPONG\r\n");
    const url = `nats://us%20er:pass@127.0.0.1:${server.port}`;
    const { code, stdout, stderr } = await healthcheck("--url", url);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).not.toMatch(/pass|us/);
    const connect = JSON.parse(/^CONNECT (.*)\r\nPING\r\n$/.exec(server.received())![1]!);
    expect(connect).toMatchObject({ user: "us er", pass: "pass", verbose: false });
    await healthcheck("--url", `nats://t0ken@127.0.0.1:${server.port}`);
    expect(server.received()).toContain('"auth_token":"t0ken"');
  });
});

describe("a server is not well", () => {
  test("when there is none", async () => {
    const server = await startServer();
    const { port } = server;
    await server.stop();
    expect(await healthcheck("-p", String(port))).toEqual(unwell(port, "connection refused"));
  });

  test("when it does not answer in time", async () => {
    for (const greeting of ["I", INFO]) {
      using server = fake(greeting);
      const args = ["-p", String(server.port), "--timeout", "100ms"];
      expect(await healthcheck(...args)).toEqual(unwell(server.port, "no answer within 100ms"));
    }
  });

  test("when it closes the connection", async () => {
    using server = fake("");
    expect(await healthcheck("-p", String(server.port))).toEqual(
      unwell(server.port, "it closed the connection"),
    );
  });

  test("when it refuses", async () => {
    using server = fake(`${INFO}-ERR 'maximum connections exceeded'\r\n`);
    expect(await healthcheck("-p", String(server.port))).toEqual(
      unwell(server.port, "it says 'maximum connections exceeded'"),
    );
  });

  test("when it is none", async () => {
    const greetings = ["SSH-2.0-x\r\n", "INFO {\r\n", "INFO []\r\n", "x".repeat(2 ** 21)];
    for (const greeting of greetings) {
      using server = fake(greeting);
      expect(await healthcheck("-p", String(server.port))).toEqual(
        unwell(server.port, "it is no NATS server"),
      );
    }
  });

  test("and cannot do anything to a terminal", async () => {
    using server = fake(`${INFO.replace('"n"', '"\\u001b[2J"')}-ERR '\u001b[2J'\r\n`);
    expect(await healthcheck("-p", String(server.port))).toEqual(
      unwell(server.port, "it says '?[2J'"),
    );
  });
});

describe("arguments", () => {
  test("name one server", async () => {
    const wrong = "nats-server: --url is an address such as nats://127.0.0.1:4222\n";
    for (const url of ["http://h:1", "nats://u:secret@", "nats://u:secret@h:x", "nats://h:0"]) {
      expect((await healthcheck("--url", url)).stderr).toBe(wrong);
    }
    expect((await healthcheck("--url", "nats://h", "-p", "1")).stderr).toContain("goes without");
    for (const port of ["0", "-1", "65536", "x", ""]) {
      expect((await healthcheck(`--port=${port}`)).stderr).toBe(
        `nats-server: "${port}" is no port to connect to\n`,
      );
    }
  });

  test("may name a file only if it says where to ask", async () => {
    await writeFile(join(folder, "b.conf"), "port: -1\n");
    expect((await healthcheck("-c", "b.conf")).stderr).toContain("leaves the port open");
    await writeFile(join(folder, "b.conf"), "prot: 1\n");
    expect((await healthcheck("-c", "b.conf")).stderr).toContain('unknown field "prot"');
    await writeFile(join(folder, "b.conf"), "prot: 1\nprat: 2\n");
    expect((await healthcheck("-c", "b.conf")).stderr).toContain("b.conf has mistakes");
    expect((await healthcheck("-c", "nope.conf")).stderr).toContain("open nope.conf: no such file");
  });

  test("give a time to wait", async () => {
    for (const time of ["0s", "5", "-1s", "x", ""]) {
      expect((await healthcheck(`--timeout=${time}`)).stderr).toBe(
        `nats-server: --timeout is a time such as 2s or 500ms, and not "${time}"\n`,
      );
    }
  });
});
