/** No message about a configuration shows a secret, whatever is wrong with it. */

import { describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { checkConfig, explainConfig } from "../../src/cli/config-report.ts";
import { headline } from "../../src/config/language/problem.ts";
import { lint } from "../../src/config/lint/lint.ts";
import { loadConfig } from "../../src/config/load.ts";
import { renderProblem } from "../../src/config/report/render.ts";
import { Folder } from "../process/processes.ts";
import { withSeed } from "../support/prng.ts";
import { brokenFile, partsOfCanaries } from "./broken-files.ts";

const SEED = `SU${"S3CRET".replace("3", "E").repeat(9)}AA`;

const FILES = [
  "cluster { routes: ['nats://u:S3CRET@h:x'] }",
  "cluster { routes: ['nats://u:S3/CRET@h:1', 'nats://u:S3CRET/@h:x'] }",
  "cluster { routes: ['nats://u:S3 CRET@h:1', 'nats://u:S3@CRET@h:1'] }",
  "cluster { routes: ['nats://u:S3CRET@h:1', 'nats://u:S3CRET@h:1'] }",
  "cluster { routes: ['nats://S3CRET@h:1', 'nats://S3CRET@h:1'] }",
  "gateway { name: g, gateways: [{ name: x, url: 'nats://u:S3CRET@h i:1' }] }",
  "leafnodes { remotes: [{ url: 'nats://u:%S3CRET@h' }] }",
  "leafnodes { remotes: [{ url: 'nats://S3CRET@h' }, { url: 'nats://S3CRET@h' }] }",
  "leafnodes { remotes: [{ url: 'wss://h', proxy: { url: 'http://u:S3CRET@h:x' } }] }",
  "leafnodes { remotes: [{ url: 'wss://u:S3CRET@h', proxy: { url: 'http://u:S3CRET@h' } }] }",
  "leafnodes { remotes: [{ url: 'nats://h', nkey: SUS3CRET }] }",
  "resolver: 'URL(http://u:S3CRET@h:x)'",
  `trusted_keys: [${SEED}]`,
  `accounts { A: { nkey: ${SEED} } }`,
  `proxies { trusted: [{ key: ${SEED} }] }`,
  "authorization { user: a, password: S3CRET, token: S3CRET }",
  "authorization { user: a, password: S3CRET, users: [{ user: b, password: S3CRET }] }",
];

test.each(FILES)("%s", async (text) => {
  await using folder = await Folder.make();
  const path = folder.join("a.conf");
  await writeFile(path, text);
  const loaded = await loadConfig(path, {});
  const problems = [...loaded.problems, ...lint(loaded)];
  expect(problems).not.toBeEmpty();
  for (const problem of problems) {
    expect(headline(problem)).not.toMatch(/S3|CRET|SECRET/);
    expect(renderProblem(problem)).not.toMatch(/S3|CRET|SECRET/);
  }
});

/** Files that are valid but for some marks that were lost, or came in, anywhere. */
const BROKEN_FILES = Number(process.env.FUZZ_FILES ?? 700);

test("files that are broken anywhere", () =>
  withSeed(async (random) => {
    await using folder = await Folder.make();
    const path = folder.join("a.conf");
    let complaints = 0;
    for (let i = 0; i < BROKEN_FILES; i++) {
      const text = brokenFile(random);
      await writeFile(path, text);
      const { problems } = await loadConfig(path, {});
      const reports = [await checkConfig(path), await explainConfig(path)];
      const said = [
        ...reports.flatMap(({ stdout, stderr }) => [stdout, stderr]),
        ...problems.map(headline),
      ].join("\n");
      complaints += problems.length;
      expect([text, partsOfCanaries(said)]).toEqual([text, []]);
    }
    expect(complaints).toBeGreaterThan(BROKEN_FILES);
  }));

describe("a large file is reported on at once", () => {
  const entries = Array.from({ length: 55_000 }, (_, i) => `k${i}: "a value of it"\n`).join("");
  const users = Array.from({ length: 6_500 }, (_, i) => `{user: u${i}, password: S3CRET${i}}`);
  const LARGE: readonly [string, string][] = [
    ["an unknown field at its end", `server_metadata {\n${entries}}\nprot: S3CRET\n`],
    ["an open quote at its end", `server_metadata {\n${entries}}\npassword: "S3CRET\n`],
    ["an open quote at its start", `x: 'S3CRET\n${entries.replaceAll('"', "")}`],
    ["a single line", `authorization { users: [${users.join(", ")}], prot: S3CRET }`],
    ["a long key", `${"pass".repeat(50_000)}: S3CRET\n`],
    ["a long value", `x: "${"S3CRET ".repeat(30_000)}" prot\n`],
    ["words without an end", `x: ${"S3CRET b".repeat(130_000)}\n`],
    ["blanks without an end", `x: S3CRET${" ".repeat(200_000)}prot\n`],
    ["empty lines without an end", `token${"\n".repeat(200_000)}: S3CRET prot\n`],
    ["braces without an end", `x: [${" {".repeat(2_000)}]\n`],
  ];

  test.each(LARGE)("that holds %s", async (_, text) => {
    await using folder = await Folder.make();
    const path = folder.join("a.conf");
    await writeFile(path, text);
    const started = performance.now();
    const { stderr } = await checkConfig(path);
    // Takes a fifth of it at most on a machine that has nothing else to do.
    expect(performance.now() - started).toBeLessThan(1000);
    expect(stderr).toContain("a.conf");
    expect(stderr).not.toMatch(/S3|CRET/);
  });
});
