/** Flags that fill blocks of the options, over what a file has put there. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adviceOnFlags, applyFlags, FlagError } from "../../src/cli/apply-flags.ts";
import { parseGoFlags } from "../../src/cli/go-flags.ts";
import { DEFAULT_AUTHORIZATION } from "../../src/config/options/auth.ts";
import { DEFAULT_CLUSTER } from "../../src/config/options/cluster.ts";
import { DEFAULT_JETSTREAM } from "../../src/config/options/jetstream.ts";
import { DEFAULT_OPTIONS, type Options } from "../../src/config/options/options.ts";
import { DEFAULT_TLS } from "../../src/config/options/tls.ts";

async function apply(argv: string[], file: Partial<Options> = {}): Promise<Options> {
  const options = structuredClone({ ...DEFAULT_OPTIONS, ...file });
  await applyFlags(parseGoFlags(argv).given, options);
  return options;
}

/** Message of the fault that flags end in. */
async function fault(argv: string[], file?: Partial<Options>): Promise<string> {
  try {
    await apply(argv, file);
  } catch (error) {
    if (error instanceof FlagError) return error.message;
    throw error;
  }
  throw new Error(`${argv} are accepted`);
}

describe("logging flags", () => {
  test("count in a fixed order, whatever theirs is", async () => {
    const verbose = { debug: true, trace: true, traceVerbose: true };
    expect(await apply(["-DVV", "-D=false"])).toMatchObject(verbose);
    expect(await apply(["-VV=false", "-DVV"])).toMatchObject({
      debug: true,
      trace: false,
      traceVerbose: false,
    });
    expect(await apply(["-DV=false"], verbose)).toMatchObject({
      debug: false,
      trace: false,
      traceVerbose: true,
    });
    expect(await apply(["-VV"])).toMatchObject({ trace: true, traceVerbose: true, debug: false });
  });
});

describe("credentials", () => {
  const authorization = { ...DEFAULT_AUTHORIZATION, user: "a", password: "b", timeoutMs: 7 };

  test("make a block, or change what they name in one", async () => {
    expect((await apply(["--user", "u", "--pass", "p"])).authorization).toEqual({
      ...DEFAULT_AUTHORIZATION,
      user: "u",
      password: "p",
    });
    expect((await apply(["--user=u"], { authorization })).authorization).toEqual({
      ...authorization,
      user: "u",
    });
    expect((await apply(["--auth=t"], { authorization })).authorization?.token).toBe("t");
  });

  test("that are empty take away, and make no block", async () => {
    expect((await apply(["--user", "", "--auth", ""])).authorization).toBeNull();
    const cleared = await apply(["--user=", "--pass="], { authorization });
    expect(cleared.authorization).toEqual({ ...authorization, user: "", password: "" });
  });
});

describe("JetStream flags", () => {
  test("turn it on and off, and leave the rest of the block", async () => {
    expect((await apply(["-js"])).jetstream).toEqual({ ...DEFAULT_JETSTREAM, enabled: true });
    const jetstream = { ...DEFAULT_JETSTREAM, enabled: true, domain: "d" };
    expect((await apply(["-js=false"], { jetstream })).jetstream).toEqual({
      ...jetstream,
      enabled: false,
    });
    expect((await apply(["--jetstream=false"])).jetstream).toBeNull();
  });

  test("a folder alone does not turn it on", async () => {
    expect(await apply(["-sd", "js"])).toMatchObject({ storeDir: "js", jetstream: null });
  });
});

describe("the cluster's URL", () => {
  const cluster = {
    ...DEFAULT_CLUSTER,
    host: "h",
    port: 1,
    name: "c",
    authorization: { user: "u", password: "p", token: "", timeoutMs: 5 },
  };

  test("sets host, port and credentials", async () => {
    const url = "nats://us%20er:pa%3Ass@[::1]:-1";
    expect((await apply(["--cluster", url])).cluster).toEqual({
      ...DEFAULT_CLUSTER,
      host: "::1",
      port: -1,
      authorization: { user: "us er", password: "pa:ss", token: "", timeoutMs: 0 },
    });
    expect((await apply(["--cluster_listen=nats://:6222"])).cluster).toMatchObject({
      host: "0.0.0.0",
      port: 6222,
      authorization: null,
    });
  });

  test("takes credentials of a file away when it has none", async () => {
    expect((await apply(["--cluster=nats://i:2"], { cluster })).cluster).toEqual({
      ...cluster,
      host: "i",
      port: 2,
      authorization: { user: "", password: "", token: "", timeoutMs: 5 },
    });
  });

  test("that is empty turns the cluster off", async () => {
    expect((await apply(["--cluster="], { cluster })).cluster?.port).toBe(0);
    expect((await apply(["--cluster="])).cluster).toBeNull();
  });

  const FAULTS: readonly (readonly [url: string, fault: string])[] = [
    ["127.0.0.1:1", 'parse "127.0.0.1:1": first path segment in URL cannot contain colon'],
    ["nats://h", "address h: missing port in address"],
    ["foo", "missing port in address"],
    ["nats://h:", "EOF"],
    ["nats://h:1:2", "address h:1:2: too many colons in address"],
    ["nats://h:-1/x", 'parse "nats://h:-1/x": invalid port ":-1" after host'],
    ["nats://u@h:1", "expected cluster password to be set"],
    [
      "nats://h:99999999999999999999",
      'strconv.ParseInt: parsing "99999999999999999999": value out of range',
    ],
  ];
  for (const [url, text] of FAULTS) {
    test(`${url} is refused in nats-server's words`, async () => {
      expect(await fault(["--cluster", url])).toBe(text);
    });
  }

  test("never shows credentials, whatever is wrong with it", async () => {
    const urls = [
      "nats://user:secret@h:abc",
      "nats://user:secret@h",
      "nats://user:sec%zzret@h:1",
      "nats://user:sec/ret@h:1",
      "nats://user:sec,ret@h:1",
      "nats://us er:secret@h:1",
      "user:secret@h:1",
      "nats://user:sec@ret@h:x",
    ];
    for (const url of urls) {
      for (const flag of ["--cluster", "--routes"]) {
        const message = await fault([flag, url], { cluster }).catch(() => "accepted");
        expect([url, flag, message]).toEqual([url, flag, expect.not.stringMatching(/user:|us er/)]);
        expect([url, flag, message]).toEqual([url, flag, expect.not.stringMatching(/sec|zz|ret/)]);
      }
    }
  });
});

describe("other cluster flags", () => {
  test("set one option each", async () => {
    const argv = ["--cluster_name=n", "--no_advertise", "--cluster_advertise=a"];
    expect((await apply([...argv, "--connect_retries=-3"])).cluster).toEqual({
      ...DEFAULT_CLUSTER,
      name: "n",
      noAdvertise: true,
      advertise: "a",
      connectRetries: -3,
    });
  });

  test("routes replace those of a file", async () => {
    const cluster = { ...DEFAULT_CLUSTER, port: 1, routes: ["nats://a:1"] };
    const routes = " nats://b:1 ,nats://u:p@c:2";
    expect((await apply(["--routes", routes], { cluster })).cluster?.routes).toEqual([
      "nats://b:1",
      "nats://u:p@c:2",
    ]);
    expect((await apply(["--routes="], { cluster })).cluster?.routes).toEqual([]);
    expect((await apply(["--routes="])).cluster).toBeNull();
  });

  test("routes need a cluster to belong to", async () => {
    const text = "solicited routes require cluster capabilities, e.g. --cluster";
    expect(await fault(["--routes=nats://b:1"])).toBe(text);
    expect(await fault(["--cluster_name=n", "--routes=nats://b:1"])).toBe(text);
    const { cluster } = await apply(["--routes=nats://b:1", "--cluster=nats://h:1"]);
    expect(cluster?.routes).toEqual(["nats://b:1"]);
  });

  test("a route that is no URL is refused, where nats-server crashes", async () => {
    expect(await fault(["--cluster=nats://h:1", "--routes=nats://h:1,::"])).toBe(
      'parse "::": missing protocol scheme',
    );
  });
});

describe("TLS flags", () => {
  let folder: string;
  let certificate: string;
  let key: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nats-tls-flags-"));
    [certificate, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    await writeFile(join(folder, "text"), "x");
    const request = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=x`;
    const args = [...request.split(" "), "-keyout", key, "-out", certificate];
    expect(Bun.spawnSync(["openssl", ...args]).exitCode).toBe(0);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("replace certificates, and leave what else a file says", async () => {
    const tls = {
      ...DEFAULT_TLS,
      certs: [{ certFile: "a", keyFile: "b" }],
      timeoutMs: 5,
      verify: true,
      caFile: certificate,
      cipherSuites: ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"],
      curvePreferences: ["X25519"],
      minVersion: "1.3" as const,
    };
    const argv = [`--tlscert=${certificate}`, `--tlskey=${key}`];
    const replaced = { ...tls, certFile: certificate, keyFile: key, certs: [] };
    expect((await apply(argv, { tls })).tls).toEqual(replaced);
    expect((await apply([...argv, "--tlsverify=false", "--tlscacert="], { tls })).tls).toEqual({
      ...replaced,
      verify: false,
      caFile: "",
    });
    const more = [...argv, "--tlsverify", `--tlscacert=${certificate}`];
    expect((await apply(more)).tls).toEqual({
      ...DEFAULT_TLS,
      certFile: certificate,
      keyFile: key,
      caFile: certificate,
      verify: true,
    });
  });

  test("turn TLS off, whatever else they say", async () => {
    const tls = { ...DEFAULT_TLS, certFile: "a" };
    expect((await apply(["--tls=false"], { tls })).tls).toBeNull();
    expect((await apply(["--tlscert=nope", "--tls=false"])).tls).toBeNull();
  });

  test("need a certificate and its key", async () => {
    const both = "TLS Server certificate must be present and valid";
    for (const argv of [["--tls"], ["--tlsverify"], ["--tlscacert=x"], ["--tlskey=x"]]) {
      expect(await fault(argv)).toBe(both);
    }
    expect(await fault(["--tlscert=x"])).toBe("TLS Server private key must be present and valid");
  });

  test("name files that can be used", async () => {
    const pair = "error parsing X509 certificate/key pair: ";
    expect(await fault(["--tlscert=/nope.pem", "--tlskey=/nope.pem"])).toBe(
      `${pair}open /nope.pem: no such file or directory`,
    );
    expect(await fault([`--tlscert=${join(folder, "text")}`, `--tlskey=${key}`])).toBe(
      `${pair}tls: failed to find any PEM data in certificate input`,
    );
    const authority = `--tlscacert=${join(folder, "text")}`;
    expect(await fault([`--tlscert=${certificate}`, `--tlskey=${key}`, authority])).toBe(
      "failed to parse root ca certificate",
    );
  });
});

describe("flags of features that are not there yet", () => {
  test("are spoken of, as they were spelt", () => {
    const { given } = parseGoFlags(["--profile", "8222", "-sd", "x", "-js"]);
    const advice = adviceOnFlags(given);
    expect(advice[0]).toBe('"--profile" has no effect: this version has no profiling yet');
    expect(advice.map((line) => line.split(" ")[0])).toEqual(['"--profile"', '"-sd"', '"-js"']);
  });

  test("are not spoken of when they turn nothing on", () => {
    const argv = [
      "--profile=0",
      "--js=false",
      "--routes=",
      "--user=",
      "--tls=false",
      "-sd=x",
      "-sd=",
    ];
    expect(adviceOnFlags(parseGoFlags(argv).given)).toEqual([]);
  });

  test("never show what they say", () => {
    const argv = ["--user=secret", "--pass=secret", "--auth=secret", "--routes=nats://secret@h:1"];
    expect(adviceOnFlags(parseGoFlags(argv).given).join("\n")).not.toContain("secret");
  });
});
