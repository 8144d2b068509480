/** What is told of accounts and subscriptions beside what nats-server tells. */

import { describe, expect, test } from "bun:test";
import { accountz } from "../../src/documents/accountz/accountz.ts";
import { accstatz } from "../../src/documents/accstatz.ts";
import { encodeGo } from "../../src/documents/go-document.ts";
import { type SubszOptions, subsz } from "../../src/documents/subsz/subsz.ts";
import { findPeer } from "../support/peer.ts";
import {
  DocumentPair,
  inOrder,
  type Json,
  type JsonObject,
  type Question,
  withoutVolatile,
  withSortedLists,
} from "./pair.ts";

const peer = findPeer();

const CONFIG = `
  accounts: {
    A: {
      users: [{user: a, password: a}]
      exports: [{stream: "st.>"}, {service: "svc.*", latency: {sampling: 50%, subject: lat.a}},
        {service: priv, accounts: [B], response_type: stream}, {stream: ps, accounts: [B, C]},
        {service: "chunks.*.*", response_type: chunked}, {stream: "two.*.*"},
        {service: h, latency: {sampling: headers, subject: l}}]
      mappings: {"map.*": [{dest: "mapped.{{wildcard(1)}}", weight: 50%}], foo: bar,
        cl: [{dest: x.y, weight: 10%, cluster: c1}, {dest: x.z, weight: 20%}],
        "all.>": [{dest: "all.>", weight: 30%}, {dest: "b.>", weight: 20%}]}
    }
    B: {
      users: [{user: b, password: b}]
      imports: [{stream: {account: A, subject: "st.>"}, prefix: imp},
        {service: {account: A, subject: "svc.*"}, to: "my.*", share: true},
        {service: {account: A, subject: priv}}, {stream: {account: A, subject: ps}, to: other},
        {service: {account: A, subject: "chunks.*.*"}, to: "c.$2.$1"}, {service: {account: A, subject: h}},
        {stream: {account: A, subject: "two.*.*"}, to: "t.$2.$1"}]
    }
    C: {}
    SYS: {users: [{user: s, password: s}]}
  }
  system_account: SYS`;

/** What caches do is each server's own affair; numbers of the server's own messages are too. */
const VOLATILE = new Set([
  ...["server_id", "now", "update_time", "cid", "num_cache", "num_matches", "cache_hit_rate"],
  ...["max_fanout", "avg_fanout"],
]);

function accountzOf(account = ""): Question {
  const path = account === "" ? "/accountz" : `/accountz?acc=${account}`;
  return { path, ours: (server) => accountz(server.observer, { account }) };
}

function subszOf(parameters: string, options: SubszOptions): Question {
  return { path: `/subsz?${parameters}`, ours: (server) => subsz(server.observer, options) };
}

function shown(value: Json): string {
  return inOrder(withSortedLists(withoutVolatile(value, VOLATILE)));
}

async function expectSame(pair: DocumentPair, question: Question): Promise<Json> {
  const { theirs, ours } = await pair.ask(question);
  expect(shown(ours)).toBe(shown(theirs));
  return ours;
}

describe.skipIf(peer === undefined)("accounts of a configuration", () => {
  test("are listed, and told all about", async () => {
    await using pair = await DocumentPair.start(peer!, CONFIG);
    const { texts, theirs } = await pair.ask(accountzOf("A"));
    expect(encodeGo(theirs, "  ").toString()).toBe(texts.theirs);
    await expectSame(pair, accountzOf());
    for (const name of ["A", "B", "C", "$G"]) await expectSame(pair, accountzOf(name));
    await pair.client({ user: "b", pass: "b" }, "SUB x 1\r\nSUB imp.st.a 2\r\nSUB imp.> 3\r\n");
    for (const name of ["A", "B"]) await expectSame(pair, accountzOf(name));
    await using plain = await DocumentPair.start(peer!, "no_system_account: true");
    await expectSame(plain, accountzOf());
    await expectSame(plain, accountzOf("$G"));
  });

  test("have requests that wait for answers", async () => {
    await using pair = await DocumentPair.start(peer!, CONFIG);
    await pair.client({ user: "a", pass: "a" }, "SUB h 1\r\nSUB priv 2\r\n");
    const header = "NATS/1.0\r\nUber-Trace-Id: a:b:c:1\r\n\r\n";
    const ask = "SUB r.* 1\r\nPUB priv r.2 2\r\nho\r\n";
    const measured = `HPUB h r.1 ${header.length} ${header.length}\r\n${header}\r\n`;
    await pair.client({ user: "b", pass: "b", headers: true }, ask + measured);
    const { theirs, ours } = await pair.ask(accountzOf("A"));
    expect(responsesOf(ours)).toEqual(responsesOf(theirs));
    expect(responsesOf(ours)).toHaveLength(2);
  });

  test("have traffic and subscriptions", async () => {
    await using pair = await DocumentPair.start(peer!, CONFIG);
    const stats = (unused: boolean): Question => ({
      path: `/accstatz?unused=${unused}`,
      ours: (server) => accstatz(server.observer, { include_unused: unused }),
    });
    await expectSame(pair, stats(false));
    const a = await pair.client(
      { user: "a", pass: "a" },
      "SUB foo 1\r\nSUB foo q 2\r\nSUB bar 3\r\n",
    );
    await pair.client(
      { user: "b", pass: "b" },
      "SUB imp.> 1\r\nSUB *.st.one w 22\r\nUNSUB 22 5\r\n",
    );
    await pair.client({ user: "b", pass: "b" }, "SUB \xff\xfe.x 1\r\nSUB <&> 2\r\n");
    await a("PUB st.one 2\r\nhi\r\nPUB bar 1\r\n.\r\nPUB nobody 0\r\n\r\n");
    await expectSame(pair, stats(false));
    const { theirs, ours } = await pair.ask(stats(true));
    const without = (document: Json): string =>
      shown(
        (document as { account_statz: { acc: string }[] }).account_statz.filter(
          ({ acc }) => acc !== "SYS",
        ),
      );
    expect(without(ours)).toBe(without(theirs));

    for (const account of ["A", "B", "C", "$G", "nobody"]) {
      const each = subszOf(`acc=${account}`, { account });
      await expectSame(pair, each);
      const { theirs, ours } = await pair.ask(
        subszOf(`subs=1&acc=${account}`, { account, subscriptions: true }),
      );
      expect(shown(withoutOwn(ours))).toBe(shown(withoutOwn(theirs)));
      expect(ours.total).toBe(theirs.total!);
    }
    for (const test of ["st.one", "foo", "nothing", "x.st.one", "my.q"]) {
      const options = { subscriptions: true, test };
      const { theirs, ours } = await pair.ask(subszOf(`subs=1&test=${test}`, options));
      const list = (document: Json): string =>
        shown(withoutOwn(document as never).subscriptions_list ?? null);
      expect(list(ours)).toBe(list(theirs));
      expect(ours.total).toBe(theirs.total!);
    }
  });

  test("are looked for by a subject", async () => {
    await using pair = await DocumentPair.start(peer!, CONFIG);
    for (const test of ["foo bar", "a..b", ".a", "a.", "a*", ">a", "a.>", "*", "a\tb"]) {
      const path = `/subsz?test=${encodeURIComponent(test)}`;
      const asked = { path, ours: () => ({}) };
      const refusal = await pair.ask(asked).then(
        () => "",
        (error) => String(error),
      );
      const own = await subsz(pair.server.observer, { test }).then(
        () => "",
        (error) => String(error),
      );
      expect([test, own === ""]).toEqual([test, refusal === ""]);
    }
  });

  test("are told page by page", async () => {
    await using pair = await DocumentPair.start(peer!, CONFIG);
    const subs = Array.from({ length: 30 }, (_, i) => `SUB s.${i % 7} ${i}\r\n`).join("");
    await pair.client({ user: "a", pass: "a" }, subs);
    const seen: string[] = [];
    for (let offset = 0; offset < 40; offset += 7) {
      const options = { subscriptions: true, account: "A", offset, limit: 7, test: "s.3" };
      const { theirs, ours } = await pair.ask(
        subszOf(`subs=1&acc=A&offset=${offset}&limit=7&test=s.3`, options),
      );
      const sizes = [ours, theirs].map((document) => {
        const { total, offset, limit, subscriptions_list: list } = document;
        return { total, offset, limit, length: (list as Json[] | undefined)?.length };
      });
      expect(sizes[0]).toEqual(sizes[1]!);
      for (const { sid } of (ours.subscriptions_list ?? []) as { sid: string }[]) seen.push(sid);
    }
    expect(seen.sort()).toEqual(["10", "17", "24", "3"].sort());
    const odd = subszOf("offset=-3&limit=-1", { offset: -3, limit: -1 });
    expect((await pair.ask(odd)).ours).toMatchObject({ offset: 0, limit: 1024, total: 0 });
    const { theirs } = await pair.ask({ path: "/subsz?offset=-3&limit=-1", ours: () => ({}) });
    expect(theirs).toMatchObject({ offset: 0, limit: 1024, total: 0 });
    const invalid = subsz(pair.server.observer, { test: "a.*" });
    expect(invalid).rejects.toThrow("invalid test subject, must be valid publish subject: a.*");
    expect(accountz(pair.server.observer, { account: "x" })).rejects.toThrow(
      "Account x does not exist",
    );
  });
});

/** The subjects of answers are random. */
function responsesOf(document: JsonObject): string[] {
  const { responses } = document.account_detail as { responses: { [subject: string]: JsonObject } };
  const told = Object.entries(responses).map(([from, response]) => {
    expect(from).toMatch(/^_R_\.\w{6}\.\w{6}(\.\w{8}\.T)?$/);
    return JSON.stringify(response).replaceAll(from, "_R_");
  });
  return told.sort();
}

/**
 * Numbers that the server gives its own subscriptions are its own affair, and so is what counts as
 * received where a stream of another account is: there only that, here both.
 */
function withoutOwn(document: JsonObject): JsonObject {
  const list = (document.subscriptions_list ?? []) as { subject: string; sid: string }[];
  if (list.length === 0) return document;
  const told = list.map((each) => ({
    ...each,
    ...(/^\$SYS|^(my|priv|c|h)\b/.test(each.subject) ? { sid: "" } : {}),
    ...(/^(imp\.>|\*\.st\.one)$/.test(each.subject) ? { msgs: 0 } : {}),
  }));
  return { ...document, subscriptions_list: told };
}
