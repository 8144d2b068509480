/** Paths, parameters, methods and headers: what nats-server answers, this server answers. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { peer } from "../../process/processes.ts";
import { type Monitored, startBoth } from "./monitored.ts";
import { ask, type RawAnswer } from "./raw-http.ts";

/** Differ from server to server, and from time to time. */
const MASKED = /"(server_id|server_name|now)": "[^"]*"/g;
const HEADERS = [
  "content-type",
  "access-control-allow-origin",
  "location",
  "x-content-type-options",
];

describe.skipIf(peer === undefined)("as in nats-server", () => {
  let mine: Monitored;
  let real: Monitored;

  beforeAll(async () => {
    ({ mine, real } = await startBoth());
  }, 15_000);

  afterAll(async () => {
    await mine?.[Symbol.asyncDispose]();
    await real?.[Symbol.asyncDispose]();
  });

  /** @param hasBody false where other tests compare the document. */
  async function compare(
    target: string,
    details: Parameters<typeof ask>[2] = {},
    hasBody = true,
  ): Promise<RawAnswer> {
    const [ours, theirs] = await Promise.all([
      ask(mine.port, target, details),
      ask(real.port, target, details),
    ]);
    expect(seen(ours!, hasBody)).toEqual(seen(theirs!, hasBody));
    return ours!;
  }

  test.each([
    ...["auth=xx", "auth=1&auth=xx", "auth=xx&auth=1", "auth=", "auth", "auth=TRUE", "auth=tRUE"],
    ...["auth=yes", "auth=2", "auth=-1", "auth=%31", "%61uth=xx", "auth=%zz", "auth=%", "auth=%5"],
    ...["auth=xx;a=b", "auth=a+b", "auth=a%0ab", "auth=a%22b", "auth=%ff%fe", "auth=%c3%a9"],
    ...["Auth=xx", "auth[]=xx", "&&&auth=xx", "=xx", "auth==xx", "auth=1=1", "?auth=xx"],
  ])("a boolean: /connz?%s", async (query) => {
    const { status } = await compare(`/connz?${query}`, {}, false);
    if (status === 400) await compare(`/connz?${query}`);
  });

  test.each([
    ...["1.5", "0x1", "1e3", "1_000", "abc", "", "+5", "%2B5", "-5", "-", "+", "--1", "01", "%201"],
    ...["9223372036854775807", "9223372036854775808", "-9223372036854775808"],
    ...["-9223372036854775809", "99999999999999999999999999", "%d9%a3", "1%00", "0"],
  ])("an integer: /connz?offset=%s", async (value) => {
    for (const name of ["offset", "limit"]) {
      const { status } = await compare(`/connz?${name}=${value}`, {}, false);
      if (status === 400) await compare(`/connz?${name}=${value}`);
    }
    await compare(`/jsz?limit=${value}`);
    await compare(`/jsz?offset=${value}`);
  });

  test.each([...["-1", "+1", "0", "18446744073709551615", "18446744073709551616", "1.0", "x", ""]])(
    "a number without a sign: /connz?cid=%s",
    async (value) => {
      const { status } = await compare(`/connz?cid=${value}`, {}, false);
      if (status === 400) await compare(`/connz?cid=${value}`);
    },
  );

  test.each([
    ...["/connz?state=foo", "/connz?state=ANY", "/connz?state=Closed", "/connz?state=__proto__"],
    ...["/connz?state=a%0ab", "/connz?sort=foo", "/connz?sort=CID", "/connz?subs=foo"],
    ...["/connz?subs=DETAIL", "/routez?subs=Detail", "/routez?subs=x", "/subsz?subs=detail"],
    ...["/subsz?test=foo.*", "/subsz?limit=x", "/accstatz?unused=x", "/accountz?acc=nope"],
    ...["/connz?auth=x&subs=y&offset=z", "/connz?state=x&cid=y&limit=z", "/varz?auth=xx"],
    ...["/connz?callback=f", "/connz?acc=nope", "/leafz?subs=detail", "/leafz?acc=nope"],
    ...["/gatewayz?subs=x", "/gatewayz?accs=x", "/gatewayz?subs=detail&accs=1&acc_name=x"],
  ])("%s", async (target) => {
    const { status } = await compare(target, {}, false);
    if (status === 400) await compare(target);
  });

  test.each([
    ...["/routez", "/routez?subs=1", "/gatewayz", "/gatewayz?gw_name=x", "/leafz", "/leafz?subs=1"],
    ...["/jsz", "/jsz?accounts=1&streams=1&consumers=1&config=1&raft=1", "/jsz?acc=x"],
    ...["/jsz?leader-only=1", "/jsz?leader-only=x", "/jsz?direct-consumers=x", "/jsz?raft=x"],
    ...["/jsz?stream-leader-only=x", "/jsz?offset=x&leader-only=y&accounts=z"],
    ...["/raftz", "/raftz?acc=x", "/ipqueuesz", "/ipqueuesz?all=1", "/ipqueuesz?all=x"],
    ...["/ipqueuesz?all=1&queues=recvQ", "/ipqueuesz?all=1&queues=RECVQ", "/ipqueuesz?queues=Send"],
    ...["/healthz", "/healthz?details=1", "/healthz?stream=s", "/healthz?consumer=c"],
    ...["/healthz?account=a&stream=s&consumer=c", "/healthz?account=a&consumer=c"],
    ...["/healthz?stream=s&details=1", "/healthz?consumer=c&details=true", "/healthz?details=x"],
    ...["/healthz?js-enabled=1", "/healthz?js-enabled-only=1", "/healthz?js-server-only=1"],
    ...["/healthz?js-meta-only=1", "/healthz?js-meta-only=x", "/healthz?js-enabled=x&details=y"],
  ])("what there is without JetStream and other servers: %s", async (target) => {
    await compare(target);
  });

  test.each([
    ...["/varz/", "/VARZ", "/statsz", "/expvarz", "/favicon.ico", "/debug/pprof/", "/debug"],
    ...["//varz", "//", "/a//b?x=%zz&y", "/a//b/", "/%2fa//%22b%3c", "/va%72z/x", "/var%7"],
    ...["/%zz", "/__proto__", "/constructor", "/a%20b//c", "/a;b//%C3%A9"],
  ])("path %s", async (target) => {
    await compare(target);
  });

  test.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "HEAD"])(
    "method %s",
    async (method) => {
      for (const target of ["/routez", "/healthz", "/jsz?limit=x", "/nope", "//varz", "/raftz"]) {
        await compare(target, { method });
      }
      expect((await compare("/healthz?details=x", { method, body: "details=1" })).status).toBe(400);
    },
  );

  test("hits are counted under the same names", async () => {
    const counts = async ({ port }: Monitored): Promise<unknown> =>
      JSON.parse((await ask(port, "/varz"))!.body).http_req_stats;
    for (const target of ["/subscriptionsz?subs=x", "/connz?auth=x", "/raftz", "/stacksz", "/"]) {
      await compare(target, {}, false);
    }
    expect(await counts(mine)).toEqual(await counts(real));
  });

  test("the log says the same of what is wrong", () => {
    const warnings = ({ server }: Monitored): string[] =>
      server.linesSinceReady.filter((line) => line.includes("Healthcheck"));
    expect(warnings(mine)).toEqual(warnings(real));
    expect(warnings(mine).length).toBeGreaterThan(5);
  });

  test("the list has the same links in the same order", async () => {
    const links = async ({ port }: Monitored): Promise<string[]> => {
      const { body } = (await ask(port, "/"))!;
      const found = body.matchAll(/href="?(\.[^ ">]*)"?[^>]*>([^<]*)</g);
      return [...found].map(([, path, title]) => `${title} ${path}`);
    };
    const theirs = await links(real);
    expect(theirs).toHaveLength(12);
    expect((await links(mine)).slice(0, 12)).toEqual(theirs);
  });
});

describe.skipIf(peer === undefined)("a base path as in nats-server", () => {
  test.each(["mon", "/mon", "mon/", "/mon//x/../", "/"])(
    "%s",
    async (path) => {
      const { mine, real } = await startBoth(
        `http: '127.0.0.1:-1'\nhttp_base_path: ${JSON.stringify(path)}`,
      );
      await using _mine = mine;
      await using _real = real;
      const targets = ["/", "/mon", "/mon/", "/varz", "/mon/routez", "/mon/varz/", "/mon//routez"];
      for (const target of [...targets, "/monroutez", "/routez", "/mon/x", "/Mon/routez"]) {
        const [ours, theirs] = [await ask(mine.port, target), await ask(real.port, target)];
        // The list of links has other words around them, and `varz` other numbers.
        const isPage = theirs!.headers["content-type"]!.includes("html") && theirs!.status === 200;
        const isSame = !isPage && !theirs!.body.includes('"max_payload"');
        expect(seen(ours!, isSame), target).toEqual(seen(theirs!, isSame));
        const links = [ours, theirs].map((answer) => answer!.body.includes("./mon/varz"));
        expect(links[0]).toBe(links[1]!);
      }
    },
    15_000,
  );
});

function seen({ status, headers, body }: RawAnswer, hasBody: boolean): object {
  const shown = Object.fromEntries(HEADERS.map((name) => [name, headers[name]]));
  if (!hasBody) return { status, shown };
  return { status, shown, body: body.replace(MASKED, '"$1": "…"') };
}
