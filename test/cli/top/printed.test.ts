/** `top` where there is no terminal: prints once, or a few times. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeSharedFiles } from "../../conformance/config/shared-files.ts";
import { findPeer } from "../../support/peer.ts";
import { until } from "../../support/until.ts";
import { PUBLISHER } from "../../wire/flood.ts";
import { Stream } from "../../wire/stream.ts";
import { type Outcome, run } from "../program.ts";
import { connection, startMonitor } from "./fake-monitor.ts";

const QUICK = ["-d", "100ms"];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-top-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function top(...args: string[]): Promise<Outcome> {
  return run(["top", ...QUICK, ...args], { cwd: folder });
}

async function table(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await top(...args);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout.split("\n");
}

describe("one table", () => {
  test("tells of the server and of its connections", async () => {
    using monitor = startMonitor();
    monitor.connections = [
      connection(5, {
        name: "worker \u001b[2J\u202e",
        lang: "go",
        version: "1.49.1",
        subscriptions: 12,
        pending_bytes: 12_288,
        out_msgs: 161_600,
        out_bytes: 496_333,
      }),
      connection(17, { ip: "::1", name: "eyJhbGciOi.eyJqdGkiOi.x-y", in_msgs: 7 }),
    ];
    expect(await table("--url", monitor.url)).toEqual([
      "NATS server 2.15.1  up 1m5s  fake  NID",
      "  load  CPU 12.3%       memory 8.0M     subs 42         slow consumers 3",
      "  in    msgs 1.5K       bytes 2.0K      msgs/s 0        bytes/s 0",
      "  out   msgs 3.0M       bytes 5.0M      msgs/s 0        bytes/s 0",
      "",
      "Connections: 2 of 2 by cid",
      "  HOST             CID  NAME                  SUBS  PENDING  MSGS_TO  MSGS_FROM  BYTES_TO  BYTES_FROM  LANG  VERSION  UPTIME  LAST_ACTIVITY",
      "  192.0.2.1:40005    5  worker \\x1b[2J\\u202e    12    12.0K   161.6K          0    484.7K           0  go    1.49.1   3s      2026-01-31T12:34:56Z",
      "  [::1]:40017       17  [REDACTED]               1        0        0          7         0           0                 3s      2026-01-31T12:34:56Z",
      "",
    ]);
    expect(monitor.asked.toSorted().slice(0, 1)).toEqual(["/connz?limit=1024&sort=cid"]);
    // A server without this page is asked once.
    expect(monitor.asked.filter((path) => path.startsWith("/slowz")).length).toBe(1);
  });

  test("marks connections that are about to be cut off", async () => {
    using monitor = startMonitor();
    monitor.connections = [connection(1), connection(2), connection(3)];
    monitor.slow = [
      { cid: 2, pending_percent: 12.4, deadline_in_ms: 900, will_miss_deadline: false },
      {
        cid: 3,
        pending_percent: 80,
        limit_in_ms: 4_000,
        deadline_in_ms: 850,
        will_miss_deadline: true,
      },
    ];
    const lines = await table("--url", monitor.url);
    expect(lines[6]).toStartWith('2 connections are behind, marked with "!"');
    const rows = lines.slice(8, 11).map((line) => line.split(/ {2,}/).slice(0, 3).join("|"));
    expect(rows).toEqual([
      "|192.0.2.1:40001|1",
      "! 192.0.2.1:40002|2|12%",
      "! 192.0.2.1:40003|3|80% 850ms",
    ]);
  });

  test("shows rates, plain numbers and subjects", async () => {
    using monitor = startMonitor();
    const counters = { in_msgs: 0, out_bytes: 0 };
    const start = performance.now();
    const grow = setInterval(() => {
      counters.in_msgs = 10 * (performance.now() - start);
      counters.out_bytes = 2048 * counters.in_msgs;
      Object.assign(monitor.varz, counters);
      monitor.connections = [
        connection(5, { ...counters, subscriptions_list: ["a.>", "b"] }),
        connection(6),
      ];
    }, 1);
    const args = ["--url", monitor.url, "--rates", "-u", "-r", "2", "-n", "1", "--sort", "msgs_to"];
    const text = (await table(...args)).join("\n");
    clearInterval(grow);
    expect(monitor.asked).toContain("/connz?limit=1&sort=msgs_to&subs=1");
    expect(text.match(/Connections: 1 of 2 by msgs_to/g)?.length).toBe(2);
    expect(text).toMatch(/ 9\.\dK\/s| 1[01]\.\dK\/s/);
    expect(text).toMatch(/msgs\/s (9|10|11)\.\dK {3,}/);
    expect(text).toContain("a.>, b");
    expect((await table("--url", monitor.url, "-b"))[3]).toContain("msgs 3000000 ");
  });

  test("goes to a file, and separated for programs", async () => {
    using monitor = startMonitor();
    monitor.connections = [connection(5, { name: 'a,"b"' })];
    expect(await top("--url", monitor.url, "-o", "out.csv", "-l", ",")).toMatchObject({
      code: 0,
      stdout: "",
    });
    expect(await Bun.file(join(folder, "out.csv")).text()).toBe(
      `HOST,CID,NAME,SUBS,PENDING,MSGS_TO,MSGS_FROM,BYTES_TO,BYTES_FROM,LANG,VERSION,UPTIME,LAST_ACTIVITY
192.0.2.1:40005,5,"a,""b""",1,0,0,0,0,0,,,3s,2026-01-31T12:34:56Z
`,
    );
    const { code, stderr } = await top("--url", monitor.url, "-o", "no/such/file");
    expect([code, stderr]).toEqual([
      1,
      "nats-server: open no/such/file: no such file or directory\n",
    ]);
  });

  test("of a server with a base path, a password and a certificate", async () => {
    await writeSharedFiles(join(folder, "shared"));
    const [cert, key] = await Promise.all(
      ["cert", "key"].map((name) => Bun.file(join(folder, `shared/${name}.pem`)).text()),
    );
    using monitor = startMonitor("/base/path", { cert: cert!, key: key! });
    const url = monitor.url.replace("//", "//us%20er:s3cr%40t@");
    const secret = Buffer.from("us er:s3cr@t").toString("base64");
    const { code, stdout, stderr } = await top("--url", `${url}/`, "-k");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("NATS server 2.15.1");
    for (const headers of monitor.headers) {
      expect(headers.get("authorization")).toBe(`Basic ${secret}`);
    }
    const untrusted = await top("--url", url);
    expect(untrusted.code).toBe(1);
    expect(untrusted.stderr).toMatch(
      /^nats-server: https:\/\/127\.0\.0\.1:\d+\/base\/path: .*certificate/i,
    );
    expect(untrusted.stderr + stdout).not.toMatch(/s3cr|us er|us%20er/);
  });
});

describe("a server that cannot be looked at", () => {
  const answers: [string, () => Response, string][] = [
    [
      "asks for a password",
      () => new Response("", { status: 401 }),
      "it asks for a user and a password, which go into --url",
    ],
    [
      "fails",
      () => new Response("no\u001b[2J\nmore", { status: 503 }),
      "it answers 503 no\\x1b[2J",
    ],
    [
      "is elsewhere",
      () => Response.redirect("http://192.0.2.1/"),
      "it sends us elsewhere, which is not followed",
    ],
    ["is another one", () => new Response("<html>"), "it is no monitoring port of a NATS server"],
    [
      "has other fields",
      () => Response.json({ version: "1" }),
      "it is no monitoring port of a NATS server",
    ],
    ["says a list", () => Response.json([]), "it is no monitoring port of a NATS server"],
  ];
  test.each(answers)("%s", async (_, answer, reason) => {
    using monitor = startMonitor();
    monitor.answer = answer;
    expect(await top("-s", "127.0.0.1", "-m", String(monitor.port))).toEqual({
      code: 1,
      stdout: "",
      stderr: `nats-server: ${monitor.url}: ${reason}\n`,
    });
  });

  test("is not there", async () => {
    const monitor = startMonitor();
    monitor[Symbol.dispose]();
    expect((await top("-m", String(monitor.port))).stderr).toBe(
      `nats-server: ${monitor.url}: connection refused\n`,
    );
  });

  test("is one for clients", async () => {
    using listener = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open: (socket) => void socket.write(`INFO {"a":"${"x".repeat(300)}"}\r\n`),
        data() {},
      },
    });
    expect((await top("-m", String(listener.port))).stderr).toBe(
      `nats-server: http://127.0.0.1:${listener.port}: it speaks no HTTP\n`,
    );
  });
});

describe("arguments", () => {
  test.each([
    [["-n", "0"], "-n is a number from 1 to 65536"],
    [["-n", "65537"], "-n is a number from 1 to 65536"],
    [["-r", "x"], '-r is a number, and not "x"'],
    [["-d", "0"], '-d is a time such as 1, 2.5 or 500ms, and not "0"'],
    [["-d", "-1s"], '-d is a time such as 1, 2.5 or 500ms, and not "-1s"'],
    [["-m", "x"], '"x" is no port to connect to'],
    [["-m", "1", "-ms", "2"], "-m and -ms do not go together"],
    [["-s", "a b"], '"a b" is no host'],
    [["--url", "ftp://u:s3cret@h"], "--url is an address such as http://127.0.0.1:8222"],
    [["--url", "http://h", "-m", "1"], "--url says it all: it goes without -s, -m and -ms"],
    [["--cert", "x"], "--cert and --key go together"],
    [["--cacert", "nope.pem"], "open nope.pem: no such file or directory"],
    [["--sorted"], 'there is no option --sorted, did you mean "--sort"?'],
  ])("%p are refused", async (args, reason) => {
    expect(await top(...args)).toEqual({ code: 1, stdout: "", stderr: `nats-server: ${reason}\n` });
  });

  test("name an order that servers know", async () => {
    expect((await top("--sort", "stop")).stderr).toStartWith("nats-server: --sort is one of cid, ");
  });
});

const peer = findPeer();

describe.skipIf(peer === undefined)("the real server", () => {
  test("is shown with what it knows", async () => {
    const child = Bun.spawn([peer!, "-a", "127.0.0.1", "-p", "-1", "-m", "-1"], {
      stdout: "ignore",
      stderr: "pipe",
    });
    let log = "";
    void (async () => {
      for await (const chunk of child.stderr) log += new TextDecoder().decode(chunk);
    })();
    try {
      await until("the server", () => log.includes("Server is ready"));
      const monitor = /monitor on \S+:(\d+)/.exec(log)![1]!;
      const port = Number(/client connections on \S+:(\d+)/.exec(log)![1]);
      const publisher = await Stream.open(port, PUBLISHER);
      const greeting =
        'CONNECT {"verbose":false,"name":"real","lang":"x","version":"9"}\r\nSUB a.b 1\r\n';
      const reader = await Stream.open(port, greeting);
      await publisher.send("PUB a.b 2\r\nhi\r\n");
      for (const sort of ["cid", "pending", "idle", "uptime", "rtt", "last"]) {
        const text = (await table("-m", monitor, "-u", "--sort", sort)).join("\n");
        expect(text).toMatch(/^NATS server 2\.\d+\.\d+ {2}up \d+s {2}N[A-Z2-7]{55}\n/);
        expect(text).toContain(`Connections: 2 of 2 by ${sort}\n`);
        expect(text).toMatch(/ real +1 +0 +1 +0 +2 +0 +x +9 +\d+s +\S+Z +a\.b$/m);
      }
      expect(reader.ended).toBe(false);
    } finally {
      child.kill();
      await child.exited;
    }
  }, 20_000);
});
