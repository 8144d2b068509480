/** The blocks of the documentation on permissions, each with the published clients. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { CLIENTS, type ClientPackage, type Connection } from "../interop/clients.ts";
import { until } from "../support/until.ts";
import { isRefused, join, Violations } from "./readme.ts";
import { SecuredServer } from "./secured-server.ts";

setDefaultTimeout(30_000);

const PASS = "abcdefghijklmnopqrstuvwxwz0123456789";
const FOUR_USERS = `
authorization {
  ADMIN = {
    publish = ">"
    subscribe = ">"
  }
  REQUESTOR = {
    publish = ["req.foo", "req.bar"]
    subscribe = "_INBOX.>"
  }
  RESPONDER = {
    subscribe = ["req.foo", "req.bar"]
    publish = "_INBOX.>"
  }
  DEFAULT_PERMISSIONS = {
    publish = "SANDBOX.*"
    subscribe = ["PUBLIC.>", "_INBOX.>"]
  }

  PASS: ${PASS}
  users = [
    {user: joe,     password: foo,   permissions: $ADMIN}
    {user: alice,   password: bar,   permissions: $REQUESTOR}
    {user: bob,     password: $PASS, permissions: $RESPONDER}
    {user: charlie, password: bar}
  ]
}`;

const ALLOW_AND_DENY = `
authorization {
    myUserPerms = {
      publish = {
        allow = "*.*"
        deny = ["SYS.*", "bar.baz", "foo.*"]
      }
      subscribe = {
        allow = ["foo.*", "bar"]
        deny = "foo.baz"
      }
    }
    users = [
        {user: myUser, password: pwd, permissions: $myUserPerms}
    ]
}`;

/** What a client is refused of these, in the order in which it tries. */
async function refusals(
  connection: Connection,
  publish: readonly string[],
  subscribe: readonly string[],
): Promise<string[]> {
  const violations = new Violations(connection);
  for (const subject of publish) connection.publish(subject);
  for (const subject of subscribe) connection.subscribe(subject, { callback: () => {} });
  await connection.flush();
  // It is told of an error a moment later.
  await Bun.sleep(50);
  return violations.seen;
}

async function joinAs(
  client: ClientPackage,
  server: SecuredServer,
  user: string,
  pass: string,
): Promise<Connection> {
  return await join(client, server, { user, pass });
}

describe.each(CLIENTS)("$name", (client) => {
  test("alice asks, bob answers, and joe hears all of it", async () => {
    await using server = await SecuredServer.start(FOUR_USERS);
    await using alice = await joinAs(client, server, "alice", "bar");
    await using bob = await joinAs(client, server, "bob", PASS);
    await using joe = await joinAs(client, server, "joe", "foo");
    const heard: string[] = [];
    joe.subscribe(">", { callback: (_, { subject }) => void heard.push(subject) });
    await joe.flush();
    for (const subject of ["req.foo", "req.bar"]) {
      bob.subscribe(subject, { callback: (_, message) => void message.respond(`${subject}!`) });
    }
    await bob.flush();
    for (const noMux of [true, false]) {
      for (const subject of ["req.foo", "req.bar"]) {
        const answer = await alice.request(subject, "", { timeout: 4_000, noMux });
        expect(answer.string()).toBe(`${subject}!`);
      }
    }
    await until("joe hears it", () => heard.length === 8);
    expect(heard.filter((subject) => subject.startsWith("_INBOX."))).toBeArrayOfSize(4);
  });

  test("nobody goes beyond what is allowed, and each is told", async () => {
    await using server = await SecuredServer.start(FOUR_USERS);
    await using alice = await joinAs(client, server, "alice", "bar");
    expect(
      await refusals(alice, ["req.foo", "req.baz", "_INBOX.x"], ["_INBOX.a.>", "req.foo", ">"]),
    ).toEqual(["publish req.baz", "publish _INBOX.x", "subscription req.foo", "subscription >"]);
    await using bob = await joinAs(client, server, "bob", PASS);
    expect(await refusals(bob, ["_INBOX.x", "req.foo"], ["req.foo", "req.*", "_INBOX.>"])).toEqual([
      "publish req.foo",
      "subscription req.*",
      "subscription _INBOX.>",
    ]);
    await using charlie = await joinAs(client, server, "charlie", "bar");
    const charlies = ["SANDBOX.x", "SANDBOX.x.y", "req.foo"];
    expect(await refusals(charlie, charlies, ["PUBLIC.x.>", "_INBOX.x", "SANDBOX.x"])).toEqual([
      "publish SANDBOX.x.y",
      "publish req.foo",
      "subscription SANDBOX.x",
    ]);
    await using joe = await joinAs(client, server, "joe", "foo");
    expect(await refusals(joe, ["req.foo", "x.y.z"], [">", "*.*"])).toEqual([]);
    expect(await isRefused(client, server, { user: "joe", pass: "bar" })).toBe(true);
    expect(await isRefused(client, server, { user: "bob", pass: "$PASS" })).toBe(true);
    await server.process.loggedMatching(/^\[ERR\] .* - Publish Violation - Subject "req\.baz"/);
    await server.process.loggedMatching(/^\[ERR\] .* - Subscription Violation - Subject ">", SID/);
  });

  test("a subscription that is refused tells its callback", async () => {
    await using server = await SecuredServer.start(FOUR_USERS);
    await using alice = await joinAs(client, server, "alice", "bar");
    const { promise, resolve } = Promise.withResolvers<Error | null>();
    alice.subscribe("req.foo", { callback: (error) => resolve(error) });
    expect((await promise)?.message).toMatch(
      /Permissions Violation for Subscription to "req\.foo"/i,
    );
    await alice.flush();
  });

  test("what is allowed and what is denied", async () => {
    await using server = await SecuredServer.start(ALLOW_AND_DENY);
    await using user = await joinAs(client, server, "myUser", "pwd");
    const publish = ["a.b", "SYS.a", "bar.baz", "bar.foo", "foo.a", "a", "a.b.c"];
    const subscribe = ["foo.a", "foo.*", "bar", "foo.baz", "foo.>", "bar.a", "foo"];
    expect(await refusals(user, publish, subscribe)).toEqual([
      "publish SYS.a",
      "publish bar.baz",
      "publish foo.a",
      "publish a",
      "publish a.b.c",
      "subscription foo.baz",
      "subscription foo.>",
      "subscription bar.a",
      "subscription foo",
    ]);
  });

  test("the old definition, where a list is one of what is allowed", async () => {
    await using server = await SecuredServer.start(`
      authorization {
        NAME = { publish = ["a", "b.>"], subscribe = "c.*" }
        users = [ {user: u, password: p, permissions: $NAME} ]
      }`);
    await using user = await joinAs(client, server, "u", "p");
    expect(await refusals(user, ["a", "b.c.d", "c.d"], ["c.d", "c.*", "a"])).toEqual([
      "publish c.d",
      "subscription a",
    ]);
  });

  test("permissions that change while clients are there", async () => {
    await using server = await SecuredServer.start(ALLOW_AND_DENY);
    await using user = await joinAs(client, server, "myUser", "pwd");
    user.subscribe("foo.a", { callback: () => {} });
    await user.flush();
    const violations = new Violations(user);
    await server.reload(ALLOW_AND_DENY.replace('deny = "foo.baz"', 'deny = ["foo.baz", "foo.a"]'));
    await until("the end of the subscription", () => violations.seen.length === 1);
    expect(violations.seen).toEqual(["subscription foo.a"]);
    expect(user.isClosed()).toBe(false);
  });
});

/** Routes do not matter to clients. */
const EDGE = `
cluster {
  listen: -1

  authorization {
    user: ruser
    # bcrypted hash of "top_secret"
    password: $2a$11$UaoHwUEqHaMwqo6L4kM2buOBnGFnSCWxNXY87hl.kCERqKK8WAXM.
    timeout: 3
  }

  permissions {
    import:["_INBOX.>", "global.>"]
    export:["_INBOX.>", "global.>", "sensors.>"]
  }

  routes = [
    nats-route://ruser:top_secret@cloudserver:4344
  ]
}`;

test.each([
  ["edge", EDGE],
  [
    "cloud",
    EDGE.replace('import:["_INBOX.>", "global.>"]', 'import:["_INBOX.>", "global.>", "sensors.>"]'),
  ],
])("the %s server of the chapter serves its clients", async (_, config) => {
  await using server = await SecuredServer.start(config);
  for (const client of CLIENTS) {
    await using connection = await join(client, server);
    connection.subscribe("sensors.a", { callback: (_error, message) => void message.respond("1") });
    const answer = await connection.request("sensors.a", "", { timeout: 4_000 });
    expect(answer.string()).toBe("1");
  }
});
