/** What both servers are asked. */

import type { Question } from "./asker.ts";
import { PING } from "./service-stage.ts";

export const NAMES = [
  "IDZ",
  "STATSZ",
  "VARZ",
  "SUBSZ",
  "CONNZ",
  "ROUTEZ",
  "GATEWAYZ",
  "LEAFZ",
  "ACCOUNTZ",
  "JSZ",
  "HEALTHZ",
  "PROFILEZ",
  "EXPVARZ",
  "RAFTZ",
];

/** Bodies of all kinds, right and wrong. */
const BODIES = [
  "null",
  "{}",
  " ",
  "{bad",
  "[]",
  '"x"',
  "1",
  '{"a":1}x',
  "[".repeat(10_001),
  '{"x":'.repeat(10_001),
  '{"limit":"x"}',
  '{"limit":1.5}',
  '{"limit":1e3}',
  '{"LIMIT":1,"limit":2}',
  '{"limit":-1,"offset":-5}',
  '{"limit":99999999999999999999}',
  '{"cid":-1}',
  '{"cid":1e400}',
  '{"sort":5}',
  '{"sort":"bogus"}',
  '{"state":"closed"}',
  '{"state":9}',
  '{"acc":"nope"}',
  '{"acc":null,"sort":null}',
  '{"ConnzOptions":{"limit":1}}',
  '{"filter_subject":"foo"}',
  '{"sort":"","auth":false,"subscriptions":false,"offset":0,"limit":0,"cid":0,"state":0,"tags":null}',
  '{"tags":"x"}',
  '{"tags":["x"]}',
  '{"tags":["ONE","two"]}',
  '{"tags":[null]}',
  '{"tags":[1]}',
  '{"tags":[]}',
  '{"server_name":"serv"}',
  '{"server_name":"serv","exact_match":true}',
  '{"server_name":"served","exact_match":true}',
  '{"server_name":"SERVED"}',
  '{"server_name":5}',
  '{"host":"127"}',
  '{"host":"127","exact_match":true}',
  '{"cluster":"c"}',
  '{"domain":"d"}',
  '{"exact_match":"x"}',
];

export const SERVER_QUESTIONS: readonly Question[] = [
  { subject: PING },
  ...NAMES.map((name) => ({ subject: `${PING}.${name}` })),
  ...NAMES.map((name) => ({ subject: `${PING}.${name}`, body: "[]" })),
  ...NAMES.map((name) => ({ subject: `${PING}.${name}`, body: '{"server_name":1}' })),
  ...BODIES.map((body) => ({ subject: `${PING}.CONNZ`, body })),
  { subject: PING, body: '{"server_name":"other"}' },
  { subject: `${PING}.SUBSZ`, body: '{"test":"foo.>"}' },
  { subject: `${PING}.SUBSZ`, body: '{"subscriptions":true,"account":"A"}' },
  { subject: `${PING}.ACCOUNTZ`, body: '{"account":"A"}' },
  { subject: `${PING}.ACCOUNTZ`, body: '{"account":"nope"}' },
  { subject: `${PING}.JSZ`, body: '{"leader_only":true}' },
  { subject: `${PING}.HEALTHZ`, body: '{"stream":"s"}' },
  { subject: `${PING}.HEALTHZ`, body: '{"consumer":"c","account":"A","details":true}' },
  { subject: `${PING}.PROFILEZ`, body: '{"name":"zz"}' },
  { subject: `${PING}.PROFILEZ`, body: '{"name":"cpu"}' },
  { subject: `${PING}.PROFILEZ`, body: '{"name":"cpu","duration":"1s"}' },
  { subject: `${PING}.PROFILEZ`, body: '{"name":"cpu","duration":90000000000}' },
  { subject: `${PING}.IPQUEUESZ`, body: '{"filter":"recvQ"}' },
  { subject: `${PING}.KICK`, body: '{"cid":1}' },
  { subject: `${PING}.RELOAD` },
  { subject: `${PING}.NOPE` },
];

const ACCOUNT = "$SYS.REQ.ACCOUNT";

export const ACCOUNT_QUESTIONS: readonly Question[] = [
  ...["A", "nope", "PING", "$G", "SYS"].flatMap((account) =>
    ["CONNZ", "LEAFZ", "SUBSZ", "JSZ", "INFO", "STATZ", "CONNS"].map((name) => ({
      subject: `${ACCOUNT}.${account}.${name}`,
    })),
  ),
  { subject: `${ACCOUNT}.A.CONNZ`, body: '{"acc":"B","limit":1}' },
  { subject: `${ACCOUNT}.A.INFO`, body: "{" },
  { subject: `${ACCOUNT}.$G.STATZ`, body: '{"include_unused":true}' },
  { subject: `${ACCOUNT}.nope.STATZ`, body: '{"include_unused":true}' },
  ...["[]", '{"accounts":"x"}', '{"accounts":["A"]}', '{"accounts":["nope"]}'].map((body) => ({
    subject: `${ACCOUNT}.PING.STATZ`,
    body,
  })),
  ...['{"acc":"A"}', '{"acc":"B"}', "x"].map((body) => ({ subject: `${ACCOUNT}.A.CONNS`, body })),
  ...[
    "",
    "x",
    '{"acc":"A","subject":"foo.bar"}',
    '{"acc":"A","subject":"foo.bar","queue":"cQ=="}',
    '{"acc":"A","subject":"foo.bar","queue":"Z3LDvMOfZQ=="}',
    '{"acc":"A","subject":"*.bar","queue":"Z3LDvMOfZQ=="}',
    '{"acc":"A","subject":"foo.*"}',
    '{"acc":"nope","subject":"foo.*"}',
    '{"acc":"A","subject":">","queue":""}',
    '{"acc":"A","subject":">","queue":"!"}',
    '{"acc":"A","subject":">","queue":null}',
  ].map((body) => ({ subject: `${ACCOUNT}.NSUBS`, body })),
  ...["", "foo", "_INBOX.asker.x", ">", "_INBOX.> q", "a  b"].map((body) => ({
    subject: "$SYS.DEBUG.SUBSCRIBERS",
    body,
  })),
  { subject: "$SYS.DEBUG.SUBSCRIBERS", headers: "Foo: bar" },
  ...["", "x", "a.b.c"].flatMap((body) => [
    { subject: `${ACCOUNT}.A.CLAIMS.UPDATE`, body },
    { subject: "$SYS.ACCOUNT.A.CLAIMS.UPDATE", body },
  ]),
];

/** Apart from the others, as accounts tell of requests that wait for an answer. */
export const USER_QUESTIONS: readonly Question[] = [
  { subject: "$SYS.REQ.USER.INFO" },
  { subject: "$SYS.REQ.USER.INFO", headers: "Nats-Request-Info: {}" },
  { subject: "$SYS.REQ.USER.A.INFO" },
  { subject: "$SYS.REQ.USER.A.INFO", headers: "Foo: bar" },
  { subject: "$SYS.REQ.USER.A.INFO", headers: "Nats-Request-Info: {bad" },
];

/** What is asked by somebody who is not of the system account. */
export const TENANT_QUESTIONS: readonly Question[] = [
  { subject: "$SYS.REQ.USER.INFO" },
  { subject: "$SYS.REQ.USER.INFO", headers: 'Nats-Request-Info: {"acc":"SYS"}' },
  { subject: `${PING}.CONNZ` },
  { subject: `${PING}.CONNZ`, body: '{"acc":"B","subscriptions":true}' },
  { subject: `${PING}.CONNZ`, body: '{"limit":"x"}' },
  { subject: `${ACCOUNT}.PING.CONNZ` },
  { subject: `${ACCOUNT}.PING.STATZ` },
  { subject: `${ACCOUNT}.PING.STATZ`, body: '{"accounts":["B"],"include_unused":true}' },
  ...[
    `${PING}`,
    `${PING}.VARZ`,
    `${PING}.STATSZ`,
    `${ACCOUNT}.A.CONNZ`,
    `${ACCOUNT}.B.CONNZ`,
    `${ACCOUNT}.A.INFO`,
    `${ACCOUNT}.PING.INFO`,
    "$SYS.REQ.USER.A.INFO",
    "$SYS.DEBUG.SUBSCRIBERS",
    `${ACCOUNT}.NSUBS`,
    "$SYS.REQ.CLAIMS.LIST",
  ].map((subject) => ({ subject })),
];
