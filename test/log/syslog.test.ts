/** Logging to syslog daemons: real sockets of every kind, and what becomes of them. */

import { afterEach, describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { hostname } from "node:os";
import type { LogTarget } from "../../src/log/log-target.ts";
import { Logger } from "../../src/log/logger.ts";
import { openLog } from "../../src/log/open-log.ts";
import { createLocalFormat, DAEMON_FACILITY } from "../../src/log/syslog-line.ts";
import { localDialer } from "../../src/log/syslog-local.ts";
import { SyslogTarget } from "../../src/log/syslog-target.ts";
import { findPeer } from "../support/peer.ts";
import { until } from "../support/server.ts";
import { Folder, Reports, settings } from "./files.ts";
import { startLoggingPeer } from "./logging-peer.ts";
import { UnixListener } from "./unix-listener.ts";

const LEVELS = { debug: true, trace: true };
const TAG = `${process.argv0.split("/").at(-1)}[${process.pid}]`;
const LOCAL = "[A-Z][a-z]{2} [ 123]\\d \\d\\d:\\d\\d:\\d\\d";
const RFC3339 = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:Z|[+-]\\d\\d:\\d\\d)";
const peer = findPeer();

/** A daemon that takes messages over UDP, TCP or a Unix stream. */
interface Daemon {
  url: string;
  text: string;
  close(): void;
}

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function udpDaemon(port = 0): Promise<Daemon> {
  const daemon: Daemon = { url: "", text: "", close: () => socket.close() };
  const socket = await Bun.udpSocket({
    hostname: "127.0.0.1",
    port,
    socket: {
      data(_, message) {
        daemon.text += message.toString();
      },
    },
  });
  daemon.url = `udp://127.0.0.1:${socket.port}`;
  open.push(daemon);
  return daemon;
}

function streamDaemon(where: { port: number } | { unix: string }): Daemon {
  const decoder = new TextDecoder();
  const socket = {
    data(_: unknown, chunk: Uint8Array) {
      daemon.text += decoder.decode(chunk);
    },
  };
  const isUnix = "unix" in where;
  const listener = isUnix
    ? Bun.listen({ unix: where.unix, socket })
    : Bun.listen({ hostname: "127.0.0.1", port: where.port, socket });
  const daemon: Daemon = {
    url: isUnix
      ? `unix://${where.unix}`
      : `tcp://localhost:${"port" in listener ? listener.port : ""}`,
    text: "",
    close: () => listener.stop(true),
  };
  open.push(daemon);
  return daemon;
}

async function openRemote(url: string): Promise<LogTarget> {
  const target = await openLog(settings({ remoteSyslog: url }));
  open.push(target);
  return target;
}

async function openLocal(paths: string[], reports = new Reports()): Promise<SyslogTarget> {
  const format = await createLocalFormat(DAEMON_FACILITY);
  const target = await SyslogTarget.open("Syslog", localDialer(paths), format, reports.report);
  open.push(target);
  return target;
}

function logAll(target: LogTarget): void {
  const log = new Logger(target, LEVELS);
  log.info("a");
  log.warn("b");
  log.error("c");
  log.fatal("d");
  log.debug("e");
  log.trace("f");
}

/** `<PRI>` of each line, and whether the rest has this form. */
function priorities(text: string, form: string): number[] {
  const lines = text.split(/(?<=\n)/);
  return lines.map((line, i) => {
    const text = "abcdef"[i];
    expect(line).toMatch(new RegExp(`^<\\d+>${form} ${RegExp.escape(TAG)}: ${text}\\n$`));
    return Number(/^<(\d+)>/.exec(line)![1]);
  });
}

describe("each level has its severity", () => {
  test("for a daemon of this machine", async () => {
    await using folder = await Folder.create();
    await using daemon = new UnixListener(folder.file("log"));
    const target = await openLocal([folder.file("missing"), daemon.path]);
    logAll(target);
    const messages = daemon.receive();
    expect(messages).toHaveLength(6);
    expect(priorities(messages.join(""), LOCAL)).toEqual([29, 28, 27, 26, 31, 29]);
  });

  test("for a daemon of this machine with a stream", async () => {
    await using folder = await Folder.create();
    const daemon = streamDaemon({ unix: folder.file("log") });
    const target = await openLocal([folder.file("missing"), folder.file("log")]);
    logAll(target);
    await until("messages", () => daemon.text.endsWith("f\n"));
    expect(priorities(daemon.text, LOCAL)).toEqual([29, 28, 27, 26, 31, 29]);
  });

  test("over a Unix socket that was named", async () => {
    await using folder = await Folder.create();
    const daemon = streamDaemon({ unix: folder.file("log") });
    logAll(await openRemote(daemon.url));
    await until("messages", () => daemon.text.endsWith("f\n"));
    expect(priorities(daemon.text, LOCAL)).toEqual([5, 4, 3, 2, 7, 5]);
  });

  test.each(["udp", "tcp"])("over %s", async (network) => {
    const daemon = network === "udp" ? await udpDaemon() : streamDaemon({ port: 0 });
    logAll(await openRemote(daemon.url));
    await until("messages", () => daemon.text.endsWith("f\n"));
    const form = `${RFC3339} ${RegExp.escape(hostname())}`;
    expect(priorities(daemon.text, form)).toEqual([5, 4, 3, 2, 7, 5]);
  });
});

describe.skipIf(peer === undefined)("the real server writes the same lines", () => {
  test.each(["udp", "tcp", "unix"])("over %s", async (network) => {
    await using folder = await Folder.create();
    const daemon =
      network === "udp"
        ? await udpDaemon()
        : streamDaemon(network === "tcp" ? { port: 0 } : { unix: folder.file("log") });
    await using server = await startLoggingPeer(peer!, folder, `remote_syslog: "${daemon.url}"`);
    await until("line", () => daemon.text.includes("Server is ready\n"));
    await server.stop();
    const theirs = daemon.text.split(/(?<=\n)/).find((line) => line.includes("Server is ready"))!;
    daemon.text = "";
    const target = await openRemote(daemon.url);
    target.write("info", "Server is ready");
    await until("line", () => daemon.text !== "");
    const normal = (line: string): string =>
      line.replace(/\d\d:\d\d:\d\d/, "TIME").replace(/ [^ ]+\[\d+\]:/, " TAG:");
    expect(normal(daemon.text)).toBe(normal(theirs));
  });
});

test.each([
  ["127.0.0.1:514", 'parse "127.0.0.1:514": first path segment in URL cannot contain colon'],
  [":foo", 'parse ":foo": missing protocol scheme'],
  ["foo", 'error invalid network type: ""'],
  ["http://x:1", 'error invalid network type: "http"'],
  ["udp://127.0.0.1:abc", 'parse "udp://127.0.0.1:abc": invalid port ":abc" after host'],
  ["udp://[::1", "parse \"udp://[::1\": missing ']' in host"],
  ["tcp://a b:1", 'parse "tcp://a b:1": invalid character " " in host name'],
  ["tcp://%zz:1", 'parse "tcp://%zz:1": invalid URL escape "%zz"'],
  ["tcp://\x01", 'parse "tcp://\\x01": net/url: invalid control character in URL'],
  [
    "UDP://127.0.0.1",
    'error connecting to syslog: "dial udp: address 127.0.0.1: missing port in address"',
  ],
  ["udp://127.0.0.1:99999", 'error connecting to syslog: "dial udp: address 99999: invalid port"'],
  ["udp:foo", 'error connecting to syslog: "dial udp: missing address"'],
  ["unix:", 'error connecting to syslog: "dial unix: missing address"'],
  [
    "tcp://127.0.0.1:1",
    'error connecting to syslog: "dial tcp 127.0.0.1:1: connect: connection refused"',
  ],
  [
    "tcp://u@[::1]:1/x?y",
    'error connecting to syslog: "dial tcp [::1]:1: connect: connection refused"',
  ],
  [
    "unix:/tmp/no such socket",
    'error connecting to syslog: "dial unix /tmp/no such socket: connect: no such file or directory"',
  ],
])("%s cannot be logged to, in the real server's words", async (url, message) => {
  const opening = openLog(settings({ remoteSyslog: url }));
  await expect(opening).rejects.toMatchObject({ name: "LogTargetError", message });
  if (peer === undefined) return;
  const child = Bun.spawn([peer, "-a", "127.0.0.1", "-p", "-1", "-r", url], { stderr: "pipe" });
  const theirs = await new Response(child.stderr).text();
  expect(theirs.replace(/^\S+ \S+ /, "")).toBe(`${message}\n`);
  expect(await child.exited).toBe(1);
});

test("without a daemon there is no syslog", async () => {
  await expect(localDialer(["/no/such/path", "x".repeat(200)])({} as never)).rejects.toMatchObject({
    name: "LogTargetError",
    message: 'error connecting to syslog: "Unix syslog delivery error"',
  });
});

test("on systems with an event log, syslog is that", async () => {
  const opened: string[] = [];
  const platform = {
    openEventLog: async (_: unknown, machine: string): Promise<LogTarget> => {
      opened.push(machine);
      return { write() {}, flush: async () => {}, close: async () => {} };
    },
  };
  await openLog(settings({ syslog: true }), platform);
  await openLog(settings({ syslog: true, remoteSyslog: "machine" }), platform);
  expect(opened).toEqual(["", "machine"]);
});

test("a daemon that does not read costs lines, but no time", async () => {
  await using folder = await Folder.create();
  await using daemon = new UnixListener(folder.file("log"));
  const target = await openLocal([daemon.path]);
  const count = 5_000;
  const startedAt = performance.now();
  for (let i = 0; i < count; i++) target.write("info", `${i} ${"x".repeat(1000)}`);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  const texts: string[] = [];
  await until("the end", () => {
    texts.push(...daemon.receive().map((line) => line.replace(/^.*?: /, "")));
    return texts.at(-1)?.endsWith("lost\n") === true;
  });
  const lost = Number(/^(\d+) log lines were lost\n$/.exec(texts.pop()!)![1]);
  expect(texts).toEqual(
    Array.from({ length: texts.length }, (_, i) => `${i} ${"x".repeat(1000)}\n`),
  );
  expect(texts.length).toBeGreaterThan(900);
  expect(texts.length + lost).toBe(count);
});

test("a message that is too long for a datagram is counted", async () => {
  await using folder = await Folder.create();
  await using daemon = new UnixListener(folder.file("log"));
  const target = await openLocal([daemon.path]);
  target.write("info", "x".repeat(1024 * 1024 - 100));
  target.write("info", "next");
  const lines: string[] = [];
  await until("news", () => {
    lines.push(...daemon.receive().map((line) => line.replace(/^.*?: /, "")));
    return lines.length === 2;
  });
  expect(lines.sort()).toEqual(["1 log line was lost\n", "next\n"]);
});

test("a daemon that is started anew gets what was logged in the meantime", async () => {
  await using folder = await Folder.create();
  const reports = new Reports();
  const first = new UnixListener(folder.file("log"));
  const target = await openLocal([first.path], reports);
  target.write("info", "one");
  expect(first.receive()).toHaveLength(1);
  await first[Symbol.asyncDispose]();
  target.write("info", "two");
  target.write("info", "three");
  await using second = new UnixListener(folder.file("log"));
  const lines: string[] = [];
  await until("lines", () => lines.push(...second.receive()) >= 2);
  expect(lines.map((line) => line.replace(/^.*?: /, ""))).toEqual(["two\n", "three\n"]);
  expect(reports.lines).toHaveLength(1);
  expect(reports.lines[0]).toStartWith("error Syslog is lost: ");
});

test("a stream that breaks is made anew", async () => {
  const first = streamDaemon({ port: 0 });
  const port = Number(new URL(first.url).port);
  const target = await openRemote(first.url);
  target.write("info", "one");
  await until("line", () => first.text.endsWith("one\n"));
  first.close();
  await Bun.sleep(20);
  target.write("info", "two");
  const second = streamDaemon({ port });
  await until("line", () => second.text.endsWith("two\n"));
  expect(second.text.match(/\n/g)).toHaveLength(1);
});

test("UDP goes on when the daemon is back", async () => {
  const first = await udpDaemon();
  const port = Number(new URL(first.url).port);
  const target = await openRemote(first.url);
  target.write("info", "one");
  await until("line", () => first.text.endsWith("one\n"));
  first.close();
  target.write("info", "two");
  await Bun.sleep(20);
  target.write("info", "three");
  const second = await udpDaemon(port);
  await until("line", () => {
    target.write("info", "more");
    return second.text.endsWith("more\n");
  });
});

test("nothing is sent after the end", async () => {
  await using folder = await Folder.create();
  const daemon = streamDaemon({ unix: folder.file("log") });
  const target = await openRemote(daemon.url);
  target.write("info", "last");
  await target.close();
  target.write("info", "too late");
  await until("line", () => daemon.text.endsWith("last\n"));
  await Bun.sleep(20);
  expect(daemon.text).not.toContain("too late");
  await rm(folder.file("log"), { force: true });
});
