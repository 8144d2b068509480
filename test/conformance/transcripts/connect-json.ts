/** The JSON document of CONNECT, which is read as Go reads it. */

import { bytes, one, type Transcript } from "../transcript.ts";

const LARGE = { maxControlLine: 2 * 1024 * 1024 };
/** Go's limit for nested values. */
const MAX_DEPTH = 10_000;

/** A transcript named by the document it sends. */
function document(json: string): Transcript {
  return one(json, `CONNECT ${json}\r\nPING\r\n`);
}

/** A value that is an array in an array and so on, inside a key that nobody knows. */
function nested(depth: number): string {
  return `CONNECT {"verbose":false,"x":${"[".repeat(depth)}${"]".repeat(depth)}}\r\nPING\r\n`;
}

const documents = [
  // Documents that are not an object, or not JSON.
  "null",
  "true",
  "0",
  '"x"',
  "[]",
  "[{}]",
  "{",
  "}",
  "{}{}",
  "{} x",
  "{},",
  "{}]",
  "nul",
  "NULL",
  "{'verbose':false}",
  "{verbose:false}",
  '{"verbose":false,}',
  '{,"verbose":false}',
  '{"verbose":false "echo":true}',
  '{"verbose"}',
  '{"verbose":}',
  '{"verbose" : false , "echo" : true }',
  '{"verbose":false/*x*/}',
  '{"":1}',
  "{1:2}",

  // Booleans.
  '{"verbose":true}',
  '{"verbose":null}',
  '{"verbose":0}',
  '{"verbose":1}',
  '{"verbose":"false"}',
  '{"verbose":""}',
  '{"verbose":[]}',
  '{"verbose":{}}',
  '{"verbose":FALSE}',
  '{"verbose":falsey}',
  '{"verbose":fals}',
  '{"headers":"true"}',
  '{"echo":1}',
  '{"tls_required":"no"}',
  '{"no_responders":"yes"}',
  '{"new_account":1}',

  // Numbers.
  '{"protocol":null}',
  '{"protocol":"1"}',
  '{"protocol":true}',
  '{"protocol":1.0}',
  '{"protocol":1.5}',
  '{"protocol":1e0}',
  '{"protocol":01}',
  '{"protocol":+1}',
  '{"protocol":-0}',
  '{"protocol":-}',
  '{"protocol":.5}',
  '{"protocol":1.}',
  '{"protocol":0x1}',
  '{"protocol":NaN}',
  '{"protocol":9223372036854775807}',
  '{"protocol":9223372036854775808}',
  '{"protocol":18446744073709551617}',
  '{"protocol":1e400}',
  '{"x":1e400}',
  '{"x":-}',
  '{"x":1.5e+3}',

  // Strings.
  '{"name":null}',
  '{"name":1}',
  '{"name":{}}',
  '{"lang":false}',
  '{"version":2}',
  '{"user":1}',
  '{"pass":[]}',
  '{"auth_token":7}',
  '{"nkey":0}',
  '{"sig":0}',
  '{"jwt":0}',
  '{"account":1}',
  '{"account":null}',
  '{"remote_account":1}',
  '{"name":"\\u0041\\n\\"\\\\\\/\\b\\f\\r\\t"}',
  '{"name":"\\ud800"}',
  '{"name":"\\ud83d\\ude00"}',
  '{"name":"\\u0000"}',
  '{"name":"\\x41"}',
  '{"name":"\\u12"}',
  '{"name":"a\tb"}',
  '{"name":"a\u007fb"}',
  '{"name":"unfinished}',
  '{"name":"héllo → 😀"}',

  // Other types.
  '{"import":1}',
  '{"import":null}',
  '{"export":[]}',
  '{"import":{"allow":"a"}}',
  '{"import":{"allow":["a"],"deny":null}}',
  '{"import":{"allow":[1]}}',

  // Keys.
  '{"VERBOSE":false}',
  '{"vErBoSe":false}',
  '{"verbo\\u0073e":false}',
  '{"verbo\u017fe":false}',
  '{"verbose ":false}',
  '{" verbose":false}',
  '{"pa\u017f\u017f":1}',
  '{"NO_RESPONDERS":true}',
  '{"noresponders":true}',
  '{"no-responders":true}',
  '{"NoResponders":true}',
  '{"n\u212aey":0}',
  '{"verbose":false,"verbose":true}',
  '{"verbose":true,"verbose":false}',
  '{"verbose":false,"VERBOSE":true}',
  '{"VERBOSE":true,"verbose":false}',
  '{"verbose":false,"verbose":null}',
  '{"verbose":"x","verbose":false}',
  '{"unknown":{"verbose":[1,"two",{"three":null}]},"verbose":false}',
  '{"unknown":[1,]}',
  '{"unknown":tru}',
  '{"__proto__":{"verbose":false}}',
  '{"__proto__":null,"verbose":false}',
  '{"constructor":{"prototype":{"verbose":false}}}',
  '{"toString":1,"hasOwnProperty":2,"verbose":false}',
  // The fault comes late: what was read before it has no effect either.
  '{"verbose":false,"protocol":"x"}',
  '{"verbose":false,"protocol":1',
];

export const connectJson: readonly Transcript[] = [
  ...documents.map(document),
  one("white space of all kinds", 'CONNECT \t{ "verbose"\t:\r false }\t \r\nPING\r\n'),
  one("form feed is no white space", "CONNECT {\f}\r\nPING\r\n"),
  one("no-break space is no white space", "CONNECT {\u00a0}\r\nPING\r\n"),
  one("NUL after the document", "CONNECT {}\0\r\nPING\r\n"),
  one("NUL in a string", 'CONNECT {"name":"a\0b"}\r\nPING\r\n'),
  one("invalid UTF-8 in a string", bytes('CONNECT {"name":"a', [0xff, 0xc3], '"}\r\nPING\r\n')),
  one("invalid UTF-8 in a key", bytes('CONNECT {"a', [0xff], '":1}\r\nPING\r\n')),
  one("invalid UTF-8 outside strings", bytes("CONNECT {", [0xff], "}\r\nPING\r\n")),
  one(
    "surrogates as UTF-8 in a string",
    bytes('CONNECT {"name":"', [0xed, 0xa0, 0x80], '"}\r\nPING\r\n'),
  ),
  one("nested as deep as allowed", nested(MAX_DEPTH - 1), { options: LARGE }),
  one("nested one too deep", nested(MAX_DEPTH), { options: LARGE }),
  one("nested far too deep", nested(5 * MAX_DEPTH), { options: LARGE }),
  one(
    "1 MB in one string",
    `CONNECT {"verbose":false,"name":"${"x".repeat(1024 * 1024)}"}\r\nPING\r\n`,
    { options: LARGE },
  ),
];
