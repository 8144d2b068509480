/** What `-t` is content with, and the start is not. */

import type { MapNode } from "../language/node.ts";
import type { Place } from "../language/source.ts";
import { contradictions } from "../validate/validate.ts";
import type { Rule } from "./finding.ts";

export const startFaults: Rule = {
  finds: "reasons not to start",
  needsOptions: true,
  *find({ root, options }) {
    for (const fault of contradictions(options)) {
      yield {
        place: placeOf(root, fault),
        text: `nats-server does not start with this: ${fault}`,
        hint: "-t does not look for it; flags may put it right",
      };
    }
  },
};

/** The first option that the text names, or else the file. */
function placeOf(root: MapNode, fault: string): Place {
  const words = fault.toLowerCase().replaceAll(/\W+/g, " ").split(" ");
  for (const [name, node] of root.value) {
    const key = name.toLowerCase();
    if (words.includes(key) || fault.toLowerCase().startsWith(key.replaceAll("_", " ")))
      return node;
  }
  return root;
}
