/** Advice about files that nats-server accepts without a word. */

import { describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import type { Problem } from "../../src/config/language/problem.ts";
import { lint } from "../../src/config/lint/lint.ts";
import { loadConfig } from "../../src/config/load.ts";
import { renderProblem } from "../../src/config/report/render.ts";
import { Folder, ours, peer } from "../process/processes.ts";

const SAFE = "listen: 127.0.0.1:4222\n";
const SECRET = "T0pS3cr3t";
const HASH = "$2a$11$W2zko751KUvVy59mUTWmpOdWjpEm5qhcCZRd05GjI/sSOT.xtiHyG";

async function adviceOn(
  text: string,
  environment: Record<string, string> = {},
  files: Record<string, string> = {},
): Promise<Problem[]> {
  await using folder = await Folder.make();
  const path = folder.join("a.conf");
  await writeFile(path, text);
  for (const [name, content] of Object.entries(files)) await writeFile(folder.join(name), content);
  return lint(await loadConfig(path, environment));
}

/** `line: text` of each piece of advice. */
async function linesOf(...args: Parameters<typeof adviceOn>): Promise<string[]> {
  return (await adviceOn(...args)).map(
    ({ place, text }) => `${place!.source.lineAt(place!.offset)}: ${text}`,
  );
}

/** What is said of a file that listens on this machine only. */
function about(text: string, environment?: Record<string, string>): Promise<string[]> {
  return linesOf(SAFE + text, environment);
}

function silent(cases: readonly string[], environment?: Record<string, string>): void {
  test.each(cases)("is not given for %j", async (text) => {
    expect(await about(text, environment)).toEqual([]);
  });
}

describe("advice on passwords in clear", () => {
  const PLACES = [
    `authorization { user: a, password: ${SECRET} }`,
    `authorization { user: a, pass: ${SECRET} }`,
    `authorization { users: [{ user: a, password: ${SECRET} }] }`,
    `accounts { A: { users: [{ user: a, password: ${SECRET} }] } }`,
    `PASS: ${SECRET}, authorization { user: a, password: $PASS }`,
    `Authorization { User: a, Password: ${SECRET} }`,
    `leafnodes { authorization { user: a, password: ${SECRET} } }`,
    `leaf { authorization { users: [{ user: a, password: ${SECRET} }] } }`,
    `websocket { authorization { user: a, password: ${SECRET} } }`,
    `ws { authentication { user: a, password: ${SECRET} } }`,
    `mqtt { authorization { user: a, password: ${SECRET} } }`,
  ];
  test.each(PLACES)("is given for %j", async (text) => {
    expect(await about(text)).toEqual(["2: the password is in clear"]);
  });

  test("is given for tokens as well, and says what to do without a secret", async () => {
    const [only, ...others] = await adviceOn(`${SAFE}authorization { token: ${SECRET} }`);
    expect(others).toEqual([]);
    expect(renderProblem(only!)).toEndWith(
      ":2:17: lint: the token is in clear\n  2 | authorization { token: **** }\n" +
        "    |                 ^\n    = `nats-server mkpasswd -p` makes a hash of it to write here instead",
    );
  });

  silent(
    [
      `authorization { user: a, password: ${HASH} }`,
      `authorization { token: "$2y$10$${HASH.slice(7)}" }`,
      "authorization { user: a, password: $FROM_ENV }",
      "P: $FROM_ENV, authorization { user: a, password: $P }",
      "authorization { users: $USERS }",
      "authorization { users: [$ONE ] }",
      'authorization { user: a, password: "" }',
      // Servers need these as they are.
      `cluster { authorization { user: a, password: ${SECRET} } }`,
      `cluster { listen: localhost:1, routes: ["nats://a:${SECRET}@127.0.0.1:6222"] }`,
      `server_metadata { password: ${SECRET} }`,
    ],
    {
      FROM_ENV: SECRET,
      USERS: `[{user: a, password: ${SECRET}}]`,
      ONE: `{user: a, password: ${SECRET}}`,
    },
  );

  test("is bounded, and takes a moment only for 100,000 users", async () => {
    const users = Array.from({ length: 100_000 }, (_, i) => `{user: u${i}, password: p${i}}`);
    const start = performance.now();
    const lines = await about(`authorization { users: [\n${users.join("\n")}\n] }`);
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(lines).toEqual([
      ...[3, 4, 5, 6, 7].map((line) => `${line}: the password is in clear`),
      "8: 99995 more passwords in clear, from here on",
    ]);
  }, 20_000);

  test.each(["cluster", "gateway"])("warns of a hash in a %s", async (link) => {
    expect(await about(`${link} { authorization { user: a, password: ${HASH} } }`)).toEqual([
      "2: servers that this one learns of from others are sent this hash, and refuse it",
    ]);
  });
});

describe("advice on open listeners", () => {
  test.each([
    ["port: 4222", "1: anyone can connect to 0.0.0.0:4222: there are no users"],
    ["listen: 4222", "1: anyone can connect to 0.0.0.0:4222: there are no users"],
    ["port: -1", "1: anyone can connect to 0.0.0.0: there are no users"],
    ["listen: '[::]:4222'", "1: anyone can connect to [::]:4222: there are no users"],
    [
      "debug: true\nhost: example.com",
      "2: anyone can connect to example.com:4222: there are no users",
    ],
    [
      "port: 4222, authorization { timeout: 1 }",
      "1: anyone can connect to 0.0.0.0:4222: there are no users",
    ],
    ["port: 4222, accounts { A: {} }", "1: anyone can connect to 0.0.0.0:4222: there are no users"],
  ])("is given for clients: %j", async (text, line) => {
    expect(await linesOf(text)).toEqual([line]);
  });

  test.each([
    `authorization { user: a, password: ${HASH} }`,
    `authorization { token: ${HASH} }`,
    `authorization { users: [{ user: a, password: ${HASH} }] }`,
    `accounts { A: { users: [{ user: a, password: ${HASH} }] } }`,
    "host: localhost",
    "host: 127.1.2.3",
    "host: '::1'",
  ])("is not given to servers that ask, or listen on this machine: %j", async (text) => {
    expect(await linesOf(text)).toEqual([]);
  });

  const HOLES: readonly (readonly [string, string])[] = [
    [
      "http: 0.0.0.0:8222",
      "anyone who can reach 0.0.0.0:8222 can read of connections, subjects and accounts there",
    ],
    [
      "http: '10.0.0.1:8222'",
      "anyone who can reach 10.0.0.1:8222 can read of connections, subjects and accounts there",
    ],
    [
      "cluster { listen: 0.0.0.0:6222 }",
      "any server that can reach 0.0.0.0:6222 can join the cluster",
    ],
    ["cluster { port: 6222 }", "any server that can reach 0.0.0.0:6222 can join the cluster"],
    [
      "gateway { name: a, port: 7222 }",
      "any server that can reach 0.0.0.0:7222 can connect a gateway",
    ],
    [
      "leafnodes { port: 7422 }",
      "any server can become a leafnode at 0.0.0.0:7422: there are no users",
    ],
    [
      "websocket { port: 80, no_tls: true }",
      "anyone can connect to websocket at 0.0.0.0:80: there are no users",
    ],
  ];
  test.each(HOLES)("is given for %j", async (text, line) => {
    expect(await about(text)).toEqual([`2: ${line}`]);
  });

  silent([
    "http: 8222",
    "http: 127.0.0.1:8222",
    `cluster { port: 6222, authorization { user: a, password: ${SECRET} } }`,
    "cluster { listen: 127.0.0.1:6222 }",
    'cluster { name: x, listen: localhost:-1, routes: ["nats://a:6222"] }',
    "cluster { name: x, routes: [] }",
    `leafnodes { port: 7422, authorization { user: a, password: ${HASH} } }`,
    `leafnodes { port: 7422 }\nauthorization { user: a, password: ${HASH} }`,
    `websocket { port: 80, no_tls: true, authorization { user: a, password: ${HASH} } }`,
    'leafnodes { remotes: [{ url: "nats://a:7422" }] }',
  ]);

  const USER = `{ user: guest, password: ${HASH} PERMISSIONS }`;
  const GUEST = `listen: 0.0.0.0:4222\nno_auth_user: guest\nauthorization { users: [${USER}] }`;
  test.each([
    ["", 1],
    [", permissions: { publish: '>' }", 1],
    [", permissions: { publish: a }", 0],
  ])("is given for a guest who may do everything: %j", async (permissions, count) => {
    const lines = await linesOf(GUEST.replace("PERMISSIONS", String(permissions)));
    const text =
      "2: clients without credentials become a user who may publish and subscribe to everything";
    expect(lines).toEqual(count === 0 ? [] : [text]);
  });

  test.each([
    [`authorization { password: ${HASH} }`, "a password without a user"],
    ["authorization { users: [] }", "an empty list of users"],
  ])("is given for what lets nobody in: %j", async (text, what) => {
    expect(await linesOf(`port: 4222\n${text}`)).toEqual([
      `2: ${what} lets nobody in here, and everybody in nats-server`,
    ]);
  });

  test("is not given on options that nats-server refuses", async () => {
    expect(await linesOf("port: 4222\nauthorization { user: 5 }")).toEqual([]);
  });

  test("names routes that show no password where one is asked for", async () => {
    const routes = '["nats://a:1", "nats://u:p@b:1"]';
    const authorization = "authorization { user: u, password: p }";
    expect(
      await about(`cluster { listen: localhost:1, ${authorization}, routes: ${routes} }`),
    ).toEqual([
      "2: this route shows no user and password, as cluster.authorization is not used for it",
    ]);
    expect(await about(`cluster { listen: localhost:1, routes: ${routes} }`)).toEqual([]);
  });

  test("tells of a password of servers that names no user", async () => {
    const block = `cluster { port: 6222, authorization { password: ${SECRET} } }`;
    expect(await about(block)).toEqual([
      "2: a password without a user is asked for here, and not in nats-server",
    ]);
  });

  test("tells of routes that are not dialled", async () => {
    expect(await about('cluster { name: c, host: localhost, routes: ["nats://a:1"] }')).toEqual([
      "2: these routes are not dialled: without a port to listen on there is no cluster",
    ]);
  });
});

describe("advice on lost values", () => {
  test.each([
    [
      "debug: true\ntrace: true\ndebug: false",
      ['2: "debug" comes again on line 4, and only the last one counts'],
    ],
    [
      "debug: true\ndebug: false\ndebug: true",
      [
        '2: "debug" comes again on line 3, and only the last one counts',
        '3: "debug" comes again on line 4, and only the last one counts',
      ],
    ],
    ["accounts {\nA: {}\nA: {}\n}", ['3: "A" comes again on line 4, and only the last one counts']],
    ["ping_max: 3\nPing_Max: 4", ['3: "Ping_Max" and "ping_max" set the same option']],
    [
      "max_conn: 3\nmax_connections: 4",
      ['3: "max_connections" and "max_conn" set the same option'],
    ],
    ["port: 5", ['1: "listen" and "port" set the same option']],
    ["host: 127.0.0.2", ['1: "listen" and "host" set the same option']],
    ["http: 127.0.0.1:1\nmonitor_port: 2", ['2: "http" and "http_port" set the same option']],
    [
      "trace: false\ntrace_verbose: true",
      ['3: "trace_verbose" sets "trace" as well, to another value'],
    ],
    [
      "accounts { A: {}, B: $A }",
      ['2: "A" is no account: as $A refers to it, it is only a variable'],
    ],
    [
      "ping_max: $LATE\nLATE: 3\nmax_conn: $LATE",
      ["2: $LATE is the environment's here: the key of that name comes on line 3"],
    ],
  ])("is given for %j", async (text, lines) => {
    expect(await about(text, { LATE: "4" })).toEqual(lines);
  });

  silent(
    [
      "max_conn: 5\nmax_connections: 5",
      "port: 4222\nhost: 127.0.0.1",
      "A: 3\nping_max: $A\nA: 4\nmax_conn: $A",
      "trace: true\ntrace_verbose: true",
      "EARLY: 3\nping_max: $EARLY",
      "ping_max: $LATE",
    ],
    { EARLY: "4", LATE: "4" },
  );

  test("is not given for what an included file says first", async () => {
    const files = { "b.conf": "debug: true" };
    expect(await linesOf(`${SAFE}include b.conf\ndebug: false`, {}, files)).toEqual([]);
  });

  test("counts values that it does not keep", async () => {
    const lines = await about("debug: true\n".repeat(1000));
    expect(lines).toHaveLength(6);
    expect(lines.at(-1)).toBe("7: 994 more values that later ones replace, from here on");
  });
});

describe("advice on permissions", () => {
  const user = (permissions: string): string =>
    `authorization { users: [{ user: a, password: ${HASH}, permissions: ${permissions} }] }`;

  test.each([
    ["{publish: {allow: [a.b], deny: a.>}}", '"a.b" is allowed in vain: "a.>" is denied'],
    ["{publish: {allow: [a.b, a.*]}}", '"a.b" is allowed by "a.*" as well'],
    ["{publish: [a, b, a]}", '"a" is allowed twice'],
    ["{publish: {deny: [a.>, a.*]}}", '"a.*" is denied by "a.>" as well'],
    ["{subscribe: {allow: '>', deny: '>'}}", '">" is allowed in vain: ">" is denied'],
    ["{subscribe: {deny: [a, 'a q']}}", '"a q" is denied by "a" as well'],
    ["{subscribe: ['a.x q', 'a.b', 'a.* q']}", '"a.x q" is allowed by "a.* q" as well'],
    [
      "{publish: []}",
      "an empty list allows to publish to nothing here, and to everything in nats-server",
    ],
    [
      "{subscribe: {allow: []}, publish: a}",
      "an empty list allows to subscribe to nothing here, and to everything in nats-server",
    ],
    [
      "{publish: [], subscribe: a, allow_responses: false}",
      "an empty list allows to publish to nothing here, and to everything in nats-server",
    ],
  ])("is given for %j", async (permissions, text) => {
    expect(await about(user(permissions))).toEqual([`2: ${text}`]);
  });

  silent(
    [
      "{publish: [a, a.b, a.*.c, b.>]}",
      "{publish: {allow: '>', deny: [a, b]}}",
      "{publish: {allow: a.*, deny: a.b}}",
      "{publish: {allow: a.b, deny: a.b.c}}",
      "{subscribe: [a, 'a q', 'a r']}",
      "{subscribe: {allow: a, deny: 'a q'}}",
      "{publish: [], allow_responses: true}",
      "{publish: {allow: a.>}, subscribe: a.b}",
    ].map(user),
  );

  test("is given once for a block that many users share", async () => {
    const users = "{user: a, nkey: x, permissions: $P}, {user: b, nkey: y, permissions: $P}";
    expect(await about(`P: {publish: [a, a]}\nauthorization { users: [${users}] }`)).toEqual([
      '2: "a" is allowed twice',
    ]);
  });

  test("is given for defaults and accounts as well", async () => {
    const text = `authorization { default_permissions: {publish: [a, a]}, users: [{user: a, password: ${HASH}}] }`;
    expect(await about(text)).toEqual(['2: "a" is allowed twice']);
    const account = `accounts { A: { default_permissions: {publish: [a, a]}, users: [{user: a, password: ${HASH}}] } }`;
    expect(await about(account)).toEqual(['2: "a" is allowed twice']);
  });

  test("is quick for long lists and long subjects", async () => {
    const list = Array.from({ length: 20_000 }, (_, i) => `a.${i}.*.b`);
    const start = performance.now();
    expect(await about(user(`{publish: {allow: [${list}], deny: [${list}, x.>]}}`))).toHaveLength(
      6,
    );
    expect(await about(user(`{publish: ["${"a.".repeat(50_000)}a"]}`))).toEqual([]);
    expect(performance.now() - start).toBeLessThan(10_000);
  }, 20_000);
});

describe("advice on the reach of subscriptions", () => {
  const users = (...entries: string[]): string =>
    `authorization { users: [${entries.map((entry) => `{nkey: x, permissions: ${entry}}`)}] }`;
  const wide = (prefix: string, queue = ""): string =>
    `2: "${prefix}*${queue}" allows no "${prefix}>", which nats-server lets through with all below it`;
  const OPEN =
    "2: these permissions say nothing of subscribe: whoever has them may read everything";

  test.each([
    [users("{subscribe: foo.*}", "{publish: foo.a.b, subscribe: x}"), [wide("foo.")]],
    [users("{subscribe: 'foo.* q'}", "{publish: 'foo.>', subscribe: x}"), [wide("foo.", " q")]],
    [users("{subscribe: {allow: [a.*], deny: a.b.c}}"), [wide("a.")]],
    [users("{subscribe: '*', publish: a.b}"), [wide("")]],
    [users("{publish: a}", "{subscribe: b}"), [OPEN]],
    [users("{allow_responses: true}", "{subscribe: b}"), [OPEN]],
    [
      "authorization { default_permissions: {publish: a}, users: [{nkey: x}, {nkey: y, permissions: {subscribe: b}}] }",
      [OPEN],
    ],
  ])("is given for %j", async (text, lines) => {
    expect(await about(text)).toEqual(lines);
  });

  silent([
    users("{subscribe: foo.*}", "{publish: foo.a, subscribe: foo.*}"),
    users("{subscribe: foo.*}", "{publish: '>', subscribe: '>'}"),
    users("{subscribe: foo.*}", "{publish: bar.a.b, subscribe: foo.b*}"),
    users("{subscribe: foo*}", "{publish: foo.a.b, subscribe: x}"),
    users("{publish: a}", "{publish: b}"),
    users("{publish: '>'}", "{subscribe: b}"),
    "authorization { users: [{nkey: x, no_wildcards: true, permissions: {publish: a}}, {nkey: y, permissions: {subscribe: b}}] }",
    "authorization { users: [{nkey: x}, {nkey: y, permissions: {subscribe: b}}] }",
  ]);

  test("is quick for 100,000 users", async () => {
    const entries = Array.from(
      { length: 100_000 },
      (_, i) => `{subscribe: ["u${i}.*", "all.*"], publish: "u${i}.a"}`,
    );
    const start = performance.now();
    expect(await about(users(...entries, "{publish: all.b.c, subscribe: x}"))).toHaveLength(6);
    expect(performance.now() - start).toBeLessThan(10_000);
  }, 20_000);
});

describe("advice on odd values", () => {
  test.each([
    ["write_deadline: '0s'", "write_deadline of 0 stands for the default, 10s"],
    ["ping_interval: '0s'", "ping_interval of 0 stands for the default, 2m0s"],
    ["ping_max: 0", "ping_max of 0 stands for the default, 2"],
    ["max_payload: 0", "max_payload of 0 stands for the default, 1048576"],
    ["max_connections: 0", "max_connections of 0 lets no client in"],
    ["max_conn: -1", "max_connections of -1 lets no client in"],
    ["ping_max: -1", "ping_max of -1 closes every client when its first PING is due"],
    ["max_payload: 9MB", "max_payload over 8MB makes every client wait behind large messages"],
    ["ping_interval: '1h'", "a client that is gone without a word is noticed only after 3h0m0s"],
    ["ping_max: 100", "a client that is gone without a word is noticed only after 3h22m0s"],
  ])("is given for %j", async (text, line) => {
    expect(await about(text)).toEqual([`2: ${line}`]);
  });

  silent([
    "max_payload: 8MB",
    "ping_interval: '2m', ping_max: 3",
    // nats-server warns of it.
    "ping_interval: 1m",
    "write_deadline: '2s'",
    "max_connections: 100",
  ]);

  test.each([
    ["lame_duck_duration: '30s'\nlame_duck_grace_period: '40s'", 3],
    ["max_payload: 2MB\nmax_pending: 1MB", 2],
    ["no_auth_user: x", 2],
    ["accounts { A {} }\nsystem_account: B", 3],
    ["https: '127.0.0.1:8222'", 2],
    ["http: '127.0.0.1:8222'\nhttps: '127.0.0.1:8223'", 2],
  ])("is given for what the start refuses: %j", async (text, line) => {
    const [first, ...others] = await about(text);
    expect(first).toStartWith(`${line}: nats-server does not start with this: `);
    expect(others).toEqual([]);
  });
});

describe.skipIf(peer === undefined)("advice changes no verdict", () => {
  const FILES = [
    `authorization { user: a, password: ${SECRET} }`,
    "port: 4222\nhttp: 0.0.0.0:8222",
    "debug: true\ndebug: false\nmax_payload: 9MB",
    "ping_max: 0\nPING_MAX: -1",
    "listen: 4222\nhost: 127.0.0.1",
    `authorization { users: [{ user: a, password: ${SECRET}, permissions: {publish: []} }] }`,
    "no_auth_user: nobody",
    "max_payload: 9MB\nping_interval: 7200",
    "debug: true\ndebug: false\nprot: 1",
  ];
  test.each(FILES)("%j", async (text) => {
    await using folder = await Folder.make();
    await writeFile(folder.join("a.conf"), text);
    const [real, own] = await Promise.all(
      [[peer!], ours].map(async (command) => {
        const args = [...command, "-t", "-c", "a.conf"];
        const child = Bun.spawn(args, { cwd: folder.path, stdout: "ignore", stderr: "pipe" });
        const stderr = await child.stderr.text();
        return { code: await child.exited, stderr };
      }),
    );
    expect(own!.code).toBe(real!.code);
    // What nats-server says stands first, and all that follows is marked.
    const lines = own!.stderr.split("\n").filter((line) => line !== "" && !/^\s/.test(line));
    const said = lines.filter((line) => !/(?:^|: )lint: /.test(line));
    expect(said).toEqual(real!.stderr.split("\n").filter((line) => line !== ""));
    expect(lines.slice(0, said.length)).toEqual(said);
    expect(lines.length).toBeGreaterThan(said.length);
  });
});
