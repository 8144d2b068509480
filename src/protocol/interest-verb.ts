/** The lines by which servers tell each other what is wanted where. */

import { LETTER_L, LETTER_R } from "../bytes/ascii.ts";
import * as state from "./parser-states.ts";

export const InterestVerb = {
  /** RS+: somebody at the other server wants messages. */
  RouteSub: 0,
  /** RS-: nobody does any more. */
  RouteUnsub: 1,
  /** LS+ and LS-: the same of a leafnode that is connected there. */
  LeafSub: 2,
  LeafUnsub: 3,
  /** A+ and A-: a whole account; they mean something between gateways only. */
  AccountSub: 4,
  AccountUnsub: 5,
} as const;

export type InterestVerb = (typeof InterestVerb)[keyof typeof InterestVerb];

/** The line is something else. */
export const NO_INTEREST = -1;

/**
 * The verb of a line, as RS+ and LS+ share their last states with SUB.
 *
 * @param argState the state that has collected its arguments.
 * @param first its first letter in lower case. UNSUB is taken for RS-, as nats-server does.
 */
export function interestVerb(argState: number, first: number): InterestVerb | typeof NO_INTEREST {
  switch (argState) {
    case state.SUB_ARG:
      if (first === LETTER_R) return InterestVerb.RouteSub;
      return first === LETTER_L ? InterestVerb.LeafSub : NO_INTEREST;
    case state.UNSUB_ARG:
      return first === LETTER_L ? InterestVerb.LeafUnsub : InterestVerb.RouteUnsub;
    case state.ASUB_ARG:
      return InterestVerb.AccountSub;
    case state.AUSUB_ARG:
      return InterestVerb.AccountUnsub;
    default:
      return NO_INTEREST;
  }
}
