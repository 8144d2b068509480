/** Secrets in CONNECT, and how much of a message a trace shows. */

import { describe, expect, test } from "bun:test";
import { headerBytesOf, traceIn, tracePayload } from "../../src/kinds/client-trace.ts";
import { withSeed } from "../support/prng.ts";

const SECRET = "s3cr3t";

function connect(args: string): string {
  const buf = Buffer.from(args);
  return traceIn("CONNECT", buf, 0, buf.length);
}

describe("the trace of CONNECT", () => {
  test.each([
    ['{"pass":"s3cr3t"}', '{"pass":"[REDACTED]"}'],
    ['{"user":"u","pass":"s3cr3t","name":"n"}', '{"user":"u","pass":"[REDACTED]","name":"n"}'],
    ['{"password":"s3cr3t"}', '{"password":"[REDACTED]"}'],
    ['{"auth_token" : "s3cr3t"}', '{"auth_token" : "[REDACTED]"}'],
    ['{"jwt":"s3cr3t","nkey":"s3cr3t"}', '{"jwt":"[REDACTED]","nkey":"[REDACTED]"}'],
    ['{"sig":"s3cr3t","proxy_sig":"s3cr3t"}', '{"sig":"[REDACTED]","proxy_sig":"[REDACTED]"}'],
    ['{"token":"s3cr3t"}', '{"token":"[REDACTED]"}'],
    ['{"PASS":"s3cr3t","Jwt":"s3cr3t"}', '{"PASS":"[REDACTED]","Jwt":"[REDACTED]"}'],
    ['{"p\\u0061ss":"s3cr3t"}', '{"p\\u0061ss":"[REDACTED]"}'],
    ['{"paſſ":"s3cr3t"}', '{"paſſ":"[REDACTED]"}'],
    ['{"pass":"a\\"s3cr3t","user":"u"}', '{"pass":"[REDACTED]","user":"u"}'],
    ['{"pass":"a,s3cr3t}","user":"u"}', '{"pass":"[REDACTED]","user":"u"}'],
    ['{"pass":["s3cr3t",{"a":"s3cr3t]"}],"user":"u"}', '{"pass":[REDACTED],"user":"u"}'],
    ['{"pass":12345,"user":"u"}', '{"pass":[REDACTED],"user":"u"}'],
    ['{"pass":"s3cr3t', '{"pass":"[REDACTED]"'],
    ['{"pass":"s3cr3t\\', '{"pass":"[REDACTED]"'],
    ['{"pass":{"a":"s3cr3t', '{"pass":[REDACTED]'],
    ["{pass: s3cr3t, user: u}", "{pass: [REDACTED], user: u}"],
    ["pass=s3cr3t", "pass=[REDACTED]"],
    ['{"a":{"pass":"s3cr3t"}}', '{"a":{"pass":"[REDACTED]"}}'],
    ['{"pass":""}', '{"pass":"[REDACTED]"}'],
    // With a quote too many, or one that lacks its backslash.
    ['{"pass":"a"s3cr3t","sig":"s3cr3t"}', '{"pass":"[REDACTED]","sig":"[REDACTED]"}'],
    ['{"user":"a"b","nkey":"s3cr3t","x":1}', '{"user":"a"b","nkey":"[REDACTED]","x":1}'],
    ['{"us"er":"a","jwt" : "s3cr3t"}', '{"us"er":"a","jwt" : "[REDACTED]"}'],
    ['{"a":b","p\\u0061ss":"s3cr3t"', '{"a":b","p\\u0061ss":"[REDACTED]"'],
  ])("%s", (args, shown) => {
    expect(connect(args)).toBe(`<<- [CONNECT ${shown}]`);
  });

  test.each([
    ['{"user":"pass","name":"jwt"}'],
    ['{"name":"pass: not a secret","user":"token"}'],
    ['{"name":"\\"pass\\":\\"no\\"","signature":"x","bypass":"x","my_sig":"x"}'],
    ['{"verbose":true,  "tls_required" :false,"protocol":1,"a":[1,{"b":null}]}'],
    ["{"],
    ['"'],
    [":::,,,}}}"],
  ])("%s is shown as it is", (args) => {
    expect(connect(args)).toBe(`<<- [CONNECT ${args}]`);
  });

  test("shows no secret, however it is written, and changes nothing else", async () => {
    await withSeed((random) => {
      const names = ["pass", "password", "auth_token", "jwt", "nkey", "sig", "proxy_sig", "token"];
      const others = ["user", "name", "lang", "bypass", "x"];
      const space = (): string => " ".repeat(random.below(3));
      const spell = (name: string): string =>
        [...name]
          .map((char) => {
            if (random.chance(6)) return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
            return random.chance(6) ? char.toUpperCase() : char;
          })
          .join("");
      for (let i = 0; i < 2_000; i++) {
        const fields = Array.from({ length: random.between(1, 5) }, () => {
          const isSecret = random.chance(2);
          const name = spell(random.pick(isSecret ? names : others));
          const odd = random.pick(["", '\\"', "\\\\", ",", "}", "]", ":", "pass", "\\u0022"]);
          const value = isSecret ? `"${odd}${SECRET}${odd}"` : `"${odd}open${odd}"`;
          const before = `"${name}"${space()}:${space()}`;
          return [`${before}${value}`, isSecret ? `${before}"[REDACTED]"` : `${before}${value}`];
        });
        const args = `{${fields.map(([given]) => given).join(",")}}`;
        expect(connect(args)).toBe(`<<- [CONNECT {${fields.map(([, shown]) => shown).join(",")}}]`);
        const cut = args.slice(0, random.below(args.length));
        expect(connect(cut)).not.toContain(SECRET);
      }
    });
  });

  test("takes time in proportion to its length", () => {
    const args = `{"pass":${'[{"'.repeat(20_000)}`;
    const startedAt = performance.now();
    connect(args);
    connect('"\\'.repeat(20_000));
    connect(" ".repeat(60_000));
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

test.each([
  ["MSG foo 1 5", 0],
  ["HMSG foo 1 18 20", 18],
  ["HMSG foo 1 reply.to 12 12", 12],
])("%s has %d bytes of headers", (line, bytes) => {
  expect(headerBytesOf(line)).toBe(bytes);
});

describe("a payload", () => {
  const head = "NATS/1.0\r\nA: b\r\n\r\n";
  const show = (text: string, headers: number, max = 0, traceHeaders = false): string | null => {
    const buf = Buffer.from(`xx${text}\r\n`);
    const log = { traceHeaders, maxTracedMsgLen: max };
    return tracePayload(log, buf, 2, buf.length - 2, headers);
  };

  test.each([
    ["hello", 0, 0, 'MSG_PAYLOAD: ["hello"]'],
    ["hello", 0, 5, 'MSG_PAYLOAD: ["hello"]'],
    ["hello", 0, 4, 'MSG_PAYLOAD: ["hell..."]'],
    ['"\n\xff', 0, 0, 'MSG_PAYLOAD: ["\\"\\nÿ"]'],
    ["", 0, 0, null],
    [`${head}x`, head.length, 0, 'MSG_PAYLOAD: ["NATS/1.0\\r\\nA: b\\r\\n\\r\\nx"]'],
  ])("%j is shown", (text, headers, max, shown) => {
    expect(show(text, headers, max)).toBe(shown);
  });

  test.each([
    ["hello", 0, 0, null],
    ["", 0, 0, null],
    [`${head}x`, head.length, 0, 'MSG_PAYLOAD: ["NATS/1.0\\r\\nA: b"]'],
    [`${head}x`, head.length, 4, 'MSG_PAYLOAD: ["NATS..."]'],
    [`${head}x`, head.length, 14, 'MSG_PAYLOAD: ["NATS/1.0\\r\\nA: b"]'],
  ])("%j is shown by its headers", (text, headers, max, shown) => {
    expect(show(text, headers, max, true)).toBe(shown);
  });
});
