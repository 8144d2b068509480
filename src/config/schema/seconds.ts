/** Times that may be written as a number of seconds, with fractions, or as a duration. */

import type { ConfigNode } from "../language/node.ts";
import { parseGoDuration } from "./go-quantities.ts";

/**
 * Milliseconds; undefined for a value of another type.
 *
 * @throws QuantityError with Go's words for a text that is no duration.
 */
export function millisecondsOf(node: ConfigNode): number | undefined {
  switch (node.kind) {
    case "integer":
    case "float":
      return Number(node.value) * 1000;
    case "string":
      return parseGoDuration(node.value);
    default:
      return undefined;
  }
}
