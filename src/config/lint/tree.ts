/** Ways through the tree of a file, for options that may have several names. */

import { type ConfigNode, type MapNode, mapsIn } from "../language/node.ts";

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

/** What permissions are about, and the names of the options that say it. */
export const DIRECTIONS = [
  ["publish", ["publish", "pub", "import"]],
  ["subscribe", ["subscribe", "sub", "export"]],
] as const;

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

/** Permissions of users, and those that count for users without any; each block once. */
export function* permissionBlocks(root: MapNode): Iterable<MapNode> {
  // One block, referred to by a variable, may be that of many users.
  const seen = new Set<ConfigNode["value"]>();
  for (const block of allPermissions(root)) {
    if (block?.kind !== "map" || seen.has(block.value)) continue;
    seen.add(block.value);
    yield block;
  }
}

function* allPermissions(root: MapNode): Iterable<ConfigNode | undefined> {
  yield optionOf(optionOf(root, "authorization"), ...NAMES.defaultPermissions);
  for (const account of accountsIn(root)) yield optionOf(account, "default_permissions");
  for (const users of userLists(root)) {
    for (const user of mapsIn(users)) yield optionOf(user, ...NAMES.permissions);
  }
}
