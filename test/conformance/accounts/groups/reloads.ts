/** Accounts, users, exports and imports that come and go while clients are connected. */

import type { Group } from "../../scenarios/scenario.ts";
import {
  ABSENT,
  type AloneCase,
  accountCase,
  accountGroup,
  aloneGroup,
  type Case,
} from "../cases.ts";
import { exports, imports, service, stream } from "../crossings.ts";
import { changes } from "../turns.ts";

const accounts: readonly Case[] = [
  accountCase("nothing changed", { A: "", B: "" }, [
    ["a", "SUB foo 1"],
    ["b", "SUB foo 1"],
    changes({}),
    ["a", "PUB foo"],
    ["b", "PUB foo"],
  ]),
  accountCase("an account removed", { A: "", B: "" }, [
    ["a", "SUB foo 1"],
    ["b", "SUB foo 1"],
    changes({ B: ABSENT }),
    ["a", "PUB foo"],
    ["b", "PUB foo"],
    ["b2", "PUB foo"],
  ]),
  accountCase("an account added", { A: "", B: ABSENT }, [
    ["a", "SUB foo 1"],
    ["b"],
    changes({ B: "" }),
    ["b2", "SUB foo 1", "PUB foo"],
    ["a", "PUB foo"],
  ]),
  accountCase("subscriptions stay", { A: "", B: "" }, [
    ["a", "SUB foo 1", "SUB foo.* q 2", "SUB bar 3", "UNSUB 3 2"],
    ["a2", "PUB bar =1"],
    changes({ B: "limits { max_subs: 7 }" }),
    ["a2", "PUB foo =2", "PUB foo.x =3", "PUB bar =4", "PUB bar =5"],
  ]),
];

const offered = exports('{stream: "st.>"}', "{service: svc}");
const taken = imports(stream("st.>"), service("svc"));

const crossings: readonly Case[] = [
  accountCase("an import of a stream added", { A: offered, B: "" }, [
    ["b", "SUB st.x 1"],
    ["a", "PUB st.x =1"],
    changes({ B: taken }),
    ["a", "PUB st.x =2"],
    ["b", "SUB st.x 2"],
    ["a", "PUB st.x =3"],
  ]),
  accountCase("an import of a stream removed", { A: offered, B: taken }, [
    ["b", "SUB st.x 1"],
    ["a", "PUB st.x =1"],
    changes({ B: "" }),
    ["a", "PUB st.x =2"],
    ["b", "SUB st.x 2"],
    ["a", "PUB st.x =3"],
    ["b2", "PUB st.x =4"],
  ]),
  accountCase("a stream neither exported nor imported", { A: offered, B: taken }, [
    ["b", "SUB st.x 1"],
    ["a", "PUB st.x =1"],
    changes({ A: "", B: "" }),
    ["a", "PUB st.x =2"],
  ]),
  accountCase("an export removed, its import left", { A: offered, B: taken }, [
    ["b", "SUB st.x 1"],
    changes({ A: "" }),
    ["a", "PUB st.x =1"],
  ]),
  accountCase(
    "an import under another name",
    { A: offered, B: imports(stream("st.>", "prefix: one")) },
    [
      ["b", "SUB > 1"],
      ["a", "PUB st.x =1"],
      changes({ B: imports(stream("st.>", "prefix: two")) }),
      ["a", "PUB st.x =2"],
    ],
  ),
  accountCase("an import that stays", { A: offered, B: taken, C: "" }, [
    ["b", "SUB st.x 1", "SUB st.y q 2"],
    ["a", "PUB st.x =1"],
    changes({ C: taken }),
    ["a", "PUB st.x =2", "PUB st.y =3"],
    ["b", "UNSUB 1"],
    ["a", "PUB st.x =4"],
  ]),
  accountCase("a service removed", { A: offered, B: taken }, [
    ["a", "SUB svc 1"],
    ["b", "SUB answer 1", "PUB svc answer =1"],
    changes({ B: "" }),
    ["b", "PUB svc answer =2"],
  ]),
  accountCase("a service added", { A: offered, B: "" }, [
    ["a", "SUB svc 1"],
    ["b", "SUB answer 1", "PUB svc answer =1"],
    changes({ B: taken }),
    ["b", "PUB svc answer =2"],
    ["a", "PUB <R> =yes"],
  ]),
  accountCase(
    "a service under another name",
    { A: offered, B: imports(service("svc", "to: one")) },
    [
      ["a", "SUB svc 1"],
      ["b", "SUB answer 1", "PUB one answer =1"],
      changes({ B: imports(service("svc", "to: two")) }),
      ["b", "PUB one answer =2", "PUB two answer =3"],
    ],
  ),
  accountCase("an answer over a reload", { A: offered, B: taken, C: "" }, [
    ["a", "SUB svc 1"],
    ["b", "SUB answer 1", "PUB svc answer =1"],
    changes({ C: "limits { max_subs: 7 }" }),
    ["a", "PUB <R> =yes"],
    ["b", "PUB svc answer =2"],
  ]),
  accountCase("an importer removed", { A: offered, B: taken }, [
    ["b", "SUB st.x 1"],
    changes({ B: ABSENT }),
    ["a", "PUB st.x =1"],
    changes({}),
    ["b2", "SUB st.x 1"],
    ["a", "PUB st.x =2"],
  ]),
];

const A = (more = "", users = "{user: a, PASS}"): string => `A { users = [ ${users} ]\n${more} }`;
const B = (more = "", users = "{user: b, PASS}"): string => `B { users = [ ${users} ]\n${more} }`;
const SYS = "SYS { users = [ {user: sys, PASS} ] }";
const all = (...list: string[]): string => `accounts { ${list.join("\n")} }`;
const raw = (conn: string, send: string) => ({ conn, send });

const alone: readonly AloneCase[] = [
  {
    name: "a user moves to another account",
    config: all(A("", "{user: a, PASS}, {user: c, PASS}"), B()),
    turns: [
      ["a", "SUB foo 1"],
      ["c", "SUB foo 1"],
      ["b", "SUB foo 1"],
      changes({ config: all(A(), B("", "{user: b, PASS}, {user: c, PASS}")) }),
      ["c", "PUB foo =1"],
      ["c2", "SUB foo 1", "PUB foo =2"],
      ["a2", "PUB foo =3"],
    ],
  },
  {
    name: "a user removed from an account",
    config: all(A("", "{user: a, PASS}, {user: c, PASS}"), B()),
    turns: [
      ["c", "SUB foo 1"],
      ["a"],
      changes({ config: all(A(), B()) }),
      ["c"],
      ["a", "PUB foo"],
      ["c2"],
    ],
  },
  {
    name: "permissions of a user in an account changed",
    config: all(A(), B()),
    turns: [
      ["a", "SUB foo 1", "SUB bar 2"],
      changes({
        config: all(A("", "{user: a, PASS, permissions: {subscribe: foo, publish: bar}}"), B()),
      }),
      ["a", "PUB foo", "PUB bar", "SUB baz 3"],
    ],
  },
  {
    name: "accounts where there were none",
    config: "",
    turns: [
      raw("x", 'CONNECT {"verbose":false}\r\nSUB foo 1\r\nPING\r\n'),
      changes({ config: all(A(), B()) }),
      raw("x", "PUB foo 1\r\nx\r\nPING\r\n"),
      ["a", "SUB foo 1", "PUB foo"],
    ],
  },
  {
    name: "no accounts any more",
    config: all(A(), B()),
    turns: [
      ["a", "SUB foo 1"],
      changes({ config: "debug: true" }),
      ["a", "PUB foo"],
      raw("x", 'CONNECT {"verbose":false}\r\nPUB foo 1\r\nx\r\nPING\r\n'),
    ],
  },
  {
    name: "a list of users becomes one of an account",
    config: "authorization { users = [ {user: a, PASS} ] }",
    turns: [
      ["a", "SUB foo 1"],
      changes({ config: all(A()) }),
      ["a", "PUB foo =1"],
      ["a2", "SUB foo 1", "PUB foo =2"],
    ],
  },
  {
    name: "a system account is named",
    config: all(A(), SYS),
    turns: [
      ["a"],
      ["sys"],
      changes({ config: `${all(A(), SYS)}\nsystem_account: SYS` }),
      ["sys"],
      ["a"],
    ],
  },
  {
    name: "a broken import",
    config: all(
      A("exports [ {stream: foo} ]"),
      B("imports [ {stream: {account: A, subject: foo}} ]"),
    ),
    turns: [
      ["b", "SUB foo 1"],
      changes({ config: all(A(), B("imports [ {stream: {account: A, subject: foo}} ]")) }),
      ["a", "PUB foo"],
    ],
  },
  {
    name: "accounts in another order",
    config: all(A(), B()),
    turns: [
      ["a", "SUB foo 1"],
      ["b", "SUB foo 1"],
      changes({ config: all(B(), A()) }),
      ["a", "PUB foo"],
    ],
  },
  {
    name: "no_auth_user of another account",
    config: `no_auth_user: a\n${all(A(), B())}`,
    turns: [
      raw("x", 'CONNECT {"verbose":false}\r\nSUB foo 1\r\nPING\r\n'),
      changes({ config: `no_auth_user: b\n${all(A(), B())}` }),
      raw("x", "PUB foo 1\r\nx\r\nPING\r\n"),
      raw("y", 'CONNECT {"verbose":false}\r\nPUB foo 1\r\ny\r\nPING\r\n'),
    ],
  },
];

export const RELOADS: readonly Group[] = [
  accountGroup("reload, accounts", accounts),
  accountGroup("reload, crossings", crossings),
  aloneGroup("reload, alone", alone),
];
