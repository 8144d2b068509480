/** Who may join a supercluster, by password and by certificate. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFile } from "node:fs/promises";
import { type DetailedPeerCertificate, connect as tlsConnect } from "node:tls";
import { exchange } from "../cluster/exchange.ts";
import { accountsOf } from "../cluster/scene.ts";
import { Pki } from "../net/tls-pki.ts";
import type { MeshNode } from "../support/mesh-node.ts";
import { type ClusterWish, Supercluster } from "../support/supercluster.ts";
import { connected, inboundsOf, startApart } from "./apart.ts";
import { ENCOUNTERS } from "./topologies.ts";

const TIMEOUT = 40_000;
const MESSAGES = 4;
const ADDRESS = String.raw`127\.0\.0\.1:\d+ - gid:\d+`;
const PASSWORD = "Tr0ub4dor-and-3";
const WRONG = "Wr0ngWord";
/** Of the same, at the least cost there is. */
const HASH = await Bun.password.hash(PASSWORD, { algorithm: "bcrypt", cost: 4 });

const config = accountsOf(["A"]);
const AUTHORIZATION = `authorization { user: guser, password: ${JSON.stringify(PASSWORD)} }`;

let pki: Pki;
beforeAll(async () => {
  pki = await Pki.make();
  const extensions = ["subjectAltName=IP:127.0.0.1,DNS:localhost"];
  await Promise.all([
    pki.issue("member", { extensions }),
    pki.issue("renewed", { extensions, issuer: "other-ca" }),
  ]);
});
afterAll(() => pki?.[Symbol.asyncDispose]());

function tls(certificate: string, authority = "ca"): string {
  const files = {
    cert_file: pki.path(`${certificate}.pem`),
    key_file: pki.path(`${certificate}.key`),
    ca_file: pki.path(`${authority}.pem`),
  };
  const lines = Object.entries(files).map(([key, file]) => `${key}: ${JSON.stringify(file)}`);
  return `tls { ${lines.join(", ")}, timeout: 5 }`;
}

/** Copies, so that files can change. */
async function use(certificate: string, authority: string, as: string): Promise<void> {
  await copyFile(pki.path(`${certificate}.pem`), pki.path(`${as}.pem`));
  await copyFile(pki.path(`${certificate}.key`), pki.path(`${as}.key`));
  await copyFile(pki.path(`${authority}.pem`), pki.path(`${as}-ca.pem`));
}

/** Name in the certificate that a gateway port shows. */
function subjectOf(node: MeshNode): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tlsConnect({
      host: "127.0.0.1",
      port: node.ports.gateway,
      rejectUnauthorized: false,
    });
    socket.once("secureConnect", () => {
      const { subject } = socket.getPeerCertificate() as DetailedPeerCertificate;
      socket.destroy();
      resolve(`${subject.CN}`);
    });
    socket.once("error", reject);
  });
}

function firsts(mesh: Supercluster): MeshNode[] {
  return mesh.clusters.map(({ nodes }) => nodes[0]!);
}

describe.each(ENCOUNTERS)("$name", ({ kinds: [one, two, three] }) => {
  test.concurrent(
    "a password is shown to clusters that are found too, and is not logged",
    async () => {
      const common = { config, lines: AUTHORIZATION };
      await using mesh = await Supercluster.start([
        { name: "A", nodes: [one!], ...common, remotes: ["B"], login: `guser:${PASSWORD}` },
        // It compares with a hash, and has the password of others in a URL only.
        {
          name: "B",
          nodes: [two!],
          config,
          lines: `authorization { user: guser, password: ${JSON.stringify(HASH)} }`,
          remotes: ["A", "C"],
          login: `guser:${PASSWORD}`,
        },
        { name: "C", nodes: [three!, one!], ...common, remotes: ["B"] },
      ]);
      await mesh.explained(async () => {
        await exchange(mesh, ["A"], MESSAGES);
        for (const node of mesh.nodes) expect(node.log.join("\n")).not.toContain(PASSWORD);
      });
    },
    TIMEOUT,
  );

  test.concurrent(
    "a wrong password and none are refused and logged, until they are right",
    async () => {
      await using mesh = await startApart([
        { name: "A", nodes: [one!], config, lines: AUTHORIZATION },
        { name: "B", nodes: [two!], config, remotes: ["A"], login: `guser:${WRONG}` },
        { name: "C", nodes: [two!], config, remotes: ["A"] },
      ]);
      await mesh.explained(async () => {
        const [a1, b1, c1] = firsts(mesh);
        const violation = new RegExp(`^ERR ${ADDRESS} - Gateway Error 'Authorization Violation'$`);
        await Promise.all([
          a1!.logged(new RegExp(`^ERR ${ADDRESS} - authentication error - User "guser"$`)),
          a1!.logged(new RegExp(`^ERR ${ADDRESS} - authentication error$`)),
          a1!.logged(
            new RegExp(`^INF ${ADDRESS} - Gateway connection closed: Authentication Failure`),
          ),
          b1!.logged(violation),
          c1!.logged(violation),
        ]);
        expect(await inboundsOf(a1!)).toEqual([]);
        await c1!.stop();
        await b1!.stop();
        const gateway = { name: "B", remotes: ["A"], login: `guser:${PASSWORD}` };
        await b1!.start({ gateway: { ...gateway, lines: AUTHORIZATION } });
        await mesh.whole();
        const log = mesh.nodes.flatMap((node) => node.log).join("\n");
        expect(log).not.toMatch(new RegExp(`${WRONG}|${PASSWORD}`));
      });
    },
    TIMEOUT,
  );

  test.concurrent(
    "certificates are verified in both directions, of clusters that are found too",
    async () => {
      const cluster = (name: string, kind: string, remotes: string[]): ClusterWish => ({
        name,
        nodes: [{ kind } as ClusterWish["nodes"][number]],
        config,
        lines: tls("member"),
        remotes,
      });
      await using mesh = await Supercluster.prepare([
        cluster("A", one!, ["B"]),
        cluster("B", two!, []),
        cluster("C", three!, ["B"]),
        // Its remote has a block of its own, whose authority others do not know.
        {
          ...cluster("D", two!, []),
          remotes: [{ name: "A", urls: ["A1"], lines: tls("renewed") }],
        },
      ]);
      await mesh.explained(async () => {
        const [a1, b1, c1, d1] = firsts(mesh) as [MeshNode, MeshNode, MeshNode, MeshNode];
        await Promise.all([a1, b1, c1].map((node) => node.start()));
        await mesh.whole();
        await d1.start();
        await exchange({ nodes: [a1, b1, c1] }, ["A"], MESSAGES);
        await a1.logged(new RegExp(`^ERR ${ADDRESS} - TLS gateway handshake error: `));
        expect(await inboundsOf(a1)).toEqual(["B", "C"]);
        expect(d1.log.join("\n")).not.toContain("registered");
      });
    },
    TIMEOUT,
  );

  test.concurrent(
    "certificates and authorities are changed by reload, in both directions",
    async () => {
      const files = `files-${one}-${two}-${three}`;
      await use("member", "ca", files);
      const lines = tls(files, `${files}-ca`);
      await using mesh = await Supercluster.start([
        { name: "A", nodes: [one!], config, lines, remotes: ["B"] },
        { name: "B", nodes: [two!], config, lines },
        {
          name: "C",
          nodes: [one!],
          config,
          lines,
          remotes: [{ name: "B", urls: ["B1"], lines }],
        },
      ]);
      await mesh.explained(async () => {
        const nodes = firsts(mesh) as [MeshNode, MeshNode, MeshNode];
        const [a1, b1, c1] = nodes;
        expect(await subjectOf(a1)).toBe("member");
        await use("renewed", "other-ca", files);
        await Promise.all(nodes.map((node) => node.reload({})));
        for (const node of nodes) {
          await node.logged(/^INF Reloaded server configuration/);
          expect(await subjectOf(node)).toBe("renewed");
        }
        // Connections stay; those that are made anew have the new ones at both ends.
        await Promise.all([connected(a1, ["B", "C"]), connected(c1, ["A", "B"])]);
        await b1.kill();
        await b1.start();
        await mesh.whole();
        await exchange(mesh, ["A"], MESSAGES);
      });
    },
    TIMEOUT,
  );

  test.concurrent(
    "a reload changes nothing else of gateways, and says so",
    async () => {
      await using mesh = await startApart([{ name: "A", nodes: [one!], config }]);
      await mesh.explained(async () => {
        const [a1] = firsts(mesh) as [MeshNode];
        await a1.reload({ gateway: { name: "A", lines: "reject_unknown: true" } });
        await a1.logged(
          /^ERR Failed to reload .*not supported for Gateway: |^WRN Not reloaded, .* gateway\.reject/,
        );
      });
    },
    TIMEOUT,
  );
});
