/** JWTs from a web server, a real one. */

import { afterAll, describe, expect, test } from "bun:test";
import { DEFAULT_TLS, type TlsOptions } from "../../src/config/options/tls.ts";
import { UrlResolver } from "../../src/trust/url-resolver.ts";
import { Pki } from "../net/tls-pki.ts";
import { a, b, c, jwtOf, openTrust, system, systemJwt, trustOptions } from "./fixture.ts";

const huge = "x".repeat(1024 * 1024 + 1);

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | null;
}

const asked: Asked[] = [];

async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const { method, headers } = request;
  asked.push({ method, path: pathname, authorization: headers.get("authorization") });
  const name = pathname.split("/").at(-1);
  switch (name) {
    case "":
      return new Response("somebody is home");
    case system.publicKey:
      return new Response(systemJwt);
    case a.publicKey:
      return new Response(jwtOf(a));
    case b.publicKey:
      return new Response("no", { status: 503 });
    case c.publicKey:
      return new Response(huge);
    case "moved":
      return Response.redirect(`/jwt/${a.publicKey}`);
    case "zipped":
      return new Response(Bun.gzipSync(Buffer.from(huge)), {
        headers: { "content-encoding": "gzip" },
      });
    case "endless":
      return new Response(
        new ReadableStream({
          async pull(controller) {
            controller.enqueue("drop ");
            await Bun.sleep(5);
          },
        }),
      );
    default:
      return new Response("x", { status: 404 });
  }
}

const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
const silent = Bun.listen({ port: 0, hostname: "127.0.0.1", socket: { data() {} } });
const base = `http://127.0.0.1:${server.port}/jwt`;
afterAll(async () => {
  silent.stop(true);
  await server.stop(true);
});

async function open(url: string, fetchMs = 1900) {
  const resolver = await UrlResolver.open(url, null, { fetchMs });
  return Object.assign(resolver, { [Symbol.dispose]: () => resolver.close() });
}

describe("A web server", () => {
  test("is asked for each account by its name", async () => {
    using resolver = await open(base);
    asked.length = 0;
    await resolver.check();
    expect(await resolver.fetch(a.publicKey)).toBe(jwtOf(a));
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /jwt/",
      `GET /jwt/${a.publicKey}`,
    ]);
  });

  test("may send on", async () => {
    using resolver = await open(base);
    expect(await resolver.fetch("moved")).toBe(jwtOf(a));
  });

  test("takes nothing", async () => {
    using resolver = await open(base);
    expect(resolver.isReadOnly).toBe(true);
    await expect(resolver.store()).rejects.toThrow(
      "store operation not supported for URL Resolver",
    );
  });

  test("gets user and password, which nobody else does", async () => {
    using resolver = await open(base.replace("//", "//me:s3cret@"));
    asked.length = 0;
    await resolver.fetch(a.publicKey);
    expect(asked[0]?.authorization).toBe(`Basic ${btoa("me:s3cret")}`);
    await expect(resolver.fetch(b.publicKey)).rejects.toThrow(
      `could not fetch <"http://me:xxxxx@127.0.0.1:${server.port}/jwt/${b.publicKey}">: 503 Service Unavailable`,
    );
    using down = await open("http://me:s3cret@127.0.0.1:1/x");
    await expect(down.check()).rejects.toThrow(
      'could not fetch <"http://me:xxxxx@127.0.0.1:1/x/">: Get "http://me:***@127.0.0.1:1/x/": dial tcp 127.0.0.1:1: connect: connection refused',
    );
  });
});

describe("No JWT comes", () => {
  const url = (name: string): string => `could not fetch <"${base}/${name}">: `;

  test("with another status", async () => {
    using resolver = await open(base);
    await expect(resolver.fetch("nobody")).rejects.toThrow(`${url("nobody")}404 Not Found`);
  });

  test("when there is too much of it, packed or not", async () => {
    using resolver = await open(base);
    const text = "response is larger than 1048576 bytes";
    await expect(resolver.fetch(c.publicKey)).rejects.toThrow(url(c.publicKey) + text);
    await expect(resolver.fetch("zipped")).rejects.toThrow(url("zipped") + text);
  });

  test("when it takes too long to begin", async () => {
    using resolver = await open(`http://127.0.0.1:${silent.port}/`, 50);
    await expect(resolver.fetch("x")).rejects.toThrow(
      `Get "http://127.0.0.1:${silent.port}/x": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    );
  });

  test("when it takes too long to end", async () => {
    using resolver = await open(base, 100);
    await expect(resolver.fetch("endless")).rejects.toThrow(
      "context deadline exceeded (Client.Timeout or context cancellation while reading body)",
    );
  });

  test("when the server stops", async () => {
    using resolver = await open(`http://127.0.0.1:${silent.port}/`);
    const fetching = resolver.fetch("x");
    resolver.close();
    await expect(fetching).rejects.toThrow("could not fetch");
  });

  for (const [address, text] of [
    ["", 'could not fetch <"/">: Get "/": unsupported protocol scheme ""'],
    ["ftp://x", 'could not fetch <"ftp://x/">: Get "ftp://x/": unsupported protocol scheme "ftp"'],
    ["file:///etc/", 'Get "file:///etc/": unsupported protocol scheme "file"'],
  ] as const) {
    test(`from the address ${JSON.stringify(address)}`, async () => {
      using resolver = await open(address);
      await expect(resolver.check()).rejects.toThrow(text);
    });
  }
});

describe("TLS", () => {
  test("trusts the authority that is named, and shows a certificate", async () => {
    await using pki = await Pki.make();
    const extensions = ["subjectAltName=IP:127.0.0.1"];
    await pki.issue("server", { extensions });
    await pki.issue("client");
    await pki.issue("stranger", { extensions: ["subjectAltName=IP:127.0.0.2"] });
    const client = pki.options("client", { caFile: pki.path("ca.pem") });
    const fetchedFrom = async (certificate: string, tls: TlsOptions | null): Promise<string> => {
      await using secure = Bun.serve({
        port: 0,
        hostname: "127.0.0.1",
        tls: {
          cert: Bun.file(pki.path(`${certificate}.pem`)),
          key: Bun.file(pki.path(`${certificate}.key`)),
          ca: Bun.file(pki.path("ca.pem")),
          requestCert: true,
          rejectUnauthorized: true,
        },
        fetch: () => new Response(jwtOf(a)),
      });
      const resolver = await UrlResolver.open(`https://127.0.0.1:${secure.port}/`, tls);
      return await resolver.fetch("x").catch((error: Error) => error.message);
    };
    expect(await fetchedFrom("server", client)).toBe(jwtOf(a));
    expect(await fetchedFrom("stranger", { ...client, caFile: "", insecure: true })).toBe(jwtOf(a));
    const refused: readonly [string, TlsOptions | null][] = [
      ["server", null],
      ["server", { ...client, caFile: "" }],
      ["server", { ...client, caFile: pki.path("other-ca.pem") }],
      ["server", { ...client, certFile: "", keyFile: "" }],
      ["stranger", client],
    ];
    for (const [certificate, tls] of refused) {
      expect(await fetchedFrom(certificate, tls)).toMatch(/^could not fetch <"https:.*: Get "http/);
    }
  });

  test("needs its files", async () => {
    const caFile = "/nowhere/missing.pem";
    await expect(UrlResolver.open(base, { ...DEFAULT_TLS, caFile })).rejects.toThrow(
      `open ${caFile}: no such file or directory`,
    );
  });
});

test("Accounts come from a web server", async () => {
  using trust = await openTrust(trustOptions({ kind: "url", url: `${base}/` }));
  expect(await trust.accounts.lookup(a.publicKey)).toMatchObject({ id: "1" });
  expect(await trust.accounts.lookup(b.publicKey)).toBeNull();
  expect(trust.accounts.lookupError(b.publicKey)).toBe(
    `could not fetch <"${base}/${b.publicKey}">: 503 Service Unavailable`,
  );
  expect(trust.witness.lines.filter((line) => line.startsWith("warn"))).toEqual([
    `warn Account fetch failed: could not fetch <"${base}/${b.publicKey}">: 503 Service Unavailable`,
  ]);
});
