/** Certificates and keys of every kind, and what is wrong with some. */

import { accepts, broken, type ConfigCase, lines, refuses } from "../config-case.ts";

const pair = (cert: string, key: string): string => `tls { cert_file: ${cert}, key_file: ${key} }`;
const shared = (cert: string, key: string): string =>
  pair(`shared/${cert}.pem`, `shared/${key}.pem`);
const authorities = (file: string): string => `tls { ca_file: ${file} }`;

const block = (type: string, data = "AAAA"): string =>
  lines(`-----BEGIN ${type}-----`, data, `-----END ${type}-----`);

const FILES = {
  "short.pem": block("CERTIFICATE"),
  "damaged.pem": block("CERTIFICATE", "!!!!"),
  "short-key.pem": block("PRIVATE KEY"),
  "foo.pem": block("FOO"),
  "foo-bar.pem": block("FOO") + block("BAR"),
  "empty.pem": "",
  "indented.pem": lines("  -----BEGIN CERTIFICATE-----", "  AAAA", "  -----END CERTIFICATE-----"),
};

export const CERTIFICATES: readonly ConfigCase[] = [
  accepts(shared("rsa-cert", "rsa-key")),
  accepts(shared("rsa-cert", "rsa-pkcs1")),
  accepts(shared("ed25519-cert", "ed25519-key")),
  accepts(shared("cert", "sec1")),
  accepts(shared("both", "both")),
  accepts(shared("chain", "rsa-key")),
  accepts(authorities("shared/chain.pem")),
  accepts(authorities("shared/both.pem")),
  accepts(authorities("shared/ed448-cert.pem")),
  accepts("tls { cert_file: '', key_file: '', ca_file: '' }"),
  accepts("tls { certs: [] }"),
  refuses(shared("chain", "key"), "tls: private key type does not match public key type"),
  refuses(shared("rsa-cert", "key"), "tls: private key type does not match public key type"),
  refuses(shared("cert", "ed25519-key"), "tls: private key type does not match public key type"),
  refuses(shared("ed25519-cert", "x25519-key"), "tls: found unknown private key type in PKCS#8"),
  refuses(shared("ed448-cert", "key"), "tls: unknown public key algorithm"),
  refuses(shared("ed448-cert", "ed448-key"), "with unknown algorithm: 1.3.101.113"),
  refuses(shared("k1-cert", "k1-key"), "x509: unsupported elliptic curve"),
  refuses(shared("cert", "k1-key"), "x509: unknown elliptic curve"),
  refuses(shared("cert", "encrypted"), "tls: failed to parse private key: asn1: structure error"),
  refuses(shared("key", "cert"), "PEM inputs may have been switched"),
  refuses(authorities("shared/k1-cert.pem"), "failed to parse root ca certificate"),
  refuses(authorities("shared/key.pem"), "failed to parse root ca certificate"),
  refuses(authorities("shared"), "read shared: is a directory"),
  refuses(pair("shared", "shared/key.pem"), "pair: read shared: is a directory"),
  ...["short", "indented", "damaged", "empty"].map((name) =>
    refuses(authorities(`${name}.pem`), "failed to parse root ca certificate", { files: FILES }),
  ),
  ...(
    [
      ["short", "x509: malformed certificate"],
      ["damaged", "failed to find any PEM data in certificate input"],
      ["empty", "failed to find any PEM data in certificate input"],
      ["indented", "failed to find any PEM data in certificate input"],
      ["foo", "PEM blocks of the following types: [FOO]"],
      ["foo-bar", "PEM blocks of the following types: [FOO BAR]"],
    ] as const
  ).map(([name, problem]) =>
    refuses(pair(`${name}.pem`, "shared/key.pem"), problem, { files: FILES }),
  ),
  ...(
    [
      ["short-key", "tls: failed to parse private key: asn1: structure error: tags don't match"],
      ["empty", "failed to find any PEM data in key input"],
      ["foo", "in key input after skipping PEM blocks of the following types: [FOO]"],
      ["foo-bar", "in key input after skipping PEM blocks of the following types: [FOO BAR]"],
    ] as const
  ).map(([name, problem]) =>
    refuses(pair("shared/cert.pem", `${name}.pem`), problem, { files: FILES }),
  ),
  broken(
    "certificates and authorities that are missing",
    lines(
      "tls {",
      "  cert_file: nope.pem",
      "  key_file: shared/key.pem",
      "  ca_file: nowhere.pem",
      "}",
    ),
    ["open nope.pem: no such file", "open nowhere.pem: no such file"],
    { random: "one" },
  ),
];
