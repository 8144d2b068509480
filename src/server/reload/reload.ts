/**
 * New options for a running server.
 *
 * Lines and their order are nats-server's. It refuses a reload altogether when an option that needs a
 * restart has changed; this server applies the rest and names each such option.
 */

import { type Change, changes, describeChange, reloadable } from "../../config/diff.ts";
import type { Options } from "../../config/options/options.ts";
import type { Section } from "../../config/schema/section.ts";
import { ContradictionError, contradictions } from "../../config/validate/validate.ts";
import { TARGET_KEYS } from "../../log/open-log.ts";
import { parseHostPort } from "../../protocol/host-port.ts";
import type { Server } from "../server.ts";
import { checkCluster } from "./cluster-faults.ts";
import { finishCluster } from "./reload-cluster.ts";
import { applyPinned } from "./reload-pinned.ts";
import type { ProcessFiles, Reloading, Step } from "./reload-step.ts";
import { LOGGING, STEPS } from "./reload-steps.ts";

/**
 * Applies what can be applied to a running server and says what could not be.
 *
 * @throws Error when they do not fit to those that cannot be changed, or are no good.
 * @param digest of the file that the options come from.
 */
export async function reloadServer(
  server: Server,
  files: ProcessFiles,
  section: Section<Options>,
  wanted: Options,
  digest: string,
): Promise<void> {
  const from: Options = { ...server.options };
  const found = changes(section, from, wanted);
  const to = reloadable(wanted, found);
  // What waits for a restart may be what would have made the rest fit together.
  const faults = contradictions(to);
  if (faults.length > 0) {
    if (contradictions(wanted).length === 0) for (const each of found) reportRestart(server, each);
    throw new ContradictionError(faults);
  }
  // Throws when it is no address.
  if (to.clientAdvertise !== "") parseHostPort(to.clientAdvertise, server.port);
  await checkCluster(from, to, server.tenancy.trustedAccounts);
  // What is wrong with certificates is found before anything is changed.
  const hasNewCertificates = await server.prepare(to);
  server.reconfigure(to);
  const reloading: Reloading = { server, files, from, to, hasNewCertificates };
  for (const step of STEPS) await runStep(step, reloading);
  if (LOGGING.some((property) => from[property] !== to[property])) {
    await changeLog(server, files, from, to);
  }
  server.refreshClients();
  await finishCluster(reloading);
  if (!Bun.deepEquals(described(from), described(to))) server.events.statistics.update();
  for (const change of found) reportRestart(server, change);
  server.observer.onReloaded(digest);
  server.log.info(`Reloaded server configuration (${digest})`);
  await applyPinned(reloading);
}

/** What every event says of the server. */
function described({ serverTags, serverMetadata }: Options): unknown {
  return [serverTags, serverMetadata];
}

async function runStep(step: Step, reloading: Reloading): Promise<void> {
  const { server, from, to } = reloading;
  const isDue = step.isDue?.(reloading) || !Bun.deepEquals(step.value(from), step.value(to));
  if (!isDue) return;
  await step.apply?.(reloading);
  for (const line of step.lines(to, from)) server.log.info(line);
}

/**
 * A log that cannot be opened is no reason to end, as it is in nats-server: the old one stays, with
 * the new levels.
 */
async function changeLog(
  server: Server,
  files: ProcessFiles,
  from: Options,
  to: Options,
): Promise<void> {
  try {
    await files.configureLog(from, to);
  } catch (error) {
    server.log.error(`The log stays what it was: ${(error as Error).message}`);
    const kept = TARGET_KEYS.map((property) => [property, from[property]] as const);
    server.reconfigure({ ...to, ...Object.fromEntries(kept) });
    await server.log.configure(server.options);
  }
}

function reportRestart(server: Server, change: Change): void {
  if (change.rule !== "restart") return;
  server.log.warn(`Not reloaded, takes effect after a restart: ${describeChange(change)}`);
}
