/**
 * States of the parser, with the numbers that nats-server prints in its parser errors.
 *
 * A state says what has been read: `PU` awaits the `B`, `PUB_SPACES` awaits the first argument byte,
 * `PUB_ARG` collects the arguments up to LF.
 */

export const START = 0;
export const PLUS_SIGN = 1;
export const PLUS_O = 2;
export const PLUS_OK = 3;
export const MINUS_SIGN = 4;
export const MINUS_E = 5;
export const MINUS_ER = 6;
export const MINUS_ERR = 7;
export const MINUS_ERR_SPACES = 8;
export const MINUS_ERR_ARG = 9;
export const C = 10;
export const CO = 11;
export const CON = 12;
export const CONN = 13;
export const CONNE = 14;
export const CONNEC = 15;
export const CONNECT = 16;
export const CONNECT_ARG = 17;
export const H = 18;
export const HP = 19;
export const HPU = 20;
export const HPUB = 21;
export const HPUB_SPACES = 22;
export const HPUB_ARG = 23;
export const HM = 24;
export const HMS = 25;
export const HMSG = 26;
export const HMSG_SPACES = 27;
export const HMSG_ARG = 28;
export const P = 29;
export const PU = 30;
export const PUB = 31;
export const PUB_SPACES = 32;
export const PUB_ARG = 33;
export const PI = 34;
export const PIN = 35;
export const PING = 36;
export const PO = 37;
export const PON = 38;
export const PONG = 39;
export const PAYLOAD = 40;
export const PAYLOAD_CR = 41;
export const PAYLOAD_LF = 42;
export const S = 43;
export const SU = 44;
export const SUB = 45;
export const SUB_SPACES = 46;
export const SUB_ARG = 47;
export const U = 59;
export const UN = 60;
export const UNS = 61;
export const UNSU = 62;
export const UNSUB = 63;
export const UNSUB_SPACES = 64;
export const UNSUB_ARG = 65;
export const I = 71;
export const IN = 72;
export const INF = 73;
export const INFO = 74;
export const INFO_ARG = 75;

const STATE_COUNT = 80;

/**
 * Next state by `state << 8 | byte`, 0 where the byte has no place in the verb.
 * States that take any byte (arguments, payloads, the rest of a PING line) are not in the table.
 */
export const NEXT_STATE: Uint8Array = spellingTable();

function spellingTable(): Uint8Array {
  const table = new Uint8Array(STATE_COUNT << 8);
  spell(table, "pub ", [START, P, PU, PUB, PUB_SPACES]);
  spell(table, "ing", [P, PI, PIN, PING]);
  spell(table, "ong", [P, PO, PON, PONG]);
  spell(table, "hpub ", [START, H, HP, HPU, HPUB, HPUB_SPACES]);
  spell(table, "msg ", [H, HM, HMS, HMSG, HMSG_SPACES]);
  spell(table, "sub ", [START, S, SU, SUB, SUB_SPACES]);
  spell(table, "unsub ", [START, U, UN, UNS, UNSU, UNSUB, UNSUB_SPACES]);
  spell(table, "connect", [START, C, CO, CON, CONN, CONNE, CONNEC, CONNECT]);
  spell(table, "info", [START, I, IN, INF, INFO]);
  spell(table, "+ok", [START, PLUS_SIGN, PLUS_O, PLUS_OK]);
  const error = [START, MINUS_SIGN, MINUS_E, MINUS_ER, MINUS_ERR, MINUS_ERR_SPACES];
  spell(table, "-err ", error);
  return table;
}

/** Enters a verb, or its end after a shared beginning; a space stands for space or tab. */
function spell(table: Uint8Array, letters: string, states: readonly number[]): void {
  for (let i = 0; i < letters.length; i++) {
    const from = states[i]! << 8;
    const to = states[i + 1]!;
    const letter = letters.charCodeAt(i);
    table[from | letter] = to;
    if (letter === 0x20) table[from | 0x09] = to;
    else if (letter >= 0x61) table[from | (letter & ~0x20)] = to;
  }
}

/** Kind of each state: how the parser treats the next byte. */
export const KIND_VERB = 0;
/** Skips spaces and tabs; any other byte begins the argument. */
export const KIND_SPACES = 1;
/** Collects bytes up to LF. */
export const KIND_ARG = 2;
/** Ignores everything up to LF. */
export const KIND_SKIP = 3;
export const KIND_PAYLOAD = 4;

export const STATE_KIND: Uint8Array = kindTable();

function kindTable(): Uint8Array {
  const table = new Uint8Array(STATE_COUNT);
  // The state after the spaces collects the arguments.
  const spaces = [
    PUB_SPACES,
    HPUB_SPACES,
    HMSG_SPACES,
    SUB_SPACES,
    UNSUB_SPACES,
    MINUS_ERR_SPACES,
    CONNECT,
    INFO,
  ];
  for (let i = 0; i < spaces.length; i++) {
    table[spaces[i]!] = KIND_SPACES;
    table[spaces[i]! + 1] = KIND_ARG;
  }
  table[PING] = KIND_SKIP;
  table[PONG] = KIND_SKIP;
  table[PLUS_OK] = KIND_SKIP;
  table.fill(KIND_PAYLOAD, PAYLOAD, PAYLOAD_LF + 1);
  return table;
}

/** The verb whose arguments a state collects; nats-server does not trace INFO and -ERR. */
export const TRACED_VERBS: Readonly<Record<number, string | undefined>> = {
  [PUB_ARG]: "PUB",
  [HPUB_ARG]: "HPUB",
  [HMSG_ARG]: "HMSG",
  [SUB_ARG]: "SUB",
  [UNSUB_ARG]: "UNSUB",
  [CONNECT_ARG]: "CONNECT",
};
