/**
 * Passwords of a cluster are told to the servers that are dialled and to nobody else: they stand in no
 * log at any level, no page, no answer, no file, and in nothing that another server hears.
 */

import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { hashSync } from "bcrypt-ts";
import { infoLine, connectLine as routeConnect } from "../../kinds/route/cases.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import { Listener, type Seen, seeAllPages } from "../monitoring/everything.ts";
import { Secrets } from "../secrets.ts";
import { SecuredServer } from "../secured-server.ts";

setDefaultTimeout(60_000);

/** Traces are part of what is looked at. */
const TRACED_CONNECT = /\[TRC\].*<<- \[CONNECT .*"pass":"\[REDACTED\]"/;

function monitorOf({ log }: SecuredServer): string {
  return `http://127.0.0.1:${/Starting http monitor on \S+:(\d+)/.exec(log)![1]}`;
}

async function clusterPortOf(server: SecuredServer): Promise<number> {
  const pattern = /Listening for route connections on \S+:(\d+)/;
  await until("a port for routes", () => pattern.test(server.log));
  return Number(pattern.exec(server.log)![1]);
}

/** @param cluster what stands in its block beside name and port. */
function config(name: string, system: string, cluster: string): string {
  return `
server_name: ${name}
http: "127.0.0.1:-1"
system_account: SYS
accounts { SYS { users: [{ user: sys, password: "${system}" }] }, A { users: [{ user: a, password: a }] } }
no_auth_user: a
cluster { name: C1, listen: "127.0.0.1:-1"
${cluster} }
`;
}

test("a cluster with passwords of all kinds", async () => {
  const secrets = new Secrets();
  const system = secrets.make("System");
  const password = secrets.make("Route");
  const hash = secrets.keep("hash", hashSync(password, 4));
  const guard = (text: string): string => `authorization { user: route, password: "${text}" }`;
  const seedConfig = config("seed", system, guard(hash));
  await using seed = await SecuredServer.start(seedConfig, { args: ["-DVV"] });
  const port = await clusterPortOf(seed);
  const url = (pass: string, to: number): string => `nats-route://route:${pass}@127.0.0.1:${to}`;
  const urls = [url(password, port), url(secrets.make("Nowhere"), 1)];
  const others = [...urls, url(secrets.make("Other"), 2)];
  const member = (routes: readonly string[], pass = password): string =>
    config("member", system, `${guard(pass)}\nroutes = ${JSON.stringify(routes)}`);
  await using a = await SecuredServer.start(member(urls), {
    args: ["-DVV", "--ports_file_dir", seed.folder.path],
  });
  const wrong = secrets.make("Wrong");
  const flags = ["--cluster", "nats://127.0.0.1:-1", "--cluster_name", "C1", "-DVV"];
  const routes = `${url(wrong, port)},${url(secrets.make("Flag"), 1)}`;
  await using flagged = await SecuredServer.start("", { args: [...flags, "--routes", routes] });
  await until("a mesh", () => /Registering remote route/.test(a.log));
  await until("a refusal", () => flagged.log.includes("Authorization Violation"), 10_000);
  const seen: Seen[] = [];
  for (const to of [port, await clusterPortOf(a)]) {
    seen.push(...(await strangers(to, password, wrong)));
  }
  for (const server of [seed, a]) {
    const watcher = await Listener.open(server.port, { user: "sys", pass: system });
    await watcher.askEverything(["A", "SYS", "PING"]);
    seen.push(...(await seeAllPages(monitorOf(server), {})), ["services", watcher.text]);
    watcher.close();
  }
  await a.reload(member(others, secrets.make("Changed")));
  await a.reload(member(urls.slice(1), password));
  await until("a removal", () => a.log.includes("Removed route"));
  seen.push(...(await seeAllPages(monitorOf(a), {})));
  for (const file of readdirSync(seed.folder.path).filter((each) => each.endsWith(".ports"))) {
    seen.push([file, readFileSync(seed.folder.join(file), "utf8")]);
  }
  const pages = seen.map(([, text]) => text).join("");
  for (const text of ['"routes"', '"urls"', "127.0.0.1:1", '"cluster"', "-ERR 'Authorization"]) {
    expect([text, pages.includes(text)]).toEqual([text, true]);
  }
  for (const server of [seed, a, flagged]) {
    server.process.kill("SIGQUIT");
    await server.process.exit();
    seen.push(["a log", server.log]);
  }
  expect(seed.log).toMatch(TRACED_CONNECT);
  secrets.expectNoneIn(seen);
});

/** What other servers hear that come with a password, with another one, or with half a line. */
async function strangers(port: number, password: string, wrong: string): Promise<Seen[]> {
  const seen: Seen[] = [];
  const right = { user: "route", pass: password };
  const lines = [
    routeConnect(right) + infoLine({ server_name: "x", route_pool_size: 3 }),
    routeConnect({ ...right, pass: wrong }),
    routeConnect({ user: wrong, pass: password }).replace("CONNECT", "CONECT"),
    routeConnect({ ...right, cluster: "C2" }),
    routeConnect({ ...right, pass: [password] }),
    `CONNECT {"user":"route","pass":"${password}"\r\n`,
    `${routeConnect(right)}INFO {"pass":"${wrong}","port":"x"}\r\n`,
  ];
  for (const line of lines) {
    const wire = await Wire.connect(port);
    await wire.waitFor("\r\n");
    await wire.send(`${line}PING\r\n`);
    await wire.waitFor(/PONG\r\n|-ERR /, 1_000);
    const told = { server_id: "NOTHER", ip: "nats-route://127.0.0.1:3/", auth_required: true };
    await wire.send(infoLine(told));
    wire.finish();
    await wire.waitForEnd(4_000);
    wire.close();
    seen.push(["a server", wire.text]);
  }
  return seen;
}
