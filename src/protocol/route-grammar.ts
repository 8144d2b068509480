/** The verbs of routes. They are no part of `grammar.ts`, as only servers of a cluster need them. */

import { Grammar, spell } from "./grammar.ts";
import * as state from "./parser-states.ts";

const LETTER_U = 0x75;

/** After `RS+` and `LS+` the states are those of SUB, after `RM` and `LM` those of MSG. */
function spellRouted(table: Uint8Array): void {
  const { START, R, RS, L, LS, SUB, UNSUB, M, MS, MSG, MSG_SPACES } = state;
  spell(table, "rs+", [START, R, RS, SUB]);
  spell(table, "-", [RS, UNSUB]);
  spell(table, "ls+", [START, L, LS, SUB]);
  spell(table, "-", [LS, UNSUB]);
  spell(table, "msg ", [R, M, MS, MSG, MSG_SPACES]);
  spell(table, "m", [L, M]);
  const { A, ASUB, ASUB_SPACES, AUSUB, AUSUB_SPACES } = state;
  spell(table, "a+ ", [START, A, ASUB, ASUB_SPACES]);
  spell(table, "- ", [A, AUSUB, AUSUB_SPACES]);
  // nats-server takes a small u for the minus sign.
  table[(A << 8) | LETTER_U] = AUSUB;
}

export const ROUTE_GRAMMAR = new Grammar(true);
spellRouted(ROUTE_GRAMMAR.nextState);
