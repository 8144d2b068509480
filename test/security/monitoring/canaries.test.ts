/**
 * Secrets that were planted everywhere are found in nothing that can be seen of a server: no page of
 * the monitoring port, no answer or event of the system account, no trace, no span, no line of the log.
 */

import { expect, setDefaultTimeout, test } from "bun:test";
import { hashSync } from "bcrypt-ts";
import { keyPair } from "../../conformance/security/nkeys.ts";
import { Pki } from "../../net/tls-pki.ts";
import { LOOPBACK, ours, ServerProcess } from "../../process/processes.ts";
import { accountJwt, credsFile, newKey, operatorJwt, userJwt } from "../../support/jwt.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import { Collector } from "../../tracing/collector.ts";
import { Secrets } from "../secrets.ts";
import { connectLine, SecuredServer } from "../secured-server.ts";
import { Listener, type Seen, seeAllPages } from "./everything.ts";

setDefaultTimeout(60_000);

const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const KEY = keyPair(21);
function urlOf(process: ServerProcess): string {
  const [, scheme, port] = /Starting (https?) monitor on \S+:(\d+)/.exec(process.text)!;
  return `${scheme}://127.0.0.1:${port}`;
}

async function logIn(url: string, user: string, password: string): Promise<string> {
  const response = await fetch(`${url}/api/login`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Origin: url },
    body: JSON.stringify({ user, password }),
  });
  expect(response.status).toBe(200);
  return response.headers.get("set-cookie")!.split(";")[0]!;
}

/** Sends CONNECT lines, right and wrong ones, and then something that is denied. */
async function attempt(port: number, lines: readonly string[]): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const line of lines) {
    const wire = await Wire.connect(port);
    await wire.waitFor("\r\n");
    await wire.send(`${line}SUB no.way 1\r\nPUB no.way 0\r\n\r\nSUB yes 2\r\nPING\r\n`);
    wire.finish();
    await wire.waitForEnd(4_000);
    wire.close();
    seen.push(["a client", wire.text]);
  }
  return seen;
}

/** What clients publish is in a trace of the protocol, whatever it is. */
function withoutPayloads(log: string): string {
  return log
    .split("\n")
    .filter((line) => !/\[TRC\].*(?:<<-|->>|<->) \[?(?:H?PUB|H?MSG|SUB)/.test(line))
    .join("\n");
}

function traced(subject: string, headers: string): string {
  const block = `NATS/1.0\r\n${headers}\r\n\r\n`;
  return `HPUB ${subject} ${block.length} ${block.length}\r\n${block}\r\n`;
}

test("a server with accounts, links and a dashboard", async () => {
  const secrets = new Secrets();
  await using collector = new Collector();
  await using pki = await Pki.make();
  await pki.issue("server", { extensions: ["subjectAltName=IP:127.0.0.1"] });
  const key = await Bun.file(pki.path("server.key")).text();
  for (const line of key.split("\n").filter((each) => /^[\w+/=]{20,}$/.test(each))) {
    secrets.keep(`key ${line.slice(0, 4)}`, line);
  }
  const seed = secrets.keep("seed", newKey("U", 31).seed);
  const jwt = secrets.keep(
    "jwt",
    userJwt(newKey("U", 32), newKey("A", 33), { bearer_token: true }),
  );
  const plain = secrets.make("Plain");
  const hashed = secrets.make("Hashed");
  const hash = secrets.keep("hash", hashSync(hashed, 4));
  const operator = secrets.make("Operator");
  const environment = secrets.make("Environment");
  const config = `
server_name: canaries
http: "127.0.0.1:-1"
monitor_auth { user: op, password: "${secrets.keep("dashboard hash", hashSync(operator, 4))}" }
otlp { endpoint: "${collector.url}", headers { api-key: "${secrets.make("Otlp")}" } }
system_account: SYS
accounts {
  SYS { users: [{ user: sys, password: "${secrets.make("System")}" }] }
  A {
    msg_trace: { dest: traces }
    users: [
      { user: alice, password: "${plain}", permissions: { publish: { deny: "no.>" } } }
      { user: carol, password: $CAROLS_PASSWORD }
      { user: dave, password: "${hash}" }
      { nkey: ${KEY.public} }
    ]
  }
}
tls { cert_file: "${pki.path("server.pem")}", key_file: "${pki.path("server.key")}" }
allow_non_tls: true
cluster {
  name: c, port: -1
  authorization { user: route, password: "${secrets.make("Route")}" }
  routes = [ "nats-route://route:${secrets.make("RouteUrl")}@127.0.0.1:1" ]
}
gateway { name: c, port: -1
  authorization { user: g, password: "${secrets.make("Gateway")}" }
  gateways: [ {name: x, url: "nats://u:${secrets.make("GatewayUrl")}@127.0.0.1:1"} ] }
leafnodes { port: -1
  authorization { user: leaf, password: "${secrets.make("Leaf")}" }
  remotes = [ {url: "nats://u:${secrets.make("Remote")}@127.0.0.1:1"},
              {url: "nats://${secrets.make("RemoteToken")}@127.0.0.1:2"} ] }
`;
  await using server = await SecuredServer.start(config, {
    args: ["-DVV"],
    env: { CAROLS_PASSWORD: environment },
  });
  const url = urlOf(server.process);
  const system = await Listener.open(server.port, { user: "sys", pass: "zQSystem5kWx8vJq2" });
  const alice = await Listener.open(server.port, {
    user: "alice",
    pass: plain,
    name: jwt,
    lang: seed,
    version: hash,
  });
  const wrong = secrets.make("Wrong");
  const bare = { Origin: url };
  const seen = await attempt(server.port, [
    connectLine({ user: "carol", pass: environment }),
    connectLine({ user: "dave", pass: hashed, name: hash }),
    connectLine({ user: "alice", pass: wrong }),
    connectLine({ user: seed, pass: wrong, name: jwt }),
    connectLine({ user: jwt, pass: wrong, lang: hash }),
    connectLine({ auth_token: wrong }),
    connectLine({ jwt, sig: wrong }),
    connectLine({ nkey: KEY.public, sig: wrong }),
    connectLine({ nkey: seed, sig: wrong }),
    `CONNECT {"user":"alice","pass":"${wrong}"\r\n`,
    `CONNECT {"user":"alice","pass":["${wrong}"]}\r\n`,
    `CONNECT {"user":"alice","PASS":"${wrong}","token":"${wrong}"}\r\n`,
  ]);
  await alice.send(traced(`seeds.${seed}`, "Nats-Trace-Dest: traces"));
  await alice.send(traced("yes", `traceparent: ${PARENT}`));
  await alice.send(traced("no.way", `traceparent: ${PARENT}\r\nNats-Trace-Dest: traces`));
  await alice.send("PUB no.way 0\r\n\r\n");
  await until("spans", () => collector.spans.length > 0);
  await until("an event", () => alice.text.includes("MSG traces "));
  await system.askEverything(["A", "SYS", "PING"]);
  const cookie = await logIn(url, "op", operator);
  seen.push(...(await seeAllPages(url, bare)));
  seen.push(...(await seeAllPages(url, { ...bare, Cookie: cookie })));
  await server.reload(config.replace(plain, secrets.make("Changed")));
  await server.reload(`${config}\nauthorization { token: "${wrong}" }`);
  await until("its end", () => system.text.includes(".DISCONNECT"));
  seen.push(...(await seeAllPages(url, { ...bare, Cookie: cookie })));
  seen.push(["spans", JSON.stringify(collector.received.map(({ body }) => body))]);
  seen.push(["events and answers", system.text]);
  seen.push(["traces", alice.text.replaceAll(`seeds.${seed}`, "")]);
  const all = seen.map(([, text]) => text).join("");
  for (const text of ["gnatsd_varz_", "advisory.v1.client_disconnect", '"options"', '"rows"']) {
    expect([text, all.includes(text)]).toEqual([text, true]);
  }
  secrets.expectNoneIn(seen);
  alice.close();
  system.close();
  server.process.kill("SIGQUIT");
  await server.process.exit();
  secrets.expectNoneIn([["the log", withoutPayloads(server.log)]]);
});

test("a server of an operator, with tokens of users", async () => {
  const secrets = new Secrets();
  const operator = newKey("O", 41);
  const system = newKey("A", 42);
  const account = newKey("A", 43);
  const user = newKey("U", 44);
  const watcher = newKey("U", 45);
  const bearer = secrets.keep("bearer", userJwt(newKey("U", 46), account, { bearer_token: true }));
  for (const [name, key] of Object.entries({ operator, system, account, user, watcher })) {
    secrets.keep(`seed of ${name}`, key.seed);
  }
  const accounts = {
    [system.publicKey]: accountJwt(system, operator, {}, { name: "SYS" }),
    [account.publicKey]: accountJwt(account, operator, {}, { name: "A" }),
  };
  const config = `
http: "127.0.0.1:-1"
operator: ${operatorJwt(operator, { system_account: system.publicKey })}
resolver: MEMORY
resolver_preload: ${JSON.stringify(accounts)}
leafnodes { remotes: [{ url: "nats://127.0.0.1:1", account: ${account.publicKey}
  credentials: "user.creds" }] }
`;
  const files = { "user.creds": credsFile(userJwt(user, account), user.seed) };
  await using server = await SecuredServer.start(config, { args: ["-DVV"], files });
  const url = urlOf(server.process);
  const events = await Listener.open(server.port, (nonce) => ({
    jwt: userJwt(watcher, system),
    sig: secrets.keep("signature", watcher.sign(nonce).toString("base64url")),
  }));
  const holder = await Listener.open(server.port, { jwt: bearer, name: bearer });
  const seen = await attempt(server.port, [
    connectLine({ jwt: bearer, pass: bearer, auth_token: user.seed }),
    connectLine({ jwt: userJwt(user, account), nkey: user.seed, sig: "x" }),
    connectLine({ jwt: user.seed, sig: user.seed }),
    connectLine({ user: bearer, pass: bearer }),
  ]);
  await events.askEverything([account.publicKey, system.publicKey, "PING"]);
  seen.push(...(await seeAllPages(url, { Origin: url })));
  seen.push(["events and answers", events.text]);
  holder.close();
  events.close();
  server.process.kill("SIGQUIT");
  await server.process.exit();
  secrets.expectNoneIn([...seen, ["the log", withoutPayloads(server.log)]]);
});

test("a server with one token for everybody, and others for the web and for things", async () => {
  const secrets = new Secrets();
  const token = secrets.make("Token");
  const config = `
server_name: things
http: "127.0.0.1:-1"
authorization { token: "${token}" }
websocket { port: -1, no_tls: true, authorization { token: "${secrets.make("Websocket")}" } }
mqtt { port: -1, authorization { user: m, password: "${secrets.make("Mqtt")}" } }
jetstream { key: "${secrets.make("Jetstream")}", cipher: aes }
`;
  await using server = await SecuredServer.start(config, { args: ["-DVV"] });
  const wrong = secrets.make("Wrong");
  const client = await Listener.open(server.port, { auth_token: token });
  const seen = await attempt(server.port, [
    connectLine({ auth_token: wrong }),
    connectLine({ user: "u", pass: wrong }),
  ]);
  await server.reload(config.replace(token, secrets.make("Other")));
  seen.push(...(await seeAllPages(urlOf(server.process), {})), ["a client", client.text]);
  client.close();
  server.process.kill("SIGQUIT");
  await server.process.exit();
  secrets.expectNoneIn([...seen, ["the log", server.log]]);
});

test.each([
  [["--user", "u", "--pass"]],
  [["--auth"]],
  [["--routes", "nats://u:<>@127.0.0.1:1", "--cluster_name", "c", "--cluster"]],
])("a server that is started with %j", async (flags) => {
  const secrets = new Secrets();
  const secret = secrets.make("Flag");
  const last = flags.at(-1) === "--cluster" ? `nats://u:${secret}@127.0.0.1:-1` : secret;
  const args = [...flags.map((flag) => flag.replace("<>", secret)), last];
  const login = { user: "u", pass: secret, auth_token: secret };
  await using server = await ServerProcess.start([
    ...ours,
    ...LOOPBACK,
    "-DVV",
    "-m",
    "-1",
    ...args,
  ]);
  const client = await Listener.open(server.port, login);
  const seen = await seeAllPages(urlOf(server), {});
  client.close();
  server.kill("SIGQUIT");
  await server.exit();
  secrets.expectNoneIn([...seen, ["the log", server.text]]);
});
