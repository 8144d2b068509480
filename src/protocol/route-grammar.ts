/**
 * The verbs of routes and of gateways. They are no part of `grammar.ts`, as only servers that know others
 * need them. Gateways have none that tell of leafnodes.
 */

import { Grammar, spell } from "./grammar.ts";
import * as state from "./parser-states.ts";

const LETTER_U = 0x75;

/** After `RS+` the states are those of SUB, after `RM` those of MSG. */
function spellRouted(table: Uint8Array): void {
  const { START, R, RS, SUB, UNSUB, M, MS, MSG, MSG_SPACES } = state;
  spell(table, "rs+", [START, R, RS, SUB]);
  spell(table, "-", [RS, UNSUB]);
  spell(table, "msg ", [R, M, MS, MSG, MSG_SPACES]);
  const { A, ASUB, ASUB_SPACES, AUSUB, AUSUB_SPACES } = state;
  spell(table, "a+ ", [START, A, ASUB, ASUB_SPACES]);
  spell(table, "- ", [A, AUSUB, AUSUB_SPACES]);
  // nats-server takes a small u for the minus sign.
  table[(A << 8) | LETTER_U] = AUSUB;
}

/** The same after `LS+` and `LM`. */
function spellLeaf(table: Uint8Array): void {
  const { START, L, LS, SUB, UNSUB, M } = state;
  spell(table, "ls+", [START, L, LS, SUB]);
  spell(table, "-", [LS, UNSUB]);
  spell(table, "m", [L, M]);
}

export const ROUTE_GRAMMAR = new Grammar(true);
spellRouted(ROUTE_GRAMMAR.nextState);
spellLeaf(ROUTE_GRAMMAR.nextState);

export const GATEWAY_GRAMMAR = new Grammar(true, true);
spellRouted(GATEWAY_GRAMMAR.nextState);
