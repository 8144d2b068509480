/** Traces of more traffic than the log can take: the traffic slows down, no line is lost, none piles up. */

import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { Folder, LOOPBACK, ours, ServerProcess } from "../process/processes.ts";
import { until } from "../support/server.ts";
import { Wire } from "../support/wire.ts";

const MESSAGES = 60_000;
const TIMEOUT_MS = 30_000;

function publishes(): string {
  const messages = Array.from({ length: MESSAGES }, (_, index) => {
    const payload = String(index).padStart(6, "0");
    return `PUB foo 6\r\n${payload}\r\n`;
  });
  return `CONNECT {"verbose":false}\r\n${messages.join("")}PING\r\n`;
}

test(
  "every message of a flood is in a log file, in order",
  async () => {
    await using folder = await Folder.make();
    const file = folder.join("trace.log");
    await using server = ServerProcess.spawn([...ours, ...LOOPBACK, "-V", "-l", file]);
    const log = (): string => (existsSync(file) ? readFileSync(file, "latin1") : "");
    await until("start", () => log().includes("Server is ready"));
    const port = Number(/client connections on \S+:(\d+)/.exec(log())?.[1]);

    const client = await Wire.connect(port);
    await client.send(publishes());
    expect(await client.waitFor("PONG\r\n", TIMEOUT_MS)).toBe(true);
    client.close();
    server.kill("SIGTERM");
    expect(await server.exit()).toBe(0);
    const text = log();
    const payloads = [...text.matchAll(/<<- MSG_PAYLOAD: \["(\d{6})"\]/g)].map(([, at]) =>
      Number(at),
    );
    expect(payloads).toEqual(Array.from({ length: MESSAGES }, (_, index) => index));
    expect(text).not.toContain("lost");
  },
  TIMEOUT_MS,
);
