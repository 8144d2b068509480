/** Users by certificates: the real server and ours read the same certificates for the same users. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DerTag } from "../../src/auth/certificate/der.ts";
import type { ConnectOptions } from "../../src/protocol/connect-options.ts";
import { optionsOf } from "../support/options-of.ts";
import { findPeer } from "../support/peer.ts";
import {
  type AlternativeName,
  CertificateAuthority,
  der,
  pem,
  type SubjectSpec,
} from "./certificate-builder.ts";
import { LoginPeer } from "./login-peer.ts";
import { authenticatorFor, recordLogin } from "./logins.ts";

const peer = findPeer();
const authority = new CertificateAuthority();
const KEY = authority.keyPem;
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-certificates-"));
  await writeFile(join(folder, "ca.pem"), authority.pem);
  await writeFile(join(folder, "key.pem"), KEY);
  const server = authority.issue([["CN", "localhost"]], ["DNS:localhost"]);
  await writeFile(join(folder, "server.pem"), pem(server));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function bmp(text: string): Buffer {
  return der(DerTag.BmpString, Buffer.from(text, "utf16le").swap16());
}

const INTEGER = der(DerTag.Integer, Buffer.from([5]));
const HOST = "DNS:host.example.com";
const SERVICE = "URI:spiffe://example.com/service";

const CERTIFICATES: Readonly<Record<string, [SubjectSpec, ...AlternativeName[]]>> = {
  plain: [
    [
      ["C", "US"],
      ["O", "Org Inc"],
      ["OU", "Dev"],
      ["CN", "dnuser"],
    ],
  ],
  "common name": [[["CN", "alice"]]],
  "domain components": [
    [
      ["DC", "com"],
      ["DC", "example"],
      ["O", "Org"],
      ["CN", "dc"],
    ],
  ],
  "domain components in one": [
    [
      [
        ["DC", "com"],
        ["DC", "example"],
      ],
      ["CN", "dcm"],
    ],
  ],
  "several values": [
    [
      ["C", "US"],
      [
        ["O", "Multi"],
        ["OU", "Valued"],
      ],
      ["CN", "m"],
    ],
  ],
  "several units": [
    [
      ["OU", "a"],
      ["OU", "b"],
      ["CN", "ous"],
    ],
  ],
  "the same value twice": [
    [
      [
        ["OU", "a"],
        ["OU", "a"],
        ["OU", "b"],
      ],
      ["CN", "dup"],
    ],
  ],
  "special characters": [
    [
      ["O", "Comma, Inc"],
      ["CN", 'a+b"<>;\\#'],
    ],
  ],
  "spaces at the ends": [
    [
      ["O", " lead trail "],
      ["CN", "#hash"],
    ],
  ],
  "spaces inside": [
    [
      ["O", "a  b"],
      ["CN", "x y"],
    ],
  ],
  unicode: [
    [
      ["O", "Größe"],
      ["CN", "ünï"],
    ],
  ],
  "e-mail in the subject": [
    [
      ["CN", "e"],
      ["EMAIL", "a@b.c"],
    ],
  ],
  "user id in the subject": [
    [
      ["UID", "u1"],
      ["CN", "withuid"],
    ],
  ],
  "two common names": [
    [
      ["CN", "one"],
      ["CN", "two"],
    ],
  ],
  "all attributes": [
    [
      ["SERIALNUMBER", "42"],
      ["STREET", "s"],
      ["POSTALCODE", "p"],
      ["L", "l"],
      ["ST", "st"],
      ["CN", "all"],
    ],
  ],
  "a title": [
    [
      ["TITLE", "t"],
      ["CN", "ti"],
    ],
  ],
  "two bytes a character": [[["CN", bmp("bmpé")]]],
  "Latin-1": [[["CN", der(DerTag.T61String, Buffer.from([0x74, 0xe9]))]]],
  numeric: [[["CN", der(DerTag.NumericString, "12 3")]]],
  ASCII: [[["CN", der(DerTag.Ia5String, "ia5@x")]]],
  "a number": [[["CN", INTEGER]]],
  "a number and a common name": [
    [
      ["O", INTEGER],
      ["CN", "alice"],
    ],
  ],
  "a number for a title": [[["TITLE", INTEGER]]],
  "a number and a host": [[["CN", INTEGER]], HOST],
  "four bytes a character": [
    [
      ["O", der(0x1c, Buffer.from([0, 0, 0, 65]))],
      ["CN", "alice"],
    ],
  ],
  "no subject": [[]],
  "empty common name": [[["CN", ""]]],
  "empty organization": [[["O", ""]]],
  "e-mail": [[["CN", "x1"]], "email:mail@example.com"],
  "second e-mail": [[["CN", "x2"]], "email:a@example.com", "email:mail@example.com"],
  host: [[["CN", "x3"]], HOST],
  URI: [[["CN", "x4"]], SERVICE],
  "URI in another spelling": [[["CN", "x5"]], "URI:HTTP://Example.com/a"],
  "all names": [[["CN", "alice"]], "URI:urn:all", HOST, "email:zz@zz.com"],
  "all names, otherwise": [[["CN", "alice"]], SERVICE, HOST, "email:mail@example.com"],
  "no subject, but a host": [[], HOST],
  "no subject, but an unknown host": [[], "DNS:unknown.example.com"],
  "empty e-mail": [[["CN", "alice"]], "email:"],
  NUL: [[["CN", "a\0b"]]],
  "line break": [[["CN", "a\nb"]]],
  "equals sign": [[["CN", "a=b"]]],
};

/** Users of one server; none of them stand for the same certificate by the same rule. */
const USERS: readonly (readonly string[])[] = [
  ["CN=dnuser,OU=Dev,O=Org Inc,C=US"],
  ["C=US, O=Org Inc , OU = Dev ,CN=dnuser"],
  ["ou=Dev,cn=dnuser,c=US,o=Org Inc", "CN=dc,O=Org,DC=example,DC=com"],
  ["CN=dnuser,OU=dev,O=Org Inc,C=US", "dnuser", "CN=dnuser", "O=Org,CN=dc,DC=com,DC=example"],
  ["C=US,O=Org Inc,OU=Dev,CN=dnuser", "CN=dc,O=Org,DC=com,DC=example"],
  [
    "alice",
    "CN=alice",
    "mail@example.com",
    "host.example.com",
    "spiffe://example.com/service",
    "http://Example.com/a",
  ],
  ["CN=alice", "urn:all", "CN=dc,O=Org"],
  ["CN=dcm,DC=example+DC=com", "OU=b+OU=a+OU=a,CN=dup", "CN=m,OU=Valued+O=Multi,C=US"],
  ["CN=dcm,DC=com,DC=example", "CN=m,O=Multi+OU=Valued,C=US", "CN=ous,OU=b,OU=a"],
  ["CN=ous,OU=a,OU=b", "CN=dup,OU=a+OU=b+OU=b", "CN=m,OU=Valued,O=Multi,C=US"],
  ["CN=ous,OU=a+OU=b", "CN=dup,OU=a+OU=b", "CN=e,emailAddress=a@b.c", "CN=one", "UID=u1"],
  ['CN=a\\+b\\"\\<\\>\\;\\\\#,O=Comma\\, Inc', "CN=\\#hash,O=\\ lead trail\\ "],
  ["CN=a\\2bb\\22\\3c\\3e\\3b\\5c\\23,O=Comma\\2C Inc", "CN=#hash,O=lead trail"],
  ["CN=x y,O=a  b", "CN=ünï,O=Größe", "CN=bmpé", "CN=té", "CN=a\\00b", "CN=a\\0ab", "CN=a\\=b"],
  ["CN=x y,O=a b", "CN=\\c3\\bcn\\c3\\af,O=Gr\\c3\\b6\\c3\\9fe", "CN=t\\e9", "CN=a=b"],
  ["CN=e", "CN=withuid", "CN=two", "CN=ti", "CN=12 3", "CN=ia5@x"],
  ["CN=two,CN=one", "SERIALNUMBER=42,CN=all,POSTALCODE=p,STREET=s,ST=st,L=l"],
  ["CN=one,CN=two", "CN=all,ST=st,L=l,POSTALCODE=p,STREET=s,serialnumber=42"],
  ["CN=alice\\", "CN=x1\\zz", "CN=x2,", "CN=dnuser,OU=Dev,O=Org Inc,C=US,"],
  ["CN=alice+CN=alice", "CN=x1+OU=y", "CN=x2=x2", "=x3", "CN=#x4"],
];

function configFor(users: readonly object[], more = ""): string {
  return (
    `tls { cert_file: "${folder}/server.pem", key_file: "${folder}/key.pem",` +
    ` ca_file: "${folder}/ca.pem", verify_and_map: true, handshake_first: true, timeout: 5 }\n` +
    `authorization { users = ${JSON.stringify(users)} }\n${more}`
  );
}

describe.skipIf(peer === undefined)("certificates", () => {
  for (const names of USERS) {
    test(`stand for ${names.join(" | ")}`, async () => {
      const config = configFor(names.map((user) => ({ user })));
      await using real = await LoginPeer.start(peer!, config);
      const authenticator = await authenticatorFor(await optionsOf(config));
      const compare = async (title: string, certificate: Uint8Array): Promise<void> => {
        const expected = await real.login({}, { cert: pem(certificate), key: KEY });
        const record = await recordLogin(authenticator, {}, { certificates: [certificate] });
        expect({ title, ...record }).toEqual({ title, ...expected });
      };
      const issued = Object.entries(CERTIFICATES).map(
        ([title, [subject, ...names]]) => [title, authority.issue(subject, names)] as const,
      );
      await Promise.all(issued.map(([title, certificate]) => compare(title, certificate)));
    });
  }

  test("come with passwords, connection types and other names", async () => {
    const config = configFor([
      { user: "CN=alice", password: "p" },
      { user: "CN=bob", allowed_connection_types: ["MQTT"] },
      { user: "bob", allowed_connection_types: ["STANDARD"] },
      { user: "CN=carol" },
      { user: "plain", password: "q" },
      {
        user: "CN=hashed",
        password: "$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW",
      },
    ]);
    await using real = await LoginPeer.start(peer!, config);
    const authenticator = await authenticatorFor(await optionsOf(config));
    const logins: readonly [string, Partial<ConnectOptions>, ...AlternativeName[]][] = [
      ["alice", { pass: "p" }],
      ["alice", { pass: "x" }],
      ["alice", {}],
      ["alice", { user: "plain", pass: "p" }],
      ["alice", { user: "plain", pass: "q" }],
      ["bob", {}],
      ["bob", {}, "email:bob"],
      ["carol", {}],
      ["carol", { pass: "x" }],
      ["carol", { user: 'a"b' }],
      ["carol", { auth_token: "x" }],
      ["nobody", { user: "plain", pass: "q" }],
      ["hashed", { pass: "secret" }],
      ["hashed", { pass: "Secret" }],
    ];
    for (const [name, connect, ...alternatives] of logins) {
      const certificate = authority.issue([["CN", name]], alternatives);
      const expected = await real.login(connect, { cert: pem(certificate), key: KEY });
      const record = await recordLogin(authenticator, connect, { certificates: [certificate] });
      expect({ name, connect, ...record }).toEqual({ name, connect, ...expected });
    }
    authenticator.stop();
  });

  test("are the only way in for their users, where another listener takes them", async () => {
    const websocket =
      `websocket { port: -1, tls { cert_file: "${folder}/server.pem", key_file: "${folder}/key.pem",` +
      ` ca_file: "${folder}/ca.pem", verify_and_map: true } }\n`;
    const users = [
      { user: "CN=alice" },
      { user: "bob", allowed_connection_types: ["STANDARD"] },
      { user: "carol", password: "p" },
      { user: "dave", allowed_connection_types: ["STANDARD", "WEBSOCKET"] },
      { user: "anybody" },
    ];
    const config = `authorization { users = ${JSON.stringify(users)} }\nno_auth_user: anybody\n${websocket}`;
    await using real = await LoginPeer.start(peer!, config);
    const authenticator = await authenticatorFor(await optionsOf(config));
    for (const connect of [
      { user: "CN=alice" },
      { user: "CN=alice", pass: "x" },
      { user: "bob" },
      { user: "carol", pass: "p" },
      { user: "dave" },
      { user: "anybody" },
      {},
    ]) {
      const expected = await real.login(connect);
      const record = await recordLogin(authenticator, connect);
      expect({ connect, ...record }).toEqual({ connect, ...expected });
    }
  });
});
