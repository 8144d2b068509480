/** What is denied to a receiver is not delivered to it, on any path. */

import { describe, expect, test } from "bun:test";
import { PermissionSet } from "../../src/core/permissions/permission-set.ts";
import { Hub } from "./delivery-fixture.ts";

function denying(...deny: string[]): PermissionSet {
  return PermissionSet.compile({
    publish: null,
    subscribe: { allow: null, deny },
    responses: null,
  });
}

describe("a filtered receiver", () => {
  test("gets what is not denied, and is not counted for the rest", () => {
    const hub = new Hub();
    const source = hub.sink();
    const sink = hub.sink({ filter: denying("a.secret", "*.*.secret") });
    hub.subscribe(sink, "a.>", "1");
    expect(hub.publish(source, "a.b 1", "x")).toBe(1);
    expect(hub.publish(source, "a.secret 1", "x")).toBe(0);
    expect(hub.publish(source, "a.b.secret 1", "x")).toBe(0);
    expect(hub.publish(source, "a.b.secret 12 13", "NATS/1.0\r\n\r\nx", 12)).toBe(0);
    expect(sink.frames).toEqual(["MSG a.b 1 1|x|"]);
    expect(sink.freshMsgs).toBe(1);
  });

  test("is filtered too when its headers are cut", () => {
    const hub = new Hub();
    const source = hub.sink();
    const sink = hub.sink({ headers: false, filter: denying("a.secret") });
    hub.subscribe(sink, "a.*", "1");
    expect(hub.publish(source, "a.secret 12 13", "NATS/1.0\r\n\r\nx", 12)).toBe(0);
    expect(hub.publish(source, "a.b 12 13", "NATS/1.0\r\n\r\nx", 12)).toBe(1);
    expect(sink.frames).toEqual(["MSG a.b 1 1|x|"]);
  });

  test("does not use up its maximum on denied messages", () => {
    const hub = new Hub();
    const source = hub.sink();
    const sink = hub.sink({ filter: denying("a.secret") });
    hub.subscribe(sink, "a.*", "1");
    hub.limit(sink, "1", 2);
    for (const subject of ["a.1", "a.secret", "a.secret", "a.2", "a.3"]) {
      hub.publish(source, `${subject} 0`);
    }
    expect(sink.frames).toEqual(["MSG a.1 1 0||", "MSG a.2 1 0||"]);
  });

  test("is passed over in its queue group", () => {
    const hub = new Hub();
    const source = hub.sink();
    const filtered = hub.sink({ filter: denying("a.secret") });
    const other = hub.sink();
    hub.subscribe(filtered, "a.*", "1", "q");
    hub.subscribe(filtered, "a.>", "2", "q");
    hub.subscribe(other, "a.*", "1", "q");
    for (let i = 0; i < 50; i++) expect(hub.publish(source, "a.secret 0")).toBe(1);
    expect(filtered.frames).toEqual([]);
    expect(other.frames.length).toBe(50);
  });

  test("is filtered by the queue group that a rule names", () => {
    const hub = new Hub();
    const source = hub.sink();
    const sink = hub.sink({ filter: denying("a.b v1") });
    hub.subscribe(sink, "a.*", "plain");
    hub.subscribe(sink, "*.b", "first", "v1");
    hub.subscribe(sink, "a.>", "second", "v2");
    expect(hub.publish(source, "a.b 0")).toBe(2);
    expect(sink.frames).toEqual(["MSG a.b plain 0||", "MSG a.b second 0||"]);
  });

  test("is not told on a denied subject that nobody took its request", () => {
    const hub = new Hub();
    const sink = hub.sink({ filter: denying("inbox.secret") });
    hub.subscribe(sink, "inbox.*", "1");
    hub.answerNobody(sink, "nobody inbox.secret 0");
    expect(sink.frames).toEqual([]);
    hub.answerNobody(sink, "nobody inbox.open 0");
    expect(sink.frames.join("")).toStartWith("HMSG inbox.open 1 ");
  });
});
