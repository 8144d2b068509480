/** Reading configurations from files. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfigFile } from "../../../src/config/files/config-files.ts";
import { headline } from "../../../src/config/language/problem.ts";
import { toPlain } from "./trees.ts";

const PORT_DIGEST = "sha256:c14af2b0f74c8a3e4d9451ba005d4ca1cb2d014df85f34bc840f1ebfc4930e02";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-config-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await Bun.write(path, text);
  return path;
}

async function headlinesOf(path: string): Promise<string[]> {
  return (await readConfigFile(path, {})).problems.map(headline);
}

describe("a configuration file", () => {
  test("is read with its digest and the names of its files", async () => {
    const path = await write(
      "main.conf",
      "include one.conf\nx { include two.conf }\ninclude one.conf",
    );
    const one = await write("one.conf", "include two.conf\na: 1");
    const two = await write("two.conf", "b: $B");
    const { root, problems, digest, files } = await readConfigFile(path, { B: "yes" });
    expect(problems).toEqual([]);
    expect(toPlain(root)).toEqual({ a: 1n, b: true, x: { b: true } });
    expect(files).toEqual([path, one, two]);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect((await readConfigFile(await write("port.conf", "port: 21k"), {})).digest).toBe(
      PORT_DIGEST,
    );
  });

  test("that is wrong has no digest, but all that can be read", async () => {
    const path = await write("wrong.conf", "a: 1 2\nb: 3\ninclude none.conf");
    const { root, problems, digest, files } = await readConfigFile(path, {});
    expect(problems).toHaveLength(2);
    expect(digest).toBe("");
    expect(toPlain(root)).toEqual({ a: 1n, b: 3n });
    expect(files).toEqual([path, join(folder, "none.conf")]);
  });

  test("that cannot be opened is refused in Go's words", async () => {
    const none = join(folder, "none.conf");
    expect(await headlinesOf(none)).toEqual([`open ${none}: no such file or directory`]);
    expect(await headlinesOf(folder)).toEqual([`read ${folder}: is a directory`]);
    const inside = join(await write("plain.conf", ""), "x");
    expect(await headlinesOf(inside)).toEqual([`open ${inside}: not a directory`]);
    const long = join(folder, "n".repeat(300));
    expect(await headlinesOf(long)).toEqual([`open ${long}: file name too long`]);
  });

  test.skipIf(process.platform === "win32")("may be a link, a pipe or a device", async () => {
    const loop = join(folder, "loop.conf");
    await symlink(loop, loop);
    expect(await headlinesOf(loop)).toEqual([`open ${loop}: too many levels of symbolic links`]);

    const pipe = join(folder, "pipe.conf");
    expect(Bun.spawnSync(["mkfifo", pipe]).exitCode).toBe(0);
    const writer = Bun.spawn(["sh", "-c", `echo 'port: 21000' > '${pipe}'`]);
    expect((await readConfigFile(pipe, {})).digest).toBe(PORT_DIGEST);
    await writer.exited;

    expect(await readConfigFile("/dev/null", {})).toMatchObject({ problems: [] });
    expect(await headlinesOf("/dev/zero")).toEqual(["read /dev/zero: file is larger than 256 MiB"]);
  });

  test.skipIf(process.getuid?.() === 0 || process.platform === "win32")(
    "that may not be read is refused in Go's words",
    async () => {
      const path = await write("secret.conf", "");
      Bun.spawnSync(["chmod", "000", path]);
      expect(await headlinesOf(path)).toEqual([`open ${path}: permission denied`]);
    },
  );

  test("names a folder that is included", async () => {
    await mkdir(join(folder, "inner"));
    const path = await write("folder.conf", "include inner");
    expect(await headlinesOf(path)).toEqual([
      `error parsing include file 'inner', read ${join(folder, "inner")}: is a directory`,
    ]);
  });

  test("is refused where its variables nest it too deeply", async () => {
    const rows = Array.from(
      { length: 101 },
      (_, i) => `a${i + 1}: ${"[".repeat(100)}$a${i}${"]".repeat(100)}`,
    );
    const path = await write("deep.conf", ["a0: x", ...rows].join("\n"));
    expect(await headlinesOf(path)).toEqual([
      "json: error calling MarshalJSON for type *conf.token: exceeded max depth",
    ]);
    await write("deep.conf", ["a0: x", ...rows.slice(0, 99)].join("\n"));
    expect(await headlinesOf(path)).toEqual([]);
  });
});

describe("a long configuration", () => {
  test("does not keep the loop waiting", async () => {
    const user =
      '{user: u, password: "p", permissions: {publish: "a.>", subscribe: ["b.>", "c.*"]}}\n';
    const path = await write("long.conf", `users = [\n${user.repeat(50_000)}]`);
    let turns = 0;
    const ticking = setInterval(() => turns++, 1);
    const { problems, root } = await readConfigFile(path, {});
    clearInterval(ticking);
    expect(problems).toEqual([]);
    expect(root.value.get("users")!.value).toHaveLength(50_000);
    expect(turns).toBeGreaterThan(10);
  });

  test("may include very many files", async () => {
    const names = Array.from({ length: 2000 }, (_, i) => `part${i}.conf`);
    for (const name of names) await write(name, `${name.slice(0, -5)}: 1`);
    const path = await write("many.conf", names.map((name) => `include ${name}`).join("\n"));
    const { root, files } = await readConfigFile(path, {});
    expect(root.value.size).toBe(2000);
    expect(files).toHaveLength(2001);
  });
});
