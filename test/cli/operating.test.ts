/**
 * What nats-server's own description tells operators to type, typed at the executable.
 *
 * Addresses are those of the description, so nothing else may listen on port 4222 meanwhile.
 */

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { until } from "../support/server.ts";
import { Wire } from "../support/wire.ts";

const ROOT = resolve(import.meta.dir, "../..");
const EXECUTABLE = resolve(ROOT, process.env.NATS_SERVER_BINARY ?? "dist/nats-server");

/** The arguments that the description lists. */
const ARGUMENTS = `
  -a --addr -p --port -P --pid -m --http_port -ms --https_port -c --config -sl --signal
  --client_advertise -t -l --log -T --logtime -s --syslog -r --remote_syslog -D --debug -V --trace
  -DV --user --pass --auth --tls --tlscert --tlskey --tlsverify --tlscacert --routes --cluster
  --no_advertise --cluster_advertise --connect_retries -h --help -v --version --help_tls`
  .trim()
  .split(/\s+/);

let folder: string;
const started: Bun.Subprocess[] = [];

interface Running {
  readonly pid: number;
  readonly log: () => string;
  readonly exited: Promise<number>;
  kill(signal: NodeJS.Signals): void;
}

beforeAll(async () => {
  if (!existsSync(EXECUTABLE)) throw new Error("bun run build makes the executable");
  folder = await mkdtemp(join(tmpdir(), "nats-operating-"));
  await symlink(EXECUTABLE, join(folder, "nats-server"));
});

/** What a failed test leaves behind. */
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Types a command line in a folder that holds the executable, as the description has it. */
function start(...args: string[]): Running {
  const child = Bun.spawn(["./nats-server", ...args], {
    cwd: folder,
    stdout: "ignore",
    stderr: "pipe",
  });
  started.push(child);
  let log = "";
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) log += decoder.decode(chunk, { stream: true });
  })();
  return { pid: child.pid, log: () => log, exited: child.exited, kill: (s) => child.kill(s) };
}

interface Around {
  /** The servers that `pgrep` finds. */
  readonly pids?: readonly number[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command to its end. */
async function run(args: string[], { pids = [], env = {} }: Around = {}) {
  const bin = join(folder, "bin");
  await Bun.write(join(bin, "pgrep"), `#!/bin/sh\n${pids.map((pid) => `echo ${pid}\n`).join("")}`);
  await chmod(join(bin, "pgrep"), 0o755);
  const child = Bun.spawn([join(folder, "nats-server"), ...args], {
    cwd: folder,
    env: { ...process.env, ...env, PATH: `${bin}:${process.env.PATH}` },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { code: await child.exited, stdout, stderr };
}

const DONE = { code: 0, stdout: "", stderr: "" };

async function ready(server: Running): Promise<Running> {
  await until("Server is ready", () => server.log().includes("Server is ready"));
  return server;
}

describe("running", () => {
  test("with default settings, and talking to it by hand", async () => {
    const server = await ready(start());
    try {
      const lines = server.log().trimEnd().split("\n");
      expect(lines[0]).toMatch(
        /^\[\d+\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} \[INF\] Starting nats-server$/,
      );
      expect(lines.at(-2)).toEndWith("[INF] Listening for client connections on 0.0.0.0:4222");
      expect(lines.at(-1)).toEndWith("[INF] Server is ready");

      const telnet = await Wire.connect(4222);
      expect(await telnet.waitFor("\r\n")).toBe(true);
      expect(telnet.text).toStartWith('INFO {"server_id":"');
      await telnet.send("SUB foo 1\r\n");
      expect(await telnet.waitFor("+OK\r\n")).toBe(true);
      await telnet.send("PUB foo 11\r\nHello World\r\n");
      expect(await telnet.waitFor(/\+OK\r\n\+OK\r\nMSG foo 1 11\r\nHello World\r\n$/)).toBe(true);
      telnet.close();
    } finally {
      server.kill("SIGINT");
      expect(await server.exited).toBe(0);
    }
  });
});

describe("process signaling", () => {
  test("reload, reopen and stop find the one server", async () => {
    await writeFile(join(folder, "one.conf"), "listen: 127.0.0.1:-1\nmax_payload: 1000\n");
    const server = start("-c", "one.conf", "-l", "one.log");
    const found = { pids: [server.pid] };
    const log = (name = "one.log"): Promise<string> => readFile(join(folder, name), "utf8");
    await until("log file", () => existsSync(join(folder, "one.log")));
    await waitFor(log, "Server is ready");

    await writeFile(join(folder, "one.conf"), "listen: 127.0.0.1:-1\nmax_payload: 2000\n");
    expect(await run(["-sl", "reload"], found)).toEqual(DONE);
    await waitFor(log, "Reloaded: max_payload = 2000");
    await waitFor(log, "Reloaded server configuration (sha256:");

    await rename(join(folder, "one.log"), join(folder, "old.log"));
    expect(await run(["-sl", "reopen"], found)).toEqual(DONE);
    await until("new log file", () => existsSync(join(folder, "one.log")));
    await waitFor(log, "File log re-opened");
    expect(await log("old.log")).toContain("Server is ready");

    expect(await run(["-sl", "stop"], found)).toEqual(DONE);
    expect(await server.exited).toBe(137);
    expect(server.log()).toBe("");
  });

  test("stop by process id", async () => {
    const server = await ready(start("-a", "127.0.0.1", "-p", "-1"));
    expect(await run(["-sl", `stop=${server.pid}`])).toEqual(DONE);
    expect(await server.exited).toBe(137);
  });

  test("stop by pid file", async () => {
    const pidFile = join(folder, "nats.pid");
    const server = await ready(start("-a", "127.0.0.1", "-p", "-1", "-P", pidFile));
    expect(await readFile(pidFile, "utf8")).toBe(String(server.pid));
    expect(await run(["-sl", `stop=${pidFile}`])).toEqual(DONE);
    expect(await server.exited).toBe(137);
  });

  test("several servers have to be told apart", async () => {
    const first = await ready(start("-a", "127.0.0.1", "-p", "-1"));
    const { code, stderr } = await run(["-sl", "stop"], { pids: [first.pid, 999_999_999] });
    expect(code).toBe(1);
    expect(stderr).toBe(
      `nats-server: multiple nats-server processes running:\n${first.pid}\n999999999\n`,
    );
    first.kill("SIGTERM");
    expect(await first.exited).toBe(0);
  });
});

describe("signals of the system", () => {
  test.each([
    ["SIGKILL", 137],
    ["SIGINT", 0],
  ] as const)("%s ends it with %d", async (signal, code) => {
    const server = await ready(start("-a", "127.0.0.1", "-p", "-1"));
    server.kill(signal);
    expect(await server.exited).toBe(code);
  });

  test("SIGUSR1 and SIGHUP are taken", async () => {
    await writeFile(join(folder, "s.conf"), "listen: 127.0.0.1:-1\n");
    const server = await ready(start("-c", "s.conf"));
    server.kill("SIGUSR1");
    await until("reopen", () => server.log().includes("File log re-open ignored"));
    server.kill("SIGHUP");
    await until("reload", () => server.log().includes("Reloaded server configuration (sha256:"));
    server.kill("SIGINT");
    expect(await server.exited).toBe(0);
  });
});

describe("command line arguments", () => {
  test("every one that the description lists is in the usage text", async () => {
    const { stdout } = await run(["-h"]);
    const listed = new Set(stdout.match(/(?<=[\s,])--?\w+/g));
    expect(ARGUMENTS.filter((name) => !listed.has(name))).toEqual([]);
  });

  test.each([
    ["-a 127.0.0.1 -p -1", ""],
    ["--addr 127.0.0.1 --port -1 -T=false -D", "[DBG]   Bun:"],
    ["-a 127.0.0.1 -p -1 -P a.pid -l a.log --client_advertise example.com:1", ""],
    ["-a 127.0.0.1 -p -1 -m -1", "Starting http monitor on 127.0.0.1:"],
    ["-a 127.0.0.1 -p -1 -V", ""],
    ["-a 127.0.0.1 -p -1 -DV", "[DBG]"],
    ["-a 127.0.0.1 -p -1 --user u --pass p", "[WRN] Plaintext passwords detected"],
    ["-a 127.0.0.1 -p -1 --auth t", ""],
  ])("%s starts a server", async (line, says) => {
    const file = join(folder, "a.log");
    const server = start(...line.split(" "));
    const log = async (): Promise<string> =>
      server.log() + (line.includes("-l ") ? await readFile(file, "utf8") : "");
    await waitFor(log, "Server is ready");
    expect(await log()).toContain(says);
    server.kill("SIGINT");
    expect(await server.exited).toBe(0);
  });

  test.each([
    ["--user u --pass p", '"user":"u","pass":"p"', '"user":"u","pass":"x"'],
    ["--auth t", '"auth_token":"t"', '"auth_token":"x"'],
  ])("%s let in whoever knows them, and nobody else", async (flags, right, wrong) => {
    const server = start("-a", "127.0.0.1", "-p", "-1", ...flags.split(" "));
    await waitFor(async () => server.log(), "Server is ready");
    const port = Number(/client connections on 127\.0\.0\.1:(\d+)/.exec(server.log())![1]);
    for (const [credentials, answer] of [
      [right, /PONG\r\n$/],
      [wrong, /-ERR 'Authorization Violation'\r\n$/],
    ] as const) {
      const wire = await Wire.connect(port);
      await wire.send(`CONNECT {"verbose":false,${credentials}}\r\nPING\r\n`);
      expect(await wire.waitFor(answer)).toBe(true);
      expect(wire.text).toContain('"auth_required":true');
      wire.close();
    }
    server.kill("SIGINT");
    expect(await server.exited).toBe(0);
  });

  test.each([["-v"], ["--version"]])("%s shows the version", async (flag) => {
    const { code, stdout } = await run([flag]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^nats-server: v2\.\d+\.\d+ /)]);
  });

  test.each([["-h"], ["--help"], ["--help_tls"]])("%s shows help", async (flag) => {
    const { code, stdout, stderr } = await run([flag]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.length).toBeGreaterThan(500);
  });

  test("they count for more than the file", async () => {
    await writeFile(join(folder, "o.conf"), "listen: 127.0.0.1:1\nlogtime: true\n");
    const server = await ready(start("-c", "o.conf", "-p", "-1", "-T=false"));
    expect(server.log()).toMatch(/^\[\d+\] \[INF\] Starting nats-server\n/);
    server.kill("SIGINT");
    expect(await server.exited).toBe(0);
  });
});

describe("clustering", () => {
  const LISTENS = /\[INF\] Listening for route connections on 127\.0\.0\.1:\d+\n/;

  test.each([
    ["--cluster nats://127.0.0.1:-1 --routes nats://127.0.0.1:1", "Cluster name was dynamically"],
    ["-cluster nats://127.0.0.1:-1 -cluster_name east -D", "Cluster name is east"],
    [
      "--cluster_listen nats://u:p@127.0.0.1:-1 --no_advertise=true --cluster_advertise h:1 --connect_retries 1",
      "Cluster name is ",
    ],
  ])("%s listens for other servers", async (line, says) => {
    const server = await ready(start("-a", "127.0.0.1", "-p", "-1", ...line.split(" ")));
    await until("routes", () => LISTENS.test(server.log()));
    expect(server.log()).toContain(says);
    expect(server.log()).not.toContain("no effect");
    server.kill("SIGINT");
    expect(await server.exited).toBe(0);
  });

  test.each(["listen: 127.0.0.1:4248", "host: 127.0.0.1\n  port: 4248"])(
    "a seed server's file with %j is taken",
    async (cluster) => {
      const text = `# Cluster Seed Node\n\nlisten: 127.0.0.1:4222\nhttp: -1\n\ncluster {\n  ${cluster}\n}\n`;
      await writeFile(join(folder, "seed.conf"), text);
      const server = await ready(start("-config", "./seed.conf", "-D"));
      await until("routes", () => LISTENS.test(server.log()));
      expect(server.log()).toContain("Listening for route connections on 127.0.0.1:4248");
      expect(server.log()).toContain("Starting http monitor on 127.0.0.1:");
      expect(server.log()).toContain("Listening for client connections on 127.0.0.1:4222");
      server.kill("SIGINT");
      expect(await server.exited).toBe(0);
    },
  );
});

describe("configuration", () => {
  test("the long example starts", async () => {
    const config = join(ROOT, "conf/complete.conf");
    const logFile = join(folder, "complete.log");
    const pidFile = join(folder, "complete.pid");
    const server = start("-c", config, "-p", "-1", "-l", logFile, "-P", pidFile);
    await until("log file", () => existsSync(logFile));
    const log = (): Promise<string> => readFile(logFile, "utf8");
    await waitFor(log, "Server is ready");
    // `logtime: false` in the file.
    expect(await log()).toMatch(/^\[\d+\] \[INF\] Starting nats-server\n/);
    expect(await log()).toContain(`Using configuration file: ${config} (sha256:33d4bc35f2ceb27c`);
    server.kill("SIGTERM");
    expect(await server.exited).toBe(0);
  });

  test("variables are of the file, of a block or of the environment", async () => {
    await writeFile(
      join(folder, "v.conf"),
      `listen: "127.0.0.1:-1"
LIMIT = 2000
max_payload = $LIMIT
authorization {
  PASSWORD: hidden
  users = [ {user: a, password: $PASSWORD} ]
}
max_control_line: $OPERATING_LINE
`,
    );
    const env = { OPERATING_LINE: "600" };
    const outcome = await run(["config", "explain", "v.conf"], { env });
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toContain("v.conf:3: max_payload = 2000\n");
    expect(outcome.stdout).toContain("max_control_line = 600\n");
    expect(outcome.stdout).not.toContain("hidden");
    expect((await run(["-c", "v.conf", "-t"], { env })).code).toBe(0);

    const unset = await run(["-c", "v.conf", "-t"]);
    expect(unset.code).toBe(1);
    expect(unset.stderr).toStartWith(
      "nats-server: variable reference for 'OPERATING_LINE' on line 8 can not be found\n",
    );
    // The description has it that case does not count; it does.
    await writeFile(join(folder, "v.conf"), "limit = 2000\nmax_payload = $LIMIT\n");
    expect((await run(["-c", "v.conf", "-t"])).stderr).toContain("for 'LIMIT' on line 2");
  });

  test("paths of Windows need their backslashes doubled", async () => {
    await writeFile(join(folder, "w.conf"), 'log_file:  "c:\\\\logging\\\\log.txt"\n');
    expect((await run(["-c", "w.conf", "-t"])).code).toBe(0);
    await writeFile(join(folder, "w.conf"), 'log_file:  "c:\\logging\\log.txt"\n');
    const { code, stderr } = await run(["-c", "w.conf", "-t"]);
    expect(code).toBe(1);
    expect(stderr).toContain("Invalid escape character 'l'.");
  });
});

/** Waits for a piece of text in a log file. */
async function waitFor(read: () => Promise<string>, text: string): Promise<void> {
  let seen = "";
  const deadline = performance.now() + 4000;
  while (!seen.includes(text)) {
    if (performance.now() > deadline) throw new Error(`no "${text}" in:\n${seen}`);
    await Bun.sleep(5);
    seen = await read().catch(() => "");
  }
}
