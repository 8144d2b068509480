/** Servers that start: what flags and files make of them. */

import { type Invocation, invocation, serves } from "../invocation.ts";

const LISTENING = "Listening for client connections on 127.0.0.1:PORT";
const DEBUG = "[DBG]";

/** A flag that means another thing than the file. */
function overrides(args: string, file: string, says: string | string[], details = {}): Invocation {
  const name = `${args} over ${file.trim().replaceAll("\n", "⏎")}`;
  return invocation(name, `-a 127.0.0.1 -p -1 -c a.conf ${args}`.trim(), says, {
    info: true,
    ...details,
    files: { "a.conf": file },
  });
}

export const SERVERS: readonly Invocation[] = [
  serves("", LISTENING, { info: true }),
  ...["--port=-1", "-port -1", "--p -0x1", "-p=-0b1", "-p -01", "-p 1 -p -1", "-p 1 --port -1"].map(
    (args) => invocation(args, `-a 127.0.0.1 ${args}`, LISTENING),
  ),
  ...[
    "--addr=127.0.0.1",
    "--net 127.0.0.1",
    "-addr 127.0.0.1",
    "-a ''  -a 127.0.0.1".replace("  ", " "),
  ].map((args) => invocation(args, `-p -1 ${args}`, LISTENING)),
  invocation("all addresses", "-p -1", "Listening for client connections on 0.0.0.0:PORT"),
  ...["-n one", "--name=one", "--server_name one"].map((args) =>
    serves(args, "name=one", { info: true }),
  ),
  ...["-D", "--debug", "-D=1", "-debug=T", "-D=false -D=true"].map((args) => serves(args, DEBUG)),
  ...["-D=false", "-D -D=0", "-V=F"].map((args) => serves(args, LISTENING)),
  ...["-V", "--trace", "-DV", "-VV", "-DVV"].map((args) => serves(args, LISTENING)),
  ...["-T", "-T=true", "--logtime", "--logtime_utc"].map((args) =>
    serves(args, "[PID] TIME [INF]"),
  ),
  ...["-T=false", "--logtime=false"].map((args) => serves(args, "[PID] [INF] Server is ready")),
  serves("--user a --pass b", "auth_required=true", { info: true }),
  serves("--user a", "auth_required", { info: true }),
  serves("--pass b", "auth_required", { info: true }),
  serves("--auth t", "auth_required=true", { info: true }),
  serves("--user '' --auth ''", LISTENING, { info: true }),
  serves("-l a.log", LISTENING, { reads: ["a.log"] }),
  serves("--log a.log --log_size_limit 100000", LISTENING, { reads: ["a.log"] }),
  serves("-l ''", LISTENING),
  serves("-P a.pid", "PID", { reads: ["a.pid"] }),
  serves("--pid=a.pid", "PID", { reads: ["a.pid"] }),
  serves("-P ''", LISTENING),
  serves("--ports_file_dir ports", '{"nats":["nats://127.0.0.1:PORT"]}', {
    files: { "ports/": "" },
    reads: ["ports/*.ports"],
  }),
  serves("--ports_file_dir nope", "Error writing ports file"),
  serves("--client_advertise example.com:1", "connect_urls=", { info: true }),
  serves("--client_advertise example.com", "connect_urls=", { info: true }),
  serves("--max_traced_msg_len 10", LISTENING),
  serves("--connect_retries 5", LISTENING),
  serves("--no_advertise", LISTENING),
  serves("--cluster_name x", LISTENING, { info: true }),
  serves("--cluster_advertise x", LISTENING, { info: true }),
  serves("--routes ''", LISTENING),
  serves("--cluster ''", LISTENING),
  serves("-sd js", LISTENING, { info: true }),
  serves("-c ''", LISTENING),
  serves("-sl ''", LISTENING),
  serves("--tls=false", LISTENING, { info: true }),
  serves("--js=false", LISTENING, { info: true }),
  serves("-m 0", LISTENING),
  serves("-m -1", "Starting http monitor on 127.0.0.1:PORT"),
  serves("--http_port=-1", "Starting http monitor on 127.0.0.1:PORT"),
  serves("--profile -1", "profiling port"),
  serves(
    "--cluster nats://127.0.0.1:-1 --cluster_name x",
    "Listening for route connections on 127.0.0.1:PORT",
    { info: true },
  ),
  serves(
    "--cluster nats://localhost:-1",
    "[WRN] Cluster name was dynamically generated, consider setting one",
    { info: true },
  ),
  serves(
    "--cluster_listen nats://u:p@127.0.0.1:-1 --cluster_name x --cluster_advertise h:1 --no_advertise --connect_retries 2",
    "Cluster name is x",
    { info: true },
  ),
  serves("--cluster nats://127.0.0.1:-1 --cluster_name x --ports_file_dir ports", '"cluster":[', {
    files: { "ports/": "" },
    reads: ["ports/*.ports"],
  }),
];

export const FILES_AND_FLAGS: readonly Invocation[] = [
  overrides("", "port: 1\nhost: 0.0.0.0\n", [
    LISTENING,
    "Using configuration file: a.conf (sha256:",
  ]),
  overrides("", "listen: '0.0.0.0:1'\n", LISTENING),
  overrides("-n two", "server_name: one\n", "name=two"),
  overrides("", "server_name: one\n", "name=one"),
  overrides("-D", "debug: false\n", DEBUG),
  overrides("", "debug: true\n", DEBUG, { info: false }),
  overrides("-D=false", "debug: true\n", LISTENING),
  overrides("-V=false -D=false", "trace: true\ndebug: true\n", LISTENING),
  overrides("-T=false", "logtime: true\n", "[PID] [INF]"),
  overrides("-T", "logtime: false\n", "[PID] TIME [INF]"),
  overrides("", "logtime: false\n", "[PID] [INF]"),
  overrides("--user b --pass c", "max_payload: 1k\n", ["auth_required=true", "max_payload=1000"]),
  overrides("", "authorization { user: a, pass: b }\n", "auth_required=true"),
  overrides("--auth t", "authorization { user: a, pass: b }\n", "auth_required=true"),
  overrides(
    "",
    "authorization { users: [{user: a, pass: b}] }\nno_auth_user: a\n",
    "Plaintext passwords detected",
  ),
  overrides("", "max_payload: 9MB\n", "Maximum payloads over 8.00 MB are generally discouraged"),
  overrides("", "no_header_support: true\n", "headers=false"),
  overrides("--client_advertise two:2", "client_advertise: 'one:1'\n", "connect_urls="),
  overrides("-P two.pid", "pid_file: one.pid\n", "PID", { reads: ["one.pid", "two.pid"] }),
  overrides("-l two.log", "log_file: one.log\n", LISTENING, {
    reads: ["one.log", "two.log"],
    info: false,
  }),
  overrides("", "log_file: one.log\n", LISTENING, { reads: ["one.log"], info: false }),
  overrides("", "ports_file_dir: './'\n", "nats://127.0.0.1:PORT", { reads: ["*.ports"] }),
  overrides("-m 0", "http_port: -1\n", LISTENING),
  overrides("-m -1", "http: '127.0.0.1:1'\n", "Starting http monitor on 127.0.0.1:PORT"),
  overrides("--cluster ''", "cluster { name: x, port: 1 }\n", LISTENING),
  overrides("", "cluster { name: x, routes: ['nats://127.0.0.1:1'] }\n", "Cluster:  x"),
  overrides(
    "--cluster nats://127.0.0.1:-1 --cluster_name y --routes ''",
    "cluster { name: x, listen: '0.0.0.0:1', routes: ['nats://127.0.0.1:1'] }\n",
    "Cluster name is y",
  ),
  overrides("", "ping_interval: 5\n", "ping_interval should be converted to a duration"),
  overrides(
    "",
    "authorization { timeout: 100, token: t }\n",
    "timeout of 100 (100.000000 seconds)",
  ),
  overrides("", "", "a.conf: config has no values or is empty"),
  overrides(
    "",
    "feature_flags { js_ack_fc_v2: true, js_raft_delete_range: false, nope: true }\n",
    "Feature flags:",
  ),
  overrides("", "max_connections: 1\nmax_control_line: 1k\nserver_tags: [a]\n", LISTENING),
];
