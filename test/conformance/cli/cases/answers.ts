/** Command lines that are answered at once: version, help, faults of flags, and `-t`. */

import { type Invocation, invocation, prints } from "../invocation.ts";

const USAGE = "Usage: nats-server [options]";
const VERSION = "nats-server: vVERSION";

export const WORDS: readonly Invocation[] = [
  ...["-v", "--version", "-version", "version", "VERSION", "Version", "-v=true"].map((args) =>
    prints(args, VERSION),
  ),
  ...["-h", "--help", "-help", "help", "HELP"].map((args) => prints(args, USAGE)),
  prints("-v -h", VERSION),
  prints("-h -v", VERSION),
  prints("help version", USAGE),
  prints("version help", VERSION),
  prints("-v -c nope.conf", VERSION),
  prints("-h -c nope.conf", USAGE),
  prints("-v nonsense", VERSION),
  prints("-- version", VERSION),
  prints("-p 4222 version", VERSION),
  prints("start", 'nats-server: unrecognized command: "start"'),
  prints("start version", 'nats-server: unrecognized command: "start"'),
  prints("-- -v", 'unrecognized command: "-v"'),
  prints("-", 'unrecognized command: "-"'),
  invocation("a command that needs quotes", 'sta"rt', "unrecognized command:"),
  prints("--no_advertise true", 'unrecognized command: "true"'),
  prints("-D yes", 'unrecognized command: "yes"'),
  prints("--help_tls", "Available cipher suites include"),
];

/** Every boolean flag, every flag with a number, every flag with a text. */
const BOOLEAN =
  "t T logtime logtime_utc s syslog D debug V trace VV DV DVV js jetstream tls tlsverify no_advertise h help v version help_tls";
const INTEGER =
  "p port m http_port ms https_port profile log_size_limit max_traced_msg_len connect_retries";
const TEXT =
  "a addr net n name server_name P pid c config sl signal client_advertise ports_file_dir l log r remote_syslog sd store_dir user pass auth tlscert tlskey tlscacert routes cluster cluster_listen cluster_name cluster_advertise";

export const FAULTS: readonly Invocation[] = [
  ...BOOLEAN.split(" ").map((name) =>
    prints(`-${name}=maybe`, [`invalid boolean value "maybe" for -${name}: parse error`, USAGE]),
  ),
  ...INTEGER.split(" ").map((name) =>
    prints(`-${name} abc`, [`invalid value "abc" for flag -${name}: parse error`, USAGE]),
  ),
  ...[...INTEGER.split(" "), ...TEXT.split(" ")].map((name) =>
    prints(`-${name}`, [`flag needs an argument: -${name}`, USAGE]),
  ),
  prints("--nope", "flag provided but not defined: -nope"),
  prints("-nope=1", "flag provided but not defined: -nope"),
  prints("---p 1", "bad flag syntax: ---p"),
  prints("-=1", "bad flag syntax: -=1"),
  prints("--=1", "bad flag syntax: --=1"),
  prints("-P= -nope", "flag provided but not defined: -nope"),
  prints("--d", "flag provided but not defined: -d"),
  prints("-DVD", "flag provided but not defined: -DVD"),
  prints("-p 4k", 'invalid value "4k" for flag -p: parse error'),
  prints("-p ''", 'invalid value "" for flag -p: parse error'),
  prints("-p=", 'invalid value "" for flag -p: parse error'),
  prints("-p 1.5", 'invalid value "1.5" for flag -p: parse error'),
  prints("-p 08", 'invalid value "08" for flag -p: parse error'),
  prints("-p 0x", 'invalid value "0x" for flag -p: parse error'),
  prints("-p 1__0", 'invalid value "1__0" for flag -p: parse error'),
  prints(
    "-p 99999999999999999999",
    'invalid value "99999999999999999999" for flag -p: value out of range',
  ),
  prints("-D= -p 1", 'invalid boolean value "" for -D: parse error'),
  prints("-D=2", 'invalid boolean value "2" for -D: parse error'),
  prints("-v -nope", "flag provided but not defined: -nope"),
  prints("--port=4222 --nope", "flag provided but not defined: -nope"),
];

export const CHECKS: readonly Invocation[] = [
  prints(
    "-t",
    "nats-server: must specify [-c, --config] option to check configuration file syntax",
  ),
  prints("-t -p 1", "must specify [-c, --config] option"),
  prints("-t -c ''", "must specify [-c, --config] option"),
  prints("-t -c nope.conf", "nats-server: open nope.conf: no such file or directory"),
  prints("-c nope.conf", "nats-server: open nope.conf: no such file or directory"),
  prints("-t -c a.conf", "nats-server: configuration file a.conf is valid (sha256:", {
    files: { "a.conf": "port: 4222\n" },
  }),
  prints("-t --config=./a.conf", "nats-server: configuration file ./a.conf is valid (sha256:", {
    files: { "a.conf": "port: 4222\n" },
  }),
  prints("-c a.conf -t -c b.conf", "configuration file b.conf is valid", {
    files: { "a.conf": "port: x\n", "b.conf": "port: 1\n" },
  }),
  prints("-t -c a.conf start", 'unrecognized command: "start"', {
    files: { "a.conf": "port: 4222\n" },
  }),
  prints("-t -c a.conf --routes nats://h:1", "is valid", { files: { "a.conf": "port: 4222\n" } }),
  prints("-t -c a.conf --tls", "is valid", { files: { "a.conf": "port: 4222\n" } }),
  prints("-c a.conf", 'nats-server: a.conf:1:0: unknown field "prot"', {
    files: { "a.conf": "prot: 4222\n" },
  }),
  prints("-c a.conf -p -1", "nats-server: Parse error on line 2", {
    files: { "a.conf": "port: 'x\n" },
  }),
  prints("-c folder", "nats-server: read folder: is a directory", { files: { "folder/": "" } }),
];
