/** URLs as Go reads and writes them. Each fault is one that the real nats-server reports. */

import { describe, expect, test } from "bun:test";
import { type GoUrl, GoUrlError, parseGoUrl } from "../../src/protocol/go-url.ts";
import { normalGoUrl } from "../../src/protocol/go-url-text.ts";
import { findPeer } from "../support/peer.ts";

const peer = findPeer();

const FAULTS: readonly [string, string][] = [
  [":", "missing protocol scheme"],
  ["\x01nats://h:1", "net/url: invalid control character in URL"],
  ["\x7f", "net/url: invalid control character in URL"],
  ["127.0.0.1:6222", "first path segment in URL cannot contain colon"],
  ["na_ts://h:1", "first path segment in URL cannot contain colon"],
  ["[::1", "first path segment in URL cannot contain colon"],
  ["nats://h:abc", 'invalid port ":abc" after host'],
  ["nats://h:1 ", 'invalid port ":1 " after host'],
  ["nats://h:%31", 'invalid port ":%31" after host'],
  ["nats://[::1]:x", 'invalid port ":x" after host'],
  ["nats://[::1]x", 'invalid port "x" after host'],
  ["nats://[::1", "missing ']' in host"],
  ["nats://x[::1]", "invalid IP-literal"],
  ["nats://[[::1]:1", "invalid IP-literal"],
  ["nats://[1.2.3.4]", "invalid IP-literal"],
  ["nats://[zz]", 'invalid host: ParseAddr("zz"): unable to parse IP'],
  ["nats://[]:1", 'invalid host: ParseAddr(""): unable to parse IP'],
  ["nats://[1.2.3]", 'invalid host: ParseAddr("1.2.3"): IPv4 address too short'],
  ["nats://[1.2.3.4.5]", 'invalid host: ParseAddr("1.2.3.4.5"): IPv4 address too long'],
  [
    "nats://[1.2.3.04]",
    'invalid host: ParseAddr("1.2.3.04"): IPv4 field has octet with leading zero',
  ],
  [
    "nats://[1.2..4]",
    'invalid host: ParseAddr("1.2..4"): IPv4 field must have at least one digit (at ".4")',
  ],
  ["nats://[1.2.x.4]", 'invalid host: ParseAddr("1.2.x.4"): unexpected character (at "x.4")'],
  ["nats://[::1.2.3]:1", 'invalid host: ParseAddr("::1.2.3"): IPv4 address too short'],
  ["nats://[::1.2.3.400]:1", 'invalid host: ParseAddr("::1.2.3.400"): IPv4 field has value >255'],
  ["nats://[::1.2.x.4]", 'invalid host: ParseAddr("::1.2.x.4"): unexpected character (at "x.4")'],
  [
    "nats://[1:1.2.3.4]",
    'invalid host: ParseAddr("1:1.2.3.4"): embedded IPv4 address must replace the final 2 fields of the address (at "1.2.3.4")',
  ],
  [
    "nats://[1::2:3:4:5:6:1.2.3.4]",
    'invalid host: ParseAddr("1::2:3:4:5:6:1.2.3.4"): the :: must expand to at least one field of zeros',
  ],
  [
    "nats://[::2:3:4:5:6:7:8:1.2.3.4]",
    'invalid host: ParseAddr("::2:3:4:5:6:7:8:1.2.3.4"): too many hex fields to fit an embedded IPv4 at the end of the address (at "1.2.3.4")',
  ],
  [
    "nats://[:]:1",
    'invalid host: ParseAddr(":"): each colon-separated field must have at least one digit (at ":")',
  ],
  ["nats://[1:2]:1", 'invalid host: ParseAddr("1:2"): address string too short'],
  [
    "nats://[1:2:3:4:5:6:7:8:9]:1",
    'invalid host: ParseAddr("1:2:3:4:5:6:7:8:9"): trailing garbage after address (at "9")',
  ],
  ["nats://[1::2::3]:1", 'invalid host: ParseAddr("1::2::3"): multiple :: in address (at ":3")'],
  [
    "nats://[12345::]:1",
    'invalid host: ParseAddr("12345::"): each group must have 4 or less digits (at "12345::")',
  ],
  [
    "nats://[::g]:1",
    'invalid host: ParseAddr("::g"): each colon-separated field must have at least one digit (at "g")',
  ],
  [
    "nats://[::1:]:1",
    'invalid host: ParseAddr("::1:"): colon must be followed by more characters (at ":")',
  ],
  ["nats://[::1]]:1", 'invalid host: ParseAddr("::1]"): unexpected character, want colon (at "]")'],
  ["nats://[::1%25]:1", 'invalid host: ParseAddr("::1%"): zone must be a non-empty string'],
  ["nats://[%25en0]:1", 'invalid host: ParseAddr("%en0"): missing IPv6 address'],
  ["nats://[fe80::1%en0]:1", 'invalid URL escape "%en"'],
  ["nats://[::1%25e n]:1", 'invalid character " " in host name'],
  ["nats://[::1%25e%5e]:1", 'invalid URL escape "%5e"'],
  ["nats://a b", 'invalid character " " in host name'],
  ["nats://a\\b:1", 'invalid character "\\\\" in host name'],
  ["nats://a b%zz", 'invalid character " " in host name'],
  ["nats://a%zz b", 'invalid URL escape "%zz"'],
  ["nats://a%4", 'invalid URL escape "%4"'],
  ["nats://a%41", 'invalid URL escape "%41"'],
  ["nats://a%\u00e9", 'invalid URL escape "%\u00e9"'],
  ["nats://a^:b@c:1", "net/url: invalid userinfo"],
  ["nats://\u00e9@c:1", "net/url: invalid userinfo"],
  ["nats://a%zz:b@c:1", 'invalid URL escape "[REDACTED]"'],
  ["nats://a:%z@c:1", 'invalid URL escape "[REDACTED]"'],
  ["nats://a:s3c/r3t@c:1", 'invalid port "[REDACTED]" after host'],
  ["nats://a^:b@c d", 'invalid character " " in host name'],
  ["nats://h/%zz", 'invalid URL escape "%zz"'],
  ["nats://h:1#%zz%", 'invalid URL escape "%zz"'],
];

function faultOf(text: string): GoUrlError {
  try {
    parseGoUrl(text);
  } catch (error) {
    expect(error).toBeInstanceOf(GoUrlError);
    return error as GoUrlError;
  }
  throw new Error(`${text} is a URL`);
}

describe("a text that is no URL", () => {
  test.each(FAULTS)("%j is refused", (text, reason) => {
    expect(faultOf(text).reason).toBe(reason);
  });

  test("is in the message, without its credentials and without its fragment", () => {
    expect(faultOf("nats://a:b@h:x#y").message).toBe(
      'parse "nats://[REDACTED]@h:x": invalid port ":x" after host',
    );
    expect(faultOf("t0k3n@h:x").message).toBe(
      'parse "[REDACTED]@h:x": first path segment in URL cannot contain colon',
    );
    expect(faultOf("nats://h#%zz").message).toBe('parse "nats://h#%zz": invalid URL escape "%zz"');
  });

  test.skipIf(peer === undefined)(
    "is reported by nats-server in the same words, but for what is secret",
    async () => {
      for (const [text] of FAULTS) {
        const flags = ["-p", "70000", "-l", "/nonexistent/log", "--cluster", text];
        const server = Bun.spawn([peer!, ...flags], { stdout: "ignore", stderr: "pipe" });
        const said = await new Response(server.stderr).text();
        const { message, reason } = faultOf(text);
        const [line] = said.split("\n");
        if (!text.includes("@")) expect(line).toBe(`nats-server: ${message}`);
        else if (!reason.includes("[REDACTED]")) expect(line).toEndWith(`": ${reason}`);
      }
    },
    60_000,
  );
});

describe("a URL", () => {
  const parts = (text: string): Partial<GoUrl> =>
    Object.fromEntries(
      Object.entries(parseGoUrl(text)).filter(([, value]) => value !== "" && value !== undefined),
    );

  test.each<[string, Partial<GoUrl>]>([
    ["", {}],
    ["h", { path: "h" }],
    ["NATS://h:1", { scheme: "nats", host: "h:1", hostname: "h", port: "1" }],
    ["nats://h", { scheme: "nats", host: "h", hostname: "h" }],
    ["nats://:1", { scheme: "nats", host: ":1", port: "1" }],
    ["nats://h:1:2", { scheme: "nats", host: "h:1:2", hostname: "h:1", port: "2" }],
    ["nats:h:1", { scheme: "nats", opaque: "h:1" }],
    ["localhost:6222", { scheme: "localhost", opaque: "6222" }],
    ["//h:1", { host: "h:1", hostname: "h", port: "1" }],
    ["///h", { path: "///h" }],
    ["nats:///x", { scheme: "nats", path: "/x" }],
    ["a/b:c", { path: "a/b:c" }],
    ["nats://h/%41?q?r#f", { scheme: "nats", host: "h", hostname: "h", path: "/A", query: "q?r" }],
    ["nats://[::1]:2", { scheme: "nats", host: "[::1]:2", hostname: "::1", port: "2" }],
    ["nats://[::1%25e%20n]", { scheme: "nats", host: "[::1%e n]", hostname: "::1%e n" }],
    ["nats://a%c3%a9:1", { scheme: "nats", host: "a\u00e9:1", hostname: "a\u00e9", port: "1" }],
    ["nats://a%25b", { scheme: "nats", host: "a%b", hostname: "a%b" }],
  ])("%j has its parts", (text, expected) => {
    expect(parts(text)).toEqual(expected);
  });

  test.each([
    ["nats://h", undefined, undefined],
    ["nats://a@h", "a", undefined],
    ["nats://a:@h", "a", ""],
    ["nats://@h", "", undefined],
    ["nats://a:b:c@h", "a", "b:c"],
    ["nats://a@b:c@h", "a@b", "c"],
    ["nats://a%20b:%2f@h", "a b", "/"],
  ])("%j has its credentials", (text, user, password) => {
    expect(parseGoUrl(text)).toMatchObject({ hostname: "h" });
    expect([parseGoUrl(text).user, parseGoUrl(text).password]).toEqual([user, password]);
  });

  test.each([
    ["NATS://h:1", "nats://h:1"],
    [
      "nats://u%41%20:p%2f@h\u00e9:1/a b%2f|?a=b#c d",
      "nats://uA%20:p%2F@h%C3%A9:1/a%20b/%7C?a=b#c%20d",
    ],
    ["nats://h/%41%2f", "nats://h/%41%2f"],
    ["wss:x y/z", "wss:x y/z"],
    ["wss://:@h?", "wss://:@h?"],
    ["wss://h?#", "wss://h?"],
    ["wss:///x", "wss:///x"],
    ["wss:/x", "wss:/x"],
    ["nats://[fe80::1%25en0]:1", "nats://[fe80::1%25en0]:1"],
    ["h#%41 ", "h#A%20"],
  ])("%j has a normal form", (text, expected) => {
    expect(normalGoUrl(text)).toBe(expected);
    expect(normalGoUrl(expected)).toBe(expected);
  });
});
