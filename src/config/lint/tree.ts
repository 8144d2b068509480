/** Ways through the tree of a file, for options that may have several names. */

import type { ConfigNode, MapNode } from "../language/node.ts";

/** Names of what several rules look at. */
export const NAMES = {
  host: ["host", "net"],
  password: ["pass", "password"],
  permissions: ["permissions", "permission", "authorization"],
  defaultPermissions: ["default_permissions", "default_permission", "permissions"],
  leafnodes: ["leafnodes", "leaf"],
  websocket: ["websocket", "ws"],
  mqtt: ["mqtt"],
  authorization: ["authorization", "authentication"],
} as const;

/** The value of an option, in whatever case its name is written. */
export function optionOf(
  block: ConfigNode | undefined,
  ...names: string[]
): ConfigNode | undefined {
  if (block?.kind !== "map") return undefined;
  for (const name of names) {
    const node = block.value.get(name);
    if (node !== undefined) return node;
  }
  for (const [key, node] of block.value) {
    const name = key.toLowerCase();
    // In lower case it would have been found above.
    if (name !== key && names.includes(name)) return node;
  }
  return undefined;
}

/** The blocks of accounts, which may be mere names. */
export function accountsIn(root: MapNode): MapNode[] {
  const accounts = optionOf(root, "accounts");
  if (accounts?.kind !== "map") return [];
  return [...accounts.value.values()].filter((account) => account.kind === "map");
}

/** Lists of users of the server itself: in the `authorization` block and in accounts. */
export function userLists(root: MapNode): ConfigNode[] {
  return [optionOf(root, "authorization"), ...accountsIn(root)]
    .map((block) => optionOf(block, "users"))
    .filter((users) => users !== undefined);
}
