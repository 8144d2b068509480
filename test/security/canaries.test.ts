/**
 * Secrets that were planted everywhere are found nowhere: not in a log at any level, not in an answer
 * to a client, not in what the commands print, not in a dump.
 */

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { hashSync } from "bcrypt-ts";
import { brokenFile, partsOfCanaries } from "../config/broken-files.ts";
import { keyPair } from "../conformance/security/nkeys.ts";
import { Folder, LOOPBACK, ours, ServerProcess } from "../process/processes.ts";
import { withSeed } from "../support/prng.ts";
import { until } from "../support/until.ts";
import { Wire } from "../support/wire.ts";
import { JsonLoggingServer } from "./json-log.ts";
import { SecureWire } from "./secure-wire.ts";
import { connectLine, SecuredServer } from "./secured-server.ts";

setDefaultTimeout(30_000);

const secrets = new Map<string, string>();

/** A text that stands nowhere by chance. */
function canary(name: string): string {
  const text = `zQ${name}7wXk9vJq3`;
  secrets.set(name, text);
  return text;
}

function alsoSecret(name: string, text: string): string {
  secrets.set(name, text);
  return text;
}

/** Names of the secrets that are in a text, also where only a part of one is. */
function found(text: string): string[] {
  return [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => name);
}

const KEY = keyPair(11);
const PROXY = keyPair(12);
/** A seed by its form. */
const SEED = alsoSecret("seed", "SUAMK2FG4MI6UE3ACF3FK3OIQBCEIEZV7NSWFFEW63UXMRLFM2XLAXK4GY");
const JWT = alsoSecret(
  "jwt",
  "eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ.eyJzdWIiOiJ6UWp3dCJ9.c2ln",
);
const HASH = alsoSecret("hash", hashSync(canary("Hashed"), 4));
const PLAIN = canary("Plain");
const VARIABLE = canary("Variable");
const ENVIRONMENT = canary("Environment");

const CONFIG = `
authorization {
  BOBS: ${VARIABLE}
  users = [
    {user: alice, password: ${PLAIN}, permissions: {publish: {deny: "no.>"}}}
    {user: bob, password: $BOBS}
    {user: carol, password: $CAROLS_PASSWORD}
    {user: dave, password: "${HASH}"}
    {nkey: ${KEY.public}}
    {user: eve, password: p, proxy_required: true}
  ]
}
proxies { trusted: [{key: ${PROXY.public}}] }
`;
const OTHER = CONFIG.replace(PLAIN, canary("Changed")).replace(VARIABLE, `"${canary("Replaced")}"`);
const TOKEN = `authorization { token: "${canary("Token")}" }`;
const LINKS = `
cluster {
  name: c, port: -1
  authorization { user: route, password: ${canary("Route")} }
  routes = [ "nats-route://route:${canary("RouteUrl")}@127.0.0.1:1" ]
}
gateway { name: g, port: -1, authorization { user: g, password: ${canary("Gateway")} }
  gateways: [ {name: x, url: "nats://u:${canary("GatewayUrl")}@127.0.0.1:1"} ] }
leafnodes { port: -1, authorization { user: leaf, password: ${canary("Leaf")} }
  remotes = [ {url: "nats://u:${canary("Remote")}@127.0.0.1:1"},
              {url: "nats://${canary("RemoteToken")}@127.0.0.1:2"} ] }
websocket { port: -1, no_tls: true, token: "${canary("Websocket")}" }
mqtt { port: -1, username: m, password: '${canary("Mqtt")}' }
server_name: canaries, jetstream { key: "${canary("Jetstream")}", cipher: aes }
`;
const ENV = { CAROLS_PASSWORD: ENVIRONMENT };

/** Everything that was said in any test. */
let said = "";

function note(text: string): void {
  expect(found(text)).toEqual([]);
  said += text;
}

/** What a client may send, with secrets in it; most of it is wrong in some way. */
function attempts(nonce: string): string[] {
  const sig = alsoSecret(`signature ${nonce}`, KEY.sign(nonce));
  const proxySig = alsoSecret(`proxy signature ${nonce}`, PROXY.sign(nonce));
  const wrong = secrets.get("Wrong") ?? canary("Wrong");
  const lines = [
    { user: "alice", pass: PLAIN },
    { user: "bob", pass: VARIABLE },
    { user: "carol", pass: ENVIRONMENT },
    { user: "dave", pass: secrets.get("Hashed")! },
    { nkey: KEY.public, sig },
    { user: "alice", pass: PLAIN, proxy_sig: proxySig },
    { user: "eve", pass: "p", proxy_sig: proxySig },
    { auth_token: secrets.get("Token") ?? wrong },
    { user: "alice", pass: wrong },
    { user: "dave", pass: wrong },
    { nkey: KEY.public, sig: wrong },
    { nkey: SEED, sig: wrong },
    { user: SEED, pass: wrong, jwt: JWT },
    { user: "alice", pass: PLAIN, name: JWT, lang: SEED },
    { user: "alice", pass: PLAIN, proxy_sig: wrong },
    { auth_token: wrong, jwt: JWT },
  ].map((options) => connectLine(options));
  const odd = [
    `CONNECT {"user":"alice","pass":"${wrong}"\r\n`,
    `CONNECT {"user":"alice","pass":${wrong}}\r\n`,
    `CONNECT {"user":"alice","pass":["${wrong}"]}\r\n`,
    `CONNECT {"user":"alice","p\\u0061ss":"${wrong}"}\r\n`,
    `CONNECT {"user":"alice","PASS":"${wrong}","Auth_Token" : "${wrong}"}\r\n`,
    `CONNECT {user:alice,pass:${wrong}}\r\n`,
    `CONECT {"pass":"${wrong}"}\r\n`,
    `connect {"pass":"${wrong}","verbose":1}\r\n`,
    `CONNECT {"verbose":true,"pass":"${wrong}","name":"${"n".repeat(5_000)}"}\r\n`,
    `PUB x 2\r\nCONNECT {"pass":"${wrong}"}\r\n`,
  ];
  const tail = "PUB no.way 0\r\n\r\nSUB a 1\r\nPUB a 0\r\n\r\nPING\r\n";
  return [...lines, ...odd].map((text) => text + tail);
}

async function attack(port: number): Promise<void> {
  for (let i = 0; ; i++) {
    const wire = await Wire.connect(port);
    await wire.waitFor("\r\n");
    const nonce = /"nonce":"([^"]*)"/.exec(wire.text)?.[1] ?? "none";
    const all = attempts(nonce);
    if (i === all.length) {
      wire.close();
      return;
    }
    await wire.send(all[i]!);
    wire.finish();
    await wire.waitForEnd(4_000);
    wire.close();
    note(wire.text);
  }
}

/** Runs a command to its end; returns all that it printed. */
async function run(args: readonly string[]): Promise<string> {
  const child = Bun.spawn([...ours, ...args], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, ...ENV },
  });
  const texts = [new Response(child.stdout).text(), new Response(child.stderr).text()];
  await child.exited;
  return (await Promise.all(texts)).join("\n");
}

afterAll(() => {
  // The tests have seen something at all, and secrets were looked for.
  expect(said.length).toBeGreaterThan(10_000);
  expect(secrets.size).toBeGreaterThan(20);
  expect(found(said)).toEqual([]);
});

describe("a running server", () => {
  test.each([[[]], [["-D"]], [["-DV"]], [["-DVV"]]])("that is started with %j", async (args) => {
    await using server = await SecuredServer.start(CONFIG, { args, env: ENV });
    await attack(server.port);
    await server.reload(OTHER);
    await attack(server.port);
    await server.reload(TOKEN);
    await attack(server.port);
    await server.reload(`${TOKEN}\nauthorization { user: x, password: "${secrets.get("Token")}" `);
    await server.reload(OTHER);
    server.process.kill("SIGUSR1");
    server.process.kill("SIGQUIT");
    await server.process.exit();
    expect(server.log).toContain("SIGQUIT");
    note(server.log);
  });

  test("that logs in JSON", async () => {
    await using server = await JsonLoggingServer.start(CONFIG, ["-DV"], ENV);
    await attack(server.port);
    server.process.kill("SIGQUIT");
    await server.process.exit();
    expect(server.log).toContain('"level":"trace"');
    note(server.log + server.process.text);
  });

  test("whose secrets come from flags", async () => {
    for (const args of [
      ["--user", "u", "--pass", PLAIN],
      ["--auth", secrets.get("Token")!],
      ["--auth", HASH],
    ]) {
      await using server = await ServerProcess.start([...ours, ...LOOPBACK, "-DV", ...args]);
      const wire = await Wire.connect(server.port);
      await wire.send(`${connectLine({ user: "u", pass: PLAIN, auth_token: args[1] })}PING\r\n`);
      await wire.waitFor(/PONG\r\n|-ERR/);
      wire.close();
      server.kill("SIGQUIT");
      await server.exit();
      note(wire.text + server.text);
    }
  });

  test("whose links have secrets", async () => {
    for (const args of [["-DV"], ["--routes", `nats://u:${secrets.get("Route")!}@127.0.0.1:1`]]) {
      await using folder = await Folder.make();
      const file = folder.join("links.conf");
      await writeFile(file, LINKS);
      await using server = ServerProcess.spawn([...ours, ...LOOPBACK, "-c", file, ...args]);
      await until("a start or its end", () => /ready|nats-server: /.test(server.text), 8_000);
      server.kill("SIGQUIT");
      await server.exit();
      note(server.text);
    }
  });
});

describe("private keys of certificates", () => {
  test("that are in use, broken, encrypted or somebody else's", async () => {
    await using folder = await Folder.make();
    const openssl = async (...args: string[]): Promise<void> => {
      const child = Bun.spawn(["openssl", ...args], { cwd: folder.path, stderr: "ignore" });
      expect(await child.exited).toBe(0);
    };
    const passphrase = canary("Passphrase");
    const subject = ["-x509", "-days", "2", "-subj", "/CN=localhost"];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    await openssl("req", ...subject, ...key, "-nodes", "-keyout", "key.pem", "-out", "cert.pem");
    await openssl("req", ...subject, ...key, "-nodes", "-keyout", "other.pem", "-out", "o.pem");
    const encrypted = ["-topk8", "-v2", "aes256", "-passout", `pass:${passphrase}`];
    await openssl("pkcs8", ...encrypted, "-in", "key.pem", "-out", "encrypted.pem");
    const text = (name: string): string => readFileSync(folder.join(name), "utf8");
    for (const name of ["key.pem", "other.pem", "encrypted.pem"]) {
      const lines = text(name)
        .split("\n")
        .filter((line) => /^[\w+/=]{20,}$/.test(line));
      expect(lines).not.toBeEmpty();
      for (const line of lines) alsoSecret(`${name} ${line.slice(0, 4)}`, line);
    }
    await writeFile(folder.join("broken.pem"), text("key.pem").replace("\n", "\n!"));
    await writeFile(folder.join("text.pem"), `${canary("KeyText")}\n`);
    await writeFile(folder.join("half.pem"), text("key.pem").slice(0, -60));
    for (const name of ["key", "other", "encrypted", "broken", "text", "half"]) {
      const config = `tls { cert_file: "${folder.join("cert.pem")}", key_file: "${folder.join(`${name}.pem`)}" }`;
      const file = folder.join("a.conf");
      await writeFile(file, config);
      note(await run(["-t", "-c", file]));
      note(await run(["config", "explain", file]));
      await using server = ServerProcess.spawn([...ours, ...LOOPBACK, "-DVV", "-c", file]);
      await until("a start or its end", () => /ready|nats-server: /.test(server.text), 8_000);
      if (server.port > 0) {
        const wire = await SecureWire.connect(server.port);
        wire.send(`${connectLine()}PING\r\n`);
        expect(await wire.waitFor("PONG\r\n")).toBe(true);
        wire.close();
        note(wire.text);
      }
      // Flags say the same in other words.
      const flags = [
        "--tls",
        "--tlscert",
        folder.join("cert.pem"),
        "--tlskey",
        folder.join(`${name}.pem`),
      ];
      note(await run([...flags, "-t"]));
      server.kill("SIGQUIT");
      await server.exit();
      note(server.text);
    }
  });
});

describe("commands", () => {
  test("on files that are right", async () => {
    await using folder = await Folder.make();
    const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => folder.join(`${name}.conf`));
    for (const [file, text] of [
      [a, CONFIG],
      [b, OTHER],
      [c, TOKEN],
      [d, LINKS],
    ]) {
      await writeFile(file!, text!);
    }
    const seed = ["--user", SEED];
    const commands = [
      ...[a, b, c, d].flatMap((file) => [
        ["-t", "-c", file!],
        ["config", "explain", file!],
      ]),
      ["config", "diff", a!, b!],
      ["config", "diff", a!, c!],
      ["config", "diff", c!, d!],
      ["explain", "pub", "no.x", "--user", "alice", "-c", a!],
      ["explain", "pub", "no.x", "--user", "dave", "-c", a!, "--json"],
      ["explain", "sub", ">", "--user", "nobody", "-c", a!],
      ["explain", "who", "pub", "no.x", "-c", a!],
      ["explain", "who", "sub", "no.x", "-c", d!, "--json"],
      ["explain", "pub", "x", ...seed, "-c", a!],
    ];
    const printed = await Promise.all(commands.map(run));
    for (const [i, text] of printed.entries()) {
      // What is typed on the command line may be repeated.
      expect([commands[i], found(text).filter((name) => name !== "seed")]).toEqual([
        commands[i],
        [],
      ]);
      said += text.replaceAll(SEED, "");
    }
    expect(printed.join("")).toContain("is valid");
  });

  /** A fault right beside each secret. */
  const FAULTS: readonly [string, (text: string) => string][] = [
    ["a key that there is not", (text) => text.replaceAll("user: ", "usr: ")],
    ["a brace too few", (text) => text.slice(0, text.lastIndexOf("}"))],
    ["something behind it", (text) => text.replace(PLAIN, `"${PLAIN}" x`)],
    ["a user twice", (text) => text.replace("user: bob", "user: alice")],
    ["a password twice", (text) => text.replace("password: p,", `password: ${PLAIN}, pass: x,`)],
    [
      "another user beside users",
      (text) => text.replace("users =", `user: a, password: ${PLAIN}\n users =`),
    ],
    ["a token beside users", (text) => text.replace("users =", `token: ${PLAIN}\n users =`)],
    ["a seed for a key", (text) => text.replace(KEY.public, SEED)],
    ["a seed for a proxy", (text) => text.replace(PROXY.public, SEED)],
    ["a JWT for a key", (text) => text.replace(KEY.public, JWT)],
  ];

  const LEAKS: readonly [string, (text: string) => string][] = [
    ["a value that is a list", (text) => text.replace(PLAIN, `[${PLAIN}]`)],
    ["a value that is a map", (text) => text.replace(PLAIN, `{a: ${PLAIN}}`)],
    ["a variable that is not there", (text) => text.replace("$BOBS", "$ROBS")],
    ["a colon too few", (text) => text.replace("password: ", "password")],
    ["a quote that is not closed", (text) => text.replace(PLAIN, `"${PLAIN}`)],
    ["a quote too many", (text) => text.replace(PLAIN, `"${PLAIN}""`)],
    ["a brace too many", (text) => text.replace(PLAIN, `${PLAIN}}`)],
  ];

  async function tryFault(change: (text: string) => string): Promise<void> {
    await using folder = await Folder.make();
    const file = folder.join("a.conf");
    const changed = change(CONFIG);
    expect(changed).not.toBe(CONFIG);
    await writeFile(file, changed);
    const commands = [
      ["-t", "-c", file],
      ["config", "explain", file],
      ["-DV", ...LOOPBACK, "-c", file],
    ];
    // The last one starts a server if the file is right after all.
    for (const command of commands.slice(0, 2)) note(await run(command));
    await using server = ServerProcess.spawn([...ours, ...commands[2]!], ENV);
    await until("a start or its end", () => /ready|nats-server: /.test(server.text), 8_000);
    server.kill("SIGKILL");
    await server.exit();
    note(server.text);
  }

  test.each(FAULTS)("on files with %s", (_, change) => tryFault(change));

  // The names of the keys are of no help here.
  test.each(LEAKS)("on files with %s", (_, change) => tryFault(change));

  /** Files of each kind that are tried; `test/config/secrets.test.ts` tries far more in one process. */
  const BROKEN_FILES = 12;

  test("on files that are broken anywhere", () =>
    withSeed(async (random) => {
      await using folder = await Folder.make();
      const file = folder.join("a.conf");
      let text = "";
      for (let i = 0; i < BROKEN_FILES; i++) {
        await writeFile(file, brokenFile(random));
        text += await run(["-t", "-c", file]);
        await using server = ServerProcess.spawn([...ours, ...LOOPBACK, "-DV", "-c", file]);
        await until("a start or its end", () => /ready|nats-server: /.test(server.text), 8_000);
        server.kill("SIGKILL");
        await server.exit();
        text += server.text;
      }
      expect(text).toContain("a.conf");
      expect(partsOfCanaries(text)).toEqual([]);
    }));

  test("on files that are broken anywhere and reloaded", () =>
    withSeed(async (random) => {
      await using server = await SecuredServer.start(CONFIG, { args: ["-DV"], env: ENV });
      for (let i = 0; i < BROKEN_FILES; i++) await server.reload(brokenFile(random));
      server.process.kill("SIGQUIT");
      await server.process.exit();
      expect(server.log).toContain("Failed to reload");
      expect(partsOfCanaries(server.log)).toEqual([]);
    }));
});
