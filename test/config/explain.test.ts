/** What a file, or an option, means. */

import { describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { loadConfig } from "../../src/config/load.ts";
import { explainFile, explainOption } from "../../src/config/report/explain.ts";
import type { Section } from "../../src/config/schema/section.ts";
import { ROOT } from "../../src/config/sections/root.ts";
import { Folder } from "../process/processes.ts";

const SECRET = "T0pS3cr3t";
const root = ROOT as Section<never>;

/** The lines about a file, without those that tell what an option is. */
async function linesOf(text: string): Promise<string[]> {
  await using folder = await Folder.make();
  const path = folder.join("a.conf");
  await writeFile(path, text);
  const { root: tree } = await loadConfig(path, {});
  return explainFile(tree, root)
    .replaceAll(`${path}:`, "")
    .split("\n")
    .filter((line) => /^\d/.test(line));
}

describe("an explained option", () => {
  test("has its other names, its meaning, its type, its default and what a reload does", () => {
    const lines = explainOption("max_conn", root).split("\n");
    expect(lines[0]).toBe("max_connections (also max_conn)");
    expect(lines[1]).toStartWith("    Clients at one time");
    expect(lines[2]).toBe("    integer · default 65536 · a reload applies it");
    expect(lines).toHaveLength(3);
  });

  test("says that it needs a restart", () => {
    expect(explainOption("PORT", root)).toContain("default 4222 · needs a restart");
  });

  test("of a block tells what it may hold", () => {
    const text = explainOption("authorization", root);
    expect(text).toContain("\n\nIt may hold:\n");
    expect(text).toMatch(/\n {4}timeout: [A-Z]/);
  });

  test("within a block has the block's name", () => {
    expect(explainOption("authorization.timeout", root)).toStartWith("authorization.timeout");
  });

  test.each([
    ["max_paylod", 'there is no option "max_paylod", did you mean "max_payload"?'],
    ["authorization.timout", 'there is no option "authorization.timout", did you mean "timeout"?'],
    ["port.x", 'there is no option "port.x"'],
    ["zzzzzzzz", 'there is no option "zzzzzzzz"'],
    ["", 'there is no option ""'],
  ])("that does not exist is named, with the closest one: %j", (path, message) => {
    expect(() => explainOption(path, root)).toThrow(message);
  });

  test("has a sentence, a type and a rule for reloads, whichever it is", () => {
    for (const field of root.fields) {
      const [, about, details] = explainOption(field.names[0], root).split("\n");
      expect([field.names[0], about]).toEqual([field.names[0], `    ${field.about}`]);
      expect(field.about).toMatch(/^\S.*[^.\s]$/);
      expect(details).toMatch(/^ {4}[^·]+ · .*(?:a reload applies it|needs a restart)/);
    }
  });
});

describe("an option that does not exist", () => {
  test.each([
    ["routes", ', did you mean "cluster.routes"?'],
    ["max_paylod", ', did you mean "max_payload"?'],
    ["cluster.port_", ', did you mean "port"?'],
    ["qqqqqq", ""],
  ])("%s%s", (name, advice) => {
    expect(() => explainOption(name, root)).toThrow(
      new Error(`there is no option "${name}"${advice}`),
    );
  });
});

test("times are explained as times", () => {
  expect(explainOption("ping_interval", root)).toContain("duration · default 2m0s · ");
});

describe("an explained file", () => {
  test("has each option with line, name and value, in the file's order", async () => {
    expect(await linesOf("Net: 127.0.0.1\nport: 4k\ndebug: yes\nhttp: 'x:1'")).toEqual([
      '1: host = "127.0.0.1"',
      "2: port = 4000",
      "3: debug = true",
      '4: http = "x:1"',
    ]);
  });

  test("passes over variables and what is no option", async () => {
    expect(await linesOf("A: 5, port: $A, nothing: 1")).toEqual(["1: port = 5"]);
  });

  test("goes into blocks", async () => {
    expect(await linesOf("authorization {\n timeout: 3\n}")).toEqual([
      "1: authorization",
      "2: authorization.timeout = 3",
    ]);
  });

  test.each([
    `authorization { user: a, password: ${SECRET} }`,
    `authorization { token: ${SECRET} }`,
    `authorization { users: [{ user: a, pass: ${SECRET} }] }`,
    `accounts { A: { users: [{ user: a, password: ${SECRET} }] } }`,
    `cluster { routes: ["nats://a:${SECRET}@b:1"], authorization { user: a, password: ${SECRET} } }`,
    `jetstream { key: ${SECRET} }`,
    `websocket { authorization { token: ${SECRET} } }`,
    `remote_syslog: "udp://a:${SECRET}@b:1"`,
    `leafnodes { remotes: [{ url: "nats://a:${SECRET}@b:1", proxy: { url: "http://a", password: ${SECRET} } }] }`,
  ])("shows no secret: %j", async (text) => {
    expect((await linesOf(text)).join("\n")).not.toContain(SECRET);
  });
});
