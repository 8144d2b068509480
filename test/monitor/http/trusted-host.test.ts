/** Which names a page's requests may come by: those that no stranger can have lead here. */

import { expect, test } from "bun:test";
import { hostname } from "node:os";
import { prefersHtml } from "../../../src/monitor/http/index-page.ts";
import { isTrustedHost } from "../../../src/monitor/http/trusted-host.ts";
import { optionsOf } from "../../support/options-of.ts";

const OPTIONS = { httpHost: "mon.example.com", host: "0.0.0.0", monitorHosts: ["nats.corp.net"] };

test.each([
  ...["127.0.0.1", "127.0.0.1:8222", "10.1.2.3:80", "[::1]", "[::1]:8222", "[fe80::1%25eth0]:1"],
  ...["localhost", "localhost:8222", "LOCALHOST.", "a.localhost:1", "nats", "nats:8222"],
  ...["mon.example.com:8222", "MON.example.com", "nats.corp.net", "nats.corp.net.:8222"],
  hostname(),
])("%s is trusted", (host) => {
  expect(isTrustedHost(host, OPTIONS)).toBe(true);
});

test.each([
  ...[null, "", ":8222", "evil.com", "evil.com:8222", "127.0.0.1.evil.com", "localhost.evil.com"],
  ...["evillocalhost.com", "x.nats.corp.net", "nats.corp.net.evil.com", "1.2.3", "256.1.1.1"],
  ...[
    "127.0.0.1.nip.io:8222",
    "[::1].evil.com.",
    "[]",
    "evil.com.",
    "a@evil.com",
    "a b",
    "a/b",
    "a?b",
    "0x7f.1",
  ],
])("%p is not", (host) => {
  expect(isTrustedHost(host, OPTIONS)).toBe(false);
});

test.each([
  ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true],
  ["text/html", true],
  ["TEXT/HTML; Q=1", true],
  ["*/*", false],
  ["", false],
  [null, false],
  ["application/json", false],
  ["application/json, text/html;q=0.5", false],
  ["text/html;q=0", false],
  ["text/html;q=x", false],
])("Accept: %s prefers HTML: %p", (accept, expected) => {
  expect(prefersHtml(accept)).toBe(expected);
});

test("monitor_hosts takes names and addresses, with a port or without", async () => {
  const names = ["nats.corp.net", "nats_1:8222", "10.1.2.3", "[::1]:8222", "fe80::1"];
  const { monitorHosts } = await optionsOf(`monitor_hosts: ${JSON.stringify(names)}`);
  expect(monitorHosts).toEqual(names);
  for (const wrong of ["http://nats.corp.net/", "*.corp.net", "a b", ""]) {
    await expect(optionsOf(`monitor_hosts: [${JSON.stringify(wrong)}]`)).rejects.toThrow(
      "monitor_hosts takes names of hosts, such as nats.example.com",
    );
  }
});
