/** No message about a configuration shows a secret, whatever is wrong with it. */

import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { headline } from "../../src/config/language/problem.ts";
import { lint } from "../../src/config/lint/lint.ts";
import { loadConfig } from "../../src/config/load.ts";
import { renderProblem } from "../../src/config/report/render.ts";
import { Folder } from "../process/processes.ts";

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
