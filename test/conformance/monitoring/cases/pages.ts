/** Every page with every parameter, of a server without accounts. */

import { type Case, type PageQuestion, pages } from "../case.ts";
import type { Stage } from "../stage.ts";
import { CONNECTIONS, EVERY_PAGE } from "./questions.ts";

const ODD = ["-1", "0", "1", "1.5", "abc", "%zz", "+2", "99999999999999999999", "", "0x10", "1_0"];
/** Sort options, and the field that they are about; the order by some times is left to chance. */
const SORTS: Readonly<Record<string, string>> = {
  cid: "cid",
  start: "cid",
  subs: "subscriptions",
  pending: "pending_bytes",
  msgs_to: "out_msgs",
  msgs_from: "in_msgs",
  bytes_to: "out_bytes",
  bytes_from: "in_bytes",
  uptime: "cid",
  stop: "cid",
  reason: "reason",
  last: "kind",
  idle: "kind",
  rtt: "kind",
  CID: "cid",
  bogus: "cid",
  "": "cid",
};

/** Clients of all kinds in the order of their numbers, messages between them, and some that left. */
async function play(stage: Stage): Promise<void> {
  const reader = await stage.client(
    "reader",
    { lang: "test", version: "1.2.3" },
    'SUB foo 1\r\nSUB foo.> 2\r\nSUB foo.* workers 3\r\nSUB "<&>" 4\r\nSUB grüße.µ 5\r\nUNSUB 2 7\r\n',
  );
  await stage.client("second", {}, "SUB foo.* others 1\r\nSUB foo.bar 2\r\n");
  await stage.client(
    "nameless",
    { name: undefined, echo: false },
    "SUB foo 1\r\nPUB foo 1\r\nx\r\n",
  );
  const writer = await stage.client('a<b>&\u2028é\\"', { lang: "go", version: "v<1>" });
  for (let i = 0; i < 3; i++) await writer.say(`PUB foo ${i}\r\n${"x".repeat(i)}\r\n`);
  const header = "NATS/1.0\r\nA: b\r\n\r\n";
  await writer.say(`HPUB foo.bar ${header.length} ${header.length + 2}\r\n${header}hi\r\n`);
  await writer.say("PUB foo.baz reply.to 2\r\nhi\r\nPUB nobody 3\r\nabc\r\n");
  await writer.say("SUB _INBOX.> 9\r\nPUB nobody.there _INBOX.x 0\r\n\r\n");
  await reader.say("SUB other 10\r\nUNSUB 10\r\n");
  await (
    await stage.client("gone", { lang: "x" }, "SUB a 1\r\nSUB b q 2\r\nUNSUB 1 5\r\n")
  ).leave();
  await (await stage.client("wrong")).last("NONSENSE\r\n");
  await (await stage.client("large")).last(`PUB x ${2 ** 21}\r\n`);
  await (await stage.socket("stray")).last("GET / HTTP/1.1\r\n\r\n");
  await stage.socket("silent");
}

function sorts(more = ""): PageQuestion[] {
  return Object.entries(SORTS).map(([sort, sortedBy]) => {
    return { path: `/connz?sort=${sort}${more}`, sortedBy };
  });
}

export const PAGES: Case = {
  name: "pages and parameters",
  config: "max_payload: 1MB",
  play,
  questions: [
    ...EVERY_PAGE,
    ...CONNECTIONS,
    ...sorts(),
    ...sorts("&state=closed").filter(({ path }) => !/uptime|pending/.test(path)),
    ...sorts("&state=any&subs=1").filter(({ path }) => !/uptime|pending/.test(path)),
    ...pages(
      ...["open", "closed", "any", "all", "CLOSED", "foo", ""].map((s) => `/connz?state=${s}`),
      ...ODD.flatMap((v) => [`/connz?limit=${v}`, `/connz?offset=${v}`, `/connz?cid=${v}`]),
      ...["offset=2&limit=2", "offset=1&limit=1&sort=uptime", "offset=1000"].map(
        (v) => `/connz?${v}`,
      ),
      ...["1", "0", "t", "TRUE", "detail", "DETAIL", "yes", ""].map(
        (v) => `/connz?subs=${v}&limit=1`,
      ),
      ...["/connz?cid=<cid gone>", "/connz?cid=<cid gone>&state=closed&subs=detail"],
      ...["/connz?cid=<cid reader>&subs=1", "/connz?cid=<cid silent>&state=all", "/connz?cid=7777"],
      ...["/connz?acc=$G", "/connz?acc=$SYS", "/connz?acc=nope", "/connz?acc=$G&state=closed"],
      ...[
        "/connz?user=x",
        "/connz?mqtt_client=x",
        "/connz?limit=1&limit=2",
        "/connz?a=b;c&limit=1",
      ],
      ...["/connz?auth=maybe", "/connz?subs=x&auth=y", "/connz?sort=x&state=y", "/connz?LIMIT=1"],
      ...["/routez?subs=1", "/routez?subs=detail", "/routez?subs=x"],
      ...["/gatewayz?accs=1", "/gatewayz?gw_name=x", "/gatewayz?acc_name=x", "/gatewayz?accs=x"],
      ...["/gatewayz?subs=detail&accs=1", "/gatewayz?subs=x"],
      ...["/leafz?subs=1", "/leafz?subs=detail", "/leafz?acc=x"],
      ...["/subsz?acc=$G", "/subsz?acc=$G&subs=1", "/subsz?subs=1&test=foo.bar", "/subsz?acc=nope"],
      ...[
        "/subsz?test=foo.*",
        "/subsz?test=foo..bar",
        "/subsz?subs=1&acc=$G&test=foo",
        "/subsz?subs=x",
      ],
      ...ODD.flatMap((v) => [`/subsz?limit=${v}`, `/subsz?offset=${v}`]),
      ...["/subsz?subs=1&acc=$G&offset=100", "/subsz?subs=1&acc=$G&limit=1000&offset=0"],
      ...["/accountz?acc=$G", "/accountz?acc=$SYS", "/accountz?acc=nope", "/accstatz?unused=x"],
      ...["accounts", "streams", "consumers", "direct-consumers", "config", "raft"].map(
        (name) => `/jsz?${name}=1`,
      ),
      ...[
        "/jsz?leader-only=1",
        "/jsz?stream-leader-only=1",
        "/jsz?acc=$G",
        "/jsz?limit=x",
        "/jsz?accounts=x",
      ],
      ...["/jsz?offset=-1&limit=-1&accounts=1", "/jsz?acc=nope&accounts=1"],
      ...["js-enabled", "js-enabled-only", "js-server-only", "js-meta-only", "details"].flatMap(
        (name) => [`/healthz?${name}=1`, `/healthz?${name}=x`],
      ),
      ...["/healthz?stream=s", "/healthz?consumer=c&account=a", "/healthz?stream=s&details=1"],
      ...["/healthz?account=x", "/ipqueuesz?all=x", "/ipqueuesz?queues=x"],
      ...["/raftz?acc=x", "/raftz?group=x"],
      ...[
        "/nope",
        "/varz/",
        "/VARZ",
        "//varz",
        "/varz/../connz",
        "/favicon.ico",
        "/expvarz",
        "/statsz",
      ],
      "/varz?callback=x",
    ),
    ...["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"].map((method) => ({
      path: "/varz",
      method,
    })),
    ...pages("/varz"),
  ],
};

/** Nobody is there but the server itself. */
export const IDLE: Case = {
  name: "an idle server",
  config: "debug: false",
  questions: [
    ...EVERY_PAGE,
    ...pages(
      "/accountz?acc=$SYS",
      "/accountz?acc=$G",
      "/subsz?subs=1&acc=$SYS",
      "/subsz?acc=$G&subs=1",
    ),
  ],
};

const OPTIONS: Readonly<Record<string, string>> = {
  limits: `max_subscriptions: 77, max_connections: 9, max_payload: 1K, max_control_line: 2K
max_pending: 5MB, write_deadline: "3s", write_timeout: retry, ping_interval: "30s", ping_max: 3
lame_duck_duration: "40s", max_closed_clients: 3, max_traced_msg_len: 5`,
  names: `server_tags: ["A:b", "c", "<&>"], server_metadata: {b: x, a: "<y>", "10": z, "9": z}
feature_flags: {js_ack_fc_v2: true}, client_advertise: "x.example:77"
no_auth_user: a, authorization: {timeout: 1.5, users: [{user: a, password: b}]}`,
  tls: `tls: {cert_file: "CERTS/server.pem", key_file: "CERTS/server.key", timeout: 3.5}
allow_non_tls: true, no_header_support: true, write_timeout: close`,
};

export const CONFIGURED: readonly Case[] = Object.entries(OPTIONS).map(([name, config]) => ({
  name: `options: ${name}`,
  config,
  questions: [...EVERY_PAGE, ...pages("/varz/", "/accountz?acc=$G")],
}));
