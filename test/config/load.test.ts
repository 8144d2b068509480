/** A file becomes options and problems. */

import { describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { headline } from "../../src/config/language/problem.ts";
import { lint } from "../../src/config/lint/lint.ts";
import { hasErrors, loadConfig } from "../../src/config/load.ts";
import { DEFAULT_OPTIONS } from "../../src/config/options/options.ts";
import { Folder } from "../process/processes.ts";

async function load(files: Record<string, string>, environment: Record<string, string> = {}) {
  await using folder = await Folder.make();
  for (const [name, text] of Object.entries(files)) await writeFile(folder.join(name), text);
  const loaded = await loadConfig(folder.join("a.conf"), environment);
  const shorten = (text: string): string => text.replaceAll(`${folder.path}/`, "");
  return {
    ...loaded,
    files: loaded.files.map(shorten),
    complaints: loaded.problems
      .filter(({ severity }) => severity !== "lint")
      .map((problem) => shorten(headline(problem))),
  };
}

describe("a file that is loaded", () => {
  test("leaves the defaults where it says nothing", async () => {
    const { options, complaints } = await load({ "a.conf": "port: 1234" });
    expect(options).toEqual({ ...DEFAULT_OPTIONS, port: 1234 });
    expect(complaints).toEqual([]);
  });

  test("does not change the defaults, nor what another file has become", async () => {
    const before = structuredClone(DEFAULT_OPTIONS);
    const first = await load({ "a.conf": "server_tags: [a]\nserver_metadata: {a: b}" });
    const second = await load({ "a.conf": "debug: true" });
    expect(first.options.serverTags).toEqual(["a"]);
    expect(second.options.serverTags).toEqual([]);
    expect(second.options.serverMetadata).toEqual({});
    expect(DEFAULT_OPTIONS).toEqual(before);
  });

  test("has its digest and all files that it includes, itself first", async () => {
    const files = { "a.conf": "include b.conf\nport: $P", "b.conf": "P: 5\ninclude c.conf" };
    const { options, digest, files: read } = await load({ ...files, "c.conf": "debug: true" });
    expect(options).toMatchObject({ port: 5, debug: true });
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(read).toEqual(["a.conf", "b.conf", "c.conf"]);
  });

  test("takes variables of the environment that it is given, and of no other", async () => {
    const { options } = await load({ "a.conf": "port: $PATH" }, { PATH: "77" });
    expect(options.port).toBe(77);
    const { complaints } = await load({ "a.conf": "port: $PATH" });
    expect(complaints).toEqual(["variable reference for 'PATH' on line 1 can not be found"]);
  });

  test("takes the paths in it from that environment too", async () => {
    const text = 'leafnodes { remotes: [{ url: "nats://127.0.0.1:1", creds: "$PATH/a.creds" }] }';
    const { options } = await load({ "a.conf": text }, { PATH: "/b" });
    expect(options.leafnodes?.remotes).toMatchObject([{ credentials: "/b/a.creds" }]);
  });

  test("gets a suggestion for so many names only", async () => {
    const names = Array.from({ length: 300 }, (_, index) => `limi${index}: 1`).join("\n");
    const { problems } = await load({ "a.conf": `resolver { type: mem\n${names}\n}` });
    const unknown = problems.filter(({ text }) => text.endsWith("is no option of a resolver"));
    expect(unknown).toHaveLength(300);
    expect(unknown.filter(({ hint }) => hint !== undefined).length).toBeLessThanOrEqual(100);
    expect(unknown[0]).toMatchObject({ hint: 'did you mean "limit"?' });
  });

  test("that is empty draws a warning", async () => {
    const loaded = await load({ "a.conf": "# nothing\n" });
    expect(loaded.complaints).toEqual(["a.conf: config has no values or is empty"]);
    expect(hasErrors(loaded.problems)).toBe(false);
  });

  test("that does not exist is a problem, not an exception", async () => {
    const loaded = await load({});
    expect(loaded.complaints).toEqual(["open a.conf: no such file or directory"]);
    expect(hasErrors(loaded.syntax)).toBe(true);
  });

  test("has all its problems reported, warnings first, then errors, each in the file's order", async () => {
    const text = "prot: 1\nmax_payload: x\nping_interval: 5\nwrite_deadline: 5\nhots: 2";
    const { complaints } = await load({ "a.conf": text });
    expect(complaints.map((line) => line.replace(/^a\.conf:(\d).*: /, "$1 "))).toEqual([
      "3 ping_interval should be converted to a duration",
      "4 write_deadline should be converted to a duration",
      '1 unknown field "prot"',
      "2 interface {} is string, not int64",
      '5 unknown field "hots"',
    ]);
  });

  test("is searched for wrong options also behind a mistake in its syntax", async () => {
    const { complaints, syntax } = await load({ "a.conf": "port: 1 2\nprot: 3\nhost: 5" });
    expect(syntax).toHaveLength(1);
    expect(complaints[0]).toStartWith("Parse error on line 1: ");
    expect(complaints.slice(1)).toEqual([
      'a.conf:2:1: unknown field "prot"',
      "a.conf:3:1: interface conversion: interface {} is int64, not string",
    ]);
  });

  test("gets no advice while its syntax is wrong", async () => {
    expect(lint(await load({ "a.conf": "debug: true\ndebug: true\nport: 1 2" }))).toEqual([]);
  });
});
