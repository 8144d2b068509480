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
export const A = 48;
export const ASUB = 49;
export const ASUB_SPACES = 50;
export const ASUB_ARG = 51;
export const AUSUB = 52;
export const AUSUB_SPACES = 53;
export const AUSUB_ARG = 54;
export const L = 55;
export const LS = 56;
export const R = 57;
export const RS = 58;
export const U = 59;
export const UN = 60;
export const UNS = 61;
export const UNSU = 62;
export const UNSUB = 63;
export const UNSUB_SPACES = 64;
export const UNSUB_ARG = 65;
export const M = 66;
export const MS = 67;
export const MSG = 68;
export const MSG_SPACES = 69;
export const MSG_ARG = 70;
export const I = 71;
export const IN = 72;
export const INF = 73;
export const INFO = 74;
export const INFO_ARG = 75;

export const STATE_COUNT = 80;

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
    MSG_SPACES,
    ASUB_SPACES,
    AUSUB_SPACES,
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
