/** What accounts keep apart, and who is in which. */

import type { Group } from "../../scenarios/scenario.ts";
import { keyPair } from "../../security/nkeys.ts";
import { type AloneCase, accountCase, accountGroup, aloneGroup } from "../cases.ts";

const two = { A: "", B: "" };

const apart = accountGroup("accounts, isolation", [
  accountCase("one subject in two accounts", two, [
    ["a", "SUB foo 1"],
    ["b", "SUB foo 1"],
    ["a2", "PUB foo =of a"],
    ["b2", "PUB foo =of b"],
  ]),
  accountCase("wildcards of everything", two, [
    ["a", "SUB > 1", "SUB *.* 2"],
    ["b", "PUB foo", "PUB foo.bar", "PUB A.B.C"],
    ["g", "PUB foo", "PUB foo.bar"],
    ["a2", "PUB foo.bar =own"],
  ]),
  accountCase("queue groups of one name", two, [
    ["a", "SUB work q 1"],
    ["b", "SUB work q 1"],
    ["a2", "PUB work =1", "PUB work =2"],
    ["b2", "PUB work =3"],
  ]),
  accountCase("$G sees nothing of others", two, [
    ["g", "SUB > 1"],
    ["a", "PUB foo"],
    ["g2", "PUB foo =own"],
    ["a", "PUB _INBOX.x", "PUB $G.x"],
  ]),
  accountCase("no responders in one, some in the other", two, [
    ["b", "SUB svc 1"],
    ["a", "SUB inbox 1", "PUB svc inbox"],
  ]),
  accountCase("the name of an account as a subject", two, [
    ["b", "SUB > 1"],
    ["a", "PUB @B.foo", "PUB $SYS.ACCOUNT.@B.CONNECT"],
  ]),
  accountCase(
    "another account named in CONNECT",
    two,
    [
      ["a", "SUB foo 1"],
      ["b", "SUB foo 1", "PUB foo"],
    ],
    { options: { b: { account: "@A", acc: "@A" } } },
  ),
  accountCase("a new account named in CONNECT", two, [["a", "SUB foo 1", "PUB foo"]], {
    options: { a: { account: "nowhere", new_account: true } },
  }),
  accountCase("the own account named as new in CONNECT", two, [["a", "SUB foo 1", "PUB foo"]], {
    options: { a: { account: "@A", new_account: true } },
  }),
  accountCase("a number as the account in CONNECT", two, [["a", "SUB foo 1"]], {
    options: { a: { account: 7 } },
  }),
  accountCase(
    "two users of one account",
    { A: "" },
    [
      ["a", "SUB foo 1"],
      ["c", "PUB foo"],
    ],
    { users: { c: ["A", ""] } },
  ),
  accountCase("the wrong password", { A: "" }, [["a", "SUB foo 1"]], {
    options: { a: { pass: "wrong" } },
  }),
  accountCase("CONNECT again as a user of another account", two, [
    ["a", "SUB foo 1", "SUB bar q 2"],
    ["b", "SUB foo 1"],
    ["a", 'CONNECT {"verbose":false,"user":"@b","pass":"PASS"}'],
    ["a2", "PUB foo =1"],
    ["b2", "PUB foo =2", "PUB bar =3"],
    ["a", "PUB foo =4"],
  ]),
  accountCase("CONNECT again with a wrong password", two, [
    ["a", "SUB foo 1"],
    ["a", 'CONNECT {"verbose":false,"user":"@b","pass":"wrong"}', "PUB foo"],
  ]),
  accountCase("system subjects in an ordinary account", { A: "" }, [
    ["a", "SUB $SYS.> 1", "SUB > 2", "PUB $SYS.foo"],
    ["sys", "SUB $SYS.foo 1"],
    ["a", "PUB $SYS.foo =2"],
    ["sys2", "PUB $SYS.foo =3"],
  ]),
  accountCase("verbose", two, [["a", "SUB foo 1", "PUB foo", "UNSUB 1"]], {
    options: { a: { verbose: true } },
  }),
  accountCase(
    "without echo",
    two,
    [
      ["a", "SUB foo 1", "PUB foo"],
      ["a2", "PUB foo"],
    ],
    {
      options: { a: { echo: false } },
    },
  ),
]);

const key = keyPair(31);
const other = keyPair(32);
const nkeyLogin = (pair: typeof key, more = "", options: object = {}) => ({
  conn: "n",
  shown: `nkey; ${more}`,
  send: ({ nonce }: { nonce: string }) =>
    `CONNECT ${JSON.stringify({ verbose: false, nkey: pair.public, sig: pair.sign(nonce), ...options })}\r\n${more}PING\r\n`,
});
const WATCH = "SUB > 1\r\nPUB mine 1\r\nx\r\n";
const AB = "A { users = [ {user: a, PASS} ] }, B { users = [ {user: b, PASS} ] }";
const raw = (conn: string, send: string) => ({ conn, send });

const alone: readonly AloneCase[] = [
  {
    name: "nkeys of two accounts",
    config: `accounts { A { users = [ {nkey: ${key.public}} ] }, B { users = [ {nkey: ${other.public}}, {user: b, PASS} ] } }`,
    turns: [
      nkeyLogin(key, WATCH),
      ["b", "SUB > 1", "PUB foo =of b"],
      { ...nkeyLogin(other, WATCH), conn: "m" },
    ],
  },
  {
    name: "an nkey, and a name of another account",
    config: `accounts { A { users = [ {nkey: ${key.public}} ] }, B { users = [ {user: b, PASS} ] } }`,
    turns: [nkeyLogin(key, WATCH, { user: "b", pass: "PASS" }), ["b", "PUB foo"]],
  },
  {
    name: "no_auth_user in an account",
    config: `no_auth_user: a, accounts { ${AB} }`,
    turns: [
      raw("x", "CONNECT {}\r\nSUB foo 1\r\nPING\r\n"),
      ["a", "PUB foo"],
      ["b", "PUB foo =other", "SUB foo 1"],
      raw("y", "PUB foo 1\r\ny\r\nPING\r\n"),
    ],
  },
  {
    name: "no_auth_user that is an nkey in an account",
    config: `no_auth_user: ${key.public}, accounts { A { users = [ {nkey: ${key.public}} ] }, ${AB.slice(AB.indexOf("B"))} }`,
    turns: [
      raw("x", "CONNECT {}\r\nSUB foo 1\r\nPUB foo 1\r\nx\r\nPING\r\n"),
      ["b", "PUB foo =other", "SUB foo 1"],
    ],
  },
  {
    name: "accounts, and no_auth_user among the users of $G",
    config: `no_auth_user: g, authorization { users = [ {user: g, PASS} ] }, accounts { ${AB} }`,
    turns: [raw("x", "CONNECT {}\r\nSUB > 1\r\nPING\r\n"), ["g", "PUB foo"], ["a", "PUB foo"]],
  },
  {
    name: "only a system account: anyone gets in",
    config: "accounts { $SYS { users = [ {user: sys, PASS} ] } }",
    turns: [
      raw("x", "CONNECT {}\r\nSUB foo 1\r\nSUB $SYS.> 2\r\nPUB foo 1\r\nx\r\nPING\r\n"),
      raw("y", "PUB foo 1\r\ny\r\nPING\r\n"),
      ["sys", "PUB foo", "PUB $SYS.foo"],
    ],
  },
  {
    name: "only a system account: a wrong password",
    config: "accounts { $SYS { users = [ {user: sys, PASS} ] } }",
    turns: [
      ["sys", "SUB foo 1"],
      ["nobody", "SUB foo 1"],
    ],
    options: { sys: { pass: "wrong" } },
  },
  {
    name: "only a system account of another name",
    config: "system_account: ADMIN, accounts { ADMIN { users = [ {user: sys, PASS} ] } }",
    turns: [raw("x", "CONNECT {}\r\nSUB foo 1\r\nPUB foo 1\r\nx\r\nPING\r\n"), ["sys", "PUB foo"]],
  },
  {
    name: "only a system account, and an empty list of users",
    config: "authorization { users = [] }, accounts { $SYS { users = [ {user: sys, PASS} ] } }",
    turns: [raw("x", "CONNECT {}\r\nSUB foo 1\r\nPING\r\n"), ["sys", "PUB foo"]],
  },
  {
    name: "accounts without users",
    config: "accounts { A {}, B {} }",
    turns: [raw("x", "CONNECT {}\r\nSUB foo 1\r\nPUB foo 1\r\nx\r\nPING\r\n")],
  },
  {
    name: "a list of accounts",
    config: `accounts [A, B]`,
    turns: [raw("x", "CONNECT {}\r\nSUB foo 1\r\nPUB foo 1\r\nx\r\nPING\r\n")],
  },
  {
    name: "accounts, and a client without a name",
    config: `accounts { ${AB} }`,
    turns: [
      raw("x", "CONNECT {}\r\nPING\r\n"),
      raw("y", "PING\r\n"),
      raw("z", 'CONNECT {"auth_token":"x"}\r\nPING\r\n'),
    ],
  },
  {
    name: "the system account sees its own",
    config: `system_account: SYS, accounts { ${AB}, SYS { users = [ {user: sys, PASS} ] } }`,
    turns: [
      ["sys", "SUB foo 1"],
      ["sys2", "PUB foo =2"],
      ["a", "PUB foo"],
    ],
  },
];

export const ISOLATION: readonly Group[] = [apart, aloneGroup("accounts, alone", alone)];
