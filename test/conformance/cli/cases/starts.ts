/** Servers that do not start: faults of flags together, of options together, and of the system. */

import { type Invocation, invocation, prints } from "../invocation.ts";

/** A start with a configuration file that `-t` accepts. */
function refused(text: string, says: string): Invocation {
  return invocation(
    `refuses ${text.trim().replaceAll("\n", "⏎")}`,
    "-a 127.0.0.1 -p -1 -c a.conf",
    says,
    {
      files: { "a.conf": text },
    },
  );
}

const free = (args: string, says: string, details = {}): Invocation =>
  prints(`-a 127.0.0.1 -p -1 ${args}`, says, details);

export const FLAGS_TOGETHER: readonly Invocation[] = [
  free(
    "--routes nats://127.0.0.1:1",
    "solicited routes require cluster capabilities, e.g. --cluster",
  ),
  free("--tls", "TLS Server certificate must be present and valid"),
  free("--tlsverify", "TLS Server certificate must be present and valid"),
  free("--tlscert nope.pem", "TLS Server private key must be present and valid"),
  free("--tlskey nope.pem", "TLS Server certificate must be present and valid"),
  free("--tlscacert nope.pem", "TLS Server certificate must be present and valid"),
  free("--tlscert nope.pem --tlskey nope.pem", "no such file or directory"),
  free("--tls --tlscert a --tlskey a", "failed to find any PEM data", { files: { a: "x" } }),
  free(
    "--cluster 127.0.0.1:1",
    'parse "127.0.0.1:1": first path segment in URL cannot contain colon',
  ),
  free("--cluster nats://127.0.0.1", "address 127.0.0.1: missing port in address"),
  free("--cluster nats://user@127.0.0.1:-1", "expected cluster password to be set"),
  free("--cluster nats://127.0.0.1:abc", 'invalid port ":abc" after host'),
  free("--cluster_listen nats://127.0.0.1:abc", 'invalid port ":abc" after host'),
  free("--cluster_name _", "cluster name is reserved"),
  free("--cluster nats://127.0.0.1:-1 --cluster_name _", "cluster name is reserved"),
  {
    name: "a cluster name with a blank",
    args: ["-a", "127.0.0.1", "-p", "-1", "--cluster_name", "a b"],
    says: ["cluster name cannot contain spaces"],
  },
  {
    name: "a server name with a blank",
    args: ["-a", "127.0.0.1", "-p", "-1", "-n", "a b"],
    says: ["server name cannot contain spaces"],
  },
];

export const OPTIONS_TOGETHER: readonly Invocation[] = [
  refused(
    "lame_duck_duration: 30s\nlame_duck_grace_period: 30s\n",
    "lame duck grace period (30s) should be strictly lower than lame duck duration (30s)",
  ),
  refused("max_payload: 2MB\nmax_pending: 1MB\n", "cannot be higher than max_pending"),
  refused("no_auth_user: x\n", 'no_auth_user: "x" present, but users/nkeys are not defined'),
  refused(
    "no_auth_user: x\nauthorization { users: [{user: a}] }\n",
    'no_auth_user: "x" not present as user or nkey in authorization block or account configuration',
  ),
  refused("default_sentinel: x\n", "default sentinel requires operators and accounts"),
  refused(
    "leafnodes { remotes: [{url: 'nats://h', account: X}] }\n",
    'cannot find local account "X" specified in leafnode remote',
  ),
  refused(
    "leafnodes { port: -1, authorization { account: X, user: a } }\n",
    'cannot find local account "X"',
  ),
  refused("gateway { port: -1 }\n", "gateway has no name"),
  refused("gateway { name: A }\n", 'gateway "A" has no port specified (select -1 for random port)'),
  refused("gateway { name: A, port: -1, gateways: [{name: B}] }\n", 'gateway "B" has no URL'),
  refused("cluster { port: -1, compression: nope }\n", 'unsupported compression mode "nope"'),
  refused("leafnodes { port: -1, compression: nope }\n", 'unsupported compression mode "nope"'),
  refused("cluster { port: -1, name: a }\ngateway { name: B, port: -1 }\n", "cluster name"),
  refused(
    "cluster { port: -1, compression: { mode: auto, rtt: [50ms, 10ms] } }\n",
    "should be in ascending order",
  ),
  refused("cluster { accounts: [A, B, A] }\n", "duplicate"),
  refused("cluster { port: -1, pool_size: -1, accounts: [A] }\n", "pool_size"),
  refused("cluster { port: -1, accounts: [A, A] }\naccounts { A {} }\n", "duplicate"),
  refused("websocket { port: -1 }\n", "websocket requires TLS configuration"),
  refused("websocket { port: -1, no_tls: true, allowed_origins: [x] }\n", "origin"),
  refused("websocket { port: -1, no_tls: true, no_auth_user: x }\n", "no_auth_user"),
  refused("websocket { port: -1, no_tls: true, jwt_cookie: x }\n", "trusted operators"),
  refused("websocket { port: -1, no_tls: true, headers { Host: x } }\n", "Host"),
  refused(
    "websocket { port: -1, no_tls: true, authorization { token: t } }\nauthorization { users: [{user: a}] }\n",
    "websocket",
  ),
  refused("mqtt { port: -1 }\n", "mqtt"),
  refused("server_name: a\njetstream { store_dir: js, domain: 'a b' }\n", "domain"),
  refused(
    "jetstream { store_dir: js }\ncluster { name: c, port: -1, routes: ['nats://127.0.0.1:1'] }\n",
    "jetstream cluster requires `server_name` to be set",
  ),
  refused("system_account: X\n", "error resolving system account: account missing"),
];

export const SYSTEM_FAULTS: readonly Invocation[] = [
  prints("-a 127.0.0.1 -p {busy}", "bind: address already in use"),
  prints("-a 256.0.0.1 -p -1", "256.0.0.1"),
  prints("-a 127.0.0.1 -p 70000", "70000"),
  prints("-a 127.0.0.1 -p -2", "-2"),
  free("-m {busy}", "Can't start monitoring:"),
  free("-m 1 -ms 2", "can't specify both HTTP (1) and HTTPs (2) ports"),
  free("-ms {busy}", "TLS cert and key required for HTTPS"),
  free("--cluster nats://127.0.0.1:{busy} --cluster_name x", "Error listening on router port: "),
  free(
    "--cluster nats://127.0.0.1:-1 --cluster_name x --cluster_advertise a:b:c",
    "Error setting route INFO with Cluster.Advertise value of a:b:c, err=",
  ),
  free("--profile {busy}", "error starting profiler: listen tcp"),
  free("-P nope/a.pid", "Could not write pidfile: open nope/a.pid: no such file or directory"),
  free("-P folder", "Could not write pidfile", { files: { "folder/": "" } }),
  free("-l nope/a.log", "error opening file: open nope/a.log: no such file or directory"),
  free("-l folder", "error opening file", { files: { "folder/": "" } }),
  free("--client_advertise :::", "Error setting server INFO with ClientAdvertise value of :::"),
  free("-r http://127.0.0.1:1", 'error invalid network type: "http"'),
  free("-r 127.0.0.1:514", "first path segment in URL cannot contain colon"),
  free("-r unix://nope", "syslog"),
  free("-r tcp://127.0.0.1:1", "connection refused"),
];
