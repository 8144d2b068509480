/** What is wrong with options of a cluster for a server that runs, before any of them is applied. */

import { definitionsOf } from "../../accounts/definition.ts";
import { effectiveCluster } from "../../config/options/effective-cluster.ts";
import type { Options } from "../../config/options/options.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { parseHostPort } from "../../protocol/host-port.ts";
import type { TrustedAccounts } from "../../trust/trusted-accounts.ts";

/**
 * @param trusted accounts of operators; null without operators.
 * @throws Error in nats-server's words.
 */
export async function checkCluster(
  from: Readonly<Options>,
  to: Readonly<Options>,
  trusted: TrustedAccounts | null,
): Promise<void> {
  const cluster = effectiveCluster(to);
  if (cluster === null) return;
  checkAdvertise(cluster.advertise);
  const before = new Set(effectiveCluster(from)?.accounts);
  const added = cluster.accounts.filter((name) => !before.has(name));
  if (added.length === 0) return;
  const known = new Set(definitionsOf(to).map(({ name }) => name));
  for (const name of added) {
    if (known.has(name) || (await trusted?.lookup(name))) continue;
    const what = `unable to add account ${goQuoteText(name)} to the list of dedicated routes`;
    throw new Error(`${what}: ${trusted?.lookupError(name) ?? "account missing"}`);
  }
}

function checkAdvertise(address: string): void {
  try {
    if (address !== "") parseHostPort(address, 0);
  } catch (error) {
    const reason = (error as Error).message;
    throw new Error(`invalid Cluster.Advertise value of ${address}, err=${reason}`);
  }
}
