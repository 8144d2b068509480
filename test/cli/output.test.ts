/** Output that cannot be printed: a full disk behind it, or nobody. */

import { describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { candidate } from "../conformance/config/program.ts";
import { Folder } from "../process/processes.ts";

/** Runs the program by a shell, which puts its output somewhere: `"$@" >/dev/full`. */
async function runShell(script: string, args: readonly string[], cwd: string) {
  const child = Bun.spawn(["sh", "-c", script, "sh", ...candidate, ...args], {
    cwd,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const stderr = await child.stderr.text();
  return { code: await child.exited, stderr };
}

describe.skipIf(process.platform !== "linux")("on a full disk", () => {
  test.each([["-v"], ["-h"], ["config explain --option port"], ["mkpasswd -c 4"]])(
    "the answer to %s is one clear error",
    async (line) => {
      await using folder = await Folder.make();
      expect(await runShell('"$@" >/dev/full', line.split(" "), folder.path)).toEqual({
        code: 1,
        stderr: "nats-server: write standard output: no space left on device\n",
      });
    },
  );

  test("complaints are lost, and the exit code stays", async () => {
    await using folder = await Folder.make();
    await writeFile(folder.join("a.conf"), "port: {\n");
    for (const args of [
      ["-t", "-c", "a.conf"],
      ["-c", "a.conf"],
      ["config", "chek"],
    ]) {
      expect((await runShell('"$@" 2>/dev/full', args, folder.path)).code).toBe(1);
    }
  });

  test("a server whose file draws warnings runs all the same", async () => {
    await using folder = await Folder.make();
    await writeFile(folder.join("a.conf"), "listen: '127.0.0.1:-1'\nping_interval: 5\n");
    const script = '"$@" 2>/dev/full & while [ ! -s a.pid ]; do sleep 0.01; done; kill -INT $!';
    const args = ["-c", "a.conf", "-P", "a.pid"];
    const { code } = await runShell(`${script}; wait $!`, args, folder.path);
    expect(code).toBe(0);
  });
});

test("a reader that has seen enough is no fault", async () => {
  await using folder = await Folder.make();
  const script = '{ "$@"; echo $? >&2; } | true';
  const outcomes = [await runShell(script, ["-h"], folder.path)];
  outcomes.push(await runShell(script, ["config", "explain", "--option", "cluster"], folder.path));
  for (const { stderr } of outcomes) expect(stderr).toBe("0\n");
});
