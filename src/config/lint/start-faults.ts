/** What `-t` is content with, and the start is not. */

import type { MapNode } from "../language/node.ts";
import type { Place } from "../language/source.ts";
import type { Options } from "../options/options.ts";
import { monitorPortFault } from "../validate/monitor-ports.ts";
import { contradictions } from "../validate/validate.ts";
import type { Rule } from "./finding.ts";

export const startFaults: Rule = {
  finds: "reasons not to start",
  needsOptions: true,
  *find({ root, options }) {
    for (const fault of [...contradictions(options), ...monitorFaults(options)]) {
      yield {
        place: placeOf(root, fault),
        text: `nats-server does not start with this: ${fault}`,
        hint: "-t does not look for it; flags may put it right",
      };
    }
  },
};

/** What is found when the monitoring port is opened. */
function* monitorFaults(options: Readonly<Options>): Iterable<string> {
  const fault = monitorPortFault(options, options.tls !== null);
  if (fault !== null) yield `Can't start monitoring: ${fault}`;
}

/** The option that the text begins with, or else the first that it names, or else the file. */
function placeOf(root: MapNode, fault: string): Place {
  const text = fault.toLowerCase();
  const phrase = text.replaceAll(/\W+/g, " ");
  const words = phrase.split(" ");
  let named: Place | undefined;
  for (const [name, node] of root.value) {
    const key = name.toLowerCase();
    const spoken = key.replaceAll("_", " ");
    if (text.startsWith(spoken) || words.includes(key)) return node;
    const isNamed = words.includes(key.replaceAll("_", "")) || phrase.includes(` ${spoken} `);
    if (isNamed) named ??= node;
  }
  return named ?? root;
}
