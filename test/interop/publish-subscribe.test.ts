/** Publishing and subscribing with the published clients. */

import { describe, expect, test } from "bun:test";
import { logged, startServer } from "../support/server.ts";
import { CLIENTS, type Connection } from "./clients.ts";

/** Subscribes, and keeps subject and text of every message. */
function record(connection: Connection, subject: string, queue?: string): string[] {
  const seen: string[] = [];
  connection.subscribe(subject, {
    ...(queue === undefined ? {} : { queue }),
    callback: (_, message) => void seen.push(`${message.subject} ${message.string()}`),
  });
  return seen;
}

describe.each(CLIENTS)("$name", (client) => {
  test("a message reaches every subscriber of its subject and nobody else", async () => {
    await using server = await startServer();
    await using publisher = await client.connect(server);
    await using subscriber = await client.connect(server);
    const first = record(subscriber, "greet.joe");
    const second = record(subscriber, "greet.joe");
    const own = record(publisher, "greet.joe");
    const other = record(subscriber, "greet.jim");
    await subscriber.flush();
    publisher.publish("greet.joe", "hello");
    publisher.publish("greet");
    publisher.publish("greet.joe.x");
    await publisher.flush();
    await subscriber.flush();
    expect([first, second, own]).toEqual([
      ["greet.joe hello"],
      ["greet.joe hello"],
      ["greet.joe hello"],
    ]);
    expect(other).toEqual([]);
  });

  test("wildcards match one token or the rest", async () => {
    await using server = await startServer();
    await using connection = await client.connect(server);
    const seen = Object.fromEntries(
      ["a.*", "a.>", "*.b", "*.*.c", ">", "a.*.>", "*"].map((subject) => [
        subject,
        record(connection, subject),
      ]),
    );
    for (const subject of ["a", "a.b", "a.b.c", "a.b.c.d", "x.b"]) connection.publish(subject, "1");
    await connection.flush();
    expect(seen).toEqual({
      "a.*": ["a.b 1"],
      "a.>": ["a.b 1", "a.b.c 1", "a.b.c.d 1"],
      "*.b": ["a.b 1", "x.b 1"],
      "*.*.c": ["a.b.c 1"],
      ">": ["a 1", "a.b 1", "a.b.c 1", "a.b.c.d 1", "x.b 1"],
      "a.*.>": ["a.b.c 1", "a.b.c.d 1"],
      "*": ["a 1"],
    });
  });

  test("a queue group shares messages about evenly and handles each once", async () => {
    const count = 2_000;
    await using server = await startServer();
    await using publisher = await client.connect(server);
    await using one = await client.connect(server);
    await using two = await client.connect(server);
    const members = [one, one, two, two].map((member) => record(member, "jobs.*", "workers"));
    const single = record(two, "jobs.>", "auditors");
    const observer = record(one, "jobs.*");
    await Promise.all([one.flush(), two.flush()]);
    for (let i = 0; i < count; i++) publisher.publish(`jobs.${i}`);
    await publisher.flush();
    await Promise.all([one.flush(), two.flush()]);
    const all = Array.from({ length: count }, (_, i) => `jobs.${i} `);
    expect(observer).toEqual(all);
    expect(single).toEqual(all);
    expect(members.flat().sort()).toEqual(all.toSorted());
    // An even share is 500; a fair choice is this far off once in more than a million runs.
    for (const member of members) expect(Math.abs(member.length - 500)).toBeLessThan(100);
  });

  test("a queue member that leaves leaves its share to the others", async () => {
    await using server = await startServer({ debug: true });
    await using publisher = await client.connect(server);
    await using staying = await client.connect(server);
    const leaving = await client.connect(server);
    const left = record(leaving, "jobs", "workers");
    const stayed = record(staying, "jobs", "workers");
    await Promise.all([leaving.flush(), staying.flush()]);
    await leaving.close();
    await logged(server, "debug", / - Client connection closed: Client Closed$/);
    for (let i = 0; i < 50; i++) publisher.publish("jobs", String(i));
    await publisher.flush();
    await staying.flush();
    expect(left).toEqual([]);
    expect(stayed).toEqual(Array.from({ length: 50 }, (_, i) => `jobs ${i}`));
  });

  test("a subscription ends after its maximum", async () => {
    await using server = await startServer();
    await using connection = await client.connect(server);
    const limited: string[] = [];
    const subscription = connection.subscribe("news", { max: 3 });
    const reading = (async () => {
      for await (const message of subscription) limited.push(message.string());
    })();
    for (let i = 0; i < 5; i++) connection.publish("news", String(i));
    await reading;
    expect(limited).toEqual(["0", "1", "2"]);

    const late: string[] = [];
    const unlimited = connection.subscribe("news", {
      callback: (_, message) => void late.push(message.string()),
    });
    for (let i = 0; i < 3; i++) connection.publish("news", String(i));
    await connection.flush();
    unlimited.unsubscribe(5);
    for (let i = 3; i < 9; i++) connection.publish("news", String(i));
    await connection.flush();
    expect(late).toEqual(["0", "1", "2", "3", "4"]);
    expect(unlimited.isClosed()).toBe(true);
  });

  test("a connection without echo does not hear itself", async () => {
    await using server = await startServer();
    await using quiet = await client.connect(server, { noEcho: true });
    await using other = await client.connect(server);
    const own = record(quiet, "a");
    const others = record(other, "a");
    await other.flush();
    quiet.publish("a", "from quiet");
    await quiet.flush();
    other.publish("a", "from other");
    await other.flush();
    await quiet.flush();
    expect(own).toEqual(["a from other"]);
    expect(others).toEqual(["a from quiet", "a from other"]);
  });

  test("verbose and pedantic connections work the same", async () => {
    await using server = await startServer();
    await using connection = await client.connect(server, { verbose: true, pedantic: true });
    const seen = record(connection, "foo.*");
    for (let i = 0; i < 100; i++) connection.publish(`foo.${i}`, "x");
    await connection.flush();
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => `foo.${i} x`));
    const answer = connection.subscribe("ask", {
      callback: (_, message) => void message.respond("yes"),
    });
    expect((await connection.request("ask")).string()).toBe("yes");
    answer.unsubscribe();
    await connection.drain();
  });

  test("subjects may be long, deep and in any script", async () => {
    await using server = await startServer();
    await using connection = await client.connect(server);
    const subjects = [
      "x".repeat(3_000),
      Array.from({ length: 500 }, (_, i) => i % 10).join("."),
      "grüße.世界.🚀",
      "$JS.nothing",
      "_INBOX.abc",
    ];
    const seen = subjects.map((subject) => record(connection, subject));
    for (const subject of subjects) connection.publish(subject, "here");
    await connection.flush();
    expect(seen).toEqual(subjects.map((subject) => [`${subject} here`]));
  });
});
