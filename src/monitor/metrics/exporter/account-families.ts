/** Accounts, under the names that nats-io's exporter gives what it finds in `accstatz`. */

import type { AccountNumbers, AccountSums } from "../accounts.ts";
import { type Exposition, labels } from "../exposition.ts";

const COLUMNS: readonly (readonly [name: string, of: (numbers: AccountNumbers) => number])[] = [
  ["current_connections", ({ connections }) => connections],
  ["total_connections", ({ totalConnections }) => totalConnections],
  ["subscriptions", ({ subscriptions }) => subscriptions],
  ["leaf_nodes", ({ leafNodes }) => leafNodes],
  ["sent_messages", ({ sentMsgs }) => sentMsgs],
  ["sent_bytes", ({ sentBytes }) => sentBytes],
  ["received_messages", ({ receivedMsgs }) => receivedMsgs],
  ["received_bytes", ({ receivedBytes }) => receivedBytes],
  ["slow_consumers", ({ slowConsumers }) => slowConsumers],
];

/** All others together have no id, so they are not taken for an account of that name. */
const OTHERS = { account: "other", account_id: "", account_name: "" };

export function accountFamilies(
  text: Exposition,
  prefix: string,
  serverId: string,
  { largest, others }: AccountSums,
): void {
  const series = largest.map((numbers) => {
    const { id, name } = numbers;
    const values = { server_id: serverId, account: id, account_id: id, account_name: name };
    return { labels: labels(values), numbers };
  });
  if (others !== null) {
    series.push({ labels: labels({ server_id: serverId, ...OTHERS }), numbers: others });
  }
  for (const [name, of] of COLUMNS) {
    text.begin(`${prefix}_accstatz_${name}`, "gauge", name);
    for (const one of series) text.sample(one.labels, of(one.numbers));
  }
}
