/**
 * Where this server treats a client in another way than nats-server, on purpose.
 *
 * A test fails when a difference is not in this list, and also when one in it is gone.
 */

const FORMAT = "nats-server takes the name for the format of its log lines, and garbles them";

const SHOWN = "nats-server shows the password in a CONNECT that it does not understand";

const EMPTY_ALLOW = "nats-server takes an empty list of allowed subjects for no limit at all";

const WIDE = "nats-server lets `>` in where only `*` is allowed, and delivers what is not";

const BYPASS = "nats-server sends this answer even to a subject that is denied";

const USED_UP = "nats-server takes a second request with the same reply for an answer to the first";

const QUIET = "of the subjects that one rule denies to a connection, only the first few are logged";

const HASH_OF_GUEST = "nats-server compares the hash with itself as a password, and lets no one in";

const LIBRARY_CHOICE = "each TLS library has an order of its own for suites and curves";

const LIBRARY_WORDS =
  "each TLS library has its own words, and its own place, for what a client does wrong";

const LATER =
  "clients' certificates are judged right after the handshake, so that no alert tells what is wrong";

const KEY_USAGE = "a certificate whose key is not for signatures cannot be used to log in with one";

const SHOWN_AUTHORITY =
  "whether a client has shown a certificate that the server has itself cannot be told";

const WITHOUT_LOGIN = "nats-server closes at a reload those who have not logged in yet";

const SINGLE_USER = "nats-server takes a client of the single user for one who is removed";

const CHECKED_AGAIN = "a login is checked again at a reload, with the same lines as at first";

const FLAGS_FORGET = "nats-server forgets with `--tls` that the file has clients verified";

const RESTART = "nats-server refuses a whole file for one option that takes effect after a restart";

/** Why, by `group: name of the scenario`. */
export const DIFFERENCES: Readonly<Record<string, string>> = {
  ...because(FORMAT, "single user", ["percent signs in the name"]),
  ...because(FORMAT, "permissions, violations", ["percent signs"]),
  ...because(SHOWN, "no authorization", [
    "the password in a broken verb",
    "the password behind an unknown verb",
  ]),
  ...because(EMPTY_ALLOW, "permissions, shapes", [
    "empty lists",
    "empty allow lists",
    "empty allow, some deny",
  ]),
  ...because(EMPTY_ALLOW, "default_permissions", ["empty lists"]),
  ...because(WIDE, "permissions, wildcards", [
    "subscribe > under *",
    "subscribe > under *, and receive",
  ]),
  ...because(BYPASS, "permissions, violations", ["nobody there, the reply is denied"]),
  ...because(USED_UP, "permissions, responses", [
    "two requests with one reply",
    "two subscriptions for one request",
  ]),
  ...because(QUIET, "permissions, violations", ["more than are kept in mind"]),
  ...because(HASH_OF_GUEST, "no_auth_user with a hash", [
    "an empty CONNECT",
    "PING first",
    "SUB first",
    "first without CONNECT, then with one",
    "first without CONNECT, then with a wrong one",
    "first without CONNECT, then with an empty one",
  ]),
  ...because(RESTART, "reload, other rules", [
    "no_auth_user added",
    "no_auth_user removed",
    "no_auth_user changed",
    "the user that is no_auth_user removed",
  ]),
  ...because(RESTART, "TLS, reload", ["allow_non_tls added", "mapping added"]),
  ...because(LIBRARY_CHOICE, "TLS", [
    "1.3, any suite",
    "1.3, AES 256 first",
    "1.2, ChaCha20 first",
    "P-256, then X25519",
    "P-521, then P-384",
  ]),
  ...because(LIBRARY_CHOICE, "TLS, cipher_suites", ["1.3, any suite"]),
  ...because(LIBRARY_WORDS, "TLS", [
    "1.2, without forward secrecy",
    "1.2, finite-field Diffie-Hellman",
    "1.2, P-384",
    "1.2, P-384, then X25519",
    "1.2, a curve that is not there",
    "a handshake that is no hello",
  ]),
  ...because(LIBRARY_WORDS, "TLS, curve_preferences", [
    "1.2, P-384",
    "1.2, P-384, then X25519",
    "1.2, a curve that is not there",
  ]),
  ...because(LATER, "certificates of clients", [
    "one for another purpose, 1.2",
    "one for another purpose, 1.3",
    "one of another authority, 1.2",
    "one of another authority, 1.3",
    "one that has expired, 1.2",
    "one that has expired, 1.3",
    "one that signs itself, 1.2",
    "one that signs itself, 1.3",
    "the certificate of the server, 1.2",
    "the certificate of the server, 1.3",
    "one under another, which is not shown, 1.2",
    "one under another, which is not shown, 1.3",
  ]),
  ...because(LATER, "certificates mapped, names", ["one of another authority"]),
  ...because(LATER, "--tlsverify", ["a foreign one"]),
  ...because(LATER, "TLS, reload", ["another authority"]),
  ...because(SHOWN_AUTHORITY, "certificates mapped, names", ["the authority behind it"]),
  ...because(WITHOUT_LOGIN, "reload, identities", [
    "one that has not logged in yet",
    "half a CONNECT over the reload",
  ]),
  ...because(SINGLE_USER, "reload, identities", [
    "authorization newly required",
    "authorization no longer required",
  ]),
  ...because(CHECKED_AGAIN, "reload, other rules", ["the key of a proxy removed"]),
  ...because(CHECKED_AGAIN, "TLS, reload", ["a mapped user removed"]),
  ...because(FLAGS_FORGET, "--tls over a file", ["no certificate", "a certificate"]),
  ...because(KEY_USAGE, "certificates of clients", [
    "the certificate of the authority, 1.2",
    "the certificate of the authority, 1.3",
  ]),
};

function because(why: string, group: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`${group}: ${name}`, why]));
}
