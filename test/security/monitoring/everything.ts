/** Everything there is to be seen of a server from outside: each page, each service, each event. */

import { PATHS } from "../../../src/monitor/dashboard/dashboard-pages.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";

/** What was asked for, and what was answered. */
export type Seen = readonly [what: string, text: string];

/** With all that shows more. */
const PAGES = [
  "/",
  "/links",
  "/varz",
  "/varz?config=1&auth=1&secrets=1",
  "/connz?auth=1&subs=detail&state=all&limit=10000",
  "/connz?auth=1&subs=1&state=closed&sort=reason",
  "/connz?auth=1&state=any&user=alice",
  "/routez?subs=detail",
  "/gatewayz?accs=1&subs=detail",
  "/leafz?subs=1",
  "/subsz?subs=1&limit=10000",
  "/subscriptionsz?subs=1&test=foo",
  "/accountz",
  "/accountz?acc=$G",
  "/accountz?acc=SYS",
  "/accstatz?unused=1",
  "/jsz?accounts=1&streams=1&consumers=1&config=1&raft=1",
  "/healthz?details=1",
  "/healthz?js-server-only=1",
  "/ipqueuesz?all=1",
  "/raftz",
  "/stacksz",
  "/debug/vars",
  "/debug/pprof/cmdline",
  "/metrics",
  "/metrics?connections=100&accounts=100&server_id=name&prefix=x",
  "/slowz",
  "/livez",
  "/readyz?verbose=1",
  "/startupz?verbose=1",
];
/** Answers that never end by themselves are read for this long. */
const LIVE_MS = 1300;

/** @param headers of each request, such as a cookie. */
export async function seeAllPages(url: string, headers: Record<string, string>): Promise<Seen[]> {
  const dashboard = PATHS.filter((path) => path !== "/api/live").map((path) => `${path}?cid=1`);
  const seen: Seen[] = [];
  for (const path of [...PAGES, ...dashboard]) {
    for (const accept of ["text/html", "application/openmetrics-text", "*/*"]) {
      const response = await fetch(url + path, { headers: { ...headers, Accept: accept } });
      seen.push([path, JSON.stringify([...response.headers]) + (await response.text())]);
    }
  }
  const cids = [
    ...seen
      .map(([, text]) => text)
      .join("")
      .matchAll(/"cid": ?(\d+)/g),
  ];
  for (const cid of new Set(cids.map(([, digits]) => digits))) {
    for (const path of [`/api/connection?cid=${cid}`, `/connz?cid=${cid}&auth=1&subs=detail`]) {
      seen.push([path, await (await fetch(url + path, { headers })).text()]);
    }
  }
  return [...seen, ["/api/live", await watch(`${url}/api/live`, headers)]];
}

async function watch(url: string, headers: Record<string, string>): Promise<string> {
  const response = await fetch(url, { headers });
  const reader = response.body!.getReader();
  const end = setTimeout(() => void reader.cancel(), LIVE_MS);
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    text += Buffer.from(value).toString();
  }
  clearTimeout(end);
  return text;
}

const SERVER_SERVICES = [
  "IDZ",
  "STATSZ",
  "VARZ",
  "SUBSZ",
  "CONNZ",
  "ROUTEZ",
  "GATEWAYZ",
  "LEAFZ",
  "ACCOUNTZ",
  "JSZ",
  "HEALTHZ",
  "PROFILEZ",
  "EXPVARZ",
  "IPQUEUESZ",
  "RAFTZ",
];
const ACCOUNT_SERVICES = ["SUBSZ", "CONNZ", "LEAFZ", "JSZ", "INFO", "STATZ", "CONNS"];
const BODIES = [
  "",
  "{",
  '{"auth":true,"subscriptions":true,"subscriptions_detail":true,"state":2}',
];

/** A client that hears all that its account gets to hear. */
export class Listener {
  readonly #wire: Wire;

  private constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** @param connect fields of CONNECT; a function gets the nonce. */
  static async open(
    port: number,
    connect: object | ((nonce: string) => object),
  ): Promise<Listener> {
    const wire = await Wire.connect(port);
    await wire.waitFor("\r\n");
    const nonce = /"nonce":"([^"]*)"/.exec(wire.text)?.[1] ?? "";
    const login = typeof connect === "function" ? connect(nonce) : connect;
    const all = { verbose: false, headers: true, no_responders: true, ...login };
    await wire.send(`CONNECT ${JSON.stringify(all)}\r\nSUB > 1\r\nPING\r\n`);
    if (!(await wire.waitFor("PONG\r\n"))) throw new Error(`no PONG: ${wire.text}`);
    return new Listener(wire);
  }

  get text(): string {
    return this.#wire.text;
  }

  close(): void {
    this.#wire.close();
  }

  async send(text: string): Promise<void> {
    await this.#wire.send(Buffer.from(text, "latin1"));
  }

  /** Asks all services of the system account; their answers are heard like everything else. */
  async askEverything(accounts: readonly string[]): Promise<void> {
    const services = [
      "$SYS.REQ.SERVER.PING",
      ...SERVER_SERVICES.map((name) => `$SYS.REQ.SERVER.PING.${name}`),
      ...accounts.flatMap((account) =>
        ACCOUNT_SERVICES.map((name) => `$SYS.REQ.ACCOUNT.${account}.${name}`),
      ),
      "$SYS.REQ.USER.INFO",
      "$SYS.REQ.CLAIMS.LIST",
      "$SYS.REQ.CLAIMS.PACK",
      ...accounts.map((account) => `$SYS.REQ.ACCOUNT.${account}.CLAIMS.LOOKUP`),
      "$SYS.DEBUG.SUBSCRIBERS",
    ];
    for (const body of BODIES) {
      for (const subject of services) {
        await this.send(`PUB ${subject} answers.${subject} ${body.length}\r\n${body}\r\n`);
      }
    }
    const last = "answers.$SYS.REQ.SERVER.PING.RAFTZ";
    await until("the last answer", () => this.text.split(`MSG ${last} `).length > BODIES.length);
  }
}
