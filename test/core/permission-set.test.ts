/** What rules allow and deny, one rule after the other. */

import { describe, expect, test } from "bun:test";
import { hashBytes } from "../../src/bytes/hash.ts";
import type { Permissions } from "../../src/config/options/auth.ts";
import { PermissionSet } from "../../src/core/permissions/permission-set.ts";
import type { Restrictions } from "../../src/core/permissions/restrictions.ts";

type Lists = { allow?: string[]; deny?: string[] };

function compile(
  rules: { publish?: Lists; subscribe?: Lists; responses?: Permissions["responses"] },
  restrictions?: Restrictions,
): PermissionSet {
  const list = (lists?: Lists) =>
    lists === undefined ? null : { allow: lists.allow ?? null, deny: lists.deny ?? null };
  return PermissionSet.compile(
    {
      publish: list(rules.publish),
      subscribe: list(rules.subscribe),
      responses: rules.responses ?? null,
    },
    restrictions,
  );
}

/** As the parser hands names on: one character per byte. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** Which of these subjects may be published to. */
function publishable(set: PermissionSet, ...subjects: string[]): string[] {
  return subjects.filter((subject) => {
    const buf = Buffer.from(subject);
    return set.mayPublish(buf, 0, buf.length, hashBytes(buf, 0, buf.length));
  });
}

/** Which of these subscriptions, given as `subject` or `subject queue`, are admitted. */
function admitted(set: PermissionSet, ...subscriptions: string[]): string[] {
  return subscriptions.filter((text) => {
    const [subject = "", queue = ""] = text.split(" ").map(bytesOf) as [string, string?];
    const buf = Buffer.from(subject, "latin1");
    return set.maySubscribe(buf, 0, buf.length, queue);
  });
}

/** Which of these messages, given as `subject` or `subject queue`, may be delivered. */
function deliverable(set: PermissionSet, ...messages: string[]): string[] {
  return messages.filter((text) => {
    const [subject = "", queue = ""] = text.split(" ");
    const buf = Buffer.from(subject);
    return set.mayReceive(buf, 0, buf.length, hashBytes(buf, 0, buf.length), queue);
  });
}

function filtered(set: PermissionSet, ...subscriptions: string[]): string[] {
  return subscriptions.filter((text) => {
    const [subject = "", queue = ""] = text.split(" ");
    const buf = Buffer.from(subject);
    return set.needsFilter(buf, 0, buf.length, queue);
  });
}

describe("publishing", () => {
  test("is free without rules, and with rules for subscriptions alone", () => {
    for (const set of [PermissionSet.compile(null), compile({ subscribe: { allow: ["a"] } })]) {
      expect(set.limitsPublish).toBe(false);
      expect(publishable(set, "a", "b.c")).toEqual(["a", "b.c"]);
    }
  });

  test("is allowed by any rule of an allow list", () => {
    const set = compile({ publish: { allow: ["a", "b.*", "c.>"] } });
    expect(set.limitsPublish).toBe(true);
    expect(publishable(set, "a", "b.x", "c.x", "c.x.y")).toEqual(["a", "b.x", "c.x", "c.x.y"]);
    expect(publishable(set, "a.x", "b", "b.x.y", "c", "d", "A")).toEqual([]);
  });

  test("is denied whatever allows it", () => {
    const set = compile({ publish: { allow: [">", "a.b"], deny: ["a.*", "*.b.>"] } });
    expect(publishable(set, "a", "a.b", "a.b.c", "x.b.c", "x.b", "x.c")).toEqual([
      "a",
      "x.b",
      "x.c",
    ]);
  });

  test("is allowed by nothing when the allow list is empty", () => {
    expect(publishable(compile({ publish: { allow: [] } }), "a", ">")).toEqual([]);
    expect(compile({ publish: { deny: [] } }).limitsPublish).toBe(false);
  });

  test("takes the tokens of a subject literally", () => {
    const set = compile({ publish: { allow: ["a.*", "b.>"], deny: ["b.*.x"] } });
    expect(publishable(set, "a.*", "a.>", "b.>", "b.*.x", "*", ">")).toEqual(["a.*", "a.>", "b.>"]);
  });

  test("to a subject with an empty token is matched by no rule", () => {
    const subjects = ["a..b", "a.", ".a"];
    expect(publishable(compile({ publish: { allow: [">"] } }), ...subjects)).toEqual([]);
    expect(publishable(compile({ publish: { deny: [">"] } }), ...subjects)).toEqual(subjects);
  });

  test("is decided by bytes, beyond one byte a character", () => {
    const set = compile({ publish: { allow: ["größe.*", "__proto__"] } });
    expect(publishable(set, "größe.1", "grosse.1", "__proto__", "constructor")).toEqual([
      "größe.1",
      "__proto__",
    ]);
  });
});

describe("a subscription", () => {
  test("must be covered by one allow rule", () => {
    const set = compile({ subscribe: { allow: ["foo.*", "bar.>", "x.a", "x.b"] } });
    expect(admitted(set, "foo.a", "foo.*", "bar.a", "bar.*.c", "bar.>", "x.a")).toHaveLength(6);
    // nats-server admits the first of these.
    expect(admitted(set, "foo.>", "foo", "foo.a.b", "bar", "*.a", ">", "x.*", "*.*")).toEqual([]);
  });

  test("to everything needs a rule for everything", () => {
    expect(admitted(compile({ subscribe: { allow: ["*", "*.>"] } }), ">", "*", "*.>")).toEqual([
      "*",
      "*.>",
    ]);
    expect(admitted(compile({ subscribe: { allow: [">"] } }), ">", "*.x.>")).toHaveLength(2);
  });

  test("is refused by an empty allow list", () => {
    expect(admitted(compile({ subscribe: { allow: [] } }), "a", ">", "a q")).toEqual([]);
  });

  test("is refused by a deny rule that matches it token by token, as in nats-server", () => {
    const admittedBy = (rule: string, ...subscriptions: string[]): string[] =>
      admitted(compile({ subscribe: { deny: [rule] } }), ...subscriptions);
    const wide = ["*.x", ">", "*.*", "*.>"];
    expect(admittedBy("foo.*", "foo.>", "foo.*", "foo.x", "foo.*.x", ...wide)).toEqual([
      "foo.*.x",
      ...wide,
    ]);
    expect(admittedBy("foo.>", "foo.>", "foo.*", "foo.a.b", "foo", ">")).toEqual(["foo", ">"]);
    expect(admittedBy("foo.bar", "foo.*", "foo.bar", "foo.>", "*.bar")).toEqual([
      "foo.*",
      "foo.>",
      "*.bar",
    ]);
    expect(admittedBy(">", "a", ">", "*", "a.b.>")).toEqual([]);
  });

  test("is refused by a deny rule whatever allows it, also with a queue", () => {
    const set = compile({ subscribe: { allow: ["foo", "foo v1", ">"], deny: ["foo"] } });
    expect(admitted(set, "foo", "foo v1", "foo v2", "bar")).toEqual(["bar"]);
  });

  test("with a queue follows the rules that name queues", () => {
    const admittedBy = (allow: string[], ...subscriptions: string[]): string[] =>
      admitted(compile({ subscribe: { allow } }), ...subscriptions);
    expect(admittedBy(["foo"], "foo", "foo v1", "foo v2")).toHaveLength(3);
    expect(admittedBy(["foo v1"], "foo", "foo v1", "foo v2")).toEqual(["foo v1"]);
    expect(admittedBy(["foo", "foo v1"], "foo", "foo v1", "foo v2")).toEqual(["foo", "foo v1"]);
    expect(admittedBy(["foo  \t v1 "], "foo v1", "foo")).toEqual(["foo v1"]);
    // A rule for queue groups counts already where it merely matches.
    expect(
      admittedBy(["foo.>", "foo.* v1"], "foo.> v2", "foo.* v2", "foo.a.b v2", "foo.>"),
    ).toEqual(["foo.a.b v2", "foo.>"]);
    expect(admittedBy(["foo.* v1"], "foo.* v1", "foo.> v1")).toEqual(["foo.* v1"]);
  });

  test("with a queue follows patterns of queues", () => {
    const set = compile({ subscribe: { allow: ["q *.grp", "r >", "s v*", "t a.*.c"] } });
    expect(admitted(set, "q a.grp", "q *.grp", "r x.y", "r x", "s v*", "t a.b.c")).toHaveLength(6);
    expect(
      admitted(set, "q grp", "q a.grp.b", "q a.b.grp", "q", "q >", "r", "s v1", "s v", "t a.b"),
    ).toEqual([]);
  });

  test("is decided by the bytes of subject and queue", () => {
    const set = compile({ subscribe: { allow: [">"], deny: ["straße größe", "x *.größe"] } });
    expect(admitted(set, "straße größe", "x ä.größe", "straße grösse", "x größe")).toEqual([
      "straße grösse",
      "x größe",
    ]);
    expect(set.explainSubscribe("straße", "größe").allowed).toBe(false);
    expect(set.explainSubscribe("straße", "grösse").allowed).toBe(true);
  });

  test("with a denied queue is refused, others are not", () => {
    const set = compile({ subscribe: { deny: ["foo v1", "bar *.grp"] } });
    expect(admitted(set, "foo", "foo v1", "foo v2", "bar a.grp", "bar grp")).toEqual([
      "foo",
      "foo v2",
      "bar grp",
    ]);
  });
});

describe("delivery", () => {
  test("needs no check without deny rules", () => {
    const set = compile({ subscribe: { allow: ["a.>"] } });
    expect(set.deniesDelivery).toBe(false);
    expect(filtered(set, ">", "a.*")).toEqual([]);
    expect(deliverable(set, "x")).toEqual(["x"]);
  });

  test("needs a check where a subscription is wider than a deny rule", () => {
    const set = compile({ subscribe: { deny: ["a.b", "c.*.d", "e.>"] } });
    expect(set.deniesDelivery).toBe(true);
    expect(filtered(set, ">", "*.*", "a.*", "*.b", "*.x.d", "c.>", "*.>", "*.x.y.z")).toEqual([
      ">",
      "*.*",
      "a.*",
      "*.b",
      "*.x.d",
      "c.>",
      "*.>",
      "*.x.y.z",
    ]);
    expect(filtered(set, "a", "a.b.>", "*", "a.c", "c.*", "e", "c.x.e")).toEqual([]);
  });

  test("keeps back what any of several overlapping rules denies", () => {
    const set = compile({ subscribe: { deny: ["a.*", "*.b", "a.>", "x.y.z"] } });
    expect(deliverable(set, "a", "a.b", "a.c", "c.b", "a.b.c", "x.y", "x.y.z")).toEqual([
      "a",
      "x.y",
    ]);
  });

  test("keeps back what is denied to a queue group, and from it alone", () => {
    const set = compile({ subscribe: { deny: ["a.b v1", "a.c *.grp", "a.d"] } });
    const twice = ["a.b", "a.b v1", "a.b v2", "a.c x.grp", "a.c y", "a.d", "a.d v2", "a.e v1"];
    for (let round = 0; round < 3; round++) {
      expect(deliverable(set, ...twice)).toEqual(["a.b", "a.b v2", "a.c y", "a.e v1"]);
    }
    expect(filtered(set, "a.* v1", "a.*", "*.b v1", "*.b v2", "*.b", "*.c z.grp")).toEqual([
      "a.* v1",
      "a.*",
      "*.b v1",
      "*.c z.grp",
    ]);
  });

  test("is never opened by an allow rule with a queue", () => {
    const set = compile({ subscribe: { allow: [">", "a.* v1"], deny: ["a.secret"] } });
    expect(admitted(set, "a.* v1", "a.secret v1")).toEqual(["a.* v1"]);
    expect(filtered(set, "a.* v1")).toEqual(["a.* v1"]);
    expect(deliverable(set, "a.secret v1", "a.other v1")).toEqual(["a.other v1"]);
  });
});

describe("rules that cannot be understood", () => {
  test("allow nothing, and deny as much as they can", () => {
    const nothing = compile({
      publish: { allow: ["a..b", "a b"] },
      subscribe: { allow: ["a b c"] },
    });
    expect(publishable(nothing, "a..b", "a", "a b")).toEqual([]);
    expect(admitted(nothing, "a", "a b")).toEqual([]);
    const much = compile({ publish: { deny: ["a q"] }, subscribe: { deny: ["a q r", "b..c"] } });
    expect(publishable(much, "a", "b")).toEqual(["b"]);
    expect(admitted(much, "a", "a z", "x")).toEqual([]);
    expect(admitted(compile({ subscribe: { deny: ["a q r"] } }), "a", "a z", "x")).toEqual(["x"]);
  });
});

describe("limits on wildcards", () => {
  const wild = ["*", ">", "foo.*", "*.foo", "foo.>", "_INBOX.>", "_INBOX.*", "_INBOX.*.a", "a.b.*"];
  const literal = ["foo", "foo.bar", "foo*", "f>.x", "_INBOX.a", "_INBOX"];
  const inboxes = ["_INBOX.abc.*", "_INBOX.abc.>", "_INBOX.abc.*.x"];

  test("no_wildcards admits literal subjects and an inbox of one's own", () => {
    const set = PermissionSet.compile(null, { noWildcards: true, maxWildcardDepth: 0 });
    expect(admitted(set, ...wild, ...literal, ...inboxes)).toEqual([...literal, ...inboxes]);
    expect(set.limitsPublish).toBe(false);
    expect(set.explainSubscribe("foo.*", "")).toEqual({
      allowed: false,
      rule: { list: "no_wildcards", text: "true", index: 0 },
      reason: "The limit no_wildcards: true denies it.",
    });
  });

  test("max_wildcard_depth counts tokens from the first wildcard on", () => {
    const limited = (depth: number): PermissionSet =>
      PermissionSet.compile(null, { noWildcards: false, maxWildcardDepth: depth });
    const subscriptions = ["a.*", "a.*.b", "*.b", "*.b.c", "a.b.c.*", "a.*.*.d", "a.>", ">", "*"];
    expect(admitted(limited(1), ...subscriptions)).toEqual(["a.*", "a.b.c.*", "*"]);
    expect(admitted(limited(2), ...subscriptions)).toEqual(["a.*", "a.*.b", "*.b", "a.b.c.*", "*"]);
    expect(admitted(limited(0), ...subscriptions)).toEqual(subscriptions);
    expect(admitted(limited(1), ...literal, ...inboxes)).toEqual([...literal, ...inboxes]);
    expect(admitted(limited(5), "_INBOX.>")).toEqual([]);
  });

  test("admit nothing that the rules refuse", () => {
    const both = { noWildcards: true, maxWildcardDepth: 2 };
    const set = compile({ subscribe: { allow: ["foo.>"], deny: ["foo.x"] } }, both);
    expect(admitted(set, "foo.a", "foo.*", "foo.x", "bar", "_INBOX.a.*")).toEqual(["foo.a"]);
  });
});

describe("an explanation", () => {
  test("names the deciding rule, the first one of several", () => {
    const set = compile({ publish: { allow: ["b", "a.>", "a.*"], deny: ["x", "a.b", "*.b"] } });
    expect(set.explainPublish("a.c")).toEqual({
      allowed: true,
      rule: { list: "publish allow", text: "a.>", index: 1 },
      reason: 'The publish allow rule "a.>" allows it.',
    });
    expect(set.explainPublish("a.b").rule).toEqual({
      list: "publish deny",
      text: "a.b",
      index: 1,
    });
    expect(set.explainPublish("y")).toEqual({
      allowed: false,
      rule: null,
      reason: "No publish allow rule matches the subject.",
    });
  });

  test("names rules with queues as they are written", () => {
    const set = compile({ subscribe: { allow: ["foo", "foo  v1"], deny: ["bar v2"] } });
    expect(set.explainSubscribe("foo", "v1").rule).toEqual({
      list: "subscribe allow",
      text: "foo  v1",
      index: 1,
    });
    expect(set.explainSubscribe("foo", "v2")).toEqual({
      allowed: false,
      rule: null,
      reason: 'No subscribe allow rule matches the subject for queue group "v2".',
    });
    expect(set.explainSubscribe("bar", "v2").rule?.text).toBe("bar v2");
  });

  test("says why nothing decided", () => {
    expect(PermissionSet.compile(null).explainPublish("a").reason).toBe("Nothing limits it.");
    expect(compile({ subscribe: { deny: ["a"] } }).explainSubscribe("b", "").reason).toBe(
      "No subscribe deny rule denies it.",
    );
    expect(compile({ subscribe: { allow: [] } }).explainSubscribe("b", "").reason).toBe(
      "The subscribe allow list is empty and allows nothing.",
    );
    expect(compile({ subscribe: { allow: ["a.*"] } }).explainSubscribe("a.>", "").reason).toBe(
      "No subscribe allow rule covers every subject of this subscription without a queue group.",
    );
    const answers = compile({
      publish: { allow: [] },
      responses: { maxMsgs: 1, expiresMs: 120_000 },
    });
    expect(answers.explainPublish("a").reason).toBe(
      "The publish allow list is empty and allows nothing. Replies to received requests are allowed all the same.",
    );
  });
});
