/** What another server may say, right or wrong, and what is compared of the answer. */

import { Wire } from "../../support/wire.ts";

/** Who the other server says it is; it is somebody else each time, so that many may come at once. */
const ID = "NPPP";
let others = 0;

const OWN_END = /Router connection closed|Error flushing/;
const INFO_DEADLINE_MS = 4_000;
const ANSWER_DEADLINE_MS = 4_000;

/** Ids, of which the one that is asked for stands for the server's own. */
export const SELF = "@SELF@";

export function connectLine(fields: object = {}): string {
  const connect = { echo: true, verbose: false, pedantic: false, tls_required: false };
  const who = { headers: true, name: ID, cluster: "C1", lnoc: true };
  return `CONNECT ${JSON.stringify({ ...connect, ...who, ...fields })}\r\n`;
}

export function infoLine(fields: object = {}): string {
  const server = { server_id: ID, server_name: "PY", version: "2.15.1", proto: 1, go: "x" };
  const address = { host: "127.0.0.1", port: 23999, headers: true, max_payload: 1048576 };
  const cluster = { cluster: "C1", lnoc: true, lnocu: true };
  return `INFO ${JSON.stringify({ ...server, ...address, ...cluster, ...fields })}\r\n`;
}

const IN = connectLine() + infoLine();
const SYNC = "PING\r\n";

/** Each ends the connection, or with a PING. */
export const CASES: Readonly<Record<string, string>> = {
  "INFO before CONNECT": infoLine(),
  "PING before CONNECT": SYNC,
  "an error before CONNECT": "-ERR 'x'\r\n",
  "compressed bytes before CONNECT": "\xff\x06\0\0S2sTwO",
  "an unknown verb": `${connectLine()}FOO\r\n`,
  "an unknown verb of a server": `${IN}RMSX\r\n`,
  "CONNECT that is no JSON": "CONNECT {x}\r\n",
  "CONNECT with a wrong name": 'CONNECT {"name":1}\r\n',
  "CONNECT with a wrong cluster": 'CONNECT {"cluster":1}\r\n',
  "CONNECT of a client": connectLine({ lang: "go" }),
  "CONNECT of a gateway": connectLine({ gateway: "X" }),
  "CONNECT of another cluster": connectLine({ cluster: "C2" }),
  "CONNECT of a made up cluster": connectLine({ cluster: "C2", cluster_dynamic: true }),
  "CONNECT without a cluster": 'CONNECT {"name":"X"}\r\n',
  "CONNECT with an account": connectLine({ account: "A" }),
  "CONNECT with a new account": connectLine({ new_account: true }),
  "CONNECT with a user": connectLine({ user: "x", pass: "y" }) + SYNC,
  "CONNECT twice": connectLine() + connectLine() + SYNC,
  "CONNECT that is too long": `CONNECT ${"x".repeat(70_000)}\r\n`,
  "INFO of another cluster": connectLine() + infoLine({ cluster: "C3" }),
  "INFO of the server itself": connectLine() + infoLine({ server_id: SELF }),
  "INFO with the server's name": connectLine() + infoLine({ server_name: "RIG" }),
  "INFO of a wrong type": connectLine() + infoLine({ port: "x" }),
  "INFO that is no JSON": `${connectLine()}INFO {\r\n`,
  "INFO with wrong URLs": connectLine() + infoLine({ connect_urls: 1 }),
  "INFO with an unknown compression": connectLine() + infoLine({ compression: "zstd" }) + SYNC,
  "an error": `${IN}-ERR 'foo bar'\r\n`,
  "RS+ with three tokens": `${IN}RS+ $G foo bar\r\n`,
  "RS+ without a subject": `${IN}RS+ $G\r\n`,
  "RS- with four tokens": `${IN}RS- $G foo bar baz\r\n`,
  "an unknown account": `${IN}RS+ NOPE foo\r\nRS- NOPE foo\r\nRMSG NOPE foo 2\r\nhi\r\n${SYNC}`,
  "an invalid subject": `${IN}RS+ $G foo..bar\r\n${SYNC}`,
  "a line that is too long": `${IN}RS+ $G ${"x".repeat(70_000)}\r\n`,
  "a message without a size": `${IN}RMSG $G foo x\r\n`,
  "a message of a negative size": `${IN}RMSG $G foo -1\r\n`,
  "a message that is too long": `${IN}RMSG $G foo 2\r\nhixx`,
  "a message above max_payload": `${IN}RMSG $G foo 2000000\r\n${"x".repeat(2_000_000)}\r\n${SYNC}`,
  "a verbose server":
    connectLine({ verbose: true }) +
    `${infoLine()}RS+ $G foo\r\nRS- $G foo\r\nRMSG $G foo 2\r\nhi\r\n${SYNC}`,
  "what only clients and gateways say": `${IN}SUB foo 1\r\nA+ $G\r\nA- $G\r\n${SYNC}`,
  "what needs no answer": `${IN}+OK\r\nPONG\r\nPONG x\r\nPING y\r\n`,
};

export const AUTH_CASES: Readonly<Record<string, string>> = {
  nobody: connectLine(),
  "a wrong password": connectLine({ user: "u", pass: "y" }),
  "another user": connectLine({ user: "x", pass: "p" }),
  "a token": connectLine({ auth_token: "x" }),
  "a wrong cluster of nobody": 'CONNECT {"cluster":1}\r\n',
  "the right one": connectLine({ user: "u", pass: "p" }) + SYNC,
  "the right one at the wrong port": connectLine({ user: "u", pass: "p", lang: "go" }),
  "the right one of another cluster": connectLine({ user: "u", pass: "p", cluster: "C2" }),
};

export interface Outcome {
  /** What came back, without INFO and interest. */
  readonly answer: string;
  readonly hasEnded: boolean;
  /** Lines of the log about the connection, with the level in front. */
  readonly log: readonly string[];
}

/** @param lines of the server's log, as far as they have come. */
export async function play(
  port: number,
  text: string,
  lines: () => readonly string[],
): Promise<Outcome> {
  const wire = await Wire.connect(port);
  const mark = `127.0.0.1:${wire.localPort} - rid:`;
  await wire.waitFor(/INFO .*\r\n/, INFO_DEADLINE_MS);
  const id = /"server_id":"(\w+)"/.exec(wire.text)?.[1] ?? "";
  const other = ID + String(++others).padStart(3, "0");
  await wire.send(text.replace(SELF, id).replaceAll(ID, other));
  await wire.waitFor((it) => it.ended || it.text.includes("PONG\r\n"), ANSWER_DEADLINE_MS);
  const hasEnded = wire.ended;
  const answer = wire.text.replace(/INFO .*\r\n/g, "").replace(/RS[+-] .*\r\n/g, "");
  wire.close();
  const about = () => lines().filter((line) => line.includes(mark));
  const deadline = performance.now() + ANSWER_DEADLINE_MS;
  while (!about().some((line) => line.includes("connection closed"))) {
    if (performance.now() > deadline) break;
    await Bun.sleep(5);
  }
  const log = about().map(shown);
  // How a test goes is of no interest.
  return { answer, hasEnded, log: hasEnded ? log : log.filter((line) => !OWN_END.test(line)) };
}

/** Level and text; what tells of registering is the cluster's. */
function shown(line: string): string {
  const [, level, text] = /\[(\w+)\] \S+ - rid:\d+ - (.*)$/s.exec(line) ?? ["", "", line];
  return `${level} ${text}`;
}
