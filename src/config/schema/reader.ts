/** What readers of options share: where problems go, and how a value is refused. */

import { goQuoteText } from "../../protocol/go-quote.ts";
import { type ConfigNode, GO_TYPE_NAMES } from "../language/node.ts";
import type { Problem } from "../language/problem.ts";
import type { Place } from "../language/source.ts";
import type { RulePlaces } from "./rule-places.ts";

/** Part of reading that waits for a disk; it reports to the reader it came from. */
export type LaterTask = () => Promise<void>;

export class Reader {
  readonly problems: Problem[] = [];
  /** Variables that paths may refer to. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What is still to be done, in order, after all blocks have been read. */
  readonly later: LaterTask[] = [];
  /** Takes down where users and their rules stand; null when nobody wants to know. */
  readonly places: RulePlaces | null;
  #typeErrorPlace: Place | null = null;

  constructor(
    environment: Readonly<Record<string, string | undefined>>,
    places: RulePlaces | null = null,
  ) {
    this.environment = environment;
    this.places = places;
  }

  /** nats-server refuses the file. */
  error(place: Place | null, text: string, hint?: string): undefined {
    this.#add("error", place, text, hint);
  }

  /** nats-server refuses the file, and names only the block that the mistake is in. */
  errorWithin(block: Place, at: Place, text: string, hint?: string): undefined {
    const problem: Problem = { severity: "error", place: block, text, ...withHint(hint) };
    this.problems.push(block === at ? problem : { ...problem, at });
  }

  /** nats-server refuses the file, and does not say where in it. */
  errorWithoutPlace(place: Place | null, text: string, hint?: string): undefined {
    this.problems.push({ severity: "error", place, text, unplaced: true, ...withHint(hint) });
  }

  /** nats-server complains, and starts all the same. */
  warning(place: Place | null, text: string, hint?: string): undefined {
    this.#add("warning", place, text, hint);
  }

  /** nats-server's warning about an option that it takes in another sense than may be meant. */
  doubtfulUse(place: Place, name: string, text: string, hint?: string): undefined {
    const field = goQuoteText(name);
    this.#add("warning", place, `invalid use of field ${field}: ${text}`, hint);
  }

  /** nats-server says nothing. */
  lint(place: Place | null, text: string, hint?: string): undefined {
    this.#add("lint", place, text, hint);
  }

  /** @param wanted Go's name of the type, such as `string` or `int64`. */
  wrongType(node: ConfigNode, wanted: string): undefined {
    const got = GO_TYPE_NAMES[node.kind];
    const text = `interface conversion: interface {} is ${got}, not ${wanted}`;
    const place = this.#typeErrorPlace ?? node.source.origin ?? node;
    this.problems.push({ severity: "error", place, text, ...(place === node ? {} : { at: node }) });
  }

  /** In some blocks nats-server knows of a value of the wrong type only which block it is in. */
  placingTypeErrorsAt(place: Place, body: () => void): void {
    const before = this.#typeErrorPlace;
    this.#typeErrorPlace = place;
    try {
      body();
    } finally {
      this.#typeErrorPlace = before;
    }
  }

  /** @param before how many problems there were then. */
  hasErrorsSince(before: number): boolean {
    for (let at = before; at < this.problems.length; at++) {
      if (this.problems[at]!.severity === "error") return true;
    }
    return false;
  }

  #add(severity: Problem["severity"], place: Place | null, text: string, hint?: string): void {
    // Of what environment variables hold nats-server knows no places.
    const unplaced = (place?.source.origin ?? null) !== null ? { unplaced: true } : {};
    this.problems.push({ severity, place, text, ...unplaced, ...withHint(hint) });
  }
}

function withHint(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint };
}
