/** What readers of options share: where problems go, and how a value is refused. */

import { type ConfigNode, GO_TYPE_NAMES } from "../language/node.ts";
import type { Place } from "../language/source.ts";
import type { Problem } from "../problem.ts";

export class Reader {
  readonly problems: Problem[] = [];

  /** nats-server refuses the file. */
  error(place: Place | null, text: string, hint?: string): undefined {
    this.#add("error", place, text, hint);
  }

  /** nats-server complains, and starts all the same. */
  warning(place: Place | null, text: string, hint?: string): undefined {
    this.#add("warning", place, text, hint);
  }

  /** nats-server says nothing. */
  lint(place: Place | null, text: string, hint?: string): undefined {
    this.#add("lint", place, text, hint);
  }

  /** @param wanted Go's name of the type, such as `string` or `int64`. */
  wrongType(node: ConfigNode, wanted: string): undefined {
    const got = GO_TYPE_NAMES[node.kind];
    this.error(node, `interface conversion: interface {} is ${got}, not ${wanted}`);
  }

  #add(severity: Problem["severity"], place: Place | null, text: string, hint?: string): void {
    this.problems.push({ severity, place, text, ...(hint === undefined ? {} : { hint }) });
  }
}
