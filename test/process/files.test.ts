/** The pid file and the ports file. */

import { expect, test } from "bun:test";
import { chmod, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { describeFileError } from "../../src/process/file-error.ts";
import { encodePorts } from "../../src/process/ports-file.ts";
import { Wire } from "../support/wire.ts";
import { Folder, fixture, LOOPBACK, peer, ServerProcess } from "./processes.ts";

const needsPeer = test.skipIf(peer === undefined);

/** Ours and the peer's command line for the same settings. */
function commands(options: { pidFile?: string; portsFileDir?: string }): string[][] {
  const { pidFile, portsFileDir } = options;
  const flags = [
    ...(pidFile === undefined ? [] : ["-P", pidFile]),
    ...(portsFileDir === undefined ? [] : ["--ports_file_dir", portsFileDir]),
  ];
  return [fixture({ options }), [peer!, ...LOOPBACK, ...flags]];
}

needsPeer("the pid file has the number alone, for the owner alone, and stays", async () => {
  for (const index of [0, 1]) {
    await using folder = await Folder.make();
    const pidFile = folder.join("nats.pid");
    for (const before of ["", "1234567890123"]) {
      // Longer than any pid, to see that nothing of it is left.
      if (before !== "") await writeFile(pidFile, before);
      await using server = await ServerProcess.start(commands({ pidFile })[index]!);
      expect(await readFile(pidFile, "utf8")).toBe(String(server.pid));
      expect((await stat(pidFile)).mode & 0o777).toBe(0o600);
      server.kill("SIGTERM");
      expect(await server.exit()).toBe(0);
      expect(await readFile(pidFile, "utf8")).toBe(String(server.pid));
    }
  }
});

needsPeer("a pid file keeps the mode it has, and is found through a link", async () => {
  await using folder = await Folder.make();
  const target = folder.join("target.pid");
  await writeFile(target, "");
  await chmod(target, 0o644);
  await symlink(target, folder.join("link.pid"));
  for (const command of commands({ pidFile: folder.join("link.pid") })) {
    await using server = await ServerProcess.start(command);
    expect(await readFile(target, "utf8")).toBe(String(server.pid));
    expect((await stat(target)).mode & 0o777).toBe(0o644);
  }
});

needsPeer("a pid file that cannot be written is one clear error before listening", async () => {
  await using folder = await Folder.make();
  await writeFile(folder.join("file"), "");
  for (const pidFile of [
    folder.join("missing/x.pid"),
    folder.path,
    folder.join("file/x.pid"),
    folder.join("x".repeat(300)),
    "/proc/nats.pid",
  ]) {
    const outcomes: string[][] = [];
    for (const command of commands({ pidFile })) {
      await using server = ServerProcess.spawn(command);
      expect(await server.exit()).toBe(1);
      const { lines } = server;
      outcomes.push(lines.slice(lines.findIndex((line) => line.includes("  ID: ")) + 1));
    }
    expect(outcomes[0]).toEqual(outcomes[1]!);
    expect(outcomes[0]![0]).toStartWith(`[FTL] Could not write pidfile: open ${pidFile}: `);
    expect(outcomes[0]!.slice(1)).toEqual([""]);
  }
});

needsPeer("a pid file on a full disk is written to, and not opened, in vain", async () => {
  for (const command of commands({ pidFile: "/dev/full" })) {
    await using server = ServerProcess.spawn(command);
    expect(await server.exit()).toBe(1);
    expect(server.lines).toContain(
      "[FTL] Could not write pidfile: write /dev/full: no space left on device",
    );
  }
});

needsPeer("the ports file is there while the server runs", async () => {
  for (const index of [0, 1]) {
    await using folder = await Folder.make();
    const command = commands({ portsFileDir: folder.path })[index]!;
    await using server = await ServerProcess.start(command);
    const file = `${basename(command[0]!)}_${server.pid}.ports`;
    while (!(await readdir(folder.path)).includes(file)) await Bun.sleep(5);
    while ((await stat(folder.join(file))).size === 0) await Bun.sleep(5);
    expect(await readFile(folder.join(file), "utf8")).toBe(
      `{"nats":["nats://127.0.0.1:${server.port}"]}`,
    );
    expect((await stat(folder.join(file))).mode & 0o777).toBe(0o666 & ~process.umask());
    server.kill("SIGINT");
    expect(await server.exit()).toBe(0);
    expect(await readdir(folder.path)).toEqual([]);
  }
});

needsPeer("any address is every address of every interface, and each answers", async () => {
  const contents: string[] = [];
  for (const index of [0, 1]) {
    await using folder = await Folder.make();
    const command = [
      fixture({ options: { host: "0.0.0.0", portsFileDir: folder.path } }),
      [peer!, "-p", "-1", "--ports_file_dir", folder.path],
    ][index]!;
    await using server = await ServerProcess.start(command);
    const file = folder.join(`${basename(command[0]!)}_${server.pid}.ports`);
    while (!((await Bun.file(file).exists()) && Bun.file(file).size > 0)) await Bun.sleep(5);
    const content = await readFile(file, "utf8");
    const { nats } = JSON.parse(content) as { nats: string[] };
    for (const url of nats) {
      const { hostname, port } = new URL(url);
      const address = hostname.replace(/^\[|\]$/g, "");
      // An address of one link cannot be reached without the name of the link.
      if (address.startsWith("fe80:")) continue;
      const wire = await Wire.connect(Number(port), address);
      expect(await wire.waitFor("INFO ")).toBe(true);
      wire.close();
    }
    contents.push(content.replaceAll(`:${server.port}"`, ':PORT"'));
  }
  expect(contents[0]).toBe(contents[1]!);
});

needsPeer("a ports file that cannot be written is an error that harms nothing", async () => {
  const portsFileDir = "/nonexistent";
  const outcomes: string[][] = [];
  for (const command of commands({ portsFileDir })) {
    await using server = await ServerProcess.start(command);
    const path = `${portsFileDir}/${basename(command[0]!)}_${server.pid}.ports`;
    const why = "no such file or directory";
    await server.logged(`[ERR] Error writing ports file (${path}): open ${path}: ${why}`);
    server.kill("SIGTERM");
    expect(await server.exit()).toBe(0);
    outcomes.push(server.linesSinceReady.map((line) => line.replaceAll(path, "FILE")));
  }
  expect(outcomes[0]).toEqual(outcomes[1]!);
  expect(outcomes[0]).toContain(
    "[ERR] Error cleaning up ports file FILE: remove FILE: no such file or directory",
  );
});

test("the ports file has nats-server's keys in its order, brackets around IPv6", async () => {
  const nats = { scheme: "tls", host: "::1", port: 1 };
  const websocket = { scheme: "wss", host: "[fd00::2]", port: 5 };
  const monitoring = { scheme: "https", host: "10.0.0.1", port: 2 };
  const cluster = { scheme: "nats", host: "10.0.0.1", port: 3 };
  const profile = { scheme: "http", host: "10.0.0.1", port: 4 };
  expect(await encodePorts({ websocket, profile, cluster, monitoring, nats })).toBe(
    '{"nats":["tls://[::1]:1"],"monitoring":["https://10.0.0.1:2"],' +
      '"cluster":["nats://10.0.0.1:3"],"profile":["http://10.0.0.1:4"],' +
      '"websocket":["wss://[fd00::2]:5"]}',
  );
  expect(await encodePorts({ nats: { scheme: "nats", host: "localhost", port: 6 } })).toBe(
    '{"nats":["nats://127.0.0.1:6"]}',
  );
  expect(await encodePorts({})).toBe("{}");
});

test("a fault without a text of its own keeps the one of the runtime", () => {
  const fault = Object.assign(new Error("something odd"), { code: "EODD" });
  expect(describeFileError("open", "/x", fault)).toBe("open /x: something odd");
});
