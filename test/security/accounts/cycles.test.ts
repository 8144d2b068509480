/**
 * Imports that lead in a circle, or through very many accounts, neither hang nor break the server,
 * however long they are and whether or not mappings hide them.
 */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { PASSES_MAX } from "../../../src/core/crossing/passage.ts";
import { accountJwt, newKey } from "../../support/jwt.ts";
import {
  enterAs,
  enterWithToken,
  operator,
  operatorConfig,
  optionsOf,
  settle,
  startTenants,
} from "./tenants.ts";

setDefaultTimeout(30_000);

/** Accounts `T0` and so on; each imports from the next one, and the last from the first. */
function ring(length: number, kind: string, isClosed = true): string {
  const accounts = Array.from({ length }, (_, at) => {
    const next = at + 1 < length ? at + 1 : 0;
    const isLinked = isClosed || next !== 0;
    const imported = isLinked ? `{${kind}: {account: T${next}, subject: x}}` : "";
    const user = `users [{user: t${at}, password: x}]`;
    return `T${at} { ${user}, exports [{${kind}: x}], imports [${imported}] }`;
  });
  return `accounts {\n${accounts.join("\n")}\n}`;
}

describe("a circle of imports", () => {
  for (const kind of ["service", "stream"]) {
    test.each([2, 3, 40, 1000])(`of ${kind}s is refused, with %d accounts`, async (length) => {
      const refused = optionsOf(ring(length, kind));
      expect(refused).rejects.toThrow(`Error adding ${kind} import "x": import forms a cycle`);
      await refused.catch(() => {});
    });

    test(`of ${kind}s is refused when it is too long to be followed`, async () => {
      const refused = optionsOf(ring(1500, kind));
      expect(refused).rejects.toThrow(
        `Error adding ${kind} import "x": search cycle depth exhausted`,
      );
      await refused.catch(() => {});
    });
  }

  test("that mappings hide is left where it closes", async () => {
    await using server = await startTenants(`accounts {
      A {
        users [{user: a, password: x}], exports [{service: w}]
        imports [{service: {account: B, subject: y}, to: x}], mappings { w: x }
      }
      B {
        users [{user: b, password: x}], exports [{service: y}]
        imports [{service: {account: A, subject: w}, to: z}], mappings { y: z }
      }
    }`);
    const a = await enterAs(server.port, "a");
    const b = await enterAs(server.port, "b");
    await a.send("SUB > 1\r\n");
    await b.send("SUB > 1\r\n");
    await settle(a, b);
    await b.send("PUB z answer 5\r\nfirst\r\n");
    await a.send("PUB x answer 6\r\nsecond\r\n");
    await settle(a, b, a);
    // Each passes through both accounts once, and comes back to where it began.
    const subjects = (text: string): string[] =>
      [...text.matchAll(/H?MSG (\S+) .*\r\n(?:NATS.*\r\n.*\r\n\r\n)?(first|second)/g)].map(
        ([, subject, payload]) => `${payload} ${subject}`,
      );
    expect(subjects(a.text).sort()).toEqual(["first x", "second x", "second x"]);
    expect(subjects(b.text).sort()).toEqual(["first z", "first z", "second z"]);
    a.close();
    b.close();
  });

  test("among an operator's accounts is left open", async () => {
    const keys = Array.from({ length: 60 }, (_, at) => newKey("A", at + 10));
    const jwts = keys.map((key, at) => {
      const account = keys[(at + 1) % keys.length]!.publicKey;
      const imported = { name: "x", subject: "x", account, type: "service" };
      const nats = { exports: [{ name: "x", subject: "x", type: "service" }], imports: [imported] };
      return [key.publicKey, accountJwt(key, operator, nats)];
    });
    await using server = await startTenants(operatorConfig(Object.fromEntries(jwts)));
    const wires = await Promise.all(keys.map((key) => enterWithToken(server.port, key)));
    for (const wire of wires) await wire.send("SUB x 1\r\n");
    await settle(...wires);
    await wires[0]!.send("PUB x answer 5\r\nhello\r\n");
    await settle(...wires, ...wires);
    const counts = wires.map((wire) => wire.text.split("hello").length - 1);
    expect(counts[0]).toBe(1);
    expect(Math.max(...counts)).toBe(1);
    for (const wire of wires) wire.close();
  });
});

describe("a request", () => {
  test("comes through a thousand accounts, and its answer comes back", async () => {
    const length = 1000;
    await using server = await startTenants(ring(length, "service", false));
    const first = await enterAs(server.port, "t0");
    const last = await enterAs(server.port, `t${length - 1}`);
    await first.send("SUB answer 1\r\n");
    await last.send("SUB x 1\r\n");
    await settle(first, last);
    await first.send("PUB x answer 5\r\nhello\r\n");
    expect(await last.waitFor(/hello\r\n/, 5_000)).toBe(true);
    const reply = / 1 (_R_\.\S+) /.exec(last.text)![1]!;
    expect(last.text).toContain('"acc":"T0"');
    await last.send(`PUB ${reply} 3\r\nbye\r\n`);
    expect(await first.waitFor("MSG answer 1 3\r\nbye\r\n", 5_000)).toBe(true);
    first.close();
    last.close();
  });

  test("is passed on so often and no more, when each account asks two others", async () => {
    const layers = 40;
    const accounts = Array.from({ length: layers * 2 }, (_, at) => {
      const layer = Math.floor(at / 2);
      const next = [0, 1].map((i) => `{service: {account: T${(layer + 1) * 2 + i}, subject: x}}`);
      const imports = layer + 1 < layers ? next.join(", ") : "";
      const user = `users [{user: t${at}, password: x}]`;
      return `T${at} { ${user}, exports [{service: x}], imports [${imports}] }`;
    });
    await using server = await startTenants(`accounts {\n${accounts.join("\n")}\n}`);
    const first = await enterAs(server.port, "t0");
    const tenth = await enterAs(server.port, "t20");
    await tenth.send("SUB x 1\r\n");
    await first.send("SUB answer 1\r\n");
    await settle(tenth, first);
    await first.send("PUB x answer 5\r\nhello\r\n");
    const startedAt = performance.now();
    await settle(first, tenth);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    const received = tenth.text.split("hello").length - 1;
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThanOrEqual(2 * PASSES_MAX);
    first.close();
    tenth.close();
  });
});
