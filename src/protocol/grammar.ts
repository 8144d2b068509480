/**
 * What a connection's lines may be: the verbs of clients, or those and the verbs of routes.
 *
 * All grammars share the states; they differ in which letter leads from one to the next.
 */

import { LETTER_L, LETTER_R } from "../bytes/ascii.ts";
import * as state from "./parser-states.ts";

/** Lines of servers may be this much longer: they name accounts, origins and queue groups. */
const SERVER_LINE_FACTOR = 16;

export class Grammar {
  /**
   * Next state by `state << 8 | byte`, 0 where the byte has no place in the verb.
   * States that take any byte (arguments, payloads, the rest of a PING line) are not in the table.
   */
  readonly nextState = new Uint8Array(state.STATE_COUNT << 8);
  /** Messages come with RMSG, HMSG and LMSG, interest with RS+ and its like. */
  readonly isRouted: boolean;
  /** As in nats-server, SUB and UNSUB are read as RS+ and RS-, and nothing tells of leafnodes. */
  readonly isGateway: boolean;
  /** How many times `max_control_line` a line may be long. */
  readonly controlLineFactor: number;
  /** Whether `max_payload` holds. */
  readonly hasPayloadLimit: boolean;

  constructor(isRouted: boolean, isGateway = false) {
    this.isRouted = isRouted;
    this.isGateway = isGateway;
    this.controlLineFactor = isRouted ? SERVER_LINE_FACTOR : 1;
    this.hasPayloadLimit = !isRouted;
    spellCommon(this.nextState);
  }

  /**
   * The verb that a trace shows for a line, or undefined where nats-server shows none.
   *
   * @param argState the state that has collected its arguments.
   * @param first its first letter in lower case.
   */
  tracedVerb(argState: number, first: number): string | undefined {
    if (!this.isRouted) return TRACED_VERBS[argState];
    const isLeaf = first === LETTER_L;
    if (argState === state.MSG_ARG) return isLeaf ? "LMSG" : "RMSG";
    if (argState !== state.SUB_ARG && argState !== state.UNSUB_ARG) return TRACED_VERBS[argState];
    const sign = argState === state.SUB_ARG ? "+" : "-";
    if (isLeaf) return `LS${sign}`;
    return this.isGateway || first === LETTER_R ? `RS${sign}` : undefined;
  }
}

/** The verb whose arguments a state collects; nats-server does not trace INFO and -ERR. */
const TRACED_VERBS: Readonly<Record<number, string | undefined>> = {
  [state.PUB_ARG]: "PUB",
  [state.HPUB_ARG]: "HPUB",
  [state.HMSG_ARG]: "HMSG",
  [state.SUB_ARG]: "SUB",
  [state.UNSUB_ARG]: "UNSUB",
  [state.CONNECT_ARG]: "CONNECT",
  [state.ASUB_ARG]: "A+",
  [state.AUSUB_ARG]: "A-",
};

function spellCommon(table: Uint8Array): void {
  const { START, C, CO, CON, CONN, CONNE, CONNEC, CONNECT, H, HP, HPU, HPUB, HPUB_SPACES } = state;
  const { HM, HMS, HMSG, HMSG_SPACES, P, PU, PUB, PUB_SPACES, PI, PIN, PING, PO, PON, PONG } =
    state;
  const { S, SU, SUB, SUB_SPACES, U, UN, UNS, UNSU, UNSUB, UNSUB_SPACES, I, IN, INF, INFO } = state;
  spell(table, "pub ", [START, P, PU, PUB, PUB_SPACES]);
  spell(table, "ing", [P, PI, PIN, PING]);
  spell(table, "ong", [P, PO, PON, PONG]);
  spell(table, "hpub ", [START, H, HP, HPU, HPUB, HPUB_SPACES]);
  spell(table, "msg ", [H, HM, HMS, HMSG, HMSG_SPACES]);
  spell(table, "sub ", [START, S, SU, SUB, SUB_SPACES]);
  spell(table, "unsub ", [START, U, UN, UNS, UNSU, UNSUB, UNSUB_SPACES]);
  spell(table, "connect", [START, C, CO, CON, CONN, CONNE, CONNEC, CONNECT]);
  spell(table, "info", [START, I, IN, INF, INFO]);
  const { PLUS_SIGN, PLUS_O, PLUS_OK } = state;
  spell(table, "+ok", [START, PLUS_SIGN, PLUS_O, PLUS_OK]);
  const { MINUS_SIGN, MINUS_E, MINUS_ER, MINUS_ERR, MINUS_ERR_SPACES } = state;
  spell(table, "-err ", [START, MINUS_SIGN, MINUS_E, MINUS_ER, MINUS_ERR, MINUS_ERR_SPACES]);
}

/** Enters a verb, or its end after a shared beginning; a space stands for space or tab. */
export function spell(table: Uint8Array, letters: string, states: readonly number[]): void {
  for (let i = 0; i < letters.length; i++) {
    const from = states[i]! << 8;
    const to = states[i + 1]!;
    const letter = letters.charCodeAt(i);
    table[from | letter] = to;
    if (letter === 0x20) table[from | 0x09] = to;
    else if (letter >= 0x61) table[from | (letter & ~0x20)] = to;
  }
}

export const CLIENT_GRAMMAR = new Grammar(false);
