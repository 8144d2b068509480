/** Passwords and tokens that stand in the file as they are, and hashes where they do harm. */

import { isBcryptHash } from "../../protocol/secret-shapes.ts";
import { type ConfigNode, type MapNode, mapsIn } from "../language/node.ts";
import type { Finding, LintInput, Rule } from "./finding.ts";
import { NAMES, optionOf, userLists } from "./tree.ts";

const HINT = "`nats-server mkpasswd -p` makes a hash of it to write here instead";

export const plainPasswords: Rule = {
  finds: "passwords in clear",
  *find(input) {
    const { root } = input;
    yield* inBlock(optionOf(root, "authorization"), input);
    yield* inBlock(optionOf(root, "monitor_auth"), input);
    for (const users of userLists(root)) yield* inUsers(users, input);
    for (const names of [NAMES.leafnodes, NAMES.websocket, NAMES.mqtt]) {
      const block = optionOf(optionOf(root, ...names), ...NAMES.authorization);
      yield* inBlock(block, input);
      yield* inUsers(optionOf(block, "users"), input);
    }
  },
};

function* inUsers(users: ConfigNode | undefined, input: LintInput): Iterable<Finding> {
  // What came from the environment is not in the file.
  if (users === undefined || input.notes.isFromEnvironment(users)) return;
  for (const user of mapsIn(users)) yield* inBlock(user, input);
}

function* inBlock(block: ConfigNode | undefined, { notes }: LintInput): Iterable<Finding> {
  if (block?.kind !== "map" || notes.isFromEnvironment(block)) return;
  for (const [key, place] of block.value) {
    const name = key.toLowerCase();
    const isPassword = name === "password" || name === "pass";
    if (!isPassword && name !== "token") continue;
    if (place.kind !== "string" || place.value === "" || isBcryptHash(place.value)) continue;
    if (notes.isFromEnvironment(place)) continue;
    yield { place, text: `the ${isPassword ? "password" : "token"} is in clear`, hint: HINT };
  }
}

/** What servers tell others about is dialled with what stands in this block, hash or not. */
export const hashedLinkPasswords: Rule = {
  finds: "hashed passwords of servers",
  *find({ root }) {
    for (const link of ["cluster", "gateway"]) {
      const place = passwordOf(root, link);
      if (place?.kind !== "string" || !isBcryptHash(place.value)) continue;
      yield {
        place,
        text: `servers that this one learns of from others are sent this hash, and refuse it`,
        hint: "write the password itself, best as a $VARIABLE of the environment",
      };
    }
  },
};

function passwordOf(root: MapNode, link: string): ConfigNode | undefined {
  return optionOf(optionOf(optionOf(root, link), "authorization"), ...NAMES.password);
}
