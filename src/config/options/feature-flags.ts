/** Features that can be turned on and off, with what they are unless told otherwise. */

export const FEATURE_FLAGS: ReadonlyMap<string, boolean> = new Map([
  ["js_ack_fc_v2", false],
  ["js_api_reply_v2", false],
  ["js_raft_delete_range", true],
  ["js_snapshot_sources", false],
]);

/** All of them as they are in force. */
export function flagsInForce(given: Readonly<Record<string, boolean>>): Record<string, boolean> {
  const all = [...FEATURE_FLAGS].map(([name, usual]) => [name, given[name] ?? usual] as const);
  return Object.fromEntries(all);
}
