/** The command line is read as Go's flag package reads it, down to the words of its faults. */

import { describe, expect, test } from "bun:test";
import { interpret } from "../../src/cli/cli.ts";
import { FLAGS } from "../../src/cli/flags.ts";
import { parseGoFlags } from "../../src/cli/go-flags.ts";
import { DEFAULT_PORT } from "../../src/config/options/client.ts";
import { DEFAULT_OPTIONS, type Options, resolveOptions } from "../../src/config/options/options.ts";

/** The options that a command line leads to. */
function served(...argv: string[]): Partial<Options> {
  const invocation = interpret(argv);
  if (invocation.kind !== "serve") throw new Error(`${argv}: ${invocation.stderr}`);
  return invocation.options;
}

/** What is printed instead of serving. */
function answered(...argv: string[]): { code: number; stdout: string; stderr: string } {
  const invocation = interpret(argv);
  if (invocation.kind !== "exit") throw new Error(`${argv} is served`);
  const { code, stdout, stderr } = invocation;
  return { code, stdout, stderr };
}

/** The port that a value of `-p` stands for, or the fault that it is. */
function port(value: string): number | string | undefined {
  const { fault } = parseGoFlags(["-p", value]);
  return fault ?? served("-p", value).port;
}

const usage = answered("--help").stdout;

describe("a flag", () => {
  for (const { names, type } of FLAGS) {
    for (const name of names) {
      test(`-${name} may be written with one dash or two, its value behind a space or =`, () => {
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

  test("is not known by another case or by a part of its name", () => {
    for (const name of ["P", "Port", "PORT", "po", "ports", "d", "dv", "VD", "Help"]) {
      expect(answered(`-${name}`).stderr).toBe(`flag provided but not defined: -${name}\n`);
    }
  });

  test("changes its option", () => {
    const options = served("-p=1", "-a=h", "-n=s", "-DV", "--client_advertise=c:2");
    expect(options).toEqual({
      port: 1,
      host: "h",
      serverName: "s",
      debug: true,
      trace: true,
      clientAdvertise: "c:2",
    });
    expect(served("-DV=false", "--max_traced_msg_len", "32")).toEqual({
      debug: false,
      trace: false,
      maxTracedMsgLen: 32,
    });
  });

  test("takes the next argument for its value, whatever that looks like", () => {
    expect(served("-a", "-D")).toEqual({ host: "-D" });
    expect(served("-n", "--")).toEqual({ serverName: "--" });
    expect(served("-a", "=")).toEqual({ host: "=" });
    expect(served("-a=b=c")).toEqual({ host: "b=c" });
    expect(served("-p", "-1", "-D")).toEqual({ port: -1, debug: true });
  });

  test("that is boolean takes no further argument", () => {
    const stderr = 'nats-server: unrecognized command: "true"\n';
    expect(answered("-D", "true")).toEqual({ code: 1, stdout: "", stderr });
  });
});

describe("a boolean", () => {
  test("is any of Go's spellings", () => {
    for (const text of ["1", "t", "T", "TRUE", "true", "True"]) {
      expect(served(`-D=${text}`)).toEqual({ debug: true });
    }
    for (const text of ["0", "f", "F", "FALSE", "false", "False"]) {
      expect(served(`-D=${text}`)).toEqual({ debug: false });
    }
  });

  test("is nothing else", () => {
    for (const text of ["", "yes", "no", "on", "tRUE", "2", "-1", " true"]) {
      const fault = `invalid boolean value "${text}" for -D: parse error\n`;
      expect(answered(`--D=${text}`).stderr).toBe(fault);
    }
  });
});

describe("an integer", () => {
  test("may be decimal, hexadecimal, octal or binary", () => {
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
      expect([text, port(text)]).toEqual([text, value]);
  });

  test("may have underscores between its digits", () => {
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
      expect([text, port(text)]).toEqual([text, value]);
  });

  test("is nothing else", () => {
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
      expect(port(text)).toBe(`invalid value "${text}" for flag -p: parse error`);
    }
  });

  test("fits into 64 bits", () => {
    const wide = ["9223372036854775808", "-9223372036854775809", "0x8000000000000000"];
    for (const text of [...wide, "99999999999999999999", "1_000_000_000_000_000_000_000"]) {
      expect(port(text)).toBe(`invalid value "${text}" for flag -p: value out of range`);
    }
  });
});

describe("repeated flags", () => {
  test("count the last time, under any of their names", () => {
    expect(served("-p", "1", "--port=2")).toEqual({ port: 2 });
    expect(served("--net", "a", "-a", "b", "--addr", "c")).toEqual({ host: "c" });
    expect(served("-n", "a", "--server_name", "b", "--name", "c")).toEqual({ serverName: "c" });
    expect(served("-D", "--debug=false")).toEqual({ debug: false });
    expect(served("-V=0", "--trace")).toEqual({ trace: true });
  });

  test("may take a value back", () => {
    expect(resolveOptions(served("-p", "5222", "-p", "0")).port).toBe(DEFAULT_PORT);
    expect(answered("-v", "-v=false", "-h").stdout).toBe(usage);
  });
});

describe("values that stand for none", () => {
  test("leave the default in place", () => {
    const options = resolveOptions(served("-p", "0", "-a", "", "-n", "", "--client_advertise", ""));
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
    test(`of ${JSON.stringify(argv)} are answered with the usage and exit code 0`, () => {
      expect(answered(...argv)).toEqual({ code: 0, stdout: usage, stderr: `${fault}\n` });
    });
  }
});

describe("the end of the flags", () => {
  test("is the first argument that is none", () => {
    for (const command of ["serve", "-", "", "p", "=", "Versions"]) {
      const stderr = `nats-server: unrecognized command: "${command}"\n`;
      expect(answered(command, "-v", "-x")).toEqual({ code: 1, stdout: "", stderr });
      expect(answered("--", command, "-x")).toEqual({ code: 1, stdout: "", stderr });
    }
    expect(parseGoFlags(["-D", "x", "-V"]).given.length).toBe(1);
  });

  test("may be a double dash with nothing behind it", () => {
    expect(served("-D", "--")).toEqual({ debug: true });
    expect(served("--")).toEqual({});
  });

  test("makes a flag behind a double dash a command", () => {
    expect(answered("--", "-v").stderr).toBe('nats-server: unrecognized command: "-v"\n');
  });

  test("quotes a command as Go does", () => {
    expect(answered('x"y\t\u00e9').stderr).toBe(
      'nats-server: unrecognized command: "x\\"y\\t\u00e9"\n',
    );
  });
});

describe("version and help", () => {
  const version = answered("-v").stdout;

  test("may be flags or commands, in any case", () => {
    for (const argv of [["--version"], ["version"], ["VERSION"], ["--", "Version"], ["-v=t"]]) {
      expect([argv, answered(...argv)]).toEqual([argv, { code: 0, stdout: version, stderr: "" }]);
    }
    for (const argv of [["-h"], ["--help"], ["help"], ["HELP"], ["-D", "Help"]]) {
      expect([argv, answered(...argv)]).toEqual([argv, { code: 0, stdout: usage, stderr: "" }]);
    }
  });

  test("as flags come before any command, the version first", () => {
    expect(answered("-h", "-v").stdout).toBe(version);
    expect(answered("-v", "serve").stdout).toBe(version);
    expect(answered("-h", "serve").stdout).toBe(usage);
    expect(answered("-v", "help").stdout).toBe(version);
    expect(answered("-h", "version").stdout).toBe(usage);
  });

  test("as commands count only in the first place", () => {
    expect(answered("version", "help").stdout).toBe(version);
    expect(answered("help", "version").stdout).toBe(usage);
    expect(answered("serve", "version").code).toBe(1);
  });

  test("that are switched off are not asked for", () => {
    expect(served("-v=false", "-h=0")).toEqual({});
    expect(answered("-help=false", "x").code).toBe(1);
  });

  test("tell the level of compatibility where scripts look for it", () => {
    expect(version).toMatch(/^nats-server: v\d+\.\d+\.\d+ \(.+\)\n$/);
  });
});

test("the usage shows every flag once, descriptions in one column", () => {
  const lines = usage.split("\n");
  for (const { names, description } of FLAGS) {
    for (const name of names) {
      const dashes = name.length > 1 && name !== "DV" ? `--${name}` : `-${name}`;
      expect(lines.some((line) => line.split(/[ ,]+/).includes(dashes))).toBe(true);
    }
    const rows = lines.filter((line) => line.endsWith(` ${description}`));
    expect(rows.map((line) => line.indexOf(description))).toEqual([37]);
  }
});
