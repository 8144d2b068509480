/** The trace of one session, by the real server and by ours, at every setting of it. */

import { describe, expect, test } from "bun:test";
import { NatsServer, type Options } from "../../src/embed.ts";
import type { LogSettings } from "../../src/log/log-settings.ts";
import { Folder } from "../log/files.ts";
import { startLoggingPeer } from "../log/logging-peer.ts";
import { findPeer } from "../support/peer.ts";
import { Wire } from "../support/wire.ts";

const peer = findPeer();

type TraceSettings = Partial<
  Pick<LogSettings, "debug" | "trace" | "traceVerbose" | "traceHeaders" | "maxTracedMsgLen">
>;

const SESSION = [
  'CONNECT {"verbose":true,"pedantic":true,"headers":true,"no_responders":true,"name":"a  b",' +
    '"user":"u","pass":"s3cr3t","auth_token":"s3cr3t","nkey":"","sig":"s3cr3t","version":"1.2"}\r\n',
  "SUB  foo.*   q  1\r\n",
  "sub foo.bar 2\r\n",
  "PUB foo.bar 5\r\nhello\r\n",
  "PUB foo.bar  reply  0\r\n\r\n",
  "HPUB foo.bar 18 20\r\nNATS/1.0\r\nA: b\r\n\r\nhi\r\n",
  "HPUB foo.bar reply 18 18\r\nNATS/1.0\r\nA: b\r\n\r\n\r\n",
  "HPUB foo.bar 12 13\r\nNATS/1.0\r\n\r\nx\r\n",
  'PUB foo.bar 21\r\n0123456789\x00\r\n\t"\\ grü\r\n',
  "UNSUB 2 1\r\n",
  "UNSUB 1\r\n",
  "PUB none reply 1\r\nx\r\n",
  "PING\r\n",
  "PONG\r\n",
  "SUB a..b 3\r\n",
  "NOPE\r\n",
];

const TRACES: readonly [string, TraceSettings, string][] = [
  ["-V", { trace: true }, "trace: true"],
  ["-DV", { trace: true, debug: true }, "trace: true\ndebug: true"],
  ["-DVV", { trace: true, traceVerbose: true, debug: true }, "trace_verbose: true\ndebug: true"],
  ["trace_headers", { trace: true, traceHeaders: true }, "trace_headers: true"],
  ["a maximum", { trace: true, maxTracedMsgLen: 10 }, "trace: true\nmax_traced_msg_len: 10"],
  [
    "trace_headers and a maximum",
    { trace: true, traceHeaders: true, maxTracedMsgLen: 10 },
    "trace_headers: true\nmax_traced_msg_len: 10",
  ],
];

/** Plays the session; resolves when the server has closed the connection. */
async function play(port: number): Promise<void> {
  const wire = await Wire.connect(port);
  await wire.waitFor("INFO");
  for (const [i, operation] of SESSION.entries()) {
    const seen = wire.received.length;
    await wire.send(operation);
    // Answers to each before the next, so that both servers read the same pieces.
    if (i < SESSION.length - 1 && !operation.startsWith("PONG")) {
      await wire.waitFor(() => wire.received.length > seen);
      await wire.waitForQuiet(5);
    }
  }
  expect(await wire.waitForEnd()).toBe(true);
}

/** Level and text of the lines about the one client. */
function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => /\[(DBG|TRC|ERR)\] 127\.0\.0\.1:\d+ - cid:\d+ - (.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, level, rest]) => `${level} ${rest}`);
}

describe.skipIf(peer === undefined)("the trace is the real server's", () => {
  test.each(TRACES)("with %s", async (_, given, config) => {
    await using folder = await Folder.create();
    const log = `log_file: "${folder.file("theirs.log")}"\n`;
    await using theirs = await startLoggingPeer(peer!, folder, log + config);
    await play(theirs.port);
    await theirs.stop();
    const expected = linesOf(await folder.text("theirs.log"));

    const lines: string[] = [];
    const LABELS: Record<string, string> = { debug: "DBG", trace: "TRC", error: "ERR" };
    const options: Partial<Options> & TraceSettings = given;
    await using ours = await NatsServer.start({
      ...options,
      log: (level, text) => lines.push(`[${LABELS[level]}] ${text}`),
    });
    await play(ours.port);
    await ours.stop();
    expect(linesOf(lines.join("\n"))).toEqual(expected);
    expect(expected.length).toBeGreaterThan(25);
    expect(lines.join("\n")).not.toContain("s3cr3t");
  });
});
