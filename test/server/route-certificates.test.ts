/** Servers that come in by their certificates: here and on the real server, the same ones. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { Pki } from "../net/tls-pki.ts";
import { LOOPBACK, ours, peer, ServerProcess } from "../process/processes.ts";

const ROUTES = /Listening for route connections on 127\.0\.0\.1:(\d+)/;
const ADMITTED = /Registering remote route/;
const REFUSED = /authentication error$/;

let pki: Pki;

beforeAll(async () => {
  pki = await Pki.make();
  await pki.issue("server", { extensions: ["subjectAltName=IP:127.0.0.1,DNS:localhost"] });
  await pki.issue("member", {
    extensions: ["subjectAltName=DNS:member.example,DNS:*.west.example"],
  });
});

afterAll(() => pki[Symbol.asyncDispose]());

function tls(name: string, more = ""): string {
  const [cert, key, ca] = [`${name}.pem`, `${name}.key`, "ca.pem"].map((file) => pki.path(file));
  return `tls { cert_file: "${cert}", key_file: "${key}", ca_file: "${ca}", ${more} }`;
}

async function start(command: readonly string[], cluster: string): Promise<ServerProcess> {
  const file = pki.path(`${crypto.randomUUID()}.conf`);
  await writeFile(file, `cluster { name: c, listen: "127.0.0.1:-1", ${cluster} }`);
  return await ServerProcess.start([...command, ...LOOPBACK, "-D", "-c", file]);
}

/** Whether a server that has nothing but a certificate is let in. */
async function isAdmitted(command: readonly string[], rules: string): Promise<boolean> {
  await using acceptor = await start(command, rules);
  await acceptor.loggedMatching(ROUTES);
  const port = acceptor.lines.map((line) => ROUTES.exec(line)?.[1]).find((found) => found);
  await using _ = await start([peer!], `${tls("member")}, routes: ["nats://localhost:${port}"]`);
  await acceptor.loggedMatching(new RegExp(`${ADMITTED.source}|${REFUSED.source}`));
  return !acceptor.lines.some((line) => REFUSED.test(line));
}

const MAP = "verify_and_map: true";
const KNOWN = "verify_cert_and_check_known_urls: true";
const user = (name: string): string => `authorization { user: "${name}", password: x }`;

describe.skipIf(peer === undefined)("a server with a certificate", () => {
  test.each([
    ["comes in as the user that it names", MAP, user("member.example"), true],
    ["stays out as another user", MAP, user("else.example"), false],
    ["stays out where no user is named", MAP, "", false],
    ["comes in from a known URL", KNOWN, 'routes: ["nats://member.example:1"]', true],
    [
      "comes in from one that a wildcard covers",
      KNOWN,
      'routes: ["nats://a.west.example:1"]',
      true,
    ],
    ["stays out from elsewhere", KNOWN, 'routes: ["nats://b.a.west.example:1"]', false],
    ["stays out without a user where those are asked for", "", user("member.example"), false],
  ])("%s", async (_, rule, rest, expected) => {
    const rules = `${tls("server", rule)}, ${rest}`;
    const outcomes = await Promise.all([ours, [peer!]].map((each) => isAdmitted(each, rules)));
    expect(outcomes).toEqual([expected, expected]);
  });
});
