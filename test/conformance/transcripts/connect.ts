/** CONNECT: its effects, its order among other operations, and repeating it. */

import { bytes, NO_ECHO, one, PLAIN, sequence, type Transcript, VERBOSE } from "../transcript.ts";

/** Shows verbose, headers and echo at work. */
const PROBE = "SUB foo 1\r\nPUB foo 2\r\nhi\r\nHPUB foo 4 6\r\nabcdhi\r\nPING\r\n";
const PUBLISH = "PUB foo 2\r\nhi\r\nPING\r\n";

export const connect: readonly Transcript[] = [
  { name: "INFO comes at once", steps: [{}] },
  one("everything but headers works without CONNECT", "SUB foo 1\r\nPUB foo 2\r\nhi\r\nPING\r\n"),
  one("without CONNECT a client is pedantic", "SUB > 1\r\nPUB foo.* 1\r\na\r\nPING\r\n"),
  one("without CONNECT headers are refused", "HPUB foo 12 14\r\nNATS/1.0\r\n\r\nhi\r\nPING\r\n"),
  one("empty object", "CONNECT {}\r\nPING\r\n"),
  one("no separator", 'CONNECT{"verbose":false}\r\nPING\r\n'),
  one("tab as separator", 'CONNECT\t{"verbose":false}\r\nPING\r\n'),
  one("several separators and trailing ones", 'CONNECT \t  {"verbose":false} \t \r\nPING\r\n'),
  one("any case", 'cOnNeCt {"verbose":false}\r\nPING\r\n'),
  one("LF only", 'CONNECT {"verbose":false}\nPING\r\n'),
  one("byte by byte", 'CONNECT {"verbose":false}\r\nPING\r\n', { split: "bytes" }),
  one("CR inside, CR LF at the end", 'CONNECT {"verbose":\rfalse}\r\nPING\r\n'),
  one("CR inside, LF only at the end", 'CONNECT {"verbose":\rfalse}\nPING\r\n'),
  one("CR inside and a space to spare", 'CONNECT {"verbose":\rfalse} \nPING\r\n'),
  one("argument on the line after LF", 'CONNECT\n{"verbose":false}\r\nPING\r\n'),
  one("argument on the line after a space and LF", 'CONNECT \n{"verbose":false}\r\nPING\r\n'),
  one("argument on the line after CR LF", 'CONNECT\r\n{"verbose":false}\r\nPING\r\n'),
  one("two LF and no argument", "CONNECT\n\nPING\r\n"),
  one("no argument", "CONNECT\r\nPING\r\n"),
  one("empty argument", "CONNECT  \r\nPING\r\n"),
  one("text after the verb", "CONNECTX {}\r\nPING\r\n"),
  one("bytes before the document", bytes("CONNECT ", [0xef, 0xbb, 0xbf], "{}\r\nPING\r\n")),
  sequence("in two parts", 'CONNECT {"verb', 'ose":false}\r\nPING\r\n'),
  sequence("never finished", 'CONNECT {"verbose":false}'),

  one("verbose false, pedantic false", `${PLAIN}${PROBE}`),
  one("verbose true", `${VERBOSE}${PROBE}`),
  one("verbose default", `CONNECT {"headers":true,"pedantic":false}\r\n${PROBE}`),
  one("headers false", `CONNECT {"verbose":false,"headers":false}\r\n${PROBE}`),
  one("headers not given", `CONNECT {"verbose":false}\r\n${PROBE}`),
  one("headers not supported by the server", `${VERBOSE}${PROBE}`, {
    options: { noHeaderSupport: true },
  }),
  one("echo false", `${NO_ECHO}${PROBE}`),
  one("echo true", `CONNECT {"verbose":false,"headers":true,"echo":true}\r\n${PROBE}`),
  one("tls_required is ignored", 'CONNECT {"tls_required":true}\r\nPING\r\n'),
  one(
    "credentials are ignored when none are asked for",
    'CONNECT {"user":"u","pass":"p","auth_token":"t"}\r\nPING\r\n',
  ),
  one("nkey and sig are ignored", 'CONNECT {"nkey":"U","sig":"s"}\r\nPING\r\n'),
  one("jwt is ignored", 'CONNECT {"jwt":"eyJ","sig":"s"}\r\nPING\r\n'),
  one("proxy_sig is ignored", 'CONNECT {"proxy_sig":"s"}\r\nPING\r\n'),
  one(
    "name, lang and version",
    'CONNECT {"verbose":false,"name":"n","lang":"go","version":"1"}\r\nPING\r\n',
  ),
  one("account", 'CONNECT {"account":"A"}\r\nPING\r\n'),
  one("empty account", 'CONNECT {"account":""}\r\nPING\r\n'),
  one("new_account", 'CONNECT {"new_account":true}\r\nPING\r\n'),
  one("new_account false", 'CONNECT {"new_account":false}\r\nPING\r\n'),
  one("account and new_account", 'CONNECT {"account":"A","new_account":true}\r\nPING\r\n'),
  one("remote_account", 'CONNECT {"remote_account":"A"}\r\nPING\r\n'),
  one("import and export", 'CONNECT {"import":{},"export":{"allow":["a"]}}\r\nPING\r\n'),

  one("protocol 0", 'CONNECT {"protocol":0,"verbose":false}\r\nPING\r\n'),
  one("protocol 1", 'CONNECT {"protocol":1,"verbose":false}\r\nPING\r\n'),
  one("protocol 2", 'CONNECT {"protocol":2}\r\nPING\r\n'),
  one("protocol -1", 'CONNECT {"protocol":-1}\r\nPING\r\n'),
  one("protocol 2 without verbose", 'CONNECT {"protocol":2,"verbose":false}\r\nPING\r\n'),
  one("no_responders with headers", `CONNECT {"no_responders":true,"headers":true}\r\nPING\r\n`),
  one("no_responders without headers", 'CONNECT {"no_responders":true}\r\nPING\r\n'),
  one(
    "no_responders without headers, not verbose",
    'CONNECT {"no_responders":true,"verbose":false}\r\nPING\r\n',
  ),
  one("no_responders, headers not supported by the server", `${PLAIN}PING\r\n`, {
    options: { noHeaderSupport: true },
  }),
  one("two faults: protocol and account", 'CONNECT {"protocol":7,"account":"A"}\r\nPING\r\n'),
  one(
    "two faults: protocol and no_responders",
    'CONNECT {"protocol":7,"no_responders":true}\r\nPING\r\n',
  ),
  one(
    "two faults: account and no_responders",
    'CONNECT {"account":"A","no_responders":true}\r\nPING\r\n',
  ),

  one("a second CONNECT drops subscriptions", `${PLAIN}SUB foo 1\r\n${PLAIN}${PUBLISH}`),
  one("… and gives their sids back", `${PLAIN}SUB foo 1\r\n${PLAIN}SUB bar 1\r\n${PUBLISH}`),
  one(
    "… and queue subscriptions, and counts",
    `${PLAIN}SUB foo q 1\r\nUNSUB 1 1\r\n${PLAIN}SUB foo 1\r\n${PUBLISH}${PUBLISH}`,
  ),
  one(
    "… and those made before the first one",
    `SUB foo 1\r\nSUB bar 2\r\nCONNECT {"verbose":false}\r\n${PUBLISH}`,
  ),
  one(
    "a second CONNECT is merged onto the first: verbose stays off",
    'CONNECT {"verbose":false}\r\nCONNECT {"name":"x"}\r\nSUB foo 1\r\nPING\r\n',
  ),
  one("a second CONNECT may turn verbose on", `${PLAIN}${VERBOSE}SUB foo 1\r\nPING\r\n`),
  one("a second CONNECT may turn echo off", `${PLAIN}CONNECT {"echo":false}\r\n${PROBE}`),
  one("a second CONNECT may turn echo on", `${NO_ECHO}CONNECT {"echo":true}\r\n${PROBE}`),
  one(
    "a second CONNECT may turn headers off",
    `${VERBOSE}CONNECT {"headers":false}\r\nHPUB foo 4 6\r\nabcdhi\r\nPING\r\n`,
  ),
  one("… but not where no_responders stays on", `${PLAIN}CONNECT {"headers":false}\r\nPING\r\n`),
  one("a second CONNECT that is not JSON", `${PLAIN}SUB foo 1\r\nCONNECT {\r\n${PUBLISH}`),
  one("a second CONNECT with a bad protocol", `${PLAIN}CONNECT {"protocol":3}\r\nPING\r\n`),
  one("a second CONNECT with null", `${PLAIN}SUB foo 1\r\nCONNECT null\r\n${PUBLISH}`),
  one("three in a row", "CONNECT {}\r\nCONNECT {}\r\nCONNECT {}\r\nPING\r\n"),
];
