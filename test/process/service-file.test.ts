/** The example of a systemd unit fits what the server does. */

import { beforeAll, describe, expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { DEFAULT_OPTIONS } from "../../src/config/options/options.ts";
import { Folder } from "./processes.ts";

const FILE = resolve(import.meta.dir, "../../conf/nats-server.service");
/** Directives that add to what they said before. */
const REPEATABLE = ["SystemCallFilter"];

let text: string;
let settings: Map<string, string[]>;

beforeAll(async () => {
  text = await readFile(FILE, "utf8");
  settings = new Map();
  for (const line of text.split("\n")) {
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (key !== undefined) settings.set(key, [...(settings.get(key) ?? []), value!]);
  }
});

function setting(key: string): string {
  return settings.get(key)?.join(" ") ?? "";
}

describe("conf/nats-server.service", () => {
  test("consists of comments, sections and settings, each of these once", () => {
    const odd = text.split("\n").filter((line) => !/^(?:|#.*|\[\w+\]|\w+=.*)$/.test(line));
    expect(odd).toEqual([]);
    expect(text.match(/^\[\w+\]$/gm)).toEqual(["[Unit]", "[Service]", "[Install]"]);
    const repeated = [...settings].filter(([, values]) => values.length > 1).map(([key]) => key);
    expect(repeated).toEqual(REPEATABLE);
  });

  test("starts the server with a file, and is told by it when it is ready", () => {
    expect(setting("Type")).toBe("notify");
    expect(setting("NotifyAccess")).toBe("main");
    expect(setting("ExecStart")).toMatch(/^\/\S+\/nats-server -c \/etc\/\S+\.conf$/);
    expect(setting("RestrictAddressFamilies").split(" ")).toContain("AF_UNIX");
  });

  test("reloads and stops it by the signals for that", () => {
    expect(setting("ExecReload")).toBe("/bin/kill -s HUP $MAINPID");
    expect(setting("ExecStop")).toBe("/bin/kill -s USR2 $MAINPID");
    const seconds = Number(setting("TimeoutStopSec"));
    expect(seconds * 1000).toBeGreaterThan(DEFAULT_OPTIONS.lameDuckDurationMs);
  });

  test("restarts it after a failure, and after it hangs", () => {
    expect(setting("Restart")).toBe("on-failure");
    expect(Number(setting("WatchdogSec"))).toBeGreaterThanOrEqual(10);
    expect(Number(setting("TimeoutAbortSec"))).toBeGreaterThan(0);
  });

  test("gives it what it needs: descriptors, code made at run time, folders", () => {
    expect(Number(setting("LimitNOFILE"))).toBeGreaterThan(DEFAULT_OPTIONS.maxConnections);
    expect(setting("MemoryDenyWriteExecute")).toBe("no");
    expect(setting("StateDirectory")).toBe("nats");
    expect(setting("RuntimeDirectory")).toBe("nats");
  });

  test("gives it no more than that", () => {
    expect(setting("User")).toBe("nats");
    expect(setting("CapabilityBoundingSet")).toBe("");
    for (const key of ["NoNewPrivileges", "PrivateDevices", "PrivateTmp", "ProtectHome"]) {
      expect([key, setting(key)]).toEqual([key, "yes"]);
    }
    expect(setting("ProtectSystem")).toBe("strict");
  });

  test.skipIf(Bun.which("systemd-analyze") === null)("is a unit to systemd", async () => {
    await using folder = await Folder.make();
    const unit = folder.join("nats-server.service");
    // Programs have to be there.
    await writeFile(unit, text.replace(/^(ExecStart=)\S+/m, `$1${process.execPath}`));
    const command = ["systemd-analyze", "verify", "--man=no", unit];
    const child = Bun.spawn(command, { stdout: "ignore", stderr: "pipe" });
    const complaints = (await child.stderr.text()).split("\n");
    await child.exited;
    expect(complaints.filter((line) => line.includes("nats-server.service:"))).toEqual([]);
  });
});
