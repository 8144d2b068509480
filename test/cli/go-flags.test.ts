/** The command line is read as Go's flag package reads it, down to the words of its faults. */

import { describe, expect, test } from "bun:test";
import { answer } from "../../src/cli/answer.ts";
import { applyFlags } from "../../src/cli/apply-flags.ts";
import { interpret } from "../../src/cli/cli.ts";
import { FLAGS } from "../../src/cli/flags.ts";
import { parseGoFlags } from "../../src/cli/go-flags.ts";
import { DEFAULT_PORT } from "../../src/config/options/client.ts";
import { DEFAULT_OPTIONS, type Options } from "../../src/config/options/options.ts";

/** The options that a command line sets. */
async function served(...argv: string[]): Promise<Partial<Options>> {
  const invocation = interpret(argv);
  if (invocation.kind !== "serve") throw new Error(`${argv} is not served`);
  const set: Partial<Options> = {};
  const options = new Proxy(structuredClone(DEFAULT_OPTIONS), {
    set: (target, property, value) =>
      Reflect.set(set, property, value) && Reflect.set(target, property, value),
  });
  await applyFlags(invocation.flags.given, options);
  return set;
}

/** What is printed instead of serving. */
async function answered(
  ...argv: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const invocation = interpret(argv);
  if (invocation.kind === "serve") throw new Error(`${argv} is served`);
  return answer(invocation);
}

/** The port that a value of `-p` stands for, or the fault that it is. */
async function port(value: string): Promise<number | string | undefined> {
  const { fault } = parseGoFlags(["-p", value]);
  return fault ?? (await served("-p", value)).port;
}

const usage = (await answered("--help")).stdout;
const version = (await answered("-v")).stdout;

describe("a flag", () => {
  for (const { names, type } of FLAGS) {
    for (const name of names) {
      test(`-${name} may be written with one dash or two, its value behind a space or =`, async () => {
        const value = { boolean: "true", integer: "7", string: "some text" }[type];
        const forms = [[`-${name}=${value}`], [`--${name}=${value}`]];
        if (type === "boolean") forms.push([`-${name}`], [`--${name}`]);
        else forms.push([`-${name}`, value], [`--${name}`, value]);
        for (const argv of forms) {
          const parsed = parseGoFlags(argv);
          expect([argv, parsed.fault, parsed.command]).toEqual([argv, undefined, undefined]);
          expect(parsed.given.map(({ flag, value }) => [flag.names, value])).toEqual([
            [names, value],
          ]);
        }
      });
    }
  }

  test("is not known by another case or by a part of its name", async () => {
    for (const name of ["Port", "PORT", "po", "ports", "d", "dv", "VD", "Help"]) {
      expect((await answered(`-${name}`)).stderr).toBe(`flag provided but not defined: -${name}\n`);
    }
  });

  test("changes its option", async () => {
    const options = await served("-p=1", "-a=h", "-n=s", "-DV", "--client_advertise=c:2");
    expect(options).toEqual({
      port: 1,
      host: "h",
      serverName: "s",
      debug: true,
      trace: true,
      clientAdvertise: "c:2",
    });
    expect(await served("-DV=false", "--max_traced_msg_len", "32")).toEqual({
      debug: false,
      trace: false,
      maxTracedMsgLen: 32,
    });
  });

  test("takes the next argument for its value, whatever that looks like", async () => {
    expect(await served("-a", "-D")).toEqual({ host: "-D" });
    expect(await served("-n", "--")).toEqual({ serverName: "--" });
    expect(await served("-a", "=")).toEqual({ host: "=" });
    expect(await served("-a=b=c")).toEqual({ host: "b=c" });
    expect(await served("-p", "-1", "-D")).toEqual({ port: -1, debug: true });
  });

  test("that is boolean takes no further argument", async () => {
    const stderr = 'nats-server: unrecognized command: "true"\n';
    expect(await answered("-D", "true")).toEqual({ code: 1, stdout: "", stderr });
  });
});

describe("a boolean", () => {
  test("is any of Go's spellings", async () => {
    for (const text of ["1", "t", "T", "TRUE", "true", "True"]) {
      expect(await served(`-D=${text}`)).toEqual({ debug: true });
    }
    for (const text of ["0", "f", "F", "FALSE", "false", "False"]) {
      expect(await served(`-D=${text}`)).toEqual({ debug: false });
    }
  });

  test("is nothing else", async () => {
    for (const text of ["", "yes", "no", "on", "tRUE", "2", "-1", " true"]) {
      const fault = `invalid boolean value "${text}" for -D: parse error\n`;
      expect((await answered(`--D=${text}`)).stderr).toBe(fault);
    }
  });
});

describe("an integer", () => {
  test("may be decimal, hexadecimal, octal or binary", async () => {
    const values = {
      "4222": 4222,
      "+7": 7,
      "-1": -1,
      "0x10": 16,
      "0XfF": 255,
      "-0x1": -1,
      "010": 8,
      "0o17": 15,
      "0O17": 15,
      "0b101": 5,
      "0B11": 3,
      "007": 7,
    };
    for (const [text, value] of Object.entries(values))
      expect([text, await port(text)]).toEqual([text, value]);
  });

  test("may have underscores between its digits", async () => {
    const values = {
      "4_222": 4222,
      "1_0_0": 100,
      "0x_10": 16,
      "0x1_0": 16,
      "0_7": 7,
      "0b_1_1": 3,
      "0o_7": 7,
    };
    for (const [text, value] of Object.entries(values))
      expect([text, await port(text)]).toEqual([text, value]);
  });

  test("is nothing else", async () => {
    const wrong = [
      "",
      "abc",
      "1k",
      "1m",
      "1.0",
      "1e3",
      "08",
      "0x",
      "0xg",
      "0b",
      "0b2",
      "0o8",
      "--1",
      "+",
      "-",
    ];
    const underscored = ["_1", "1_", "1__2", "0x_", "0x1_", "0_", "0b_", "0o_", "+_1", "0__7"];
    for (const text of [...wrong, ...underscored, " 1", "1 ", "\u0661", "Infinity", "NaN"]) {
      expect(await port(text)).toBe(`invalid value "${text}" for flag -p: parse error`);
    }
  });

  test("fits into 64 bits", async () => {
    const wide = ["9223372036854775808", "-9223372036854775809", "0x8000000000000000"];
    for (const text of [...wide, "99999999999999999999", "1_000_000_000_000_000_000_000"]) {
      expect(await port(text)).toBe(`invalid value "${text}" for flag -p: value out of range`);
    }
  });
});

describe("repeated flags", () => {
  test("count the last time, under any of their names", async () => {
    expect(await served("-p", "1", "--port=2")).toEqual({ port: 2 });
    expect(await served("--net", "a", "-a", "b", "--addr", "c")).toEqual({ host: "c" });
    expect(await served("-n", "a", "--server_name", "b", "--name", "c")).toEqual({
      serverName: "c",
    });
    expect(await served("-D", "--debug=false")).toEqual({ debug: false });
    expect(await served("-V=0", "--trace")).toEqual({ trace: true });
  });

  test("may take a value back", async () => {
    expect((await served("-p", "5222", "-p", "0")).port).toBe(DEFAULT_PORT);
    expect((await answered("-v", "-v=false", "-h")).stdout).toBe(usage);
  });
});

describe("values that stand for none", () => {
  test("leave the default in place", async () => {
    const options = await served("-p", "0", "-a", "", "-n", "", "--client_advertise", "");
    expect(options).toMatchObject({ port: DEFAULT_PORT, serverName: "", clientAdvertise: "" });
    expect(options.host).toBe(DEFAULT_OPTIONS.host);
  });
});

describe("faults", () => {
  const FAULTS: readonly (readonly [argv: readonly string[], fault: string])[] = [
    [["-x"], "flag provided but not defined: -x"],
    [["--foo=1"], "flag provided but not defined: -foo"],
    [["-é"], "flag provided but not defined: -é"],
    [["-D", "-x", "-y"], "flag provided but not defined: -x"],
    [["-p"], "flag needs an argument: -p"],
    [["--port"], "flag needs an argument: -port"],
    [["-D", "-a"], "flag needs an argument: -a"],
    [["---p"], "bad flag syntax: ---p"],
    [["----"], "bad flag syntax: ----"],
    [["-=x"], "bad flag syntax: -=x"],
    [["--=x"], "bad flag syntax: --=x"],
    [["-p", "abc"], 'invalid value "abc" for flag -p: parse error'],
    [["--port=abc"], 'invalid value "abc" for flag -port: parse error'],
    [["-p", 'a"b'], 'invalid value "a\\"b" for flag -p: parse error'],
    [["-p", "a\tb\\"], 'invalid value "a\\tb\\\\" for flag -p: parse error'],
    [["-DV=2"], 'invalid boolean value "2" for -DV: parse error'],
    [['-D="'], 'invalid boolean value "\\"" for -D: parse error'],
    [["-v=x"], 'invalid boolean value "x" for -v: parse error'],
    // The first fault ends the reading, also before -v and -h.
    [["-x", "-v"], "flag provided but not defined: -x"],
    [["-h", "-p"], "flag needs an argument: -p"],
  ];
  for (const [argv, fault] of FAULTS) {
    test(`of ${JSON.stringify(argv)} are answered with the usage and exit code 0`, async () => {
      expect(await answered(...argv)).toEqual({ code: 0, stdout: usage, stderr: `${fault}\n` });
    });
  }
});

describe("the end of the flags", () => {
  test("is the first argument that is none", async () => {
    for (const command of ["serve", "-", "", "p", "=", "Versions"]) {
      const stderr = `nats-server: unrecognized command: "${command}"\n`;
      expect(await answered(command, "-v", "-x")).toEqual({ code: 1, stdout: "", stderr });
      expect(await answered("--", command, "-x")).toEqual({ code: 1, stdout: "", stderr });
    }
    expect(parseGoFlags(["-D", "x", "-V"]).given.length).toBe(1);
  });

  test("may be a double dash with nothing behind it", async () => {
    expect(await served("-D", "--")).toEqual({ debug: true });
    expect(await served("--")).toEqual({});
  });

  test("makes a flag behind a double dash a command", async () => {
    expect((await answered("--", "-v")).stderr).toBe('nats-server: unrecognized command: "-v"\n');
  });

  test("quotes a command as Go does", async () => {
    expect((await answered('x"y\t\u00e9')).stderr).toBe(
      'nats-server: unrecognized command: "x\\"y\\t\u00e9"\n',
    );
  });
});

describe("version and help", () => {
  test("may be flags or commands, in any case", async () => {
    for (const argv of [["--version"], ["version"], ["VERSION"], ["--", "Version"], ["-v=t"]]) {
      expect([argv, await answered(...argv)]).toEqual([
        argv,
        { code: 0, stdout: version, stderr: "" },
      ]);
    }
    for (const argv of [["-h"], ["--help"], ["help"], ["HELP"], ["-D", "Help"]]) {
      expect([argv, await answered(...argv)]).toEqual([
        argv,
        { code: 0, stdout: usage, stderr: "" },
      ]);
    }
  });

  test("as flags come before any command, the version first", async () => {
    expect((await answered("-h", "-v")).stdout).toBe(version);
    expect((await answered("-v", "serve")).stdout).toBe(version);
    expect((await answered("-h", "serve")).stdout).toBe(usage);
    expect((await answered("-v", "help")).stdout).toBe(version);
    expect((await answered("-h", "version")).stdout).toBe(usage);
  });

  test("as commands count only in the first place", async () => {
    expect((await answered("version", "help")).stdout).toBe(version);
    expect((await answered("help", "version")).stdout).toBe(usage);
    expect((await answered("serve", "version")).code).toBe(1);
  });

  test("that are switched off are not asked for", async () => {
    expect(await served("-v=false", "-h=0")).toEqual({});
    expect((await answered("-help=false", "x")).code).toBe(1);
  });

  test("tell the level of compatibility where scripts look for it", async () => {
    expect(version).toMatch(/^nats-server: v\d+\.\d+\.\d+ \(.+\)\n$/);
  });
});

describe("the usage", () => {
  test("names every flag", () => {
    const words = new Set(usage.split(/[\s,]+/));
    for (const { names } of FLAGS) {
      for (const name of names) {
        expect([name, words.has(`-${name}`) || words.has(`--${name}`)]).toEqual([name, true]);
      }
    }
  });

  test("has nats-server's length, before what it does not have", () => {
    const [theirs = "", ours = ""] = usage.split("\nCommands ");
    expect(Buffer.byteLength(`${theirs}\n`)).toBe(3576);
    expect(ours).toContain("config check <file>");
  });
});

test("there are all flags of nats-server", () => {
  expect(FLAGS.flatMap(({ names }) => names).length).toBe(64);
});
