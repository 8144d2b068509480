/** `explain` across accounts: ways of messages, what does not work and why, and who else is let in. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArgumentError } from "../../src/cli/command-arguments.ts";
import { explainAccess } from "../../src/cli/explain/explain.ts";
import { explainWho } from "../../src/cli/explain/who.ts";
import { loadConfig } from "../../src/config/load.ts";
import {
  accountJwt,
  activationJwt,
  credsFile,
  newKey,
  operatorJwt,
  resigned,
  userJwt,
} from "../support/jwt.ts";
import { startServer } from "../support/server.ts";
import { Wire } from "../support/wire.ts";

const OPERATOR = newKey("O", 1);
const SYSTEM = newKey("A", 2);
const SHOP = newKey("A", 3);
const PAY = newKey("A", 4);

const SHOP_CONF = `accounts {
  SHOP {
    users: [
      { user: web, password: x }
      { user: spy, password: x, permissions: { publish: { deny: "orders.>" }, subscribe: "audit.>" } }
    ]
    mappings: {
      "order.*": [ { destination: "orders.v1.$1", weight: 80 }, { destination: "", weight: 20 } ]
    }
    exports: [ { stream: "orders.>", accounts: [AUDIT] }, { stream: "news" } ]
    imports: [ { service: { account: PAY, subject: "charge.*" }, to: "orders.v1.*" } ]
  }
  PAY {
    users: [
      { user: teller, password: x, permissions: { publish: "x", subscribe: "charge.> work", allow_responses: true } }
      { user: till, password: x, permissions: { publish: "x", subscribe: "charge.>" } }
    ]
    exports: [ { service: "charge.*", response: stream, threshold: "5s" }, { service: "refund.>" } ]
    imports: [ { service: { account: BANK, subject: "transfer" }, to: "charge.7" } ]
  }
  BANK {
    users: [ { user: clerk, password: x } ]
    exports: [ { service: "transfer", accounts: [PAY], latency: "lat.transfer" } ]
  }
  AUDIT {
    users: [ { user: auditor, password: x } ]
    imports: [ { stream: { account: SHOP, subject: "orders.>" }, prefix: "audit" } ]
  }
}
`;

const BAD_CONF = `accounts {
  A { exports: [
    { stream: "s.>" }, { service: "q.*" }, { service: "p.x", accounts: [C] }
    { service: "t.*.y", account_token_position: 2 }, { stream: "one.two" }
  ] }
  C {}
  B { imports: [
    { service: { account: A, subject: "s.a" } }
    { service: { account: A, subject: "q.>" } }
    { service: { account: A, subject: "p.x" } }
    { service: { account: A, subject: "t.C.y" } }
    { stream: { account: A, subject: "one.*" } }
    { stream: { account: AA, subject: "s.a" } }
    { stream: { account: A, subject: "zz" } }
  ] }
}
`;

const OIDC_CONF = `authorization { oidc: [ {
  issuer: "https://id.example", audience: nats
  rules: [
    { when: { groups: ops }, account: A, permissions: { publish: ">" } }
    { permissions: { publish: "u.{{claim(sub)}}.>", subscribe: { allow: "_INBOX.>", deny: "x" } } }
  ]
} ] }
accounts { A {}, B {} }
`;

const CALLOUT_CONF = `accounts { AUTH { users: [{ user: auth, password: x }] }, B {} }
authorization { auth_callout {
  issuer: ABJHLOVMPA4CI6R5KLNGOB4GSLNIY7IOUPAJC4YFNDLQVIOBYQGUWVLA, auth_users: [auth], account: AUTH
} }
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-explain-"));
  const files = { shop: SHOP_CONF, bad: BAD_CONF, oidc: OIDC_CONF, callout: CALLOUT_CONF };
  await Promise.all(
    Object.entries(files).map(([name, text]) => writeFile(join(folder, `${name}.conf`), text)),
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

type Arguments = Partial<Parameters<typeof explainAccess>[1]>;

async function explain(
  file: string,
  action: "publish" | "subscribe",
  subject: string,
  args: Arguments = {},
): Promise<{ code: number; text: string }> {
  const path = join(folder, `${file}.conf`);
  const { code, stdout, stderr } = await explainAccess(action, { subject, config: path, ...args });
  return { code, text: (stdout + stderr).replaceAll(`${folder}/`, "") };
}

async function who(action: "publish" | "subscribe", subject: string, account: string) {
  const config = join(folder, "shop.conf");
  const { stdout } = await explainWho(action, { subject, config, account });
  return stdout.replaceAll(`${folder}/`, "");
}

async function faultOf(asking: Promise<unknown>): Promise<string> {
  const error = await asking.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ArgumentError);
  return (error as Error).message.replaceAll(`${folder}/`, "");
}

describe("the way of a message", () => {
  test("goes through mappings, services and streams, and answers come back", async () => {
    expect(await explain("shop", "publish", "order.7", { user: "web" })).toEqual({
      code: 0,
      text: `allowed: web of account SHOP may publish to order.7
  shop.conf:4: As orders.v1.7: Nothing limits it.

The way of a message to order.7 from account SHOP:
  -> 20 % are lost, by the mapping of order.* (shop.conf:8)
  -> 80 % become orders.v1.7 (orders.v1.$1), by the mapping of order.* (shop.conf:8)
    subscribers to orders.v1.7 in SHOP: web; not spy
    -> account PAY: charge.7, by the service import of orders.v1.* to charge.* (shop.conf:11, export shop.conf:18)
      subscribers to charge.7 in PAY: teller, till
      -> account BANK: transfer, by the service import of charge.7 to transfer (shop.conf:19, export shop.conf:23)
        subscribers to transfer in BANK: clerk
        <- one answer to _R_.??????.??????.????????.T within 2m0s
          publishers of answers in BANK: clerk
          how long it took is published to lat.transfer
      <- answers, up to an empty one, to _R_.??????.?????? within 5s
        publishers of answers in PAY: teller; not till
    -> account AUDIT: audit.orders.v1.7, by the stream import of orders.> as audit.orders.> (shop.conf:27, export shop.conf:10)
      subscribers to audit.orders.v1.7 in AUDIT: auditor
`,
    });
  });

  test("needs the right to what mappings make of it", async () => {
    const { code, text } = await explain("shop", "publish", "order.7", { user: "spy" });
    expect(code).toBe(2);
    expect(text).toContain(
      '  shop.conf:5: As orders.v1.7: The publish deny rule "orders.>" denies it.\n',
    );
  });

  test("can be asked of an account, and ends with what is not imported", async () => {
    const { code, text } = await explain("shop", "publish", "refund.1", { account: "SHOP" });
    expect(code).toBe(0);
    expect(text).toContain("allowed: somebody of account SHOP may publish to refund.1\n");
    expect(text).toContain(
      "  x PAY exports the service refund.>, and SHOP does not import it (shop.conf:18)\n",
    );
    expect((await explain("shop", "publish", "news", { account: "SHOP" })).text).toContain(
      "  x SHOP exports the stream news, and no account imports it (shop.conf:10)\n",
    );
    expect(
      (await explain("shop", "publish", "audit.orders.1", { user: "auditor" })).text,
    ).toContain(
      "x AUDIT imports audit.orders.> from SHOP as a stream: messages come from SHOP, and none go there (shop.conf:27)",
    );
  });

  test("asks for accounts and users that belong together", async () => {
    const asked = (args: Arguments) => faultOf(explain("shop", "publish", "a", args));
    expect(await asked({ user: "web", account: "PAY" })).toBe(
      "web is in account SHOP, and not in PAY",
    );
    expect(await asked({ account: "PAI" })).toBe('there is no account "PAI", did you mean "PAY"?');
  });
});

describe("what a subscription gets", () => {
  test("comes from its own account, from streams and from requests of others", async () => {
    const { text } = await explain("shop", "subscribe", "transfer", { account: "BANK" });
    expect(text).toEndWith(`What a subscription to transfer in account BANK gets:
  <- published in account BANK: transfer
    publishers in BANK: clerk
  <- published in account PAY: charge.7
    publishers in PAY: nobody may; not teller, till
    -> account BANK: transfer, by the service import of transfer (shop.conf:19, export shop.conf:23)
  <- published in account SHOP: orders.v1.7
    publishers in SHOP: web; not spy
    -> account PAY: charge.7, by the service import of charge.* (shop.conf:11, export shop.conf:18)
    -> account BANK: transfer, by the service import of transfer (shop.conf:19, export shop.conf:23)
  <- published in account SHOP: order.*
    publishers in SHOP: web; not spy
    -> 80 % become orders.v1.7, by the mapping of order.* (shop.conf:8)
    -> account PAY: charge.7, by the service import of charge.* (shop.conf:11, export shop.conf:18)
    -> account BANK: transfer, by the service import of transfer (shop.conf:19, export shop.conf:23)
`);
  });

  test("is looked for under the exporting account's subjects", async () => {
    const { text } = await explain("shop", "subscribe", "audit.*.v1.>", { user: "auditor" });
    expect(text).toContain(`  <- published in account SHOP: orders.v1.>
    -> account AUDIT: audit.orders.v1.>, by the stream import of orders.> (shop.conf:27, export shop.conf:10)
`);
    expect((await explain("shop", "subscribe", "charge.*", { user: "till" })).text).toContain(
      "  x PAY imports charge.7 from BANK as a service: requests go to BANK, and no messages come from there (shop.conf:19)\n",
    );
    expect((await explain("shop", "subscribe", "order.*", { user: "web" })).text).toContain(
      "gets:\n  nothing\n",
    );
  });
});

test("explain who follows imports into other accounts", async () => {
  expect(
    await who("publish", "transfer", "BANK"),
  ).toBe(`USER   ACCOUNT  SUBJECT      RULE               WHERE
clerk  BANK     transfer     Nothing limits it  shop.conf:22
web    SHOP     orders.v1.7  Nothing limits it  shop.conf:4
web    SHOP     order.*      Nothing limits it  shop.conf:4

2 of 5 may publish to transfer in account BANK, or by imports from others.
Besides, teller may reply to requests, if it is the subject of a reply.
`);
  expect(
    await who("subscribe", "orders.v1.9", "SHOP"),
  ).toBe(`USER     ACCOUNT  SUBJECT            RULE                        WHERE
web      SHOP     orders.v1.9        Nothing limits it           shop.conf:4
auditor  AUDIT    audit.orders.v1.9  Nothing limits it           shop.conf:26
till     PAY      charge.9           subscribe allow "charge.>"  shop.conf:16

3 of 5 may subscribe to orders.v1.9 in account SHOP, or by imports from others.
`);
});

test("imports that make a server refuse a file are explained", async () => {
  const { code, text } = await explain("bad", "publish", "a", { account: "B" });
  expect(code).toBe(1);
  const advice = text.split("\n").filter((line) => line.trimStart().startsWith("= "));
  expect(advice.map((line) => line.trim().slice(2))).toEqual([
    "one.* is more than A exports, which is one.two; import one.two, or export one.*",
    'did you mean "A"?',
    "A exports no stream that zz is a part of, only s.>, one.two",
    "A exports s.> as a stream, and this imports a service; write stream in the import, or service in the export",
    "q.> is more than A exports, which is q.*; import q.*, or export q.>",
    "A exports p.x to C only",
    'token 2 of t.C.y is "C", and has to be the importing account; import t.B.y',
  ]);
});

describe("who is let in by others than the file", () => {
  test("has tokens of an identity provider: their rules are shown", async () => {
    expect(await explain("oidc", "publish", "u.joe.x")).toEqual({
      code: 1,
      text: `it depends: tokens say who may publish to u.joe.x
  tokens in which groups is ops of https://id.example: account A (oidc.conf:4)
    publish allow: ">"
  any token of https://id.example: account $G (oidc.conf:5)
    publish allow: "u.{{claim(sub)}}.>"
    subscribe allow: "_INBOX.>"
    subscribe deny: "x"
  --claims '{"sub":"joe"}' tells what a token with these claims is good for.
`,
    });
  });

  test.each([
    ['{"sub":"joe"}', 0, 'allowed: joe may publish to u.joe.x\n  The publish allow rule "u.joe.>"'],
    ['{"sub":"ann"}', 2, "denied: ann may not publish to u.joe.x\n"],
    ['{"sub":"ann","groups":["ops","x"]}', 0, "allowed: ann of account A may publish to u.joe.x\n"],
  ])("has a token with the claims %s", async (claims, code, text) => {
    const outcome = await explain("oidc", "publish", "u.joe.x", { claims });
    expect(outcome.code).toBe(code);
    expect(outcome.text).toStartWith(text);
  });

  test("has claims that are no good", async () => {
    const asked = (file: string, claims: string) =>
      faultOf(explain(file, "publish", "a", { claims }));
    expect(await asked("oidc", '{"sub":"a.b"}')).toStartWith(
      "the token is refused: it has a claim",
    );
    expect(await asked("oidc", '{"iss":"https://other","sub":"a"}')).toBe(
      "--claims has to have the iss of a provider: https://id.example",
    );
    expect(await asked("oidc", "joe")).toStartWith("--claims takes JSON");
    expect(await asked("shop", "{}")).toBe("the file has no oidc block");
  });

  test("is let in by a service, in whose account it is asked", async () => {
    expect(await faultOf(explain("callout", "publish", "a", { user: "joe" }))).toBe(
      'what "joe" may do is not in callout.conf: a service in account AUTH is asked (auth_callout)',
    );
    expect((await explain("callout", "publish", "a", { account: "B" })).code).toBe(0);
  });
});

describe("accounts of an operator", () => {
  const shop = (activation: string): string =>
    accountJwt(
      SHOP,
      OPERATOR,
      {
        imports: [
          {
            name: "c",
            subject: "charge.*",
            account: PAY.publicKey,
            type: "service",
            token: activation,
          },
          { name: "n", subject: "none", account: newKey("A", 9).publicKey, type: "stream" },
        ],
      },
      { name: "SHOP" },
    );
  const pay = accountJwt(
    PAY,
    OPERATOR,
    {
      exports: [{ name: "c", subject: "charge.*", type: "service", token_req: true }],
    },
    { name: "PAY" },
  );
  const system = accountJwt(SYSTEM, OPERATOR, {}, { name: "SYS" });
  const head = `operator: ${operatorJwt(OPERATOR)}\nsystem_account: ${SYSTEM.publicKey}\n`;

  async function withPreload(name: string, activation: string): Promise<void> {
    const jwts = [
      [SYSTEM, system],
      [SHOP, shop(activation)],
      [PAY, pay],
    ] as const;
    const lines = jwts.map(([{ publicKey }, jwt]) => `  ${publicKey}: ${jwt}`);
    const text = `${head}resolver: MEMORY\nresolver_preload {\n${lines.join("\n")}\n}\n`;
    await writeFile(join(folder, `${name}.conf`), text);
  }

  test("are those of the file, with imports that they are not let have", async () => {
    await withPreload("private", "");
    const { code, text } = await explain("private", "publish", "charge.1", { account: "SHOP" });
    expect(code).toBe(0);
    expect(text).toContain(
      "subscribers to charge.1 in SHOP: users, whose JWTs say what they may\n",
    );
    expect(text).toContain(
      "x the service import of charge.* from PAY into SHOP has no effect: service import not authorized\n" +
        "    charge.* is private: the import needs an activation token of PAY for it\n",
    );
    expect(
      (await explain("private", "subscribe", "none", { account: SHOP.publicKey })).text,
    ).toContain(`into SHOP has no effect: account missing\n    there is no account A`);
    expect(await faultOf(explain("private", "publish", "a", { user: "U" }))).toContain(
      "--account tells about an account",
    );
  });

  test("have activations that count", async () => {
    const given = { subject: "charge.*", kind: "service" };
    await withPreload("given", activationJwt(SHOP, PAY, given as never));
    const { text } = await explain("given", "publish", "charge.1", { account: "SHOP" });
    expect(text).toContain("-> account PAY: charge.1, by the service import of charge.*\n");
  });

  test("have users whose tokens say what they may", async () => {
    await withPreload("users", "");
    const creds = async (jwt: string): Promise<string> => {
      const path = join(folder, "user.creds");
      await writeFile(path, credsFile(jwt, "SUSECRET"));
      return path;
    };
    const user = newKey("U", 5);
    const allowed = await creds(
      userJwt(user, PAY, { pub: { allow: ["x"] }, resp: {} }, { name: "till" }),
    );
    expect(await explain("users", "publish", "x", { creds: allowed })).toMatchObject({ code: 0 });
    const { code, text } = await explain("users", "publish", "y", { creds: allowed });
    expect(code).toBe(2);
    expect(text).toStartWith(
      "denied: till of account PAY may not publish to y\n  No publish allow rule matches",
    );
    const other = await creds(userJwt(user, newKey("A", 8)));
    expect(await faultOf(explain("users", "publish", "x", { creds: other }))).toBe(
      "the user is refused: Account JWT lookup error: account missing",
    );
    const forged = await creds(resigned(userJwt(user, PAY)));
    const fault = await faultOf(explain("users", "publish", "x", { creds: forged }));
    expect(fault).toContain("user.creds: ");
    expect(fault).not.toContain("SUSECRET");
    expect(await faultOf(explain("shop", "publish", "x", { creds: forged }))).toBe(
      "--creds is for files with an operator",
    );
  });

  test("are those of a resolver's directory, which stays as it is", async () => {
    const directory = join(folder, "jwt");
    await mkdir(directory);
    await writeFile(join(directory, `${PAY.publicKey}.jwt`), pay);
    const text = `${head}resolver: { type: full, dir: "${directory}" }
resolver_preload { ${SYSTEM.publicKey}: ${system} }\n`;
    await writeFile(join(folder, "dir.conf"), text);
    expect((await explain("dir", "subscribe", "charge.1", { account: "PAY" })).text).toContain(
      "x PAY exports the service charge.*, and no account imports it",
    );
    expect(await readdir(directory)).toEqual([`${PAY.publicKey}.jwt`]);
    expect(await faultOf(explain("dir", "publish", "a", { account: "SHOP" }))).toBe(
      'there is no account "SHOP", there are $G, SYS, PAY',
    );
  });
});

test("who may answer is who can", async () => {
  const { options } = await loadConfig(join(folder, "shop.conf"), {});
  await using server = await startServer({ ...options, port: -1 });
  const connect = async (user: string, ...lines: string[]): Promise<Wire> => {
    const wire = await Wire.connect(server.port);
    const sent = [`CONNECT {"user":"${user}","pass":"x","verbose":false}`, ...lines, "PING", ""];
    await wire.send(sent.join("\r\n"));
    expect(await wire.waitFor("PONG\r\n")).toBe(true);
    return wire;
  };
  for (const [user, isHeard] of [
    ["teller", true],
    ["till", false],
  ] as const) {
    const responder = await connect(
      user,
      user === "teller" ? "SUB charge.> work 1" : "SUB charge.> 1",
    );
    const asking = await connect("web", "SUB inbox 1", "PUB orders.v1.5 inbox 1\r\n?");
    expect(await responder.waitFor(/MSG charge\.5 1 _R_\S+ 1\r\n\?/)).toBe(true);
    const reply = /_R_\S+/.exec(responder.text)![0];
    await responder.send(`PUB ${reply} 1\r\n!\r\nPING\r\n`);
    expect(await responder.waitFor(/PONG\r\n[\s\S]*PONG\r\n/)).toBe(true);
    await asking.send("PING\r\n");
    expect(await asking.waitFor(/PONG\r\n[\s\S]*PONG\r\n/)).toBe(true);
    expect(asking.text.includes("MSG inbox 1 1\r\n!")).toBe(isHeard);
    expect(responder.text.includes("Permissions Violation for Publish")).toBe(!isHeard);
    await responder.close();
    await asking.close();
  }
});
