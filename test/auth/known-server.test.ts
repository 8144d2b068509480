/** Other servers by their certificates, and what is said of them. */

import { describe, expect, test } from "bun:test";
import {
  isKnownServer,
  type ServerCertificateRules,
} from "../../src/auth/certificate/known-server.ts";
import { CertificateAuthority } from "./certificate-builder.ts";

const authority = new CertificateAuthority();
const NOBODY: ServerCertificateRules = { user: null, hosts: [] };

function judge(rules: Partial<ServerCertificateRules>, certificates: readonly Uint8Array[] | null) {
  const lines: string[] = [];
  const debug = (line: string): void => void lines.push(line);
  const isKnown = isKnownServer({ ...NOBODY, ...rules }, { certificates, debug });
  return { isKnown, lines };
}

type Names = NonNullable<Parameters<CertificateAuthority["issue"]>[1]>;

const node = (names: Names = []): Uint8Array[] => [authority.issue([["CN", "node"]], names)];

describe("known hosts", () => {
  test.each<[Names, string[], boolean]>([
    [["DNS:a.example"], ["a.example"], true],
    [["DNS:A.Example"], ["a.EXAMPLE"], true],
    [["DNS:*.example"], ["a.example"], true],
    [["DNS:x.example", "DNS:b.example"], ["a.example", "b.example"], true],
    [["DNS:*.example"], ["a.b.example"], false],
    [["DNS:a.*"], ["a.example"], false],
    [["DNS:a.example"], [], false],
    // Only DNS names count, and a subject is none.
    [["email:a.example"], ["a.example"], false],
    [["URI:a.example"], ["a.example"], false],
    [[], ["node", "CN=node"], false],
  ])("%j among %j: %p", (names, hosts, isKnown) => {
    expect(judge({ hosts }, node(names)).isKnown).toBe(isKnown);
  });

  test("are told of as by nats-server", () => {
    expect(judge({ hosts: ["a.example"] }, node(["DNS:a.example"])).lines).toEqual([
      'Using SAN found in cert for auth [""]',
    ]);
    expect(judge({ hosts: ["a.example"] }, node(["DNS:b.example"])).lines).toEqual([
      'DistinguishedNameMatch could not be used for auth ["CN=node"]',
      'User in cert ["CN=node"], not found',
    ]);
    expect(judge({ hosts: ["a.example"] }, null).lines).toEqual([
      "User required in cert, no TLS connection state",
    ]);
  });
});

describe("the user of the block", () => {
  test.each<[Names, string, string]>([
    [["email:a@b.c"], "a@b.c", 'Using email found in cert for auth [""]'],
    [["DNS:a.example"], "a.example", 'Using SAN found in cert for auth [""]'],
    [["URI:spiffe://a/b"], "spiffe://a/b", 'Using URI found in cert for auth [""]'],
    [[], "CN=node", 'Using certificate subject for auth [""]'],
  ])("%j: %s", (names, user, line) => {
    const { isKnown, lines } = judge({ user }, node(names));
    expect(isKnown).toBe(true);
    expect(lines.at(-1)).toBe(line);
    expect(judge({ user: `${user}x` }, node(names)).isKnown).toBe(false);
  });

  test("is nobody without a name", () => {
    expect(judge({ user: "" }, node(["DNS:a.example"])).isKnown).toBe(false);
    expect(judge({}, node(["DNS:a.example"])).isKnown).toBe(false);
  });
});
