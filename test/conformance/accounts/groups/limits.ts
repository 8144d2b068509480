/** Limits and default permissions of accounts, and what INFO says of them. */

import type { Group } from "../../scenarios/scenario.ts";
import { type AloneCase, accountCase, accountGroup, aloneGroup, type Case } from "../cases.ts";
import { exports, imports, service, stream } from "../crossings.ts";
import { changes, ends, leaves } from "../turns.ts";

const limited = (text: string): Case["accounts"] => ({ A: `limits { ${text} }` });
const two = { protocol: 1 };

const limits: readonly Case[] = [
  accountCase("connections", limited("max_connections: 2"), [
    ["a", "SUB foo 1"],
    ["a2"],
    ["a3"],
    leaves("a2"),
    ["a4", "PUB foo"],
  ]),
  accountCase("no connections", limited("max_connections: 0"), [["a"], ["a2"]]),
  accountCase("connections of another account", { A: "limits { max_conn: 1 }", B: "" }, [
    ["a"],
    ["b"],
    ["b2"],
    ["a2"],
  ]),
  accountCase("subscriptions", limited("max_subscriptions: 2"), [
    ["a", "SUB foo 1", "SUB bar 2", "SUB baz 3", "SUB more 4"],
    ["a", "UNSUB 1", "SUB baz 5"],
    ["a2", "PUB foo", "PUB bar", "PUB baz"],
  ]),
  accountCase("subscriptions, all in one account", limited("max_subs: 2"), [
    ["a", "SUB foo 1"],
    ["a2", "SUB foo 1", "SUB bar 2"],
    leaves("a"),
    ["a2", "SUB baz 3"],
  ]),
  accountCase(
    "subscriptions that cross",
    {
      A: exports('{stream: "st.>"}'),
      B: `${imports(stream("st.>"))}\nlimits { max_subs: 1 }`,
    },
    [
      ["b", "SUB st.x 1", "SUB st.y 2"],
      ["a", "PUB st.x", "PUB st.y"],
    ],
  ),
  accountCase("a payload", limited("max_payload: 10"), [
    ["a", "SUB foo 1", "PUB foo =0123456789"],
    ["a2", "PUB foo =01234567890"],
  ]),
  accountCase("a payload with headers", limited("max_payload: 20"), [
    ["a", "SUB foo 1", "PUB foo {A: b} =xy"],
    ["a2", "PUB foo {A: b} =xyz"],
  ]),
  accountCase("a payload, told in INFO", limited("max_payload: 10"), [["a"]], {
    options: { a: two },
  }),
  accountCase("a payload above the server's", limited("max_payload: 2MB"), [["a"]], {
    options: { a: two },
  }),
  accountCase(
    "a payload of a service's answer",
    {
      A: `${exports("{service: svc}")}`,
      B: `${imports(service("svc"))}\nlimits { max_payload: 10 }`,
    },
    [
      ["a", "SUB svc 1"],
      ["b", "SUB answer 1", "PUB svc answer"],
      ["a", "PUB <R> =01234567890123"],
    ],
  ),
  accountCase(
    "a request that grows over the limit",
    {
      A: `${exports("{service: svc}")}\nlimits { max_payload: 10 }`,
      B: imports(service("svc")),
    },
    [
      ["a", "SUB svc 1"],
      ["b", "SUB answer 1", "PUB svc answer =01234567890123"],
    ],
  ),
  accountCase("no connections any more after a reload", limited("max_connections: 2"), [
    ["a"],
    changes({ A: "limits { max_connections: 0 }" }),
    ["a"],
    ["a2"],
  ]),
  accountCase("fewer subscriptions after a reload", limited("max_subs: 2"), [
    ["a", "SUB foo 1", "SUB bar 2"],
    changes({ A: "limits { max_subs: 1 }" }),
    ends("a"),
    ["a2", "PUB foo", "PUB bar"],
  ]),
  accountCase("no subscriptions", limited("max_subs: 0"), [["a"]]),
  accountCase("as many subscriptions as are there, after a reload", limited("max_subs: 3"), [
    ["a", "SUB foo 1", "SUB bar 2"],
    changes({ A: "limits { max_subs: 2 }" }),
    ["a2", "PUB foo", "PUB bar"],
  ]),
  accountCase("a smaller payload after a reload", { A: "" }, [
    ["a", "SUB foo 1"],
    changes({ A: "limits { max_payload: 2 }" }),
    ["a", "PUB foo =xyz"],
    ["a2", "PUB foo =xyz"],
  ]),
];

const DEFAULTS =
  'default_permissions { publish: "out.>", subscribe: {allow: "in.>", deny: in.secret} }';

const defaults: readonly Case[] = [
  accountCase("for users without any", { A: DEFAULTS }, [
    ["a", "SUB in.x 1", "SUB in.secret 2", "SUB other 3", "PUB out.x", "PUB other"],
  ]),
  accountCase(
    "not for users with some",
    { A: DEFAULTS },
    [["a", "SUB in.x 1", "SUB other 3", "PUB out.x", "PUB other"]],
    { users: { a: "permissions: {subscribe: other}" } },
  ),
  accountCase("not in another account", { A: DEFAULTS, B: "" }, [
    ["b", "SUB in.secret 1", "SUB other 3", "PUB other"],
  ]),
  accountCase(
    "over an import",
    {
      A: `${exports('{stream: "in.>"}')}`,
      B: `${imports(stream("in.>"))}\n${DEFAULTS}`,
    },
    [
      ["b", "SUB in.> 1"],
      ["a", "PUB in.x", "PUB in.secret"],
    ],
  ),
  accountCase("narrowed by a reload", { A: "" }, [
    ["a", "SUB in.x 1", "SUB other 2"],
    changes({ A: DEFAULTS }),
    ["a", "SUB more 3"],
    ["a2", "PUB out.x"],
  ]),
];

const told: readonly Case[] = [
  accountCase("of an account", { A: "" }, [["a"]], { options: { a: two } }),
  accountCase("of $G", { A: "" }, [["g"]], { options: { g: two } }),
  accountCase("of the system account", { A: "" }, [["sys"]], { options: { sys: two } }),
  accountCase("only with protocol 1", { A: "" }, [["a"]], { options: { a: { protocol: 0 } } }),
  accountCase(
    "at a second CONNECT",
    { A: "", B: "" },
    [
      ["a"],
      ["a", 'CONNECT {"verbose":false,"user":"@b","pass":"PASS","protocol":1}'],
      ["a", 'CONNECT {"verbose":true,"user":"@b","pass":"PASS","protocol":1}'],
    ],
    { options: { a: two } },
  ),
  accountCase("verbose", { A: "" }, [["a"]], { options: { a: { ...two, verbose: true } } }),
];

const raw = (conn: string, send: string) => ({ conn, send });

const alone: readonly AloneCase[] = [
  {
    name: "default_permissions of authorization and of accounts",
    config:
      "authorization { default_permissions: {publish: g}, users = [ {user: g, PASS} ] }, accounts { A { users = [ {user: a, PASS} ], default_permissions: {publish: a} }, B { users = [ {user: b, PASS} ] } }",
    turns: [
      ["g", "PUB g", "PUB a", "PUB b"],
      ["a", "PUB g", "PUB a", "PUB b"],
      ["b", "PUB g", "PUB a", "PUB b"],
    ],
  },
  {
    name: "INFO without accounts",
    config: "",
    turns: [raw("a", 'CONNECT {"protocol":1}\r\nPING\r\n'), raw("b", "PING\r\n")],
  },
  {
    name: "INFO to a system user of a system account alone",
    config: "accounts { $SYS { users = [ {user: sys, PASS} ] } }",
    turns: [["sys"], raw("a", 'CONNECT {"protocol":1,"verbose":false}\r\nPING\r\n')],
    options: { sys: two },
  },
  {
    name: "the server's connections and the account's",
    config:
      "max_connections: 2, accounts { A { users = [ {user: a, PASS} ], limits { max_connections: 5 } } }",
    turns: [["a"], ["a2"], raw("x", ""), ends("x")],
  },
];

export const LIMITS: readonly Group[] = [
  accountGroup("limits", limits),
  accountGroup("default permissions of accounts", defaults),
  accountGroup("INFO", told),
  aloneGroup("limits, alone", alone),
];
