/** What a scenario is, and short ways to write one. */

import type { Split } from "../../support/wire.ts";

/** How a connection speaks TLS. */
export interface Tls {
  /** More arguments for `openssl s_client`, which runs in the folder of the certificates. */
  args?: readonly string[];
  /** The handshake comes before INFO. */
  isFirst?: boolean;
}

/** What has come so far, for what is sent in answer to it. */
export interface Situation {
  /** Of the first INFO on the connection of the step. */
  readonly nonce: string;
  /** Everything a connection has received, as Latin-1; of the connection of the step by default. */
  received(conn?: string): string;
}

/** Something that happens on one connection, which is opened by its first step. */
export interface ConnectionStep {
  /** "a" if not given. */
  conn?: string;
  /** With TLS, given in the step that opens the connection. */
  tls?: Tls;
  /** What ends with PING is followed by a wait for PONG. */
  send?: string | Uint8Array | ((situation: Situation) => string | Uint8Array);
  /** In the report, for what is sent, if that is not the same for both servers. */
  shown?: string;
  /** Before anything is sent, wait until this is so. */
  when?: (situation: Situation) => boolean;
  split?: Split;
  /** Wait for this in what the connection has received, or for its end. */
  until?: RegExp | "end";
  /** Listen for exactly this long, for what comes by the clock, or must not come. */
  listenMs?: number;
  /** After sending, end this side and wait for the server to end. */
  finish?: boolean;
}

/** The server is told to take over another configuration. */
export interface ReloadStep {
  reload: string | (() => string);
  files?: Files;
}

/** Files that are written before: name in the server's folder, and what it is a copy of. */
export type Files = Readonly<Record<string, string>>;

export type Step = ConnectionStep | ReloadStep;

export interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Which subscription gets which message is left to the server: only the messages are compared. */
  readonly isAnyone?: boolean;
  /** In place of the group's, if each of its scenarios has a server of its own. */
  readonly config?: string | (() => string);
}

/** Scenarios played one after the other to one server. */
export interface Group {
  readonly name: string;
  /**
   * The server's folder has the certificates in `certs`. A function, if something in it depends on
   * the time of the start.
   */
  readonly config: string | (() => string);
  readonly files?: Files;
  /** More arguments of the command line. */
  readonly args?: readonly string[];
  /** Each scenario gets a server of its own. */
  readonly isIsolated?: boolean;
  readonly scenarios: readonly Scenario[];
}

export const PING = "PING\r\n";

/** A CONNECT line: neither verbose nor pedantic unless told. */
export function connect(options: Readonly<Record<string, unknown>> = {}): string {
  return `CONNECT ${JSON.stringify({ verbose: false, pedantic: false, ...options })}\r\n`;
}

/** A scenario of one connection, one CONNECT, and what follows. */
export function login(name: string, options: Record<string, unknown>, then = PING): Scenario {
  return one(name, connect(options) + then);
}

/** A scenario of one connection and one write. */
export function one(name: string, send: NonNullable<ConnectionStep["send"]>): Scenario {
  return { name, steps: [{ send }] };
}

/** A PUB line with its payload. */
export function pub(subject: string, payload = "x", reply = ""): string {
  const args = reply === "" ? subject : `${subject} ${reply}`;
  return `PUB ${args} ${Buffer.byteLength(payload)}\r\n${payload}\r\n`;
}
