/**
 * Requests to the monitoring port, right ones with something changed, and noise. FUZZ_REQUESTS=<count>
 * sends so many.
 */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { PATHS } from "../../../src/monitor/dashboard/dashboard-pages.ts";
import { Server } from "../../../src/server/server.ts";
import { optionsOf } from "../../support/options-of.ts";
import { type Prng, withSeed } from "../../support/prng.ts";

const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 3000);
const PARALLEL = 20;
/** How long an answer is waited for: the runtime may wait for more of what looks like a beginning. */
const PATIENCE_MS = 40;
const STATUSES = new Set([
  200, 301, 400, 401, 403, 404, 405, 406, 408, 411, 413, 414, 415, 417, 422, 431, 500, 501, 503,
  505,
]);

setDefaultTimeout(60_000 + REQUESTS * 20);

const PAGES = [
  "varz",
  "connz",
  "routez",
  "gatewayz",
  "leafz",
  "subsz",
  "subscriptionsz",
  "accountz",
  "accstatz",
  "jsz",
  "healthz",
  "ipqueuesz",
  "raftz",
  "stacksz",
  "debug/vars",
  "metrics",
  "slowz",
  "livez",
  "readyz",
  "startupz",
  "links",
];
// Subscribing never ends, and lame duck mode ends the server.
const TARGETS = [...PAGES.map((page) => `/${page}`), ...PATHS];
const NAMES = [
  ..."auth subs offset limit cid state sort user acc mqtt_client test unused accs gw_name".split(
    " ",
  ),
  ..."acc_name accounts streams consumers config raft leader-only js-enabled details all".split(
    " ",
  ),
  ..."queues group prefix server_id connections search order after since verbose".split(" "),
];
const VALUES = [
  ..."1 0 true FALSE detail -1 -0 +1 1e3 0x10 99999999999999999999 -9223372036854775808 NaN".split(
    " ",
  ),
  ..."closed any ALL rtt uptime bogus %00 %ff%fe %zz %2525 a%20b + ; %26 > * foo.* .. __proto__".split(
    " ",
  ),
  "",
  "\u00e9",
  "x".repeat(300),
];
const METHODS = [
  "GET",
  "GET",
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "OPTIONS",
  "DELETE",
  "BREW",
  "get",
  "",
];
const HEADERS = [
  "Accept: text/html",
  "Accept: application/openmetrics-text;q=0.5, */*;q=zzz",
  "Accept: ,;=,;q=-1",
  "Accept-Encoding: gzip, br, \xff",
  "Content-Type: application/json",
  "Content-Type: text/html",
  "Content-Length: 2",
  "Content-Length: -2",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: gzip",
  "Cookie: nats_dashboard_x=; =; a",
  "Host: evil.example",
  "Host: [::1",
  "Host: ",
  "Origin: null",
  "Origin: http://a",
  "Sec-Fetch-Site: same-origin",
  "Sec-Fetch-Site: cross-site",
  "Expect: 100-continue",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Range: bytes=9-1",
  "If-None-Match: *",
  `X-${"a".repeat(200)}: b`,
  "X: \x01",
  "no colon",
  ": no name",
  " folded: line",
];
const BODIES = [
  "{}",
  '{"user":1}',
  '{"user":"a","password":"b"}',
  "[",
  "0\r\n\r\n",
  "",
  "\xff\x00",
];

let server: Server;
const faults: string[] = [];

beforeAll(async () => {
  const options = await optionsOf(`
    listen: "127.0.0.1:-1"
    http: "127.0.0.1:-1"
    monitor_auth { user: op, password: "a long one" }`);
  server = new Server(options, (_level, text) => {
    if (/^monitoring: |Internal error/.test(text)) faults.push(text);
  });
  await server.start();
  const client = server.connectInProcess();
  for (let i = 0; i < 50; i++) client.subscribe(`foo.${i}.*`, () => {});
});

afterAll(() => server.stop());

function requestOf(random: Prng): Buffer {
  if (random.chance(15)) return random.bytes(random.between(1, 300));
  const parameters = Array.from({ length: random.below(5) }, () => {
    const name = random.pick(NAMES);
    return random.chance(8) ? name : `${name}=${random.pick(VALUES)}`;
  });
  const prefix = random.chance(10)
    ? random.pick(["/.", "//", "/../", "http://evil", "/%2e%2e"])
    : "";
  const target = `${prefix}${random.pick(TARGETS)}${random.chance(12) ? "/" : ""}`;
  const search = parameters.length === 0 ? "" : `?${parameters.join("&")}`;
  const version = random.chance(20) ? random.pick(["HTTP/1.0", "HTTP/2.0", "", "x"]) : "HTTP/1.1";
  const host = random.chance(10) ? [] : ["Host: a"];
  const others = Array.from({ length: random.below(5) }, () => random.pick(HEADERS));
  const head = [`${random.pick(METHODS)} ${target}${search} ${version}`, ...host, ...others];
  const body = random.chance(2) ? random.pick(BODIES) : "";
  const bytes = Buffer.from(`${head.join("\r\n")}\r\nConnection: close\r\n\r\n${body}`, "latin1");
  return random.chance(4) ? changed(bytes, random) : bytes;
}

/** With some bytes changed, cut out or doubled. */
function changed(bytes: Buffer, random: Prng): Buffer {
  let result = bytes;
  for (let changes = random.between(1, 4); changes > 0; changes--) {
    const at = random.below(result.length);
    const end = Math.min(at + random.below(20), result.length);
    const [before, middle, after] = [
      result.subarray(0, at),
      result.subarray(at, end),
      result.subarray(end),
    ];
    const between = random.pick([random.bytes(1), Buffer.from("\r\n"), middle, Buffer.alloc(0)]);
    result = Buffer.concat([before, between, random.chance(2) ? middle : between, after]);
  }
  return result;
}

/** @returns what has come; it ends when the server closes, or nothing comes for a while. */
async function send(bytes: Buffer): Promise<string> {
  const chunks: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: server.monitor!.port,
    socket: {
      data: (_socket, chunk) => {
        chunks.push(Buffer.from(chunk));
      },
      close: () => resolve(),
      error: () => resolve(),
    },
  });
  socket.write(bytes);
  const patience = setTimeout(resolve, PATIENCE_MS);
  await promise;
  clearTimeout(patience);
  socket.terminate();
  return Buffer.concat(chunks).toString("latin1");
}

test("no request fails the server, and each answer is a right one", () =>
  withSeed(async (random) => {
    const statuses = new Map<number, number>();
    for (let sent = 0; sent < REQUESTS; sent += PARALLEL) {
      const requests = Array.from({ length: PARALLEL }, () => requestOf(random));
      const answers = await Promise.all(requests.map(send));
      for (const [index, answer] of answers.entries()) {
        if (answer === "") continue;
        const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
        const request = requests[index]!.toString("latin1");
        if (!STATUSES.has(status) && status !== 100) {
          throw new Error(
            `${JSON.stringify(request)} gets ${JSON.stringify(answer.slice(0, 200))}`,
          );
        }
        if (faults.length > 0) {
          const sentLast = JSON.stringify(requests.map((each) => each.toString("latin1")));
          throw new Error(`${faults.join("\n")} after one of ${sentLast}`);
        }
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
      expect(server.phase).toBe("serving");
    }
    expect(statuses.get(200) ?? 0).toBeGreaterThan(REQUESTS / 20);
    expect(statuses.get(400) ?? 0).toBeGreaterThan(0);
    expect(statuses.get(500) ?? 0).toBe(0);
    const response = await fetch(
      `${server.monitor!.scheme}://127.0.0.1:${server.monitor!.port}/varz`,
    );
    expect((await response.json()) as object).toHaveProperty("server_id");
  }));
