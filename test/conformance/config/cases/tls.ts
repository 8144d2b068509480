/** TLS blocks wherever they may stand, and OCSP. */

import {
  accepts,
  broken,
  type ConfigCase,
  fill,
  mistyped,
  refuses,
  valid,
} from "../config-case.ts";

const TLS = "tls { OPTION }";
const PAIR = "cert_file: shared/cert.pem, key_file: shared/key.pem";
const PEER = "tls { ocsp_peer { OPTION } }";
const CACHE = "ocsp_cache { OPTION }";
const PIN = "a".repeat(64);

const withPair = (option: string): string => fill(TLS, `${PAIR}, ${option}`);

export const TLS_CASES: readonly ConfigCase[] = [
  accepts(fill(TLS, "")),
  accepts(fill(TLS, PAIR)),
  accepts(withPair("ca_file: shared/ca.pem, verify: true")),
  accepts(withPair("ca_file: shared/ca.pem, verify_and_map: true")),
  accepts(withPair("verify: true")),
  accepts(withPair("insecure: true, timeout: 2")),
  accepts(withPair("timeout: '500ms', connection_rate_limit: 10")),
  accepts(withPair("timeout: 0.5")),
  accepts(withPair("min_version: '1.2'")),
  accepts(withPair("min_version: '1.3'")),
  accepts(withPair("cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]")),
  accepts(
    withPair(
      "cipher_suites: [TLS_RSA_WITH_AES_128_GCM_SHA256], allow_insecure_cipher_suites: true",
    ),
  ),
  // What this server's TLS library does not have.
  accepts(
    withPair("cipher_suites: [TLS_RSA_WITH_RC4_128_SHA], allow_insecure_cipher_suites: true"),
  ),
  accepts(
    withPair(
      "cipher_suites: [TLS_RSA_WITH_RC4_128_SHA, TLS_RSA_WITH_AES_128_GCM_SHA256], allow_insecure_cipher_suites: true",
    ),
  ),
  accepts(withPair("curve_preferences: [SecP256r1MLKEM768]")),
  accepts(
    withPair(
      "curve_preferences: [X25519MLKEM768, SecP256r1MLKEM768, SecP384r1MLKEM1024, X25519, CurveP256, CurveP384, CurveP521]",
    ),
  ),
  accepts(withPair(`pinned_certs: [${PIN}, ${PIN.toUpperCase()}]`)),
  accepts(withPair("pinned_certs: []")),
  accepts(withPair("verify_cert_and_check_known_urls: false")),
  ...["certs", "certificates"].flatMap((name) => [
    accepts(
      fill(
        TLS,
        `${name}: [ {${PAIR}}, {cert_file: shared/other-cert.pem, key_file: shared/other-key.pem} ]`,
      ),
    ),
    refuses(fill(TLS, `${name}: 1`), "error parsing certificates config: unsupported type"),
  ]),
  ...["on", "off", "auto", "auto_fallback", "'on'", "'False'", "AUTO", "'300ms'"].map((value) =>
    accepts(withPair(`handshake_first: ${value}`)),
  ),
  ...["handshake_first", "first", "immediate"].flatMap((name) => [
    accepts(withPair(`${name}: true`)),
    refuses(withPair(`${name}: 1`), `field "${name}" should be a boolean or a string, got int64`),
    refuses(withPair(`${name}: soon`), `field "${name}"'s value "soon" is invalid`),
  ]),
  ...mistyped(TLS, "cert_file key_file ca_file", "1", "to be filename"),
  ...mistyped(
    TLS,
    "insecure verify verify_and_map verify_cert_and_check_known_urls allow_insecure_cipher_suites",
    "1",
    "to be a boolean",
  ),
  ...mistyped(TLS, "timeout", "true", "error parsing tls config, 'timeout' wrong type"),
  ...mistyped(
    TLS,
    "connection_rate_limit",
    "x",
    "error parsing tls config, 'connection_rate_limit' wrong type",
  ),
  ...mistyped(TLS, "cipher_suites curve_preferences", "x", "is string, not []interface {}"),
  ...mistyped(TLS, "min_version", "1.2", "error parsing tls config: 'min_version' wrong type: 1.2"),
  ...mistyped(
    TLS,
    "pinned_certs",
    "x",
    "expected 'pinned_certs' to be a list of hex-encoded sha256",
  ),
  ...mistyped(TLS, "cert_store cert_match_by cert_match cert_match_skip_invalid", "1", "expected"),
  ...mistyped(TLS, "ocsp_peer", "1", "error parsing ocsp peer config: unsupported type"),
  accepts(withPair("ca_certs_match: a")),
  accepts(withPair("ca_certs_match: [a, b]")),
  accepts(withPair("cert_match_skip_invalid: true")),
  accepts(withPair("cert_match: x")),
  refuses(fill(TLS, "ca_certs_match: [1 ]"), "error parsing ca_cert_match: unsupported type"),
  refuses(
    fill(TLS, "cert_store: WindowsCurrentUser"),
    "cert_store not compatible with current operating system",
  ),
  accepts(fill(TLS, "cert_match_by: Subject")),
  refuses("tls: true", "is bool, not map[string]interface {}"),
  refuses(fill(TLS, "nope: 1"), 'error parsing tls config, unknown field "nope"'),
  refuses(fill(TLS, "timeout: x"), "error parsing tls config, 'timeout' time: invalid duration"),
  refuses(fill(TLS, "min_version: '1.1'"), "unsupported TLS version"),
  refuses(fill(TLS, "min_version: '1.9'"), "error parsing tls config:"),
  refuses(
    fill(TLS, "cipher_suites: []"),
    "error parsing tls config, 'cipher_suites' cannot be empty",
  ),
  refuses(fill(TLS, "cipher_suites: [NOPE]"), "unrecognized cipher NOPE"),
  refuses(fill(TLS, "cipher_suites: [1 ]"), "is int64, not string"),
  refuses(
    withPair("cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]"),
    "insecure cipher suites configured without 'allow_insecure_cipher_suites' option set: TLS_RSA_WITH_RC4_128_SHA",
  ),
  refuses(
    fill(TLS, "curve_preferences: []"),
    "error parsing tls config, 'curve_preferences' cannot be empty",
  ),
  refuses(fill(TLS, "curve_preferences: [NOPE]"), "unrecognized curve preference NOPE"),
  refuses(
    fill(TLS, "pinned_certs: [NOPE]"),
    "'pinned_certs' key nope does not look like hex-encoded sha256",
  ),
  refuses(fill(TLS, "pinned_certs: [1 ]"), "is int64, not string"),
  refuses(fill(TLS, "cert_file: shared/cert.pem"), "missing 'key_file' in TLS configuration"),
  refuses(fill(TLS, "key_file: shared/key.pem"), "missing 'cert_file' in TLS configuration"),
  refuses(
    fill(TLS, "cert_file: nope.pem, key_file: shared/key.pem"),
    "error parsing X509 certificate/key pair: open nope.pem: no such file or directory",
  ),
  refuses(
    fill(TLS, "cert_file: shared/cert.pem, key_file: nope.pem"),
    "error parsing X509 certificate/key pair: open nope.pem: no such file or directory",
  ),
  refuses(
    fill(TLS, "cert_file: shared/cert.pem, key_file: shared/other-key.pem"),
    "private key does not match public key",
  ),
  refuses(
    fill(TLS, "cert_file: shared/garbage.pem, key_file: shared/key.pem"),
    "failed to find any PEM data in certificate input",
  ),
  refuses(
    fill(TLS, "cert_file: shared/cert.pem, key_file: shared/garbage.pem"),
    "failed to find any PEM data in key input",
  ),
  refuses(fill(TLS, "cert_file: shared/key.pem, key_file: shared/key.pem"), "failed to find"),
  refuses(
    fill(TLS, "cert_file: shared/cert.pem, key_file: shared/cert.pem"),
    "found a certificate rather than a key",
  ),
  refuses(withPair("ca_file: nope.pem"), "open nope.pem: no such file or directory"),
  refuses(withPair("ca_file: shared/garbage.pem"), "failed to parse root ca certificate"),
  refuses(
    withPair("verify_cert_and_check_known_urls: true"),
    "verify_cert_and_check_known_urls not supported in this context",
  ),
  refuses(
    withPair("certs: []").replace("certs: []", `certs: [ {${PAIR}} ]`),
    "cannot combine 'cert_file' option with 'certs' option",
  ),
  refuses(fill(TLS, "certs: [a]"), "error parsing certificates config: unsupported type"),
  refuses(
    fill(TLS, "certs: [ {cert_file: 1, key_file: a} ]"),
    "error parsing certificates config: unsupported type",
  ),
  refuses(
    fill(TLS, "certs: [ {cert_file: a} ]"),
    "both 'cert_file' and 'cert_key' options are required",
  ),
  refuses(
    fill(TLS, "certs: [ {nope: a} ]"),
    'error parsing tls certs config, unknown field "nope"',
  ),
  refuses(
    fill(TLS, `certs: [ {CERT_FILE: a} ]`),
    'error parsing tls certs config, unknown field "CERT_FILE"',
  ),
  refuses(fill(TLS, "Cert_File: 1"), "expected 'cert_file' to be filename"),
  refuses(fill(TLS, "Handshake_First: soon"), 'field "Handshake_First"\'s value "soon" is invalid'),
  accepts(withPair("handshake_first: '-5s', timeout: '-5s'")),
  refuses(fill(TLS, "min_version: '1.0'"), "unsupported TLS version: TLS 1.0"),
  refuses(fill(TLS, "min_version: true"), "'min_version' wrong type: true"),
  refuses(fill(TLS, "CIPHER_SUITES: []"), "'cipher_suites' cannot be empty"),
  refuses(
    fill(TLS, "cipher_suites: [TLS_RSA_WITH_RC4_128_SHA, TLS_RSA_WITH_AES_128_CBC_SHA]"),
    "option set: TLS_RSA_WITH_RC4_128_SHA, TLS_RSA_WITH_AES_128_CBC_SHA",
  ),
  refuses(fill(TLS, "cert_store: Nope"), "cert store type not implemented"),
  refuses(fill(TLS, "cert_match_by: Nope"), "cert match by type not implemented"),
  accepts(fill(TLS, "cert_match_by: THUMBPRINT")),
  refuses(fill(TLS, "cert_match: ''"), "expected 'cert_match' to be a valid non-empty string"),
  accepts(fill(TLS, "ca_certs_match: 1")),
  refuses("x: 1\ntls { $x: 1 }", 'error parsing tls config, unknown field "$x"'),
  refuses(
    fill(TLS, `certs: [ {${PAIR}}, {cert_file: nope.pem, key_file: shared/key.pem} ]`),
    "error parsing X509 certificate/key pair 2/2: open nope.pem",
  ),
];

/** Where else a TLS block may stand. */
const PLACES = [
  "cluster { PLACE }",
  "gateway { PLACE }",
  "gateway { gateways: [ {name: B, PLACE} ] }",
  "leafnodes { PLACE }",
  "leafnodes { remotes: [ {url: 'nats://h', PLACE} ] }",
  "websocket { PLACE }",
  "mqtt { PLACE }",
] as const;

export const TLS_PLACES: readonly ConfigCase[] = PLACES.flatMap((place) => {
  const at = (option: string): string => place.replace("PLACE", fill(TLS, option));
  return [
    accepts(at(`${PAIR}, ca_file: shared/ca.pem, timeout: 2`)),
    refuses(at("nope: 1"), 'error parsing tls config, unknown field "nope"'),
    refuses(at("cert_file: nope.pem, key_file: nope.pem"), "no such file or directory"),
    refuses(place.replace("PLACE", "tls: 1"), "is int64, not map[string]interface {}"),
    ...(/^(?:cluster|gateway)/.test(place)
      ? [accepts(at(`${PAIR}, verify_cert_and_check_known_urls: true`))]
      : [refuses(at("verify_cert_and_check_known_urls: true"), "not supported in this context")]),
  ];
});

export const OCSP: readonly ConfigCase[] = [
  accepts("ocsp: true"),
  accepts("ocsp: false"),
  ...["auto", "always", "must", "never", "Always", "MUST"].map((mode) =>
    accepts(`ocsp { mode: ${mode} }`),
  ),
  accepts("ocsp { mode: auto, url: 'http://127.0.0.1:9' }"),
  accepts("ocsp {}"),
  refuses("ocsp: 1", "error parsing ocsp config: unsupported type int64"),
  refuses("ocsp { mode: nope }", "error parsing ocsp config: unsupported ocsp mode"),
  refuses("ocsp { mode: 1 }", "is int64, not string"),
  refuses("ocsp { url: 1 }", "is int64, not string"),
  refuses("ocsp { urls: ['http://a'] }", "is []interface {}, not []string"),
  refuses("ocsp { MODE: auto }", "error parsing ocsp config: unsupported field"),
  accepts("ocsp_cache: true"),
  accepts("ocsp_cache: false"),
  ...["none", "local", "LOCAL"].map((type) => accepts(fill(CACHE, `type: ${type}`))),
  accepts(fill(CACHE, "type: local, local_store: d, preserve_revoked: true, save_interval: 5")),
  accepts(fill(CACHE, "save_interval: '10s'")),
  accepts(fill(CACHE, "save_interval: 0.1")),
  refuses("ocsp_cache: 1", "error parsing tags: unsupported type int64"),
  refuses(fill(CACHE, "type: nope"), "nope"),
  refuses(fill(CACHE, "type: 1"), "type"),
  refuses(fill(CACHE, "local_store: 1"), "local_store"),
  refuses(fill(CACHE, "preserve_revoked: 1"), "preserve_revoked"),
  refuses(fill(CACHE, "save_interval: true"), "unexpected type"),
  refuses(fill(CACHE, "save_interval: x"), 'invalid duration "x"'),
  refuses(fill(CACHE, "nope: 1"), "nope"),
  accepts("tls { ocsp_peer: true }"),
  accepts("tls { ocsp_peer: false }"),
  accepts(
    fill(
      PEER,
      `verify: true, ca_timeout: 2, allowed_clockskew: 30, warn_only: true, unknown_is_good: true,
      allow_when_ca_unreachable: true, cache_ttl_when_next_update_unset: 3600`,
    ),
  ),
  accepts(
    fill(PEER, "ca_timeout: '2s', allowed_clockskew: 1.5, cache_ttl_when_next_update_unset: '1h'"),
  ),
  ...mistyped(
    PEER,
    "verify warn_only unknown_is_good allow_when_ca_unreachable",
    "1",
    "error parsing tls peer config",
  ),
  ...mistyped(
    PEER,
    "ca_timeout allowed_clockskew cache_ttl_when_next_update_unset",
    "true",
    "unexpected type",
  ),
  ...mistyped(
    PEER,
    "ca_timeout allowed_clockskew cache_ttl_when_next_update_unset",
    "x",
    "error parsing tls peer config, conversion error",
  ),
  refuses(fill(PEER, "nope: 1"), "nope"),
  refuses("ocsp_cache { Type: nope }", "unknown type [nope]"),
  refuses("ocsp_cache { TYPE: 1 }", 'unknown field ["TYPE"]'),
  accepts("ocsp_cache { save_interval: '-1s' }"),
  refuses("ocsp []", "unsupported type []interface {}"),
  refuses("ocsp { urls: {} }", "is map[string]interface {}, not []string"),
  refuses("ocsp { mode: '' }", "unsupported ocsp mode string"),
  refuses(fill(PEER, "Verify: 1"), 'unknown field ["Verify"]'),
  accepts(fill(PEER, "ca_timeout: '-1s', allowed_clockskew: -1")),
  refuses("cluster { tls { ocsp_peer { nope: true } } }", 'unknown field ["nope"]'),
  broken(
    "the first problem found in a TLS block",
    "tls { nope: 1, wrong: 2 }\n",
    ['"nope"', '"wrong"'],
    {
      random: "one",
    },
  ),
  valid(
    "a TLS block of variables",
    "c: shared/cert.pem\ntls { cert_file: $c, key_file: shared/key.pem }\n",
  ),
];
