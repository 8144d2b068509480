/**
 * Where this server judges a configuration in another way than nats-server, on purpose.
 *
 * A test fails when a difference is not in this list, and also when one in it is gone.
 */

/** An `authorization` block with a value of the wrong type. */
const RUNTIME_ERROR =
  "nats-server goes on without the block, and adds a runtime error of its own to the message";

/** The same in the blocks of listeners that know one user only. */
function simpleAuth(group: string, block: string): Record<string, string> {
  const names = ["authorization", "authentication"];
  const options = ["user", "username", "pass", "password", "token"];
  const values = [": 1", ...options.map((option) => ` { ${option}: 1 }`)];
  const cases = names.flatMap((name) => values.map((value) => `${block} { ${name}${value} }`));
  return Object.fromEntries(cases.map((text) => [`${group}: refuses ${text}`, RUNTIME_ERROR]));
}

/** The same in the block of the leafnode listener. */
function leafAuthorization(): Record<string, string> {
  const options = ["user", "username", "pass", "password", "account", "nkey", "proxy_required"];
  const blocks = [": 1", ...options.map((option) => ` { ${option}: 1 }`)];
  const cases = blocks.map((block) => `leafnodes { authorization${block} }`);
  return Object.fromEntries(cases.map((text) => [`leaf nodes: refuses ${text}`, RUNTIME_ERROR]));
}

/** A block that is the value of an environment variable. */
const NO_PLACE =
  "nats-server looks for the place of a value that has none, and reports a runtime error";

/** A list that is the value of an environment variable. */
const NO_WRAPPER = "nats-server takes only those lists for such that are written in a file";

/** A negative position of the token that names the account. */
const OUT_OF_RANGE = "nats-server reports a runtime error, and looks at no more shares of accounts";

const OWN_OPTION = "nats-server has no such option";

const TLS_LIBRARY = "this server's TLS library has none of the names";

const SECRET = "nats-server shows what may be a password, a token or a seed";

/** Why, by `group: name of the case`. */
export const DIFFERENCES: Readonly<Record<string, string>> = {
  "authorization: refuses authorization { user: 1 }": RUNTIME_ERROR,
  "authorization: refuses authorization { username: 1 }": RUNTIME_ERROR,
  "authorization: refuses authorization { pass: 1 }": RUNTIME_ERROR,
  "authorization: refuses authorization { password: 1 }": RUNTIME_ERROR,
  "authorization: refuses authorization { token: 1 }": RUNTIME_ERROR,
  "authorization: refuses authorization { proxy_required: 1 }": RUNTIME_ERROR,
  "authorization: refuses authorization: 1": RUNTIME_ERROR,
  "authorization: refuses authorization: []": RUNTIME_ERROR,
  "cluster: refuses cluster { authorization: 1 }": RUNTIME_ERROR,
  "gateway: refuses gateway { authorization: 1 }": RUNTIME_ERROR,
  ...leafAuthorization(),
  ...simpleAuth("websocket", "websocket"),
  ...simpleAuth("MQTT", "mqtt"),
  "environment: a map from the environment": NO_PLACE,
  "environment: a numeric password": RUNTIME_ERROR,
  "environment: tags from the environment": NO_WRAPPER,
  "options together: refuses accounts { A { exports: [ {stream: 'a.*', account_token_position: -1} ] } }":
    OUT_OF_RANGE,
  "users: refuses authorization { users: [ {user: a, no_wildcards: true} ] }": OWN_OPTION,
  "users: refuses authorization { users: [ {user: a, max_wildcard_depth: 2} ] }": OWN_OPTION,
  "TLS: accepts tls { cert_file: shared/cert.pem, key_file: shared/key.pem, cipher_suites: [TLS_RSA_WITH_RC4_128_SHA], allow_insecure_cipher_suites: true }":
    TLS_LIBRARY,
  "TLS: accepts tls { cert_file: shared/cert.pem, key_file: shared/key.pem, curve_preferences: [SecP256r1MLKEM768] }":
    TLS_LIBRARY,
  "URLs of servers: refuses cluster { routes: ['nats://a^:b@c:1'] }": SECRET,
  "URLs of servers: refuses cluster { routes: ['nats://a%z:b@c:1'] }": SECRET,
  "URLs of servers: refuses leafnodes { remotes: [{url: 'NATS://a@h'}, {url: 'NATS://a@h'}] }":
    SECRET,
  "leaf node remotes: refuses leafnodes { remotes: [ {url: 'nats://h', nkey: nope} ] }": SECRET,
  "whole files: wrong types everywhere": RUNTIME_ERROR,
};
