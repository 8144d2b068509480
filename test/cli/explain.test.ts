/** `explain`: what users may do, by which rule of which file, and with which exit code. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Outcome, run } from "./program.ts";

const KEY = "UCNGL4W5QX66CFX6A6DCBVDH5VOHMI7B2UZZU7TXAUQQSI2JPHULCKBR";

const FILES: Readonly<Record<string, string>> = {
  "users.conf": `include "rules.conf"
authorization {
  default_permissions: {
    publish: "SANDBOX.*"
    subscribe: ["PUBLIC.>",
      "_INBOX.>"]
  }
  users = [
    { user: admin, password: x, permissions: {} }
    { user: shop, password: y, permissions: $SHOP, connection_types: [MQTT] }
    { user: joe, password: z
      no_wildcards: true }
    { nkey: ${KEY}, permissions: {
        publish: { deny: [$FROM_ENV] }
        subscribe: { allow: [] }
    } }
    { user: replier, password: r, permissions: { allow_responses: { max: -1, expires: "-1s" } } }
  ]
}
`,
  "rules.conf": `HIDDEN: ["d.x"
  "d.*.secret", "e q"]
SHOP: {
  publish: ["orders.*.placed", "orders.*.cancelled"]
  subscribe: { allow: ["d.>", "e"], deny: $HIDDEN }
  allow_responses: true
}
`,
  "guest.conf": `no_auth_user: guest
authorization { users: [{user: guest, permissions: {publish: a}}, {user: b, password: c}] }
`,
  "single.conf": "authorization { user: derek, password: hidden }\n",
  "token.conf": "authorization { token: hidden }\n",
  "open.conf": "max_sub_tokens: 3\n",
  "bad.conf": "authorization { users: [{user: a, permission: {publish: a..b}}] }\n",
  "accounts.conf": `accounts {
  A { users: [{user: a, password: x}], default_permissions: {publish: a.>} }
  B { users: [{user: b, password: x}] }
}
`,
  "nobody.conf": "authorization { password: hidden }\n",
  "proxy.conf": "authorization { proxy_required: true }\n",
  "odd.conf": 'authorization { users: [{user: "a\\x1b[31m\\x9b", password: x}] }\n',
  "names.conf": `authorization { users: [
  {user: a, password: x, permissions: {subscribe: {allow: ["d.> équipe"], deny: ["d.y équipe"]}}}
] }
`,
  "callout.conf":
    "authorization { users: [{user: a, password: b}], auth_callout { issuer: ABJHLOVMPA4CI6R5KLNGOB4GSLNIY7IOUPAJC4YFNDLQVIOBYQGUWVLA, auth_users: [a] } }\n",
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-explain-"));
  await Promise.all(
    Object.entries(FILES).map(([name, text]) => writeFile(join(folder, name), text)),
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function explain(line: string, file = "users.conf"): Promise<Outcome> {
  const args = ["explain", ...line.split(" "), "-c", file];
  return run(args, { cwd: folder, env: { FROM_ENV: "secret.>" } });
}

function allowed(...lines: string[]): Outcome {
  return { code: 0, stdout: lines.map((line) => `${line}\n`).join(""), stderr: "" };
}

function denied(...lines: string[]): Outcome {
  return { ...allowed(...lines), code: 2 };
}

function fault(text: string): Outcome {
  return { code: 1, stdout: "", stderr: `nats-server: ${text}\n` };
}

describe("explain pub", () => {
  test("names the rule that allows it, in the file that it stands in", async () => {
    expect(await explain("pub --user shop orders.1.placed")).toEqual(
      allowed(
        "allowed: shop may publish to orders.1.placed",
        '  rules.conf:4: The publish allow rule "orders.*.placed" allows it.',
        "  It may connect by these ways only: MQTT.",
      ),
    );
  });

  test("names the rule that denies it, where an environment variable is referred to", async () => {
    expect(await explain(`pub --user ${KEY} secret.a`)).toEqual(
      denied(
        `denied: ${KEY} may not publish to secret.a`,
        '  users.conf:14: The publish deny rule "secret.>" denies it.',
      ),
    );
    expect((await explain(`pub --user ${KEY} other`)).code).toBe(0);
  });

  test("tells where the list is that says nothing of the subject, and of the right to reply", async () => {
    const { code, stdout } = await explain("pub --user shop orders.1");
    expect(code).toBe(2);
    expect(stdout).toStartWith(
      "denied: shop may not publish to orders.1\n" +
        "  rules.conf:4: No publish allow rule matches the subject.",
    );
    expect(stdout).toContain(
      "\n  It may reply once to each request that it receives, within 2m0s.\n",
    );
    expect(await explain("pub --user replier x")).toEqual(
      denied(
        "denied: replier may not publish to x",
        "  users.conf:17: With allow_responses alone, only replies may be published.",
        "  It may reply any number of times to each request that it receives.",
      ),
    );
  });

  test("tells that there are no rules", async () => {
    expect(await explain("pub --user admin a.b")).toEqual(
      allowed("allowed: admin may publish to a.b", "  users.conf:9: Nothing limits it."),
    );
  });

  test("knows what only servers may use", async () => {
    expect(await explain("pub --user admin _GR_.a.b")).toEqual(
      denied(
        "denied: admin may not publish to _GR_.a.b",
        "  users.conf:9: Only servers may use it.",
      ),
    );
  });
});

describe("explain sub", () => {
  test("tells which messages an admitted subscription does not get", async () => {
    expect(await explain("sub --user shop d.>")).toEqual(
      allowed(
        "allowed: shop may subscribe to d.>",
        '  rules.conf:5: The subscribe allow rule "d.>" allows it.',
        "  Messages on these subjects are left out:",
        '    rules.conf:1: "d.x"',
        '    rules.conf:2: "d.*.secret"',
        "  It may reply once to each request that it receives, within 2m0s.",
        "  It may connect by these ways only: MQTT.",
      ),
    );
  });

  test("knows queue groups by names beyond ASCII", async () => {
    expect(await explain("sub --user a --queue équipe d.*", "names.conf")).toEqual(
      allowed(
        "allowed: a may subscribe to d.* in queue group équipe",
        '  names.conf:2: The subscribe allow rule "d.> équipe" allows it.',
        "  Messages on these subjects are left out:",
        '    names.conf:2: "d.y équipe"',
      ),
    );
    expect((await explain("sub --user a --queue autre d.*", "names.conf")).stdout).toContain(
      'No subscribe allow rule covers every subject of this subscription for queue group "autre".',
    );
  });

  test("minds the queue group", async () => {
    expect((await explain("sub --user shop --queue q e")).stdout).toContain(
      '  rules.conf:2: The subscribe deny rule "e q" denies it.\n',
    );
    expect((await explain("sub --user shop -q r e")).code).toBe(0);
    expect((await explain("sub --user admin -q _sys_ e")).code).toBe(2);
  });

  test("knows default permissions and limits on wildcards", async () => {
    expect(await explain("sub --user joe PUBLIC.a")).toEqual(
      allowed(
        "allowed: joe may subscribe to PUBLIC.a",
        '  users.conf:5: The subscribe allow rule "PUBLIC.>" allows it.',
        "  joe has no permissions of its own: the defaults count.",
      ),
    );
    const { code, stdout } = await explain("sub --user joe PUBLIC.>");
    expect(code).toBe(2);
    expect(stdout).toMatch(/\n {2}users\.conf:12: .*no_wildcards/);
    expect((await explain("sub --user joe _INBOX.x.>")).code).toBe(0);
  });

  test("knows that an empty list allows nothing", async () => {
    const { code, stdout } = await explain(`sub --user ${KEY} a`);
    expect(code).toBe(2);
    expect(stdout).toContain("  users.conf:15: The subscribe allow list is empty");
  });

  test("knows max_sub_tokens", async () => {
    expect((await explain("sub a.b.c", "open.conf")).code).toBe(0);
    expect((await explain("sub a.b.c.d", "open.conf")).code).toBe(2);
  });

  test("answers programs in JSON", async () => {
    const { code, stdout } = await explain("sub --user shop --json d.>");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      allowed: true,
      action: "subscribe",
      subject: "d.>",
      queue: "",
      user: "shop",
      account: "$G",
      rule: { list: "subscribe allow", text: "d.>" },
      place: { file: "rules.conf", line: 5 },
      withheld: [
        { text: "d.x", place: { file: "rules.conf", line: 1 } },
        { text: "d.*.secret", place: { file: "rules.conf", line: 2 } },
      ],
    });
  });
});

describe("explain without a user", () => {
  test("is about whoever a client without credentials is", async () => {
    const { code, stdout } = await explain("pub a", "guest.conf");
    expect(code).toBe(0);
    expect(stdout).toContain("This is about guest, who clients without credentials are.\n");
    expect((await explain("pub b", "guest.conf")).code).toBe(2);
  });

  test("is about the only one there is", async () => {
    expect((await explain("pub a", "single.conf")).stdout).toContain(
      "This is about derek, the only user.\n",
    );
    expect((await explain("pub a", "token.conf")).stdout).toStartWith(
      "allowed: whoever knows the token may publish to a\n",
    );
    expect((await explain("pub a", "open.conf")).stdout).toStartWith(
      "allowed: anybody may publish to a\n",
    );
  });

  test("knows a block that lets nobody in, and one that asks for a proxy", async () => {
    expect(await explain("pub a", "nobody.conf")).toEqual(
      fault("nobody may connect: nobody.conf asks for credentials, and names no user"),
    );
    expect(await explain("who pub a", "nobody.conf")).toEqual(denied("0 of 0 may publish to a."));
    expect((await explain("pub a", "proxy.conf")).stdout).toContain(
      "It may connect through a trusted proxy only.\n",
    );
  });

  test("asks which one is meant", async () => {
    expect(await explain("pub a", "accounts.conf")).toEqual(
      fault("--user has to say who it is about: a, b"),
    );
  });
});

describe("explain who", () => {
  test("lists who may, and by which rule", async () => {
    expect(await explain("who pub orders.1.placed")).toEqual(
      allowed(
        `USER${" ".repeat(54)}RULE                             WHERE`,
        `admin${" ".repeat(53)}Nothing limits it                users.conf:9`,
        `shop${" ".repeat(54)}publish allow "orders.*.placed"  rules.conf:4`,
        `${KEY}  No publish deny rule denies it   users.conf:14`,
        "",
        "3 of 5 may publish to orders.1.placed.",
        "Besides, replier may reply to requests, if it is the subject of a reply.",
      ),
    );
    const { stdout } = await explain("who sub d.>");
    expect(stdout).toContain(
      'shop     subscribe allow "d.>", without "d.x", "d.*.secret"  rules.conf:5\n',
    );
  });

  test("tells accounts where there are several", async () => {
    expect(await explain("who pub a.b", "accounts.conf")).toEqual(
      allowed(
        "USER  ACCOUNT  RULE                 WHERE",
        'a     A        publish allow "a.>"  accounts.conf:2',
        "b     B        Nothing limits it    accounts.conf:3",
        "",
        "2 of 2 may publish to a.b.",
      ),
    );
    expect((await explain("pub --user a a.b", "accounts.conf")).stdout).toStartWith(
      "allowed: a of account A may publish to a.b\n",
    );
  });

  test("says no when nobody may", async () => {
    const text = "authorization { users: [{user: a, permissions: {publish: a}}] }";
    await writeFile(join(folder, "few.conf"), text);
    expect(await explain("who pub b", "few.conf")).toEqual(denied("0 of 1 may publish to b."));
  });

  test("answers programs in JSON", async () => {
    const { stdout } = await explain("who pub --json orders.1.placed");
    expect(JSON.parse(stdout)).toMatchObject({
      action: "publish",
      count: 5,
      repliers: ["replier"],
      who: [
        { user: "admin", rule: null },
        { user: "shop", place: { file: "rules.conf", line: 4 } },
        { user: KEY },
      ],
    });
  });
});

describe("explain refuses", () => {
  test.each([
    ["pub --user shp a", "users.conf", 'users.conf has no user "shp", did you mean "shop"?'],
    ["pub --user x a", "open.conf", 'open.conf has no users, and so no "x"'],
    ["pub --user shop a.*", "users.conf", '"a.*" has wildcards, and a message goes to one subject'],
    ["sub --user shop a..b", "users.conf", '"a..b" is no valid subject'],
    ["sub --user shop -q a..b c", "users.conf", '"a..b" is no valid queue group'],
    ["who pub a.>", "users.conf", '"a.>" has wildcards, and a message goes to one subject'],
    ["pub a", "nope.conf", "open nope.conf: no such file or directory"],
    [
      "pub --user x a",
      "callout.conf",
      'what "x" may do is not in callout.conf: a service is asked (auth_callout)',
    ],
    [
      "who sub a",
      "callout.conf",
      "callout.conf does not say who all may: a service is asked (auth_callout)",
    ],
  ])("%j of %s", async (line, file, text) => {
    expect(await explain(line, file)).toEqual(fault(text));
  });

  test("a file with mistakes, and shows them", async () => {
    const { code, stdout, stderr } = await explain("pub --user a a", "bad.conf");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain('subject "a..b" is not a valid subject');
  });

  test("to work without a file, and has help", async () => {
    expect(await run(["explain", "pub", "a"], { cwd: folder })).toEqual(
      fault("explain needs a configuration file: -c FILE"),
    );
    for (const line of ["explain", "explain who"]) {
      const { code, stdout } = await run(line.split(" "), { cwd: folder });
      expect(code).toBe(1);
      expect(stdout).toContain("COMMANDS");
    }
  });
});

test("explain shows no secrets and no control characters", async () => {
  const outcomes = await Promise.all([
    explain("who pub a", "single.conf"),
    explain("who pub a", "token.conf"),
    explain("pub --json a", "token.conf"),
    explain("who pub a", "odd.conf"),
    explain("who pub --json a", "odd.conf"),
  ]);
  for (const { code, stdout, stderr } of outcomes) {
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).not.toContain("hidden");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  }
});
