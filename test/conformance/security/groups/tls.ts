/** TLS after INFO: versions, suites, curves, certificates of the server, and clients that fail. */

import { connect, type Group, PING, pub, type Scenario } from "../../scenarios/scenario.ts";
import { secret } from "../canaries.ts";
import {
  ANY_SUITE,
  certificate,
  hello,
  plain,
  secure,
  TLS10,
  TLS11,
  TLS12,
  TLS13,
} from "../tls.ts";

const pass = secret("tls");
const wrong = secret("tls-wrong");

const ECDSA = "cert_file: certs/server.pem, key_file: certs/server.key";
const RSA = "cert_file: certs/server-rsa.pem, key_file: certs/server-rsa.key";

function suite(name: string): string[] {
  return [...TLS12, "-cipher", name];
}

function curve(name: string, version = TLS13): string[] {
  return [...version, "-curves", name];
}

const suites: Scenario[] = [
  secure("1.2, any suite", TLS12),
  secure("1.3, any suite", [...TLS13, ...ANY_SUITE]),
  secure("1.2, AES 128 GCM", suite("ECDHE-ECDSA-AES128-GCM-SHA256")),
  secure("1.2, AES 256 GCM", suite("ECDHE-ECDSA-AES256-GCM-SHA384")),
  secure("1.2, ChaCha20", suite("ECDHE-ECDSA-CHACHA20-POLY1305")),
  secure("1.2, AES 128 CBC", suite("ECDHE-ECDSA-AES128-SHA")),
  secure("1.2, AES 256 CBC", suite("ECDHE-ECDSA-AES256-SHA")),
  secure("1.2, AES 128 CBC SHA-256", suite("ECDHE-ECDSA-AES128-SHA256")),
  secure(
    "1.2, ChaCha20 first",
    suite("ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256"),
  ),
  secure(
    "1.2, AES 256 first",
    suite("ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"),
  ),
  secure("1.2, a suite for another kind of key", suite("ECDHE-RSA-AES128-GCM-SHA256")),
  secure("1.2, without forward secrecy", suite("AES128-GCM-SHA256")),
  secure("1.2, finite-field Diffie-Hellman", suite("DHE-RSA-AES128-GCM-SHA256")),
  secure("1.3, AES 256", [...TLS13, "-ciphersuites", "TLS_AES_256_GCM_SHA384"]),
  secure("1.3, ChaCha20", [...TLS13, "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"]),
  secure("1.3, ChaCha20 first", [
    ...TLS13,
    "-ciphersuites",
    "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256",
  ]),
  secure("1.3, AES 256 first", [
    ...TLS13,
    "-ciphersuites",
    "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256",
  ]),
  secure("1.3, a suite that is not there", [...TLS13, "-ciphersuites", "TLS_AES_128_CCM_SHA256"]),
];

const curves: Scenario[] = [
  secure("X25519", curve("X25519")),
  secure("P-256", curve("P-256")),
  secure("P-384", curve("P-384")),
  secure("P-521", curve("P-521")),
  secure("P-256, then X25519", curve("P-256:X25519")),
  secure("P-521, then P-384", curve("P-521:P-384")),
  secure("a curve that is not there", curve("X448")),
  secure("1.2, P-256", curve("P-256", TLS12)),
  secure("1.2, P-384", curve("P-384", TLS12)),
  secure("1.2, P-384, then X25519", curve("P-384:X25519", TLS12)),
  secure("1.2, a curve that is not there", curve("X448", TLS12)),
];

const clients: Scenario[] = [
  secure("a client"),
  secure("protocol 1", [], { protocol: 1, name: "n", version: "1", lang: "l" }),
  secure("verbose", [], { verbose: true }, `SUB a 1\r\n${pub("a")}${PING}`),
  secure("a large message", [], {}, `SUB a 1\r\n${pub("a", "x".repeat(100_000))}${PING}`),
  secure("1.1", TLS11),
  secure("1.0", TLS10),
  secure("a name of the server", ["-servername", "localhost"]),
  secure("another name of the server", ["-servername", "other.example.com"]),
  secure("application protocols", ["-alpn", "h2,nats"]),
  secure("a certificate nobody asked for", certificate("client")),
  secure("a server that is trusted", ["-CAfile", "ca.pem", "-verify_return_error"]),
  secure("a server that is not trusted", ["-CAfile", "other-ca.pem", "-verify_return_error"]),
  secure("a server that is not trusted, 1.2", [
    ...TLS12,
    "-CAfile",
    "other-ca.pem",
    "-verify_return_error",
  ]),
  secure("no tickets", ["-no_ticket"]),
  {
    name: "an operation that is none",
    steps: [hello(), { send: "garbage\r\n", until: "end" }],
  },
  { name: "no CONNECT", steps: [{ tls: {}, send: `SUB a 1\r\n${pub("a")}${PING}` }] },
  { name: "nothing, and gone", steps: [{ tls: {}, finish: true }] },
  {
    name: "messages between clients",
    steps: [
      hello([], {}, `SUB a 1\r\n${PING}`),
      hello(TLS12, {}, pub("a", "hi") + PING, { conn: "b" }),
      { conn: "a", send: PING },
    ],
  },
];

/** The beginning of a ClientHello. */
const HELLO = Buffer.from("16030100c8010000c40303", "hex");

const notTls: Scenario[] = [
  plain("CONNECT in the clear", connect() + PING),
  plain("PING in the clear", PING),
  plain("five letters", "PING\n"),
  plain("a request for a web page", "GET / HTTP/1.1\r\n\r\n"),
  plain("garbage", Buffer.from("00ff80fe0a0d0a50494e470d0a", "hex")),
  plain("an alert", Buffer.from("15030100020228", "hex")),
  plain("a record too large", Buffer.from("160301ffff01", "hex")),
  plain("a handshake that is no hello", Buffer.from("16030100040f000000", "hex")),
  plain("an old version of the record", Buffer.from("1602000004010000 00".replace(" ", ""), "hex")),
  plain("data before the handshake", Buffer.from("1703030001ff", "hex")),
  { name: "nothing in the clear, and gone", steps: [{ finish: true }] },
  { name: "half a hello, and gone", steps: [{ send: HELLO, finish: true }] },
  {
    name: "three bytes of a hello, and gone",
    steps: [{ send: HELLO.subarray(0, 3), finish: true }],
  },
];

const logins: Scenario[] = [
  secure("right", [], { user: "u", pass }),
  secure("wrong", [], { user: "u", pass: wrong }),
  secure("wrong, 1.2", TLS12, { user: "u", pass: wrong }),
  secure("nothing"),
  { name: "PING first", steps: [{ tls: {}, send: PING }] },
  plain("right, in the clear", connect({ user: "u", pass }) + PING),
];

const timeouts: Group = {
  name: "TLS, timeout",
  config: `tls { ${ECDSA}, timeout: 0.3 }`,
  scenarios: [
    { name: "nothing", steps: [{ until: "end" }] },
    { name: "half a hello", steps: [{ send: HELLO, until: "end" }] },
    { name: "three bytes of a hello", steps: [{ send: HELLO.subarray(0, 3), until: "end" }] },
  ],
};

const authTimeout: Group = {
  name: "TLS, authorization timeout",
  config: `tls { ${ECDSA}, timeout: 5 }\nauthorization { user: u, password: "${pass}", timeout: 0.3 }`,
  scenarios: [
    { name: "a handshake, then nothing", steps: [{ tls: {}, until: "end" }] },
    { name: "half a CONNECT", steps: [{ tls: {}, send: "CONNECT {", until: "end" }] },
  ],
};

const rsa: Scenario[] = [
  secure("1.2", TLS12),
  secure("1.3", TLS13),
  secure("1.2, AES 128 GCM", suite("ECDHE-RSA-AES128-GCM-SHA256")),
  secure("1.2, AES 256 GCM", suite("ECDHE-RSA-AES256-GCM-SHA384")),
  secure("1.2, ChaCha20", suite("ECDHE-RSA-CHACHA20-POLY1305")),
  secure("1.2, AES 128 CBC", suite("ECDHE-RSA-AES128-SHA")),
  secure("1.2, AES 256 CBC", suite("ECDHE-RSA-AES256-SHA")),
  secure("1.2, without forward secrecy", suite("AES128-GCM-SHA256")),
  secure("1.2, a suite for another kind of key", suite("ECDHE-ECDSA-AES128-GCM-SHA256")),
];

const both: Scenario[] = [
  secure("1.2", TLS12),
  secure("1.3", TLS13),
  secure("1.2, suites for RSA", suite("ECDHE-RSA-AES128-GCM-SHA256")),
  secure("1.2, suites for ECDSA", suite("ECDHE-ECDSA-AES128-GCM-SHA256")),
  secure("1.3, signatures by RSA", [...TLS13, "-sigalgs", "rsa_pss_rsae_sha256"]),
  secure("1.3, signatures by ECDSA", [...TLS13, "-sigalgs", "ecdsa_secp256r1_sha256"]),
  secure("1.3, signatures that are not there", [...TLS13, "-sigalgs", "ed25519"]),
];

const pair = (name: string): string =>
  `{cert_file: certs/${name}.pem, key_file: certs/${name}.key}`;

const narrowed: Group[] = [
  {
    name: "TLS, cipher_suites",
    config: `tls { ${ECDSA}, cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256] }`,
    scenarios: suites.filter(({ name }) => /any|GCM|ChaCha20$|AES 256$/.test(name)),
  },
  {
    name: "TLS, insecure cipher_suites",
    config: `tls { ${RSA}, allow_insecure_cipher_suites: true
      cipher_suites: [TLS_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_256_CBC_SHA] }`,
    scenarios: [
      secure("without forward secrecy", suite("AES128-GCM-SHA256")),
      secure("without forward secrecy, CBC", suite("AES256-SHA")),
      secure("with forward secrecy", suite("ECDHE-RSA-AES128-GCM-SHA256")),
      secure("1.3", TLS13),
    ],
  },
  {
    name: "TLS, curve_preferences",
    config: `tls { ${ECDSA}, curve_preferences: [CurveP384, CurveP256] }`,
    scenarios: curves,
  },
  {
    name: "TLS, min_version",
    config: `tls { ${ECDSA}, min_version: "1.3" }`,
    scenarios: [secure("1.2", TLS12), secure("1.3", TLS13), secure("1.1", TLS11), secure("any")],
  },
];

export const TLS: readonly Group[] = [
  {
    name: "TLS",
    config: `tls { ${ECDSA}, timeout: 5 }`,
    scenarios: [...clients, ...suites, ...curves, ...notTls],
  },
  {
    name: "TLS with a user",
    config: `tls { ${ECDSA}, timeout: 5 }\nauthorization { user: u, password: "${pass}" }`,
    scenarios: logins,
  },
  timeouts,
  authTimeout,
  { name: "TLS, RSA", config: `tls { ${RSA}, timeout: 5 }`, scenarios: rsa },
  {
    name: "TLS, ECDSA and RSA",
    config: `tls { certs: [${pair("server")}, ${pair("server-rsa")}], timeout: 5 }`,
    scenarios: both,
  },
  {
    name: "TLS, RSA and ECDSA",
    config: `tls { certs: [${pair("server-rsa")}, ${pair("server")}], timeout: 5 }`,
    scenarios: both,
  },
  {
    name: "TLS without a certificate",
    config: "tls { ca_file: certs/ca.pem }",
    scenarios: [secure("1.2", TLS12), secure("1.3", TLS13), plain("in the clear", PING)],
  },
  ...narrowed,
];
