/** The compiled executable, as `bun run build` leaves it: what it prints, starts and stops with. */

import { afterEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { checkIntegrity } from "../scripts/build/runtime.ts";
import { BUILD_TARGETS } from "../scripts/build/targets.ts";
import { Wire } from "./support/wire.ts";

const BINARY = resolve(import.meta.dir, "../dist/nats-server");
const DEADLINE_MS = 5_000;
/** `[4242] 2026/01/31 12:34:56.123456 [INF] text` */
const LOG_LINE = /^\[(\d+)\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} \[([A-Z]{3})\] (.*)$/;

if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: bun run build makes it`);

/** A started executable and what it has logged so far. */
class Process {
  readonly child: Bun.Subprocess<"ignore", "ignore", "pipe">;
  #log = "";
  readonly #reading: Promise<void>;

  constructor(...args: string[]) {
    this.child = Bun.spawn([BINARY, "-a", "127.0.0.1", ...args], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    this.#reading = this.#read();
  }

  /** Level and text of each line. */
  get lines(): string[] {
    const complete = this.#log.split("\n").slice(0, -1);
    return complete.map((line) => {
      const match = LOG_LINE.exec(line);
      return match?.[1] === String(this.child.pid)
        ? `${match[2]} ${match[3]}`
        : `no log line: ${line}`;
    });
  }

  /** The port it listens on, once it says that it is ready. */
  async ready(): Promise<number> {
    const deadline = performance.now() + DEADLINE_MS;
    while (!this.lines.includes("INF Server is ready")) {
      if (performance.now() > deadline) throw new Error(`not ready:\n${this.#log}`);
      await Bun.sleep(5);
    }
    return Number(/Listening for client connections on 127\.0\.0\.1:(\d+)/.exec(this.#log)?.[1]);
  }

  /** Exit code, once everything it logged has been read. */
  async exit(): Promise<number> {
    await this.#reading;
    return this.child.exited;
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.child.stderr)
      this.#log += decoder.decode(chunk, { stream: true });
  }
}

const started: Process[] = [];

function start(...args: string[]): Process {
  const process = new Process(...args);
  started.push(process);
  return process;
}

afterEach(async () => {
  for (const process of started.splice(0)) {
    process.child.kill("SIGKILL");
    await process.exit();
  }
});

function run(args: string[], cwd?: string) {
  const { stdout, stderr, exitCode } = Bun.spawnSync([BINARY, ...args], cwd ? { cwd } : {});
  return { stdout: stdout.toString(), stderr: stderr.toString(), exitCode };
}

describe("a run that only prints", () => {
  const version = {
    stdout: expect.stringMatching(
      /^nats-server: v\d+\.\d+\.\d+ \(bun-nats-server \d+\.\d+\.\d+\)\n$/,
    ),
    stderr: "",
    exitCode: 0,
  };

  test("-v shows the compatible version and then our own", () => {
    expect(run(["-v"])).toEqual(version);
    expect(run(["--version"])).toEqual(version);
    expect(run(["-h", "-v"])).toEqual(version);
    expect(run(["-v"]).stdout).toContain(`bun-nats-server ${manifest.version})`);
  });

  test("-h shows the usage", () => {
    const help = run(["-h"]);
    expect(help).toMatchObject({ stderr: "", exitCode: 0 });
    expect(help.stdout).toStartWith("\nUsage: nats-server [options]\n\nServer Options:\n");
  });

  test("an unknown flag shows the usage and ends with 0, as in nats-server", () => {
    const { stdout } = run(["-h"]);
    const stderr = "flag provided but not defined: -nope\n";
    expect(run(["--nope"])).toEqual({ stdout, stderr, exitCode: 0 });
  });

  test("an unknown command ends with 1", () => {
    const stderr = 'nats-server: unrecognized command: "nope"\n';
    expect(run(["nope"])).toEqual({ stdout: "", stderr, exitCode: 1 });
  });

  test("the folder it is started in makes no difference", async () => {
    const folder = await mkdtemp(join(tmpdir(), "nats-server-cwd-"));
    try {
      await writeFile(join(folder, "bunfig.toml"), 'preload = ["./missing.ts"]\n');
      await writeFile(join(folder, ".env"), "BUN_OPTIONS=--missing\n");
      expect(run(["-v"], folder)).toEqual(version);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("a running server", () => {
  test("logs its banner, serves a client and stops at SIGTERM", async () => {
    const server = start("-p", "-1", "-n", "under-test");
    const port = await server.ready();
    const banner = [
      "INF Starting nats-server",
      expect.stringMatching(/^INF {3}Version: {2}\d+\.\d+\.\d+/),
      expect.stringMatching(/^INF {3}Git: {6}\[(?:not set|[0-9a-f]{7,})\]$/),
      "INF   Name:     under-test",
      expect.stringMatching(/^INF {3}ID: {7}N[A-Z2-7]{55}$/),
      `INF Listening for client connections on 127.0.0.1:${port}`,
      "INF Server is ready",
    ];
    expect(server.lines).toEqual(banner);

    const client = await Wire.connect(port);
    expect(
      await client.waitFor(/^INFO \{"server_id":"N.*"server_name":"under-test".*\} ?\r\n/),
    ).toBe(true);
    await client.send('CONNECT {"verbose":false}\r\nSUB a 1\r\nPUB a 2\r\nhi\r\nPING\r\n');
    expect(await client.waitFor("MSG a 1 2\r\nhi\r\nPONG\r\n")).toBe(true);

    server.child.kill("SIGTERM");
    expect(await server.exit()).toBe(0);
    expect(await client.waitForEnd()).toBe(true);
    expect(server.lines).toEqual([
      ...banner,
      'INF Trapped "terminated" signal',
      "INF Initiating Shutdown...",
      "INF Server Exiting..",
    ]);
  });

  test("stops at SIGINT", async () => {
    const server = start("-p", "-1");
    await server.ready();
    server.child.kill("SIGINT");
    expect(await server.exit()).toBe(0);
    expect(server.lines).toContain('INF Trapped "interrupt" signal');
  });

  test("logs connections with -D, and lines with -V", async () => {
    const server = start("-p", "-1", "-DV");
    const client = await Wire.connect(await server.ready());
    await client.send("PING\r\n");
    expect(await client.waitFor("PONG\r\n")).toBe(true);
    client.close();
    server.child.kill("SIGTERM");
    await server.exit();
    const label = String.raw`127\.0\.0\.1:\d+ - cid:5`;
    const log = server.lines.join("\n");
    expect(log).toMatch(new RegExp(`^DBG ${label} - Client connection created$`, "m"));
    expect(log).toMatch(new RegExp(`^TRC ${label} - <<- \\[PING\\]$`, "m"));
    expect(log).toMatch(new RegExp(`^TRC ${label} - ->> \\[PONG\\]$`, "m"));
  });

  test("ends with 1 when its port is taken", async () => {
    const port = await start("-p", "-1").ready();
    const second = start("-p", String(port));
    expect(await second.exit()).toBe(1);
    expect(second.lines.at(-1)).toBe(
      `FTL Error listening on port: 127.0.0.1:${port}, ` +
        `"listen tcp 127.0.0.1:${port}: bind: address already in use"`,
    );
  });
});

describe("building for other platforms", () => {
  test("a runtime that is not the locked one is refused", () => {
    const archive = Buffer.from("runtime");
    const digest = new Bun.CryptoHasher("sha512").update(archive).digest("base64");
    expect(() => checkIntegrity(archive, `sha512-${digest}`)).not.toThrow();
    expect(() => checkIntegrity(Buffer.from("other"), `sha512-${digest}`)).toThrow(
      "package-lock.json",
    );
  });

  test("the lockfile pins the runtime of every target, at the version of the compiler", async () => {
    const lockfile = await Bun.file(resolve(import.meta.dir, "../package-lock.json")).json();
    for (const { runtimePackage } of BUILD_TARGETS) {
      expect(lockfile.packages[`node_modules/${runtimePackage}`]).toMatchObject({
        version: Bun.version,
        integrity: expect.stringMatching(/^sha512-/),
      });
    }
  });
});
