/**
 * Passwords of gateways are told to the servers that are dialled and to nobody else: they stand in no
 * log at any level, no page, no answer, no file, and in nothing that another server hears.
 */

import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { hashSync } from "bcrypt-ts";
import { infoLine } from "../../supercluster/faults/false-gateway.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import { Listener, type Seen, seeAllPages } from "../monitoring/everything.ts";
import { Secrets } from "../secrets.ts";
import { SecuredServer } from "../secured-server.ts";

setDefaultTimeout(60_000);

/** Traces are part of what is looked at. */
const TRACED_CONNECT = /\[TRC\].*<<- \[CONNECT .*"pass":"\[REDACTED\]"/;

function portOf({ log }: SecuredServer, what: RegExp): number {
  return Number(what.exec(log)![1]);
}

const monitorOf = (server: SecuredServer): string =>
  `http://127.0.0.1:${portOf(server, /Starting http monitor on \S+:(\d+)/)}`;
const gatewayPortOf = (server: SecuredServer): number =>
  portOf(server, /Listening for gateways connections on \S+:(\d+)/);

/** @param block what stands in that of the gateway beside name and port. */
function config(name: string, system: string, block: string): string {
  return `
server_name: ${name}
http: "127.0.0.1:-1"
system_account: SYS
accounts { SYS { users: [{ user: sys, password: "${system}" }] }, A { users: [{ user: a, password: a }] } }
no_auth_user: a
gateway { name: ${name}, listen: "127.0.0.1:-1"
${block} }
`;
}

function connectLine(gateway: string, fields: Readonly<Record<string, unknown>>): string {
  return `CONNECT ${JSON.stringify({ name: "NX", gateway, ...fields })}\r\n`;
}

test("a supercluster with passwords of all kinds", async () => {
  const secrets = new Secrets();
  const system = secrets.make("System");
  const password = secrets.make("Gateway");
  const hash = secrets.keep("hash", hashSync(password, 4));
  const wrong = secrets.make("Wrong");
  const guard = (text: string): string =>
    `authorization { user: gate, password: "${text}", timeout: 0.5 }`;
  const remote = (name: string, pass: string, port: number): string =>
    `{name: ${name}, url: "nats://gate:${pass}@127.0.0.1:${port}"}`;
  await using a = await SecuredServer.start(config("A", system, guard(hash)), { args: ["-DVV"] });
  const port = gatewayPortOf(a);
  const nowhere = [
    remote("NOWHERE", secrets.make("Nowhere"), 1),
    `{name: NONE, urls: ["nats://${secrets.make("Token")}@127.0.0.1:2"]}`,
  ].join("\n");
  const member = (pass: string, remotes: string): string =>
    config("B", system, `${guard(pass)}\ngateways: [${remotes}]`);
  const good = member(password, `${remote("A", password, port)}\n${nowhere}`);
  const start = (text: string) =>
    SecuredServer.start(text, { args: ["-DVV", "--ports_file_dir", a.folder.path] });
  const starts = [
    start(good),
    start(config("C", system, `gateways: [${remote("A", wrong, port)}]`)),
  ];
  await using b = await starts[0]!;
  await using c = await starts[1]!;
  await until("a gateway", () => /Outbound gateway connection to "A" .*registered/.test(b.log));
  await until("a refusal", () => c.log.includes("Authorization Violation"));
  await until("another try", () => /"NOWHERE" \S+ at \S+ \(attempt 1\)/.test(b.log));
  const seen: Seen[] = [];
  const looks = [a, b].flatMap((server) => [
    services(server, system),
    seeAllPages(monitorOf(server), {}),
    strangers(gatewayPortOf(server), password, wrong),
  ]);
  for (const look of await Promise.all(looks)) seen.push(...look);
  await b.reload(member(secrets.make("Changed"), remote("A", secrets.make("Url"), port)));
  await b.reload(`${good}\ngateway: { authorization: "${secrets.make("Typo")}" }`);
  for (const file of readdirSync(a.folder.path).filter((each) => each.endsWith(".ports"))) {
    seen.push([file, readFileSync(a.folder.join(file), "utf8")]);
  }
  const pages = seen.map(([, text]) => text).join("");
  for (const text of ['"outbound_gateways"', '"urls"', "127.0.0.1:1", "-ERR 'Authorization"]) {
    expect([text, pages.includes(text)]).toEqual([text, true]);
  }
  for (const server of [a, b, c]) {
    server.process.kill("SIGQUIT");
    await server.process.exit();
    seen.push(["a log", server.log]);
  }
  expect(a.log).toMatch(TRACED_CONNECT);
  secrets.expectNoneIn(seen);
});

async function services(server: SecuredServer, system: string): Promise<Seen[]> {
  const watcher = await Listener.open(server.port, { user: "sys", pass: system });
  await watcher.askEverything(["A", "SYS", "PING"]);
  watcher.close();
  return [["services", watcher.text]];
}

/** What other servers hear that come with a password, with another one, or with half a line. */
async function strangers(port: number, password: string, wrong: string): Promise<Seen[]> {
  const right = { user: "gate", pass: password };
  const said = [
    connectLine("X", right) + infoLine("X", { gateway_urls: [`u:${wrong}@127.0.0.1:3`] }),
    connectLine("X", { ...right, pass: wrong }),
    connectLine("X", { user: wrong, pass: password }).replace("CONNECT", "CONECT"),
    connectLine("", right),
    connectLine("X", { ...right, pass: [password] }),
    `CONNECT {"user":"gate","pass":"${password}"\r\n`,
    `${connectLine("X", right)}INFO {"pass":"${wrong}","port":"x"}\r\n`,
  ];
  const each = async (text: string): Promise<Seen> => {
    const wire = await Wire.connect(port);
    await wire.waitFor("\r\n");
    await wire.send(`${text}PING\r\n`);
    await wire.waitFor(/PONG\r\n|-ERR /, 1_000);
    wire.finish();
    await wire.waitForEnd(4_000);
    wire.close();
    return ["a server", wire.text];
  };
  return await Promise.all(said.map(each));
}
