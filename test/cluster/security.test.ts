/** Who may join a cluster, by password and by certificate, and what is told of those who may not. */

import { afterAll, describe, expect, test } from "bun:test";
import { Pki } from "../net/tls-pki.ts";
import { Mesh } from "../support/mesh.ts";
import type { NodeKind, NodeWish } from "../support/mesh-config.ts";
import { exchange } from "./exchange.ts";
import { PAIRS, UNORDERED_PAIRS } from "./pairings.ts";
import { accountsOf } from "./scene.ts";

const TIMEOUT = 60_000;
const PASSWORD = "Tr0ub4dor-and-3";
/** Of the same, at the least cost there is. */
const HASH = await Bun.password.hash(PASSWORD, { algorithm: "bcrypt", cost: 4 });

const config = accountsOf(["A"]);
const pki = await Pki.make();
await pki.issue("member", { extensions: ["subjectAltName=IP:127.0.0.1,DNS:localhost"] });
await pki.issue("stranger", {
  issuer: "other-ca",
  extensions: ["subjectAltName=IP:127.0.0.1,DNS:localhost"],
});
await pki.issue("elsewhere", { extensions: ["subjectAltName=IP:10.0.0.1"] });

afterAll(() => pki[Symbol.asyncDispose]());

function authorization(password: string): string {
  return `authorization { user: ruser, password: ${JSON.stringify(password)}, timeout: 2 }`;
}

function tls(certificate: string, authority = "ca"): string {
  const files = {
    cert_file: pki.path(`${certificate}.pem`),
    key_file: pki.path(`${certificate}.key`),
    ca_file: pki.path(`${authority}.pem`),
  };
  const lines = Object.entries(files).map(([key, file]) => `${key}: ${JSON.stringify(file)}`);
  return `tls { ${lines.join(", ")}, timeout: 5 }`;
}

/** Starts nodes that are not to become a mesh. */
async function startApart(wishes: readonly NodeWish[]): Promise<Mesh> {
  const mesh = await Mesh.prepare(wishes);
  try {
    for (const node of mesh.nodes) await node.start();
  } catch (error) {
    await mesh[Symbol.asyncDispose]();
    throw error;
  }
  return mesh;
}

describe.each(UNORDERED_PAIRS)("$name", ({ kinds }) => {
  const [first, second] = kinds as [NodeKind, NodeKind];

  test(
    "a password is given to peers that are known by hearsay too",
    async () => {
      const cluster = authorization(PASSWORD);
      const routeLogin = `ruser:${PASSWORD}`;
      await using mesh = await Mesh.start([
        { kind: first, config, cluster },
        { kind: second, config, cluster, routeLogin },
        { kind: second, config, cluster, routeLogin },
      ]);
      await mesh.explained(() => exchange(mesh, ["A"]));
      for (const node of mesh.nodes) expect(node.log.join("\n")).not.toContain(PASSWORD);
    },
    TIMEOUT,
  );

  test(
    "certificates are verified in both directions, of peers known by hearsay too",
    async () => {
      const cluster = tls("member");
      await using mesh = await Mesh.start([
        { kind: first, config, cluster },
        { kind: second, config, cluster },
        { kind: second, config, cluster },
      ]);
      await mesh.explained(() => exchange(mesh, ["A"]));
    },
    TIMEOUT,
  );
});

describe.each(PAIRS)("$name", ({ kinds }) => {
  const [first, second] = kinds as [NodeKind, NodeKind];

  test(
    "a wrong password is refused and logged; a password is compared with its hash",
    async () => {
      await using mesh = await startApart([
        { kind: first, config, cluster: authorization(HASH) },
        { kind: second, config, routeLogin: "ruser:Wr0ngWord" },
      ]);
      await mesh.explained(async () => {
        const [dialled, dialler] = mesh.nodes;
        await dialled!.logged(
          /^ERR 127\.0\.0\.1:\d+ - rid:\d+ - authentication error - User "ruser"$/,
        );
        const closed = /^INF 127\.0\.0\.1:\d+ - rid:\d+ - Router connection closed: /;
        await dialled!.logged(new RegExp(`${closed.source}Authentication Failure$`));
        await dialler!.logged(
          /^ERR 127\.0\.0\.1:\d+ - rid:\d+ - Route Error 'Authorization Violation'$/,
        );
        await dialler!.logged(new RegExp(`${closed.source}Parse Error(?: - Remote: A)?$`));
        expect(await dialled!.routez()).toEqual([]);
        await dialler!.reload({ routeLogin: `ruser:${PASSWORD}` });
        await mesh.whole();
        await exchange(mesh, ["A"]);
        // A reload of 2.10 logs the whole URL of a route that is gone.
        for (const node of mesh.nodes.filter(({ kind }) => kind !== "2.10.27")) {
          expect(node.log.join("\n")).not.toMatch(new RegExp(`Wr0ngWord|${PASSWORD}`));
        }
      });
    },
    TIMEOUT,
  );

  test(
    "no password is refused and logged",
    async () => {
      await using mesh = await startApart([
        { kind: first, config, cluster: authorization(PASSWORD) },
        { kind: second, config },
      ]);
      await mesh.explained(async () => {
        await mesh.nodes[0]!.logged(
          /^ERR 127\.0\.0\.1:\d+ - rid:\d+ - authentication error(?: - User "")?$/,
        );
        expect(await mesh.nodes[0]!.routez()).toEqual([]);
      });
    },
    TIMEOUT,
  );

  test.each([
    ["whose authority the other does not know", "member", tls("stranger"), "dialled"],
    ["for another address", "elsewhere", tls("member"), "dialler"],
    ["that it needs not know while it shows none", "member", "", "dialled"],
  ] as const)(
    "a certificate %s is refused and logged",
    async (_, certificate, cluster, logging) => {
      await using mesh = await startApart([
        { kind: first, config, cluster: tls(certificate) },
        { kind: second, config, cluster },
      ]);
      await mesh.explained(async () => {
        const node = mesh.nodes[logging === "dialled" ? 0 : 1]!;
        await node.logged(/^ERR 127\.0\.0\.1:\d+ - rid:\d+ - TLS route handshake error: /);
        await node.logged(
          /^INF 127\.0\.0\.1:\d+ - rid:\d+ - Router connection closed: TLS Handshake Failure$/,
        );
        expect(await mesh.nodes[0]!.routez()).toEqual([]);
        await mesh.nodes[0]!.stop();
        await mesh.nodes[1]!.stop();
        for (const each of mesh.nodes) await each.start({ cluster: tls("member") });
        await mesh.whole();
      });
    },
    TIMEOUT,
  );
});
