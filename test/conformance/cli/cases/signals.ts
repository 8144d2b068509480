/** `-sl`: a signal for a running server. */

import { type Invocation, invocation, prints } from "../invocation.ts";

const SIGNALS = ["stop", "quit", "term", "reopen", "reload", "ldm"];
/** More than any process id. */
const NOBODY = "999999999";

export const SIGNAL_CASES: readonly Invocation[] = [
  ...SIGNALS.map((signal) => prints(`-sl ${signal}={pid}`, [])),
  prints("--signal reopen={pid}", []),
  prints("-sl=reopen={pid}", []),
  prints("-sl reload={pid} -c nope.conf -p -1", []),
  prints("-sl reload={pid} start", 'unrecognized command: "start"'),
  prints("-sl reload={pid} -v", "nats-server: vVERSION"),
  prints("-sl reload={pid} --nope", "flag provided but not defined: -nope"),
  invocation("a pid file", "-sl reopen=a.pid", [], { files: { "a.pid": "{pid}" } }),
  invocation("a pid file with a line break", "-sl reopen=a.pid", "invalid pid:", {
    files: { "a.pid": "{pid}\n" },
  }),
  invocation("a pid file with nothing in it", "-sl bogus=a.pid", "nats-server:", {
    files: { "a.pid": "" },
    processes: "",
  }),
  invocation("a pid file with a text", "-sl reopen=a.pid", "invalid pid: abc", {
    files: { "a.pid": "abc" },
  }),
  prints("-sl reopen=nope.pid", "nats-server: invalid pid: nope.pid"),
  prints("-sl reopen=12x", "nats-server: invalid pid: 12x"),
  prints("-sl bogus={pid}", 'nats-server: unknown signal "bogus"'),
  prints("-sl STOP={pid}", 'nats-server: unknown signal "STOP"'),
  prints("-sl bogus=nope", "nats-server: invalid pid: nope"),
  prints("-sl reload={pid}=2", "nats-server: invalid signal parameters: [2]"),
  prints("-sl reload={pid}=2=3", "nats-server: invalid signal parameters: [2 3]"),
  prints(`-sl reload=${NOBODY}`, [`signal "reload" ${NOBODY}: no such process`]),
  prints("-sl =1", "nats-server:"),
  invocation("no server to be found", "-sl bogus", "no nats-server processes running", {
    processes: "",
  }),
  invocation(
    "no server to be found, with an equals sign",
    "-sl bogus=",
    "no nats-server processes",
    {
      processes: "",
    },
  ),
  invocation("one server to be found", "-sl bogus", 'unknown signal "bogus"', {
    processes: "{pid}",
  }),
  invocation("two servers to be found", "-sl bogus", "multiple nats-server processes running:", {
    processes: `{pid}\n${NOBODY}`,
  }),
  invocation("two servers to be found, and all meant", "-sl bogus=*", 'unknown signal "bogus"', {
    processes: `{pid}\n${NOBODY}`,
  }),
  invocation("a prefix", "-sl reopen={pid}*", [], { processes: `{pid}\n${NOBODY}` }),
  invocation("a prefix that fits nobody", "-sl reopen=999999998*", [], { processes: "{pid}" }),
  invocation("a prefix that is no number", "-sl reopen=x*", "invalid pid: x", {
    processes: "{pid}",
  }),
  invocation(
    "processes that cannot be told",
    "-sl bogus",
    "unable to resolve pid, try providing one",
  ),
  invocation("processes that are no numbers", "-sl bogus", "unable to resolve pid", {
    processes: "abc",
  }),
];
