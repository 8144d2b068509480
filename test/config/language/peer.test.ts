/** The tables of these tests are true: the real nats-server reads their texts so. */

import { describe, expect, test } from "bun:test";
import { findPeer } from "../../support/peer.ts";
import { FILES, STRINGS, STRUCTURE, VALUES } from "./accepted.ts";
import { Checks } from "./checks.ts";
import { digest } from "./parse.ts";
import { REFUSED, REFUSED_OTHERWISE } from "./refused.ts";
import { parse } from "./trees.ts";

const peer = findPeer();

describe.skipIf(peer === undefined)("nats-server", () => {
  test("gives maps with the same entries the same digest", async () => {
    await using checks = await Checks.create(peer!);
    for (const [text] of [...STRUCTURE, ...VALUES, ...STRINGS]) {
      // A resolver is the option that takes unknown keys.
      const file = `resolver {\ntype: mem\n${text}\n}\n`;
      const verdict = await checks.check(file);
      expect([text, verdict]).toEqual([text, { kind: "valid", digest: digest(parse(file).root) }]);
    }
  }, 60_000);

  test("accepts the same files", async () => {
    await using checks = await Checks.create(peer!);
    for (const [text] of FILES) {
      const verdict = await checks.check(text);
      expect([text, verdict.kind]).not.toEqual([text, "unreadable"]);
      if (verdict.kind === "valid")
        expect([text, verdict.digest]).toEqual([text, digest(parse(text).root)]);
    }
  }, 60_000);

  test("says the same about files that it cannot read", async () => {
    await using checks = await Checks.create(peer!);
    for (const { text, line, message } of REFUSED) {
      const headline = `Parse error on line ${line}: '${message}'`;
      expect([text, await checks.check(text)]).toEqual([text, { kind: "unreadable", headline }]);
    }
    for (const [text, headline] of REFUSED_OTHERWISE)
      expect([text, await checks.check(text)]).toEqual([text, { kind: "unreadable", headline }]);
  }, 60_000);
});
