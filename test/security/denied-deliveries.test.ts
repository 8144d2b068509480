/**
 * Nothing on a denied subject reaches whoever is denied it: not through a queue subscription on a
 * wildcard, not where several denies overlap, and not by a rule for a queue group that allows it.
 */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { peer } from "../process/processes.ts";
import { login, SecuredServer } from "./secured-server.ts";

setDefaultTimeout(20_000);

interface Case {
  readonly name: string;
  /** `subscribe` permissions of the user. */
  readonly rules: string;
  /** Subject, and queue if any; their sids are 1, 2 and so on. */
  readonly subscriptions: readonly string[];
  readonly published: readonly string[];
  /** Sid and subject. */
  readonly received: readonly string[];
  /** Of the subscriptions. */
  readonly refused?: readonly string[];
  /** What nats-server delivers beyond that, or admits. */
  readonly leaks?: string;
}

const FOO = ["foo.bar", "foo.baz", "foo.bar.x", "bar.foo"];

const CASES: readonly Case[] = [
  {
    name: "queue subscription on *",
    rules: "{deny: 'foo.bar'}",
    subscriptions: ["foo.* q"],
    published: FOO,
    received: ["1 foo.baz"],
  },
  {
    name: "queue subscription on >",
    rules: "{deny: 'foo.bar'}",
    subscriptions: ["> q"],
    published: FOO,
    received: ["1 foo.baz", "1 foo.bar.x", "1 bar.foo"],
  },
  {
    name: "queue subscription on * below a denied >",
    rules: "{deny: 'foo.>'}",
    subscriptions: ["*.bar q", "*.*.x q", "*.foo q"],
    published: FOO,
    received: ["3 bar.foo"],
  },
  {
    name: "queue and plain subscriptions side by side",
    rules: "{deny: 'foo.bar'}",
    subscriptions: ["foo.* q", "foo.*", "*.bar", "foo.> other"],
    published: ["foo.bar", "foo.baz"],
    received: ["1 foo.baz", "2 foo.baz", "4 foo.baz"],
  },
  {
    name: "denies that overlap crosswise",
    rules: "{deny: ['foo.*', '*.bar']}",
    subscriptions: [">"],
    published: ["foo.bar", "foo.x", "x.bar", "x.y", "foo.bar.x"],
    received: ["1 x.y", "1 foo.bar.x"],
  },
  {
    name: "denies that contain each other",
    rules: "{deny: ['foo.bar', 'foo.>', 'foo.*.x']}",
    subscriptions: [">", "*.* q"],
    published: ["foo.bar", "foo.a.x", "foo.a.y", "bar.foo", "foo"],
    received: ["1 bar.foo", "2 bar.foo", "1 foo"],
  },
  {
    name: "denies that overlap in the middle",
    rules: "{deny: ['a.*.c', 'a.b.*', '*.b.c.>']}",
    subscriptions: ["a.>", "*.b.*", "*.*.c q"],
    published: ["a.b.c", "a.x.c", "a.b.x", "a.x.x", "x.b.c", "x.b.c.d", "a.b.c.d"],
    received: ["1 a.x.x", "2 x.b.c", "3 x.b.c"],
  },
  {
    name: "a rule for a queue group that allows what is denied",
    rules: "{allow: ['foo.> q', 'bar.>'], deny: 'foo.bar'}",
    subscriptions: ["foo.bar q", "foo.* q"],
    published: FOO,
    received: ["2 foo.baz"],
    refused: ["foo.bar q"],
  },
  {
    name: "a rule for any queue group that allows what is denied",
    rules: "{allow: '> >', deny: ['foo.>']}",
    subscriptions: ["foo.x q", "> q"],
    published: FOO,
    received: ["2 bar.foo"],
    refused: ["foo.x q"],
  },
  {
    name: "the same rule as allow and deny",
    rules: "{allow: ['foo.* q'], deny: ['foo.* q']}",
    subscriptions: ["foo.* q", "foo.bar q"],
    published: FOO,
    received: [],
    refused: ["foo.* q", "foo.bar q"],
  },
  {
    name: "a deny for one queue group only",
    rules: "{deny: 'foo.bar q'}",
    subscriptions: ["foo.* q", "foo.* r", "foo.*"],
    published: ["foo.bar", "foo.baz"],
    received: ["2 foo.bar", "3 foo.bar", "1 foo.baz", "2 foo.baz", "3 foo.baz"],
  },
  {
    name: "a deny for a pattern of queue groups",
    rules: "{deny: ['foo.bar *.prod', 'foo.baz v>']}",
    subscriptions: ["foo.* a.prod", "foo.* a.dev", "foo.* v"],
    published: ["foo.bar"],
    received: ["2 foo.bar", "3 foo.bar"],
  },
  {
    name: "subscriptions wider than what is allowed",
    rules: "{allow: 'foo.*'}",
    subscriptions: ["foo.>", "foo.> q", "foo.*"],
    published: ["foo.bar", "foo.bar.x"],
    received: ["3 foo.bar"],
    refused: ["foo.>", "foo.> q"],
    leaks: "`foo.*` admits `foo.>`",
  },
];

interface Outcome {
  readonly received: string[];
  readonly refused: string[];
}

async function play(each: Case, program?: readonly string[]): Promise<Outcome> {
  const config = `authorization { users = [
    {user: limited, password: p, permissions: {subscribe: ${each.rules}}}
    {user: admin, password: p}
  ] }`;
  await using server = await SecuredServer.start(config, program === undefined ? {} : { program });
  const limited = await login(server.port, { user: "limited", pass: "p", headers: true });
  const admin = await login(server.port, { user: "admin", pass: "p", headers: true });
  const lines = each.subscriptions.map((text, i) => `SUB ${text} ${i + 1}\r\n`);
  await limited.send(`${lines.join("")}PING\r\n`);
  await limited.waitFor(/PONG\r\n.*PONG\r\n/s);
  // Each subject several times, with headers and without.
  for (const subject of each.published) {
    await admin.send(`PUB ${subject} 1\r\nx\r\nHPUB ${subject} r 12 13\r\nNATS/1.0\r\n\r\nx\r\n`);
  }
  await admin.send("PING\r\n");
  await admin.waitFor(/PONG\r\n.*PONG\r\n/s);
  await limited.send("PING\r\n");
  await limited.waitFor(/PONG\r\n.*PONG\r\n.*PONG\r\n/s);
  const received = Array.from(
    limited.text.matchAll(/^H?MSG (\S+) (\d+) /gm),
    ([, subject, sid]) => {
      return `${sid} ${subject}`;
    },
  );
  const refused = Array.from(
    limited.text.matchAll(/Violation for Subscription to "(\S+)"(?: using queue "(\S+)")?'/g),
    ([, subject, queue]) => (queue === undefined ? subject! : `${subject} ${queue}`),
  );
  limited.close();
  admin.close();
  return { received: received.sort(), refused };
}

/** What is expected, with each message twice. */
function expected({ received, refused = [] }: Case): Outcome {
  return { received: received.flatMap((each) => [each, each]).sort(), refused: [...refused] };
}

describe("what is denied is not delivered", () => {
  test.each(CASES.map((each) => [each.name, each] as const))("%s", async (_, each) => {
    expect(await play(each)).toEqual(expected(each));
  });
});

describe.skipIf(peer === undefined)("nats-server agrees, unless it leaks", () => {
  test.each(CASES.map((each) => [each.name, each] as const))("%s", async (_, each) => {
    const outcome = expect(await play(each, [peer!]));
    if (each.leaks === undefined) outcome.toEqual(expected(each));
    else outcome.not.toEqual(expected(each));
  });
});

test("what one member of a queue group is denied goes to another one, and is not lost", async () => {
  await using server = await SecuredServer.start(`authorization { users = [
    {user: limited, password: p, permissions: {subscribe: {deny: 'job.secret'}}}
    {user: admin, password: p}
  ] }`);
  const limited = await login(server.port, { user: "limited", pass: "p" });
  const admin = await login(server.port, { user: "admin", pass: "p" });
  const publisher = await login(server.port, { user: "admin", pass: "p" });
  for (const wire of [limited, admin]) {
    await wire.send("SUB job.* workers 1\r\nPING\r\n");
    await wire.waitFor(/PONG\r\n.*PONG\r\n/s);
  }
  const count = 200;
  await publisher.send(
    `${"PUB job.secret 1\r\nx\r\nPUB job.open 1\r\ny\r\n".repeat(count)}PING\r\n`,
  );
  await publisher.waitFor(/PONG\r\n.*PONG\r\n/s);
  for (const wire of [limited, admin]) {
    await wire.send("PING\r\n");
    await wire.waitFor(/PONG\r\n.*PONG\r\n.*PONG\r\n/s);
  }
  const counted = (text: string, subject: string): number =>
    text.split(`MSG ${subject} `).length - 1;
  expect(counted(limited.text, "job.secret")).toBe(0);
  expect(counted(admin.text, "job.secret")).toBe(count);
  const open = [counted(limited.text, "job.open"), counted(admin.text, "job.open")];
  expect(open[0]! + open[1]!).toBe(count);
  expect(Math.min(...open)).toBeGreaterThan(0);
  for (const wire of [limited, admin, publisher]) wire.close();
});

describe("what comes back by other ways", () => {
  const CONFIG = `authorization { users = [
    {user: limited, password: p, permissions: {
      subscribe: {deny: 'no.>'}, publish: {allow: 'ask.>'}, allow_responses: true
    }}
    {user: admin, password: p}
  ] }`;

  test("the answer that nobody took a request does not go to a denied subject", async () => {
    await using server = await SecuredServer.start(CONFIG);
    const options = { user: "limited", pass: "p", headers: true, no_responders: true };
    const wire = await login(server.port, options);
    await wire.send(
      "SUB *.reply 1\r\nPUB ask.x no.reply 0\r\n\r\nPUB ask.x yes.reply 0\r\n\r\nPING\r\n",
    );
    await wire.waitFor(/PONG\r\n.*PONG\r\n/s);
    expect(wire.text).toContain("HMSG yes.reply 1");
    expect(wire.text).not.toContain("HMSG no.reply");
    wire.close();
  });

  test("nor do one's own messages, or answers of others", async () => {
    await using server = await SecuredServer.start(CONFIG);
    const limited = await login(server.port, { user: "limited", pass: "p" });
    const admin = await login(server.port, { user: "admin", pass: "p" });
    await limited.send("SUB > 1\r\nSUB *.> q 2\r\nPING\r\n");
    await limited.waitFor(/PONG\r\n.*PONG\r\n/s);
    await admin.send("SUB ask.> 1\r\nPUB get.x no.answer 1\r\nx\r\nPING\r\n");
    await admin.waitFor(/PONG\r\n.*PONG\r\n/s);
    // The request gave the right to publish an answer, but not to receive it.
    await limited.send("PUB no.answer 1\r\nx\r\nPUB ask.x no.reply 1\r\nx\r\nPING\r\n");
    await admin.waitFor("MSG ask.x");
    await admin.send("PUB no.reply 1\r\nx\r\nPUB yes.last 0\r\n\r\n");
    await limited.waitFor("MSG yes.last 2");
    expect(limited.text).not.toMatch(/MSG no\./);
    expect(limited.text).not.toContain("-ERR");
    limited.close();
    admin.close();
  });
});
