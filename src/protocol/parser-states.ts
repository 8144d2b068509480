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

/** What a verb's last letter leads to. */
const SPELLING: readonly (readonly [from: number, letter: string, to: number])[] = [
  [START, "p", P],
  [P, "u", PU],
  [PU, "b", PUB],
  [P, "i", PI],
  [PI, "n", PIN],
  [PIN, "g", PING],
  [P, "o", PO],
  [PO, "n", PON],
  [PON, "g", PONG],
  [START, "h", H],
  [H, "p", HP],
  [HP, "u", HPU],
  [HPU, "b", HPUB],
  [H, "m", HM],
  [HM, "s", HMS],
  [HMS, "g", HMSG],
  [START, "s", S],
  [S, "u", SU],
  [SU, "b", SUB],
  [START, "u", U],
  [U, "n", UN],
  [UN, "s", UNS],
  [UNS, "u", UNSU],
  [UNSU, "b", UNSUB],
  [START, "c", C],
  [C, "o", CO],
  [CO, "n", CON],
  [CON, "n", CONN],
  [CONN, "e", CONNE],
  [CONNE, "c", CONNEC],
  [CONNEC, "t", CONNECT],
  [START, "i", I],
  [I, "n", IN],
  [IN, "f", INF],
  [INF, "o", INFO],
  [START, "+", PLUS_SIGN],
  [PLUS_SIGN, "o", PLUS_O],
  [PLUS_O, "k", PLUS_OK],
  [START, "-", MINUS_SIGN],
  [MINUS_SIGN, "e", MINUS_E],
  [MINUS_E, "r", MINUS_ER],
  [MINUS_ER, "r", MINUS_ERR],
  ...separators(PUB, PUB_SPACES),
  ...separators(HPUB, HPUB_SPACES),
  ...separators(HMSG, HMSG_SPACES),
  ...separators(SUB, SUB_SPACES),
  ...separators(UNSUB, UNSUB_SPACES),
  ...separators(MINUS_ERR, MINUS_ERR_SPACES),
];

function separators(from: number, to: number): [number, string, number][] {
  return [
    [from, " ", to],
    [from, "\t", to],
  ];
}

/**
 * Next state by `state << 8 | byte`, 0 where the byte has no place in the verb.
 * States that take any byte (arguments, payloads, the rest of a PING line) are not in the table.
 */
export const NEXT_STATE: Uint8Array = spellingTable();

function spellingTable(): Uint8Array {
  const table = new Uint8Array(STATE_COUNT << 8);
  for (const [from, letter, to] of SPELLING) {
    table[(from << 8) | letter.charCodeAt(0)] = to;
    table[(from << 8) | letter.toUpperCase().charCodeAt(0)] = to;
  }
  return table;
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
  for (const state of [
    PUB_SPACES,
    HPUB_SPACES,
    HMSG_SPACES,
    SUB_SPACES,
    UNSUB_SPACES,
    MINUS_ERR_SPACES,
    CONNECT,
    INFO,
  ]) {
    table[state] = KIND_SPACES;
  }
  for (const state of [
    PUB_ARG,
    HPUB_ARG,
    HMSG_ARG,
    SUB_ARG,
    UNSUB_ARG,
    MINUS_ERR_ARG,
    CONNECT_ARG,
    INFO_ARG,
  ]) {
    table[state] = KIND_ARG;
  }
  for (const state of [PING, PONG, PLUS_OK]) table[state] = KIND_SKIP;
  for (const state of [PAYLOAD, PAYLOAD_CR, PAYLOAD_LF]) table[state] = KIND_PAYLOAD;
  return table;
}

/** The verb whose arguments a state collects, for traces. */
export const VERB_NAMES: Readonly<Record<number, string>> = {
  [PUB_ARG]: "PUB",
  [HPUB_ARG]: "HPUB",
  [HMSG_ARG]: "HMSG",
  [SUB_ARG]: "SUB",
  [UNSUB_ARG]: "UNSUB",
  [CONNECT_ARG]: "CONNECT",
  [INFO_ARG]: "INFO",
};
