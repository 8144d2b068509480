/** Commands of this server's own: what they answer, and with which exit code. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPeer } from "../support/peer.ts";
import { type Outcome, run } from "./program.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-commands-"));
  await Promise.all(
    Object.entries({
      "good.conf": "max_payload: 1000\nserver_name: one\n",
      "live.conf": "max_payload: 2000\nserver_name: one\n",
      "restart.conf": "max_payload: 2000\nserver_name: two\n",
      "bad.conf": "max_paylod: 1000\ndebug: true\n",
      "doubtful.conf": "ping_interval: 5\n",
      "secret.conf": "authorization { user: u, password: hidden }\n",
      "other.conf": "authorization { user: u, password: covered }\n",
      "empty.conf": "",
    }).map(([name, text]) => writeFile(join(folder, name), text)),
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function command(line: string, stdin?: string): Promise<Outcome> {
  return run(line.split(" "), { cwd: folder, ...(stdin === undefined ? {} : { stdin }) });
}

function fault(text: string): Outcome {
  return { code: 1, stdout: "", stderr: `nats-server: ${text}\n` };
}

describe("a command", () => {
  test("shows its help, without colours where there is no terminal", async () => {
    for (const line of ["config --help", "config check -h", "mkpasswd --help", "healthcheck -h"]) {
      const { code, stdout, stderr } = await command(line);
      expect([line, code, stderr]).toEqual([line, 0, ""]);
      expect(stdout).toContain(`USAGE nats-server ${line.replace(/ -.*/, "")}`);
      expect(stdout).not.toContain("\u001b");
    }
  });

  test("with others in it names them", async () => {
    const { code, stdout } = await command("config");
    expect(code).toBe(1);
    expect(stdout).toContain("check|explain|diff");
  });

  test("that is misspelt is guessed", async () => {
    expect(await command("config chekc x")).toEqual(
      fault('there is no command "chekc", did you mean "check"?'),
    );
    expect(await command("config zzzzzz")).toEqual(
      fault('there is no command "zzzzzz", there are check, explain, diff'),
    );
  });

  test("takes its options with one dash or two, and no others", async () => {
    expect((await command("config explain -option debug")).code).toBe(0);
    expect((await command("config explain --option=debug")).code).toBe(0);
    expect(await command("config explain --optoin debug")).toEqual(
      fault('there is no option --optoin, did you mean "--option"?'),
    );
    expect(await command("config explain --option")).toEqual(fault("--option needs a value"));
    expect(await command("mkpasswd --prompt=x")).toEqual(
      fault('--prompt is true or false, and not "x"'),
    );
  });

  test("takes as many arguments as it needs", async () => {
    expect(await command("config check")).toEqual(fault("the argument FILE is missing"));
    expect(await command("config diff a")).toEqual(fault("the argument NEW is missing"));
    expect(await command("config check a b")).toEqual(fault('"b" is one argument too many'));
    expect((await command("config explain")).stderr).toContain("takes a file, or the name");
    expect((await command("config check -- --nope")).stderr).toBe(
      "nats-server: open --nope: no such file or directory\n",
    );
  });

  test("is one only as the first argument", async () => {
    expect(await command("-D config")).toEqual(fault('unrecognized command: "config"'));
    expect(await command("-- mkpasswd")).toEqual(fault('unrecognized command: "mkpasswd"'));
  });
});

describe("config check", () => {
  test("answers as -t does", async () => {
    for (const file of ["good.conf", "bad.conf", "doubtful.conf", "empty.conf", "nope.conf"]) {
      expect(await command(`config check ${file}`)).toEqual(await command(`-t -c ${file}`));
    }
    expect((await command("config check good.conf")).code).toBe(0);
    expect((await command("config check bad.conf")).code).toBe(1);
  });
});

describe("config explain", () => {
  test("tells what a file sets", async () => {
    const { code, stdout, stderr } = await command("config explain good.conf");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("good.conf:1: max_payload = 1000\n");
    expect(stdout).toContain("default 1048576");
  });

  test("tells what a broken file sets, and that it is broken", async () => {
    const { code, stdout, stderr } = await command("config explain bad.conf");
    expect(code).toBe(1);
    expect(stdout).toContain("debug = true");
    expect(stderr).toContain('unknown field "max_paylod"');
  });

  test("minds no warnings, and finds nothing in an empty file", async () => {
    expect((await command("config explain doubtful.conf")).code).toBe(0);
    expect(await command("config explain empty.conf")).toMatchObject({ code: 0, stdout: "" });
    expect(await command("config explain nope.conf")).toEqual(
      fault("open nope.conf: no such file or directory"),
    );
  });

  test("explains one option", async () => {
    const { code, stdout } = await command("config explain --option cluster.routes");
    expect(code).toBe(0);
    expect(stdout).toStartWith("cluster.routes\n");
    expect(await command("config explain --option max_paylod")).toEqual(
      fault('there is no option "max_paylod", did you mean "max_payload"?'),
    );
  });

  test("shows no secrets", async () => {
    const { stdout, stderr } = await command("config explain secret.conf");
    expect(stdout).toContain("authorization.password\n");
    expect(stdout + stderr).not.toContain("hidden");
  });
});

describe("config diff", () => {
  test("tells a reload from a restart, also by its exit code", async () => {
    expect(await command("config diff good.conf good.conf")).toEqual({
      code: 0,
      stdout: "Nothing differs.\n",
      stderr: "",
    });
    expect(await command("config diff good.conf live.conf")).toEqual({
      code: 0,
      stdout: "reload   max_payload: 1000 -> 2000\nA reload applies everything.\n",
      stderr: "",
    });
    expect(await command("config diff good.conf restart.conf")).toEqual({
      code: 2,
      stdout:
        'reload   max_payload: 1000 -> 2000\nrestart  server_name: "one" -> "two"\n' +
        "A reload applies all but one, which needs a restart.\n",
      stderr: "",
    });
    expect((await command("config diff live.conf restart.conf")).stdout).toContain(
      "A reload applies nothing of it: it takes a restart.\n",
    );
  });

  test("needs two files without mistakes; warnings are none", async () => {
    const { code, stdout, stderr } = await command("config diff good.conf bad.conf");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain('unknown field "max_paylod"');
    expect((await command("config diff doubtful.conf doubtful.conf")).code).toBe(0);
  });

  test("shows no secrets", async () => {
    const { stdout, stderr } = await command("config diff secret.conf other.conf");
    expect(stdout).toContain("authorization.password");
    expect(stdout + stderr).not.toMatch(/hidden|covered/);
  });
});

describe("mkpasswd", () => {
  const HASH = /^\$2a\$(\d\d)\$[./A-Za-z0-9]{53}$/;

  test("makes a password and its hash", async () => {
    const { code, stdout, stderr } = await command("mkpasswd -c 5");
    expect([code, stderr]).toEqual([0, ""]);
    const [, password, hash] = /^pass: ([A-Za-z]\w{23})\nbcrypt hash: (.*)\n$/.exec(stdout)!;
    expect(hash).toMatch(HASH);
    expect(await Bun.password.verify(password!, hash!)).toBe(true);
  });

  test("hashes the line that comes from a pipe, and prints nothing else", async () => {
    for (const text of ["pässword\n", "pässword\r\n", "pässword"]) {
      const { code, stdout, stderr } = await command("mkpasswd --prompt --cost=4", text);
      expect([code, stderr]).toEqual([0, ""]);
      expect(HASH.exec(stdout.trimEnd())?.[1]).toBe("04");
      expect(await Bun.password.verify("pässword", stdout.trimEnd())).toBe(true);
    }
  });

  test("works as hard as nats-server's own tool, unless told otherwise", async () => {
    expect(HASH.exec((await command("mkpasswd -p", "x")).stdout.trimEnd())?.[1]).toBe("11");
  });

  test("takes up to 72 bytes, and not what it would cut off", async () => {
    expect((await command("mkpasswd -p -c 4", "ä".repeat(36))).code).toBe(0);
    expect(await command("mkpasswd -p -c 4", `${"ä".repeat(36)}x`)).toEqual(
      fault("the password is too long: it has 73 bytes, and bcrypt takes 72 at most"),
    );
  });

  test("refuses what is no password", async () => {
    expect(await command("mkpasswd -p", "\n")).toEqual(fault("the password is empty"));
    expect(await command("mkpasswd -p", "")).toEqual(fault("the password is empty"));
    expect(await command("mkpasswd -p", "one\ntwo\n")).toEqual(
      fault("there is more than one line"),
    );
    expect((await command("mkpasswd -p", "x".repeat(100_000))).stderr).toContain("too long");
  });

  test("refuses a cost that bcrypt does not know", async () => {
    for (const cost of ["3", "32", "x", "1e1", "-1", ""]) {
      expect(await command(`mkpasswd --cost=${cost}`)).toEqual(
        fault(`--cost is 4 to 31, and not "${cost}"`),
      );
    }
  });

  test.skipIf(findPeer() === undefined)(
    "makes hashes that a file may hold as they are",
    async () => {
      const { stdout } = await command("mkpasswd -p -c 4", "x");
      await writeFile(join(folder, "hash.conf"), `authorization { user: u, password: ${stdout} }`);
      for (const program of [[findPeer()!], undefined]) {
        const args = ["-t", "-c", "hash.conf"];
        const code =
          program === undefined
            ? (await run(args, { cwd: folder })).code
            : await Bun.spawn([...program, ...args], { cwd: folder, stderr: "ignore" }).exited;
        expect(code).toBe(0);
      }
    },
  );
});
