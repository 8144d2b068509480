/** Configuration files with a canary for each secret, broken at random. */

import type { Prng } from "../support/prng.ts";

/** So long a part of a canary stands nowhere by chance, and gives too much of it away. */
const PART_LENGTH = 9;
const BREAKS_MAX = 4;
const MARKS = /["'{}[\](),\n]/g;
const ADDED = ['"', "'", "{", "}", "[", "]", "(", ")", "\n"];

const canaries: string[] = [];

function canary(): string {
  const text = `zQ${"abcdefgh"[canaries.length % 8]}${canaries.length}Plain7wXk9vJq3`;
  canaries.push(text);
  return text;
}

/** Secrets under keys that say so, under innocent ones that variables refer to, and in comments. */
const USERS = `
# ${canary()}
authorization {
  BOBS: ${canary()} // ${canary()}
  JOE = "${canary()}"
  users = [
    {user: alice, password: ${canary()}, permissions: {publish: {deny: "no.>"}}}
    {user: bob, password: $BOBS}
    {user: dave, password: "${canary()}"}
    {user: joe, pass: $JOE}
    {user: eve, password: '${canary()}', proxy_required: true}
  ]
}
LIST: [ ${canary()}, "${canary()}", '${canary()}' ]
`;

const LINKS = `
port: 4222, server_name: "plain"
cluster {
  name: c, port: -1
  authorization { user: route, password: ${canary()}
    timeout: 2 }
  routes = [ "nats-route://route:${canary()}@127.0.0.1:1"
    nats-route://u:${canary()}@127.0.0.1:2
   ]
}
gateway { name: g, port: -1, authorization { user: g, password: ${canary()} }
  gateways: [ {name: x, url: "nats://u:${canary()}@127.0.0.1:1"} ] }
leafnodes { port: -1, authorization { user: leaf, password: ${canary()} }
  remotes = [ {url: "nats://u:${canary()}@127.0.0.1:1"},
              {url: "nats://${canary()}@127.0.0.1:2"} ] }
websocket { port: -1, no_tls: true, token: "${canary()}" }
mqtt { port: -1, username: m, password: '${canary()}' }
jetstream { key: "${canary()}", cipher: aes, store_dir: /tmp/x, max_mem: 1G }
`;

const ACCOUNTS = `
X = (
${canary()}
${canary()}: ${canary()}
)
Y: "one
${canary()}
two ${canary()}"
accounts {
  A { users: [ {user: a, password: $X} {user: b, password: ${canary()}} ], exports: [ {stream: "a.>"} ] }
  B: { users = [ {user: c
       password "${canary()}"}
     ]
    imports: [ {stream: {account: A, subject: "a.>"}} ] }
}
http: 127.0.0.1:8222, ping_interval: "2m"
server_metadata { a: "${canary()}", b: ${canary()} }
`;

const FILES = [USERS, LINKS, ACCOUNTS];

/** One of the files in which marks are missing, or are too many. */
export function brokenFile(random: Prng): string {
  let text = random.pick(FILES);
  for (let breaks = random.between(1, BREAKS_MAX); breaks > 0; breaks--) {
    if (random.chance(2)) {
      const at = random.pick([...text.matchAll(MARKS)]).index;
      text = text.slice(0, at) + text.slice(at + 1);
    } else {
      const at = random.chance(2) ? random.below(text.length) : besideCanary(text, random);
      text = text.slice(0, at) + random.pick(ADDED) + text.slice(at);
    }
  }
  return text;
}

function besideCanary(text: string, random: Prng): number {
  const whole = canaries.filter((each) => text.includes(each));
  const one = whole.length === 0 ? "" : random.pick(whole);
  return text.indexOf(one) + (random.chance(2) ? 0 : one.length);
}

const PARTS = canaries.flatMap((each) =>
  Array.from({ length: each.length - PART_LENGTH + 1 }, (_, at) =>
    each.slice(at, at + PART_LENGTH),
  ),
);

/** All canaries, and larger parts of them, that a text holds. */
export function partsOfCanaries(text: string): string[] {
  return PARTS.filter((part) => text.includes(part));
}
