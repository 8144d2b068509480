/** Certificates that are replaced while the server runs, and those that have expired. */

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { copyFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeCertificates } from "../conformance/security/certificates.ts";
import { Folder, peer } from "../process/processes.ts";
import { SecureWire } from "./secure-wire.ts";
import { connectLine, SecuredServer } from "./secured-server.ts";

setDefaultTimeout(40_000);

/** Changed files are taken over within this time. */
const FOLLOWED_MS = 5_000;
/** On a busy machine. */
const SLACK_MS = 3_000;

let made: string;
let serials: Record<"server" | "server-new", string>;

beforeAll(async () => {
  made = await makeCertificates();
  const serial = (name: string): string =>
    new X509Certificate(readFileSync(join(made, `${name}.pem`))).serialNumber;
  serials = { server: serial("server"), "server-new": serial("server-new") };
});

afterAll(() => rm(made, { recursive: true, force: true }));

class Rotation implements AsyncDisposable {
  private constructor(
    readonly folder: Folder,
    readonly server: SecuredServer,
    readonly config: string,
  ) {}

  static async start(): Promise<Rotation> {
    const folder = await Folder.make();
    const config = `tls {
      cert_file: "${folder.join("cert.pem")}", key_file: "${folder.join("key.pem")}"
      ca_file: "${folder.join("ca.pem")}", timeout: 5
    }`;
    await copyFile(join(made, "server.pem"), folder.join("cert.pem"));
    await copyFile(join(made, "server.key"), folder.join("key.pem"));
    await copyFile(join(made, "ca.pem"), folder.join("ca.pem"));
    return new Rotation(folder, await SecuredServer.start(config), config);
  }

  /** Puts a certificate and a key in the places of those in use. */
  async replace(certificate: string, key = certificate): Promise<void> {
    await copyFile(join(made, `${certificate}.pem`), this.folder.join("cert.pem"));
    await copyFile(join(made, `${key}.key`), this.folder.join("key.pem"));
  }

  /** Serial number of the certificate that a new client is shown. */
  async shown(): Promise<string> {
    const wire = await SecureWire.connect(this.server.port);
    const { serial } = wire;
    wire.close();
    return serial;
  }

  async untilShown(serial: string): Promise<void> {
    const deadline = performance.now() + FOLLOWED_MS + SLACK_MS;
    while ((await this.shown()) !== serial) {
      if (performance.now() > deadline)
        throw new Error(`not followed; logged:\n${this.server.log}`);
      await Bun.sleep(100);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}

async function ping(wire: SecureWire): Promise<boolean> {
  const count = wire.text.split("PONG\r\n").length;
  wire.send("PING\r\n");
  return await wire.waitFor(() => wire.text.split("PONG\r\n").length > count, 8_000);
}

describe("certificates that are replaced", () => {
  test.concurrent("are followed, and connections stay", async () => {
    await using rotation = await Rotation.start();
    const old = await SecureWire.connect(rotation.server.port);
    old.send(connectLine());
    expect(await ping(old)).toBe(true);
    expect(old.serial).toBe(serials.server);
    await rotation.replace("server-new");
    await rotation.untilShown(serials["server-new"]);
    expect(await ping(old)).toBe(true);
    expect(old.serial).toBe(serials.server);
    old.close();
    await rotation.server.expectSound();
  });

  test.concurrent("by a pair that does not belong together leave the old one in use", async () => {
    await using rotation = await Rotation.start();
    await rotation.replace("server-new", "server");
    await Bun.sleep(FOLLOWED_MS + 500);
    expect(await rotation.shown()).toBe(serials.server);
    await writeFile(rotation.folder.join("cert.pem"), "no certificate at all");
    await rotation.server.reload(rotation.config);
    expect(rotation.server.log).toContain("Failed to reload server configuration");
    expect(await rotation.shown()).toBe(serials.server);
    await rotation.replace("server-new");
    await rotation.server.reload(rotation.config);
    expect(await rotation.shown()).toBe(serials["server-new"]);
    await rotation.server.expectSound();
  });

  test.concurrent("are taken over at once by a reload", async () => {
    await using rotation = await Rotation.start();
    const old = await SecureWire.connect(rotation.server.port);
    old.send(connectLine());
    expect(await ping(old)).toBe(true);
    await rotation.replace("server-new");
    await rotation.server.reload(rotation.config);
    expect(await rotation.shown()).toBe(serials["server-new"]);
    expect(await ping(old)).toBe(true);
    old.close();
  });
});

const PROGRAMS: [string, readonly string[] | undefined][] = [["ours", undefined]];
if (peer !== undefined) PROGRAMS.push(["nats-server", [peer]]);

describe.each(PROGRAMS)("a client's certificate that has expired, %s", (_, program) => {
  test("is refused, and the log says why", async () => {
    const file = (name: string): string => join(made, name);
    const config = `tls {
      cert_file: "${file("server.pem")}", key_file: "${file("server.key")}"
      ca_file: "${file("ca.pem")}", verify: true, timeout: 5
    }`;
    const options = program === undefined ? {} : { program };
    await using server = await SecuredServer.start(config, options);
    const files = (name: string) => ({
      cert: readFileSync(file(`${name}.pem`)),
      key: readFileSync(file("client.key")),
    });
    const wire = await SecureWire.connect(server.port, files("expired")).catch(() => null);
    wire?.send(`${connectLine()}PING\r\n`);
    await wire?.waitForEnd(8_000);
    expect(wire?.text ?? "").not.toContain("PONG\r\n");
    wire?.close();
    await server.process.loggedMatching(
      /^\[ERR\] .* - TLS handshake error: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time \S+ is after 2020-12-31T23:59:59Z \(CN=expired SHA-256: [0-9a-f]{64}\)$/,
    );
    const right = await SecureWire.connect(server.port, files("client"));
    right.send(connectLine());
    expect(await ping(right)).toBe(true);
    right.close();
  });
});
