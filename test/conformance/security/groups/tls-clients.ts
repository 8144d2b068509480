/** Certificates of clients: verified, mapped to users, and pinned. */

import type { Group, Scenario } from "../../scenarios/scenario.ts";
import { PING, pub } from "../../scenarios/scenario.ts";
import { secret } from "../canaries.ts";
import { certificate, hello, secure, TLS12, TLS13 } from "../tls.ts";

const pass = secret("certificates");

const SERVER =
  "cert_file: certs/server.pem, key_file: certs/server.key, ca_file: certs/ca.pem, timeout: 5";

/** The same with each version, as what fails is told in another place. */
function inBoth(name: string, args: readonly string[]): Scenario[] {
  return [secure(`${name}, 1.2`, [...TLS12, ...args]), secure(`${name}, 1.3`, [...TLS13, ...args])];
}

const UNDER = [...certificate("under"), "-cert_chain", "intermediate.pem"];

const verified: Scenario[] = [
  ...inBoth("no certificate", []),
  ...inBoth("a certificate", certificate("client")),
  ...inBoth("one without purpose", certificate("no-eku")),
  ...inBoth("one for another purpose", certificate("wrong-eku")),
  ...inBoth("one of another authority", certificate("foreign")),
  ...inBoth("one that has expired", certificate("expired")),
  ...inBoth("one that signs itself", certificate("self-signed")),
  ...inBoth("the certificate of the authority", certificate("ca", "ca")),
  ...inBoth("the certificate of the server", certificate("server", "server")),
  ...inBoth("one with the chain", [...certificate("email"), "-cert_chain", "ca.pem"]),
  ...inBoth("one without a subject", certificate("nothing")),
  ...inBoth("one under another, which is shown", UNDER),
  ...inBoth("one under another, which is not shown", certificate("under")),
  {
    name: "messages between clients",
    steps: [
      hello(certificate("client"), {}, `SUB a 1\r\n${PING}`),
      hello(certificate("second", "second"), {}, pub("a", "hi") + PING, { conn: "b" }),
      { conn: "a", send: PING },
    ],
  },
];

/** A group of users whom certificates are mapped to, each named by one of these texts. */
function mapped(name: string, users: readonly string[], scenarios: readonly Scenario[]): Group {
  const entries = users.map((user) => `{user: ${JSON.stringify(user)}}`);
  return {
    name: `certificates mapped, ${name}`,
    config: `tls { ${SERVER}, verify_and_map: true }\nauthorization { users = [\n${entries.join("\n")}\n] }`,
    scenarios,
  };
}

const alternatives: Scenario[] = [
  secure("an address", certificate("email")),
  secure("two addresses, the second is a user", certificate("emails")),
  secure("a host", certificate("dns")),
  secure("a URI", certificate("uri")),
  secure("an IP address", certificate("ip")),
  secure("all kinds", certificate("all")),
  secure("an address in the subject", certificate("subject-email")),
  secure("a subject", certificate("client", "client")),
  secure("domain components", certificate("dc")),
  secure("a value of several parts", certificate("multi")),
  secure("a common name", certificate("cn")),
  secure("letters of other scripts", certificate("unicode")),
  secure("a comma and quotes", certificate("comma")),
  secure("no subject", certificate("nothing")),
  secure("somebody else", certificate("second", "second")),
  secure("one of another authority", certificate("foreign")),
  secure("no certificate"),
];

const subjects: Scenario[] = alternatives.filter(({ name }) =>
  /^a subject|components|several|common|scripts/.test(name),
);

const named: Scenario[] = [
  secure("a user in CONNECT", certificate("email"), { user: "other" }),
  secure("the same user in CONNECT", certificate("email"), { user: "mail@example.com" }),
  secure("control bytes for a user in CONNECT", certificate("email"), { user: 'a\n"\x1b' }),
  secure("a password", certificate("email"), { pass }),
  secure("a token", certificate("email"), { auth_token: pass }),
  secure("a name and protocol 1", certificate("email"), { name: "n", version: "1", protocol: 1 }),
  secure("the authority behind it", [...certificate("email"), "-cert_chain", "ca.pem"]),
  secure("another authority between", UNDER),
  { name: "PING first", steps: [{ tls: { args: certificate("email") }, send: PING }] },
  secure("a second CONNECT", certificate("email"), {}, `CONNECT {"verbose":true}\r\n${PING}`),
];

const groups: Group[] = [
  mapped(
    "names",
    [
      "mail@example.com",
      "b@example.com",
      "under@example.com",
      "host.example.com",
      "spiffe://example.com/service",
      "10.0.0.1",
      "subject@example.com",
      "CN=dn,OU=Dev,O=Org Inc,C=US",
      "DC=com,DC=example,O=Org Inc,CN=dcuser",
      "CN=multi,OU=Valued+O=Multi,C=US",
      "plain-cn",
      "CN=ünï,O=Größe",
      'CN=a\\"b\\",O=Comma\\, Inc',
    ],
    [...alternatives, ...named],
  ),
  mapped(
    "the address of several kinds",
    ["m@all.com", "d.all.com", "urn:all", "CN=all"],
    [secure("all kinds", certificate("all"))],
  ),
  mapped(
    "the host of several kinds",
    ["d.all.com", "urn:all", "CN=all"],
    [secure("all kinds", certificate("all"))],
  ),
  mapped(
    "the URI of several kinds",
    ["urn:all", "CN=all"],
    [secure("all kinds", certificate("all"))],
  ),
  mapped("the subject of several kinds", ["CN=all"], [secure("all kinds", certificate("all"))]),
  mapped(
    "subjects in reverse",
    [
      "C=US,O=Org Inc,OU=Dev,CN=dn",
      "CN=dcuser,O=Org Inc,DC=example,DC=com",
      "C=US,O=Multi+OU=Valued,CN=multi",
      "CN=plain-cn",
      "O=Größe,CN=ünï",
    ],
    subjects,
  ),
  mapped(
    "subjects in another order",
    [
      "O=Org Inc,C=US,CN=dn,OU=Dev",
      "O=Org Inc,CN=dcuser,DC=com,DC=example",
      "CN=multi,C=US,OU=Valued+O=Multi",
    ],
    subjects,
  ),
  mapped(
    "subjects with spaces",
    [
      "CN = dn, OU = Dev, O = Org Inc, C = US",
      "CN=dcuser, O=Org Inc, DC=example, DC=com",
      "CN=multi, O=Multi + OU=Valued, C=US",
    ],
    subjects,
  ),
  mapped(
    "subjects in another case",
    ["cn=dn,ou=Dev,o=Org Inc,c=US", "CN=DCUSER,O=Org Inc,DC=example,DC=com", "CN=Plain-CN"],
    subjects,
  ),
  mapped(
    "subjects with too little",
    ["CN=dn,OU=Dev,O=Org Inc", "CN=dcuser,O=Org Inc", "CN=multi,OU=Valued,C=US", "dn", "dcuser"],
    subjects,
  ),
  mapped(
    "subjects with too much",
    [
      "CN=dn,OU=Dev,O=Org Inc,C=US,L=X",
      "CN=dcuser,O=Org Inc,DC=example,DC=com,DC=org",
      "CN=multi,OU=Valued,O=Multi,C=US",
    ],
    subjects,
  ),
  mapped(
    "subjects with domain components in reverse",
    ["CN=dcuser,O=Org Inc,DC=com,DC=example"],
    subjects,
  ),
  mapped(
    "subjects with an address",
    ["CN=se,emailAddress=subject@example.com", "E=x"],
    [secure("an address in the subject", certificate("subject-email"))],
  ),
];

const others: Group[] = [
  {
    name: "certificates mapped, passwords",
    config: `tls { ${SERVER}, verify_and_map: true }
      authorization { users = [
        {user: "mail@example.com", password: "${pass}", permissions: {publish: a, subscribe: b}}
        {user: "host.example.com", permissions: {publish: a, subscribe: b}}
        {user: "urn:all", allowed_connection_types: [WEBSOCKET]}
        {user: "CN=all", allowed_connection_types: [STANDARD]}
        {user: other, password: "${pass}"}
      ] }`,
    scenarios: [
      secure("no password", certificate("email")),
      secure("the right password", certificate("email"), { pass }),
      secure("a wrong password", certificate("email"), { pass: secret("certificates-wrong") }),
      secure("a user who has none", certificate("dns"), {}, `SUB a 1\r\n${pub("b")}${PING}`),
      secure("a kind of connection that is not allowed", certificate("all")),
      secure("another user with a password", certificate("dns"), { user: "other", pass }),
      secure("another user, no such certificate", certificate("second", "second"), {
        user: "other",
        pass,
      }),
    ],
  },
  {
    name: "certificates mapped, no_auth_user",
    config: `no_auth_user: guest\ntls { ${SERVER}, verify_and_map: true }
      authorization { users = [ {user: guest}, {user: "mail@example.com"} ] }`,
    scenarios: [
      secure("a user", certificate("email")),
      secure("somebody else", certificate("second", "second")),
      { name: "a user, PING first", steps: [{ tls: { args: certificate("email") }, send: PING }] },
      {
        name: "somebody else, PING first",
        steps: [{ tls: { args: certificate("dns") }, send: PING }],
      },
    ],
  },
  {
    name: "certificates mapped, no users",
    config: `tls { ${SERVER}, verify_and_map: true }`,
    scenarios: [secure("a certificate", certificate("email")), secure("no certificate")],
  },
  {
    name: "certificates mapped, a single user",
    config: `tls { ${SERVER}, verify_and_map: true }\nauthorization { user: u, password: "${pass}" }`,
    scenarios: [
      secure("a certificate", certificate("email")),
      secure("a certificate and a password", certificate("email"), { user: "u", pass }),
    ],
  },
  {
    name: "certificates, not mapped, with users",
    config: `tls { ${SERVER}, verify: true }
      authorization { users = [ {user: "mail@example.com"}, {user: u, password: "${pass}"} ] }`,
    scenarios: [
      secure("a certificate", certificate("email")),
      secure("a certificate and its user", certificate("email"), { user: "mail@example.com" }),
      secure("a certificate and a password", certificate("email"), { user: "u", pass }),
    ],
  },
  {
    name: "certificates of clients, pinned",
    config: `tls { ${SERVER}, verify: true, pinned_certs: ["<pin of client>"] }`,
    scenarios: [
      ...inBoth("the key", certificate("client")),
      ...inBoth("another certificate of the key", certificate("email")),
      ...inBoth("another key", certificate("second", "second")),
      ...inBoth("no certificate", []),
    ],
  },
  {
    name: "certificates of clients, pinned and not verified",
    config: `tls { ${SERVER}, pinned_certs: ["<pin of client>"] }`,
    scenarios: [secure("the key", certificate("client")), secure("no certificate")],
  },
];

export const TLS_CLIENTS: readonly Group[] = [
  {
    name: "certificates of clients",
    config: `tls { ${SERVER}, verify: true }`,
    scenarios: verified,
  },
  ...groups,
  ...others,
];
