/**
 * Servers of other clusters that come in by their certificates, and those that a reload does not accept
 * any more: here and on the real server, the same ones.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Pki } from "../net/tls-pki.ts";
import { ours, peer } from "../process/processes.ts";
import { freePort } from "../support/free-port.ts";
import { type Reloadable, startReloadable } from "./reloadable.ts";

const ADMITTED = /Inbound gateway connection from "B"/;
const REFUSED = /authentication error$/;
const OUTBOUND = /Outbound gateway connection to "B"/;
const PIN = "0".repeat(64);

let pki: Pki;

beforeAll(async () => {
  pki = await Pki.make();
  await pki.issue("server", { extensions: ["subjectAltName=IP:127.0.0.1,DNS:localhost"] });
  await pki.issue("member", {
    extensions: ["subjectAltName=IP:127.0.0.1,DNS:member.example,DNS:*.west.example"],
  });
});

afterAll(() => pki[Symbol.asyncDispose]());

function tls(name: string, more = ""): string {
  const [cert, key, ca] = [`${name}.pem`, `${name}.key`, "ca.pem"].map((file) => pki.path(file));
  return `tls { cert_file: "${cert}", key_file: "${key}", ca_file: "${ca}", ${more} }`;
}

/** Cluster A with its rules, and cluster B, which is the real server and has a certificate. */
async function startPair(
  command: readonly string[],
  rules: string,
): Promise<{ a: Reloadable; b: Reloadable; text: (rules: string) => string }> {
  const port = freePort();
  const text = (inForce: string): string =>
    `gateway { name: A, listen: "127.0.0.1:${port}", ${inForce} }\n`;
  const remote = `gateways: [{ name: A, url: "nats://localhost:${port}" }]`;
  const other = `gateway { name: B, listen: "127.0.0.1:-1", ${tls("member")}, ${remote} }\n`;
  const [a, b] = await Promise.all([
    startReloadable(command, pki.path(`${crypto.randomUUID()}.conf`), text(rules), "-D"),
    startReloadable([peer!], pki.path(`${crypto.randomUUID()}.conf`), other),
  ]);
  return { a, b, text };
}

async function isAdmitted(command: readonly string[], rules: string): Promise<boolean> {
  const { a, b } = await startPair(command, rules);
  await using _ = a;
  await using __ = b;
  await a.server.loggedMatching(new RegExp(`${ADMITTED.source}|${REFUSED.source}`));
  return !a.server.lines.some((line) => REFUSED.test(line));
}

/** What is said, and in which number, when B is not accepted any more. */
async function afterPinning(command: readonly string[]): Promise<string[]> {
  const { a, b, text } = await startPair(command, tls("server"));
  await using _ = a;
  await using __ = b;
  await a.server.loggedMatching(ADMITTED);
  await a.server.loggedMatching(OUTBOUND);
  const from = a.server.lines.length;
  await a.reload(text(tls("server", `pinned_certs: ["${PIN}"]`)));
  await a.server.loggedMatching(/certificate not pinned/, from);
  const said = a.server.lines.slice(from).map((line) => line.replace(/.* - gid:\d+ - /, ""));
  return said
    .filter((line) => /Disconnect|Gateway connection closed/.test(line))
    .slice(0, 3)
    .toSorted();
}

const both = <T>(play: (command: readonly string[]) => Promise<T>): Promise<T[]> =>
  Promise.all([ours, [peer!]].map(play));

const MAP = "verify_and_map: true";
const KNOWN = "verify_cert_and_check_known_urls: true";
const user = (name: string): string => `authorization { user: "${name}", password: x }`;
const known = (host: string): string =>
  `gateways: [{ name: A, url: "nats://a.example:1" }, { name: B, url: "nats://${host}:1" }]`;

describe.skipIf(peer === undefined)("a server of another cluster with a certificate", () => {
  test.concurrent.each([
    ["comes in as the user that it names", MAP, user("member.example"), true],
    ["stays out as another user", MAP, user("else.example"), false],
    ["comes in from a URL of the list", KNOWN, known("a.west.example"), true],
    ["stays out from elsewhere", KNOWN, known("b.a.west.example"), false],
  ])("%s", async (_, rule, rest, expected) => {
    const outcomes = await both((each) => isAdmitted(each, `${tls("server", rule)}, ${rest}`));
    expect(outcomes).toEqual([expected, expected]);
  });

  test.concurrent("goes, in both directions, when a reload pins others", async () => {
    const [mine, theirs] = await both(afterPinning);
    expect(mine).toHaveLength(3);
    expect(mine).toEqual(theirs!);
  });
});
