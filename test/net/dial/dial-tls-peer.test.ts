/** TLS between us and real nats-servers, each at either end. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { TlsOptions } from "../../../src/config/options/tls.ts";
import { ClosedReason } from "../../../src/protocol/errors.ts";
import { findPeer, type Suite } from "../../support/peer.ts";
import { until } from "../../support/until.ts";
import { Pki } from "../tls-pki.ts";
import { LoggingPeer } from "./logging-peer.ts";
import { TlsEnd } from "./tls-ends.ts";

const LOCAL = "subjectAltName=IP:127.0.0.1,DNS:localhost";
const REFUSED = ["named", "nameless", "elsewhere", "client", "stranger", "expired"];
const FAILED = /TLS route handshake error: (.*)$/gm;
const CONNECT = `CONNECT ${JSON.stringify({
  ...{ echo: true, verbose: false, pedantic: false, tls_required: true, headers: true },
  ...{ name: "NOURS", cluster: "c", lnoc: true },
})}\r\n`;
const INFO = `INFO ${JSON.stringify({ server_id: "NOURS", server_name: "ours", proto: 1 })}\r\n`;

let pki: Pki;

beforeAll(async () => {
  pki = await Pki.make();
  await pki.issue("node", { extensions: [LOCAL] });
  await pki.issue("named", { extensions: ["subjectAltName=DNS:a.example,DNS:*.w.example"] });
  await pki.issue("elsewhere", { extensions: ["subjectAltName=IP:10.0.0.9,IP:fe80::0:1"] });
  await pki.issue("nameless", { subject: "someone" });
  await pki.issue("client", { extensions: [LOCAL, "extendedKeyUsage=clientAuth"] });
  await pki.issue("stranger", { issuer: "other-ca", extensions: [LOCAL] });
  await pki.issue("expired", { isExpired: true, extensions: ["subjectAltName=DNS:a.example"] });
});

afterAll(() => pki[Symbol.asyncDispose]());

function end(name: string, hello: string, more: Partial<TlsOptions> = {}): Promise<TlsEnd> {
  return TlsEnd.make(pki.options(name, { caFile: pki.path("ca.pem"), ...more }), hello);
}

function block(name: string): string {
  const files = `cert_file: "${pki.path(`${name}.pem`)}", key_file: "${pki.path(`${name}.key`)}"`;
  return `tls { ${files}, ca_file: "${pki.path("ca.pem")}", timeout: 5 }`;
}

/**
 * Why handshakes failed, each once. Times differ by a second at most, and are left out. So is the
 * authority, which our TLS library shows with the certificate.
 */
function reasons(log: string): string[] {
  const texts = Array.from(log.matchAll(FAILED), ([, text]) =>
    text!.replace(/current time \S+/, "").replace(/; CN=ca SHA-256: [0-9a-f]+/, ""),
  );
  return [...new Set(texts)].sort();
}

describe.each(["sid", "trixie"] as const satisfies Suite[])("with nats-server of %s", (suite) => {
  const binary = findPeer(suite);

  test.skipIf(binary === undefined)("we dial", async () => {
    await using peer = await LoggingPeer.start(binary!, block("node"));
    using dialling = await end("node", CONNECT);
    for (const host of ["127.0.0.1", "localhost"]) {
      const connection = await dialling.dial(`${host}:${peer.port}`, {
        excludes: (ip) => ip.includes(":"),
      });
      await connection.waitFor('"tls_required":true');
      expect(connection.received).toStartWith("INFO {");
      connection.close(ClosedReason.ClientClosed);
    }
    await until("both created", () => peer.said.split("Route connection created").length > 2);
    expect(reasons(peer.said)).toEqual([]);
  });

  test.skipIf(binary === undefined)("it dials", async () => {
    using listening = await end("node", INFO);
    const routes = `routes: ["nats-route://127.0.0.1:${listening.listen()}"]`;
    await using peer = await LoggingPeer.start(binary!, `${block("node")}, ${routes}`);
    await until("CONNECT", () => listening.accepted[0]?.received.startsWith("CONNECT {") ?? false);
    await until("created", () => peer.said.includes("Route connection created"));
    expect(reasons(peer.said)).toEqual([]);
    expect(reasons(listening.lines.join("\n"))).toEqual([]);
  });

  test.skipIf(binary === undefined)(
    "certificates are refused by both in the same words",
    async () => {
      using listening = new DisposableStack();
      const ports: number[] = [];
      for (const name of REFUSED) ports.push(listening.use(await end(name, INFO)).listen());
      const urls = ports.map((port) => `"nats-route://127.0.0.1:${port}"`).join(", ");
      await using peer = await LoggingPeer.start(binary!, `${block("node")}, routes: [${urls}]`);
      using dialling = await end("node", CONNECT);
      for (const port of ports) await (await dialling.dial(`127.0.0.1:${port}`)).waitForEnd();
      const ours = reasons(dialling.lines.join("\n"));
      expect(ours).toHaveLength(REFUSED.length);
      // The older release does not tell whose certificate it was.
      const brief = new Set(ours.map((text) => text.replace(/ \(CN=.*$/, "")));
      const wanted = suite === "sid" ? ours : [...brief];
      await until("the peer's words", () => reasons(peer.said).length >= wanted.length);
      expect(reasons(peer.said)).toEqual(wanted);
    },
  );

  test.skipIf(binary === undefined)("our certificate is refused when it is no good", async () => {
    await using peer = await LoggingPeer.start(binary!, block("node"));
    using dialling = await end("stranger", CONNECT);
    const connection = await dialling.dial(`127.0.0.1:${peer.port}`);
    await connection.waitForEnd();
    expect(connection.received).toBe("");
    await until("the peer's word", () => reasons(peer.said).length > 0);
    expect(reasons(peer.said)[0]).toContain("certificate signed by unknown authority");
  });
});
