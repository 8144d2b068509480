/** CONNECT's argument is read as Go's JSON decoder reads it into a struct. */

import { describe, expect, test } from "bun:test";
import {
  type ConnectOptions,
  DEFAULT_CONNECT,
  parseConnect,
} from "../../src/protocol/connect-options.ts";
import { checkInfo } from "../../src/protocol/info.ts";

/** Only what differs from the defaults. */
function changes(json: string, current = DEFAULT_CONNECT): Partial<ConnectOptions> {
  const options = parseConnect(json, current);
  expect(Object.keys(options).sort()).toEqual(Object.keys(DEFAULT_CONNECT).sort());
  return Object.fromEntries(
    Object.entries(options).filter(
      ([name, value]) => value !== DEFAULT_CONNECT[name as keyof ConnectOptions],
    ),
  );
}

const ACCEPTED: readonly (readonly [json: string, changed: Partial<ConnectOptions>])[] = [
  ["{}", {}],
  ["null", {}],
  [" \t\r\n{ } ", {}],
  ['{"verbose":false,"pedantic":false}', { verbose: false, pedantic: false }],
  [
    '{"echo":false,"headers":true,"no_responders":true}',
    { echo: false, headers: true, no_responders: true },
  ],
  ['{"protocol":1}', { protocol: 1 }],
  ['{"protocol":-7}', { protocol: -7 }],
  ['{"protocol":-0}', {}],
  ['{"protocol":2147483648}', { protocol: 2147483648 }],
  ['{"user":"u","pass":"p","auth_token":"t"}', { user: "u", pass: "p", auth_token: "t" }],
  [
    '{"nkey":"n","sig":"s","jwt":"j","proxy_sig":"x"}',
    { nkey: "n", sig: "s", jwt: "j", proxy_sig: "x" },
  ],
  ['{"name":"n","lang":"l","version":"v"}', { name: "n", lang: "l", version: "v" }],
  ['{"account":"a","new_account":true}', { account: "a", new_account: true }],
  ['{"tls_required":true}', { tls_required: true }],
  // Field names match in any case, by Go's folding two letters beyond ASCII too.
  ['{"VERBOSE":false,"Name":"n"}', { verbose: false, name: "n" }],
  ['{"verbo\u017fe":false,"\u212aey":1,"n\u212aey":"k"}', { verbose: false, nkey: "k" }],
  ['{"\\u0056erbose":false}', { verbose: false }],
  // The last one counts, under any spelling.
  ['{"name":"a","name":"b"}', { name: "b" }],
  ['{"name":"a","NAME":"b","Name":"c"}', { name: "c" }],
  ['{"verbose":false,"VERBOSE":true}', {}],
  // null changes nothing, also after a value.
  ['{"name":null,"verbose":null,"protocol":null}', {}],
  ['{"name":"a","name":null}', { name: "a" }],
  // Unknown fields may be anything.
  ['{"x":1,"y":[{"name":"inner"}],"z":{"verbose":false},"name":"n"}', { name: "n" }],
  ['{"nested":{"deep":[[[{"name":"x"}]]]},"lang":"l"}', { lang: "l" }],
  ['{"a":"}","b":"\\"","c":"{\\"name\\":\\"x\\"}","name":"n"}', { name: "n" }],
  ['{"a":[1,2,{"b":"]"}],"name":"n"}', { name: "n" }],
  ['{"name":"a\\u0000\\n\\u00e9\\ud83d\\ude00"}', { name: "a\0\n\u00e9\u{1f600}" }],
  ['{"name":" "}', { name: " " }],
  ['{ "name" : "n" , "lang" : "l" }', { name: "n", lang: "l" }],
  ['{"":1,"name":"n"}', { name: "n" }],
  // Fields of routes and leafnodes are checked and not kept.
  ['{"import":{"allow":["a",null],"deny":[]},"export":null,"remote_account":"r"}', {}],
  // Names that mean something in JavaScript mean nothing here.
  ['{"__proto__":{"name":"x"},"constructor":1,"toString":[],"hasOwnProperty":true}', {}],
  ['{"__proto__":null}', {}],
];

const REFUSED: readonly string[] = [
  "",
  " ",
  "{",
  "}",
  "[]",
  "1",
  '"x"',
  "true",
  "{}}",
  "{} {}",
  "{},",
  '{"name":"a",}',
  "{,}",
  '{"name"}',
  '{"name":}',
  '{"name" "a"}',
  "{'name':'a'}",
  '{name:"a"}',
  '{"name":"a\n"}',
  '{"name":"\\x41"}',
  '{"name":"\\u12"}',
  '{"verbose":TRUE}',
  '{"verbose":tru}',
  "{/**/}",
  '{"protocol":01}',
  '{"protocol":+1}',
  '{"protocol":0x1}',
  '{"protocol":NaN}',
  "\ufeff{}",
  // Wrong types.
  '{"verbose":"true"}',
  '{"verbose":1}',
  '{"verbose":[]}',
  '{"echo":{}}',
  '{"name":1}',
  '{"name":true}',
  '{"name":["a"]}',
  '{"name":{}}',
  '{"protocol":"1"}',
  '{"protocol":true}',
  '{"protocol":1.0}',
  '{"protocol":1.5}',
  '{"protocol":1e0}',
  '{"protocol":9223372036854775808}',
  '{"protocol":-9223372036854775809}',
  '{"PROTOCOL":1.0}',
  '{"name":1,"name":"a"}',
  '{"name":"a","NAME":1}',
  '{"remote_account":1}',
  '{"import":[]}',
  '{"import":"a"}',
  '{"import":{"allow":"a"}}',
  '{"import":{"allow":[1]}}',
  '{"export":{"deny":{}}}',
];

describe("CONNECT's argument", () => {
  for (const [json, changed] of ACCEPTED) {
    test(`${json} is accepted`, () => {
      expect(changes(json)).toEqual(changed);
    });
  }

  for (const json of REFUSED) {
    test(`${JSON.stringify(json)} is refused with a reason`, () => {
      expect(() => parseConnect(json, DEFAULT_CONNECT)).toThrow(/./);
    });
  }

  test("is merged into what held before", () => {
    const first = parseConnect('{"name":"a","verbose":false,"protocol":1}', DEFAULT_CONNECT);
    expect(changes('{"name":"b","pedantic":false}', first)).toEqual({
      name: "b",
      verbose: false,
      pedantic: false,
      protocol: 1,
    });
    expect(first.name).toBe("a");
  });

  test("changes nothing when it is refused", () => {
    const before = { ...DEFAULT_CONNECT, name: "a" };
    const kept = { ...before };
    expect(() => parseConnect('{"name":"b","verbose":1}', before)).toThrow();
    expect(before).toEqual(kept);
  });

  test("reaches no object's prototype", () => {
    parseConnect(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":1}}}',
      DEFAULT_CONNECT,
    );
    expect("polluted" in {}).toBe(false);
  });

  test("may be nested 10000 deep, not deeper", () => {
    const nested = (depth: number): string =>
      `{"x":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)},"name":"n"}`;
    expect(changes(nested(10_000))).toEqual({ name: "n" });
    expect(() => parseConnect(nested(10_001), DEFAULT_CONNECT)).toThrow();
    expect(() => parseConnect("[".repeat(100_000), DEFAULT_CONNECT)).toThrow();
  });

  test("may be nested within known fields as little as in others", () => {
    const deep = `${'{"allow":'.repeat(3)}[]${"}".repeat(3)}`;
    expect(() => parseConnect(`{"import":${deep}}`, DEFAULT_CONNECT)).toThrow();
    expect(changes(`{"import":{"other":${deep}}}`)).toEqual({});
  });
});

describe("INFO's argument", () => {
  test("is accepted when its known fields have the right types", () => {
    for (const json of ["{}", "null", '{"port":4222,"ldm":true,"connect_urls":["a"],"x":[]}']) {
      expect(() => checkInfo(json)).not.toThrow();
    }
  });

  test("is refused otherwise", () => {
    for (const json of [
      "",
      "xx",
      "[]",
      '{"port":"4222"}',
      '{"port":1.0}',
      '{"connect_urls":[1]}',
    ]) {
      expect(() => checkInfo(json)).toThrow(/./);
    }
  });
});
