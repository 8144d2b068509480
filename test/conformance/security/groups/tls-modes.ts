/** When the handshake happens, whether it has to, flags, limits, and changes at run time. */

import {
  connect,
  type Files,
  type Group,
  login,
  one,
  PING,
  type Scenario,
  type Step,
} from "../../scenarios/scenario.ts";
import { secret } from "../canaries.ts";
import { certificate, hello, plain, secure, TLS12, TLS13 } from "../tls.ts";

const pass = secret("modes");

const SERVER = "cert_file: certs/server.pem, key_file: certs/server.key, timeout: 5";
/** Long enough for openssl to begin. */
const SLOW = "1s";

const first = (name: string, args: readonly string[] = [], options = {}): Scenario => ({
  name,
  steps: [hello(args, options, PING, { isFirst: true })],
});

const optional: Scenario[] = [
  secure("a client with TLS"),
  secure("a client with TLS 1.2", TLS12, { protocol: 1 }),
  login("a client without", {}),
  login("a client without, protocol 1", { protocol: 1 }),
  one("PING in the clear", PING),
  { name: "in pieces", steps: [{ send: connect() + PING, split: "bytes" }, { send: PING }] },
  { name: "one byte, then the rest", steps: [{ send: "P" }, { send: "ING\r\nPING\r\n" }] },
  { name: "nothing, and gone", steps: [{ finish: true }] },
  { name: "three bytes, and gone", steps: [{ send: "PIN", finish: true }] },
  {
    name: "three bytes of a handshake, and gone",
    steps: [{ send: Buffer.from("160301", "hex"), finish: true }],
  },
  {
    name: "a handshake that breaks",
    steps: [{ send: Buffer.from("1603010005ffffffffff", "hex"), until: "end" }],
  },
];

const modes: Group[] = [
  { name: "allow_non_tls", config: `allow_non_tls: true\ntls { ${SERVER} }`, scenarios: optional },
  {
    name: "allow_non_tls, timeout",
    config:
      "allow_non_tls: true\ntls { cert_file: certs/server.pem, key_file: certs/server.key, timeout: 0.3 }",
    scenarios: [
      { name: "silent, then in the clear", steps: [{ listenMs: 500 }, { send: connect() + PING }] },
      {
        name: "three bytes, silent, then the rest",
        steps: [{ send: "PIN", listenMs: 500 }, { send: `G\r\n${PING}` }],
      },
    ],
  },
  {
    name: "allow_non_tls with a user",
    config: `allow_non_tls: true\ntls { ${SERVER} }\nauthorization { user: u, password: "${pass}", timeout: 5 }`,
    scenarios: [
      login("in the clear", { user: "u", pass }),
      login("in the clear, wrong", { user: "u", pass: secret("modes-wrong") }),
      secure("with TLS", [], { user: "u", pass }),
      secure("with TLS, wrong", [], { user: "u", pass: secret("modes-wrong") }),
    ],
  },
  {
    name: "allow_non_tls with verify",
    config: `allow_non_tls: true\ntls { ${SERVER}, ca_file: certs/ca.pem, verify: true }`,
    scenarios: [
      login("in the clear", {}),
      secure("with a certificate", certificate("client")),
      secure("without a certificate"),
    ],
  },
  {
    name: "handshake_first",
    config: `tls { ${SERVER}, handshake_first: true }`,
    scenarios: [
      first("a client"),
      first("1.2", TLS12),
      first("protocol 1", [], { protocol: 1 }),
      plain("in the clear", connect() + PING),
      { name: "nothing, and gone", steps: [{ finish: true }] },
    ],
  },
  {
    name: "handshake_first, timeout",
    config:
      "tls { cert_file: certs/server.pem, key_file: certs/server.key, timeout: 0.3, handshake_first: true }",
    scenarios: [{ name: "silent", steps: [{ until: "end" }] }],
  },
  {
    name: "handshake_first, automatic",
    config: `tls { ${SERVER}, handshake_first: auto }`,
    scenarios: [
      first("a client that begins"),
      secure("a client that waits"),
      secure("a client that waits, 1.2", TLS12),
      {
        name: "silent, then in the clear",
        steps: [{ until: /\r\n/ }, { send: connect() + PING, until: "end" }],
      },
    ],
  },
  {
    name: "handshake_first, a time",
    config: `tls { ${SERVER}, handshake_first: "${SLOW}" }`,
    scenarios: [
      first("a client that begins"),
      plain("in the clear at once", connect() + PING),
      { name: "silent, and gone", steps: [{ finish: true }] },
    ],
  },
  {
    name: "handshake_first, automatic, allow_non_tls",
    config: `allow_non_tls: true\ntls { ${SERVER}, handshake_first: auto }`,
    scenarios: [
      first("a client that begins"),
      secure("a client that waits"),
      { name: "silent, then in the clear", steps: [{ until: /\r\n/ }, { send: connect() + PING }] },
      { name: "in the clear at once", steps: [{ send: connect() + PING }] },
    ],
  },
  {
    name: "handshake_first and allow_non_tls",
    config: `allow_non_tls: true\ntls { ${SERVER}, handshake_first: true }`,
    scenarios: [first("a client"), plain("in the clear", connect() + PING)],
  },
  {
    name: "handshake_first with a user and nkeys",
    config: `tls { ${SERVER}, handshake_first: true }\nno_auth_user: u\nauthorization { users = [{user: u}] }`,
    scenarios: [
      first("nothing"),
      { name: "PING first", steps: [{ tls: { isFirst: true }, send: PING }] },
    ],
  },
];

const CERTIFICATE = ["--tlscert", "certs/server.pem", "--tlskey", "certs/server.key"];

const withFlags: Group[] = [
  {
    name: "--tls",
    config: "debug: true",
    args: ["--tls", ...CERTIFICATE],
    scenarios: [secure("1.2", TLS12), secure("1.3", TLS13), plain("in the clear", PING)],
  },
  {
    name: "--tlsverify",
    config: "debug: true",
    args: ["--tlsverify", ...CERTIFICATE, "--tlscacert", "certs/ca.pem"],
    scenarios: [
      secure("a certificate", certificate("client")),
      secure("no certificate"),
      secure("a foreign one", certificate("foreign")),
    ],
  },
  {
    name: "--tlscert alone",
    config: "debug: true",
    args: CERTIFICATE,
    scenarios: [login("in the clear", {})],
  },
  {
    name: "--tls over a file",
    config:
      "tls { cert_file: certs/server-rsa.pem, key_file: certs/server-rsa.key, ca_file: certs/ca.pem, verify: true }",
    args: ["--tls", ...CERTIFICATE],
    scenarios: [secure("no certificate"), secure("a certificate", certificate("client"))],
  },
];

const rate: Group = {
  name: "connection_rate_limit",
  config: `tls { ${SERVER}, connection_rate_limit: 2 }`,
  isIsolated: true,
  scenarios: [
    {
      name: "more than two in a second",
      steps: [
        // Whoever connects counts: these do it at once, and say nothing.
        { conn: "a", listenMs: 1 },
        { conn: "b", listenMs: 1 },
        { conn: "c", until: "end" },
        { conn: "d", until: "end" },
        { conn: "d", listenMs: 1_300 },
        hello([], {}, PING, { conn: "e" }),
      ],
    },
  ],
};

const tls = (more = ""): string =>
  `tls { cert_file: server.pem, key_file: server.key, timeout: 5${more} }`;
const PAIR: Files = { "server.pem": "certs/server.pem", "server.key": "certs/server.key" };
const NEW_PAIR: Files = {
  "server.pem": "certs/server-new.pem",
  "server.key": "certs/server-new.key",
};
const PLAIN = "debug: true";
const CLIENT = certificate("client");
const SECOND = certificate("second", "second");

function reload(
  name: string,
  from: string,
  to: string,
  before: Step[],
  after: Step[],
  files?: Files,
): Scenario {
  const change: Step = files === undefined ? { reload: to } : { reload: to, files };
  return { name, config: from, steps: [...before, change, ...after] };
}

const again: Step = { send: PING };
const late = (args: readonly string[] = []): Step => hello(args, {}, PING, { conn: "late" });
const ca = ", ca_file: certs/ca.pem, verify: true";

const changes: Group = {
  name: "TLS, reload",
  config: "",
  files: PAIR,
  isIsolated: true,
  scenarios: [
    reload("nothing changed", tls(), tls(), [hello()], [again, late()]),
    reload(
      "other certificates in the same files",
      tls(),
      tls(),
      [hello()],
      [again, late()],
      NEW_PAIR,
    ),
    reload(
      "other files",
      tls(),
      tls().replaceAll("server.", "certs/server-rsa."),
      [hello()],
      [again, late()],
    ),
    reload("a key that does not fit", tls(), tls(), [hello()], [again, late()], {
      "server.key": "certs/client.key",
    }),
    reload(
      "a file that is missing",
      tls(),
      tls().replace("server.pem", "missing.pem"),
      [hello()],
      [again, late()],
    ),
    reload(
      "TLS newly required",
      PLAIN,
      tls(),
      [{ send: connect() + PING }],
      [again, late(), { conn: "plain", send: PING, until: "end" }],
    ),
    reload(
      "TLS no longer required",
      tls(),
      PLAIN,
      [hello()],
      [again, { conn: "plain", send: connect() + PING }],
    ),
    reload(
      "verify added",
      tls(),
      tls(ca),
      [hello()],
      [again, late(), hello(CLIENT, {}, PING, { conn: "more" })],
    ),
    reload(
      "verify removed",
      tls(ca),
      tls(", ca_file: certs/ca.pem"),
      [hello(CLIENT)],
      [again, late()],
    ),
    reload(
      "another authority",
      tls(ca),
      tls(ca.replace("ca.pem", "other-ca.pem")),
      [hello(CLIENT)],
      [again, late(CLIENT), hello(certificate("foreign"), {}, PING, { conn: "more" })],
    ),
    reload(
      "min_version raised",
      tls(),
      tls(', min_version: "1.3"'),
      [hello(TLS12)],
      [again, late(TLS12)],
    ),
    reload(
      "allow_non_tls added",
      tls(),
      `allow_non_tls: true\n${tls()}`,
      [hello()],
      [again, { conn: "plain", send: connect() + PING }],
    ),
    reload(
      "handshake_first added",
      tls(),
      tls(", handshake_first: true"),
      [hello()],
      [again, hello([], {}, PING, { conn: "late", isFirst: true })],
    ),
    reload(
      "pins added",
      tls(ca),
      tls(`${ca}, pinned_certs: ["<pin of second>"]`),
      [hello(CLIENT), hello(SECOND, {}, PING, { conn: "b" })],
      [again, { conn: "b", send: PING }, late(CLIENT), hello(SECOND, {}, PING, { conn: "more" })],
    ),
    reload(
      "pins changed",
      tls(`${ca}, pinned_certs: ["<pin of client>"]`),
      tls(`${ca}, pinned_certs: ["<pin of second>"]`),
      [hello(CLIENT)],
      [again, late(CLIENT), hello(SECOND, {}, PING, { conn: "more" })],
    ),
    reload(
      "pins removed",
      tls(`${ca}, pinned_certs: ["<pin of client>"]`),
      tls(ca),
      [hello(CLIENT)],
      [again, late(SECOND)],
    ),
    reload(
      "the timeout changed",
      tls(),
      tls().replace("timeout: 5", "timeout: 0.3"),
      [hello()],
      [again, { conn: "late", until: "end" }],
    ),
    reload(
      "mapping added",
      `${tls(ca)}\nauthorization { users = [{user: "mail@example.com"}, {user: u, password: "${pass}"}] }`,
      `${tls(", ca_file: certs/ca.pem, verify_and_map: true")}\nauthorization { users = [{user: "mail@example.com"}, {user: u, password: "${pass}"}] }`,
      [hello(certificate("email"), { user: "u", pass })],
      [again, late(certificate("email"))],
    ),
    reload(
      "a mapped user removed",
      `${tls(", ca_file: certs/ca.pem, verify_and_map: true")}\nauthorization { users = [{user: "mail@example.com"}, {user: "host.example.com"}] }`,
      `${tls(", ca_file: certs/ca.pem, verify_and_map: true")}\nauthorization { users = [{user: "host.example.com"}] }`,
      [hello(certificate("email")), hello(certificate("dns"), {}, PING, { conn: "b" })],
      [again, { conn: "b", send: PING }, late(certificate("email"))],
    ),
  ],
};

export const TLS_MODES: readonly Group[] = [...modes, ...withFlags, rate, changes];
