import { expect, test } from "bun:test";
import { interpret } from "../../src/cli/cli.ts";

/** The options that a command line leads to, or the fault it is answered with. */
function read(line: string): unknown {
  const invocation = interpret(line.split(" "));
  return invocation.kind === "serve" ? invocation.options : invocation.stderr;
}

const ACCEPTED: readonly (readonly [line: string, options: object])[] = [
  ["-p 5222", { port: 5222 }],
  ["--port=5222", { port: 5222 }],
  ["-port 0x10", { port: 16 }],
  ["-p 010", { port: 8 }],
  ["-p 1_000", { port: 1000 }],
  ["-p -1", { port: -1 }],
  ["-p 1 -p 2", { port: 2 }],
  ["-a 127.0.0.1 --net ::1", { host: "::1" }],
  ["-n one", { serverName: "one" }],
  ["--server_name two", { serverName: "two" }],
  ["-D", { debug: true }],
  ["-D=f", { debug: false }],
  ["-DV", { debug: true, trace: true }],
  ["-V=true", { trace: true }],
  ["--client_advertise host:1", { clientAdvertise: "host:1" }],
  // As in nats-server, port 0 on the command line is no port at all.
  ["-p 0", {}],
];

for (const [line, options] of ACCEPTED) {
  test(`${line} is read as Go reads it`, () => {
    expect(read(line)).toEqual(options);
  });
}

const REFUSED: readonly (readonly [line: string, fault: string])[] = [
  ["-x", "flag provided but not defined: -x\n"],
  ["--foo=1", "flag provided but not defined: -foo\n"],
  ["-p", "flag needs an argument: -p\n"],
  ["-p abc", 'invalid value "abc" for flag -p: parse error\n'],
  ["-D=maybe", 'invalid boolean value "maybe" for -D: parse error\n'],
  ["---p", "bad flag syntax: ---p\n"],
  ["-=x", "bad flag syntax: -=x\n"],
];

for (const [line, fault] of REFUSED) {
  test(`${line} is answered with Go's fault, the usage and exit code 0`, () => {
    const invocation = interpret(line.split(" "));
    expect(invocation).toMatchObject({ kind: "exit", code: 0, stderr: fault });
    expect(invocation.kind === "exit" && invocation.stdout).toContain("Usage: nats-server");
  });
}

test("a command that is not known is refused with exit code 1", () => {
  const stderr = 'nats-server: unrecognized command: "serve"\n';
  expect(interpret(["serve"])).toEqual({ kind: "exit", code: 1, stdout: "", stderr });
});

test("the version wins over the help, as a flag and as a command", () => {
  for (const argv of [["-h", "-v"], ["--version"], ["VERSION"]]) {
    const invocation = interpret(argv);
    expect(invocation.kind === "exit" && invocation.stdout).toStartWith("nats-server: v2.15.1 ");
  }
});

test("the usage lists every flag", () => {
  const invocation = interpret(["-h"]);
  const usage = invocation.kind === "exit" ? invocation.stdout : "";
  for (const flag of ["-a, --addr", "-p, --port", "--server_name", "-DV", "-v, --version"]) {
    expect(usage).toContain(flag);
  }
});
