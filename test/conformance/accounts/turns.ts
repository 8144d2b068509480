/** What happens in scenarios, written down in few words. */

import {
  type ConnectionStep,
  connect,
  PING,
  type Scenario,
  type Situation,
  type Step,
} from "../scenarios/scenario.ts";

/**
 * What happens in one step on one connection: its name, then operations without line ends, and PING
 * behind them. `PUB subject [reply] [{header|header}] [=payload]` gets sizes; its payload is `x` if
 * there is none. `<R>`, `<R2>`, `<b:R2>` stand for the reply of the first or second message that has
 * come on the connection, or on another one.
 */
export type Words = readonly [conn: string, ...operations: string[]];

/** The configuration's accounts change: the text of each, as far as it is another than before. */
export interface Change {
  readonly change: Readonly<Record<string, string>>;
}

/** A connection sends its CONNECT, and nobody waits for what comes of it. */
export interface Entry {
  readonly enters: string;
}

export type Turn = Words | ConnectionStep | Change | Entry;

/** Who logs in how, and what the names in texts stand for. */
export interface Cast {
  /** Bytes that open a connection. */
  login(conn: string, situation: Situation): string;
  /** Puts real names in the place of those that begin with `@`. */
  named(text: string): string;
  changed(change: Change["change"]): string | (() => string);
}

/** Lets a connection receive something before the next turn. */
export function waits(conn: string, until: RegExp): ConnectionStep {
  return { conn, until };
}

/** The connection is closed by the server. */
export function ends(conn: string): ConnectionStep {
  return { conn, until: "end" };
}

/** The connection is closed by its client. */
export function leaves(conn: string): ConnectionStep {
  return { conn, finish: true };
}

/** For what comes by the clock, or must not come. */
export function listens(conn: string, listenMs: number): ConnectionStep {
  return { conn, listenMs };
}

export function changes(change: Change["change"]): Change {
  return { change };
}

/** What there is to say about a scenario of any kind. */
export interface Play extends Pick<Scenario, "name" | "isAnyone"> {
  readonly turns: readonly Turn[];
}

export function scenario({ turns, ...play }: Play, cast: Cast): Scenario {
  const known = new Set<string>();
  const { name, isAnyone = false } = play;
  return { name, isAnyone, steps: turns.flatMap((turn) => stepsOf(turn, known, cast)) };
}

function stepsOf(turn: Turn, known: Set<string>, cast: Cast): Step[] {
  if ("change" in turn) return [{ reload: cast.changed(turn.change) }];
  if ("enters" in turn) {
    known.add(turn.enters);
    const enter = (situation: Situation): string => cast.login(turn.enters, situation);
    return [{ conn: turn.enters, shown: "enter", send: enter, listenMs: 1 }];
  }
  if (!isWords(turn)) {
    known.add(turn.conn!);
    return [turn];
  }
  const [conn] = turn;
  if (known.has(conn)) return [speak(turn, cast)];
  known.add(conn);
  // On its own: nats-server treats what comes with CONNECT in one read in another way.
  const login = (situation: Situation): string => cast.login(conn, situation) + PING;
  return [{ conn, shown: "log in", send: login }, speak(turn, cast)];
}

function speak([conn, ...operations]: Words, cast: Cast): Step {
  const text = operations.join("\n");
  return {
    conn,
    shown: operations.join("; "),
    when: (situation) => repliesIn(text).every((reply) => replyOf(reply, situation) !== undefined),
    send(situation) {
      const bytes = operations.map((each) => {
        const named = cast.named(each);
        return bytesOf(named.replace(REPLY, (all) => replyOf(all, situation) ?? "no.reply"));
      });
      return bytes.join("") + PING;
    },
  };
}

function isWords(turn: Turn): turn is Words {
  return Array.isArray(turn);
}

const REPLY = /<(?:(\w+):)?R(\d*)>/g;

const WITH_REPLY = /^MSG \S+ \S+ (\S+) \d+\r$|^HMSG \S+ \S+ (\S+) \d+ \d+\r$/gm;

function repliesIn(text: string): string[] {
  return text.match(REPLY) ?? [];
}

/** Reply subject of a message that has come. */
function replyOf(place: string, { received }: Situation): string | undefined {
  const [, conn, number] = new RegExp(REPLY.source).exec(place)!;
  const replies = [...received(conn).matchAll(WITH_REPLY)];
  const found = replies[Number(number || 1) - 1];
  return found?.[1] ?? found?.[2];
}

const PUBLISH = /^PUB (\S+)(?: ([^\s{=]\S*))?(?: \{(.*)\})?(?: =(.*))?$/s;

/** The bytes of an operation. */
export function bytesOf(operation: string): string {
  const publish = PUBLISH.exec(operation);
  if (publish === null) return `${operation}\r\n`;
  const [, subject, reply, headers, payload = "x"] = publish;
  const args = reply === undefined ? subject : `${subject} ${reply}`;
  if (headers === undefined) return `PUB ${args} ${payload.length}\r\n${payload}\r\n`;
  const block = `NATS/1.0\r\n${headers === "" ? "" : `${headers.replaceAll("|", "\r\n")}\r\n`}\r\n`;
  return `HPUB ${args} ${block.length} ${block.length + payload.length}\r\n${block}${payload}\r\n`;
}

/** CONNECT of a client that understands everything, unless told otherwise. */
export function fullConnect(options: Readonly<Record<string, unknown>>): string {
  return connect({ headers: true, no_responders: true, ...options });
}
