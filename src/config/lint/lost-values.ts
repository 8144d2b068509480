/** What a file says and nothing comes of, without a word from nats-server. */

import type { Replaced } from "../language/notes.ts";
import type { Finding, Rule } from "./finding.ts";
import { optionOf } from "./tree.ts";

export const replacedValues: Rule = {
  finds: "values that later ones replace",
  *find({ notes }) {
    const found = notes.replaced.map(toFinding);
    yield* found;
    // Those that were not kept are only counted.
    for (let i = found.length; i < notes.replacedCount; i++) yield found.at(-1)!;
  },
};

/** A variable that is defined behind the line that refers to it, and so comes from elsewhere. */
export const lateVariables: Rule = {
  finds: "variables that are defined too late",
  *find({ root, notes }) {
    for (const [name, place] of notes.environment) {
      const key = root.value.get(name);
      if (key === undefined || key.source !== place.source || key.offset < place.offset) continue;
      const line = key.source.lineAt(key.offset);
      yield {
        place,
        text: `$${name} is the environment's here: the key of that name comes on line ${line}`,
        hint: "keys count from where they stand: move it in front of this line",
      };
    }
  },
};

/** nats-server takes a block that a variable refers to for that variable only. */
export const skippedAccounts: Rule = {
  finds: "accounts that do not exist",
  *find({ root }) {
    const accounts = optionOf(root, "accounts");
    if (accounts?.kind !== "map") return;
    for (const [name, node] of accounts.value) {
      if (!node.used || node.kind !== "map") continue;
      yield {
        place: node,
        text: `"${name}" is no account: as $${name} refers to it, it is only a variable`,
        hint: "write what both need in front of accounts, and refer to that",
      };
    }
  },
};

function toFinding({ key, earlier, later }: Replaced): Finding {
  const line = later.source.lineAt(later.offset);
  return {
    place: earlier,
    text: `"${key}" comes again on line ${line}, and only the last one counts`,
    hint: "keep one of them",
  };
}
