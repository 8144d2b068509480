/**
 * Gateways with TLS: whoever has no right certificate, on either end, is told nothing and gets nowhere,
 * and is never told a password.
 */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, connect as tlsConnect } from "node:tls";
import { Pki } from "../../net/tls-pki.ts";
import { infoLine } from "../../supercluster/faults/false-gateway.ts";
import { until } from "../../support/until.ts";
import { SecuredServer } from "../secured-server.ts";

const PASSWORD = "zQTls5kWx8vJq2";
const TIMEOUT = 20_000;

let pki: Pki;
let server: SecuredServer;
let gatewayPort: number;
/** What was dialled, and what it has heard in clear. */
const heard = new Map<string, string>();
const ports = new Map<string, number>();
const dialled: Server[] = [];
const sockets: Socket[] = [];

const pem = (name: string): Buffer => readFileSync(pki.path(name));

/** As `pinned_certs` has it. */
function pinOf(name: string): string {
  const key = new X509Certificate(pem(`${name}.pem`)).publicKey;
  return createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("hex");
}

/** A port to be dialled, with a certificate or, for null, in clear. */
async function listen(cluster: string, certificate: string | null, greets = true): Promise<string> {
  heard.set(cluster, "");
  const onSocket = (socket: Socket): void => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      heard.set(cluster, heard.get(cluster) + data.toString("latin1"));
      if (data.includes("PING\r\n")) socket.write("PONG\r\n");
    });
    if (greets) socket.write(infoLine(cluster, { auth_required: true }));
  };
  const options = (name: string) => ({ cert: pem(`${name}.pem`), key: pem(`${name}.key`) });
  const port =
    certificate === null
      ? createServer(onSocket)
      : createTlsServer(options(certificate), onSocket).on("tlsClientError", () => {});
  dialled.push(port);
  await new Promise<void>((resolve) => port.listen(0, "127.0.0.1", resolve));
  const { port: number } = port.address() as AddressInfo;
  ports.set(cluster, number);
  return `{name: ${cluster}, url: "nats://127.0.0.1:${number}"}`;
}

beforeAll(async () => {
  pki = await Pki.make();
  const here = "subjectAltName=IP:127.0.0.1";
  await Promise.all([
    pki.issue("member", { extensions: [here] }),
    pki.issue("unpinned", { extensions: [here] }),
    pki.issue("elsewhere", { extensions: ["subjectAltName=DNS:elsewhere.example"] }),
    pki.issue("stranger", { extensions: [here], issuer: "other-ca" }),
    pki.issue("old", { extensions: [here], isExpired: true }),
  ]);
  const remotes = await Promise.all([
    listen("GOOD", "member"),
    listen("STRANGER", "stranger"),
    listen("ELSEWHERE", "elsewhere"),
    listen("UNPINNED", "unpinned"),
    listen("OLD", "old"),
    listen("CLEAR", null),
    listen("SILENT", null, false),
  ]);
  const file = (name: string): string => JSON.stringify(pki.path(name));
  const pins = ["member", "elsewhere", "stranger", "old"].map(pinOf);
  server = await SecuredServer.start(
    `
    gateway {
      name: A, listen: "127.0.0.1:-1"
      authorization { user: u, password: ${PASSWORD}, timeout: 1 }
      tls { cert_file: ${file("member.pem")}, key_file: ${file("member.key")}, ca_file: ${file("ca.pem")}
            timeout: 0.5, pinned_certs: ${JSON.stringify(pins)} }
      gateways: [${remotes.join(", ")}]
    }`,
    { args: ["-DV"] },
  );
  gatewayPort = Number(/gateways connections on \S+:(\d+)/.exec(server.log)![1]);
}, TIMEOUT);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  for (const socket of sockets) socket.destroy();
  for (const port of dialled) port.close();
  await pki?.[Symbol.asyncDispose]();
});

/** What the server says to somebody who dials it, until it has had enough or has let them in. */
function dial(certificate: string | null, said: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket =
      certificate === null
        ? connect(gatewayPort, "127.0.0.1")
        : tlsConnect({
            host: "127.0.0.1",
            port: gatewayPort,
            rejectUnauthorized: false,
            ...(certificate !== "" && {
              cert: pem(`${certificate}.pem`),
              key: pem(`${certificate}.key`),
            }),
          });
    sockets.push(socket);
    let text = "";
    socket.on("data", (data) => {
      text += data.toString("latin1");
      if (/^PONG\r\n/m.test(text)) socket.destroy();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(text));
    socket.write(said);
  });
}

test("whoever comes in without a right certificate hears nothing", async () => {
  const connectLine = (pass: string) =>
    `CONNECT ${JSON.stringify({ user: "u", pass, name: "NX", gateway: "COMER" })}\r\n`;
  const right = `${connectLine(PASSWORD)}${infoLine("COMER")}PING\r\n`;
  const hello = Buffer.from("16030100c8010000c40303", "hex");
  const [clear, half, none, stranger, unpinned, old, wrong, good] = await Promise.all([
    dial(null, right),
    dial(null, hello),
    dial("", right),
    dial("stranger", right),
    dial("unpinned", right),
    dial("old", right),
    dial("member", `${connectLine("wrong")}PING\r\n`),
    dial("member", right),
  ]);
  // An alert of TLS is no more than seven bytes.
  for (const text of [clear!, half!]) expect(text.length).toBeLessThanOrEqual(7);
  expect([none, stranger, unpinned, old]).toEqual(["", "", "", ""]);
  expect(wrong).toEndWith("-ERR 'Authorization Violation'\r\n");
  expect(good).toMatch(/^INFO .*"gateway":"A".*\r\n/);
  expect(good).toContain("\r\nPONG\r\n");
  await until("a gateway", () => /Inbound gateway connection from "COMER"/.test(server.log));
  expect(server.log.match(/Inbound gateway connection from .* registered/g)?.length).toBe(1);
}, 10_000);

test(
  "whoever is dialled and has no right certificate is told no password",
  async () => {
    const refused = ["STRANGER", "ELSEWHERE", "UNPINNED", "OLD", "CLEAR", "SILENT"];
    const isTried = (name: string) => server.log.includes(`gateway "${name}" (127.0.0.1`);
    await until("all are dialled", () => ["GOOD", ...refused].every(isTried), 8_000);
    await until("one is good", () => heard.get("GOOD")!.includes("CONNECT"));
    const hasFailed = (name: string) =>
      new RegExp(`127.0.0.1:${ports.get(name)} - gid:\\d+ - TLS gateway handshake error`).test(
        server.log,
      );
    await until("the others are not", () => refused.every(hasFailed), 8_000);
    expect(heard.get("GOOD")).toContain(PASSWORD);
    for (const name of refused) {
      expect([name, heard.get(name)!.includes("CONNECT")]).toEqual([name, false]);
      expect([name, heard.get(name)!.includes(PASSWORD)]).toEqual([name, false]);
    }
    const registered = server.log.match(/Outbound gateway connection to "\w+"/g);
    expect([...new Set(registered)]).toEqual(['Outbound gateway connection to "GOOD"']);
    expect(server.log).not.toContain(PASSWORD);
    expect(server.log).not.toContain("PRIVATE KEY");
    server.expectNoFault();
  },
  TIMEOUT,
);
