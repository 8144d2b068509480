/**
 * What has to be so for a server to be well, each by a name of its own: probes say which of it is not,
 * and why.
 */

import { unenforced } from "../../config/unenforced.ts";
import type { ClusterView } from "../../documents/cluster-view.ts";
import type { ServerView } from "../../documents/server-view.ts";
import { missingClusters, type SuperclusterView } from "../../documents/supercluster-view.ts";
import { certificateFacts, certificatesOf } from "../../net/tls/certificate-facts.ts";
import type { TlsSettings } from "../../net/tls/settings.ts";

export interface Check {
  /** Such as `event_loop`. */
  readonly name: string;
  /** With a warning the server is well enough: probes do not fail. */
  readonly status: "ok" | "warning" | "failed";
  /** One sentence, also when all is well. */
  readonly reason: string;
}

/** What checks look at. */
export interface Checked {
  readonly view: ServerView;
  /** Null without TLS for clients. */
  readonly tls: TlsSettings | null;
}

/** Servers without a route, and clusters without a gateway, that are named. */
const MISSING_NAMED_MAX = 5;
/** How long a probe watches the event loop. */
const WATCH_MS = 10;
/** Clients would wait for longer than that. */
const LAG_MS_MAX = 500;

function check(name: string, isOk: boolean, reason: string): Check {
  return { name, status: isOk ? "ok" : "failed", reason };
}

/** Whoever has no answer at all knows that the loop does not turn, so it fails for nothing. */
export async function livenessChecks(): Promise<Check[]> {
  return [check("event_loop", true, lagText(await measureLag()))];
}

/** Once passed they stay passed: the end of a server is none of their business. */
export function startupChecks({ view }: Checked): Check[] {
  const { configuration, trustedAccounts, port, phase } = view;
  const { file } = configuration;
  const isListening = port !== 0;
  const system = trustedAccounts?.operators.systemAccount ?? "";
  const isMissing = trustedAccounts?.isBootstrapped(system) ?? false;
  return [
    check("configuration", true, file === "" ? "there is no file" : "the file is loaded"),
    check(
      "resolver",
      !isMissing,
      isMissing
        ? "the resolver has not given out the JWT of the system account yet"
        : "all accounts are there that the server needs",
    ),
    check(
      "listener",
      isListening || phase !== "serving",
      isListening ? `clients connect to port ${port}` : "the port for clients is not open",
    ),
  ];
}

/** Whether new clients are well served here. */
export async function readinessChecks(checked: Checked): Promise<Check[]> {
  const { view } = checked;
  const lagMs = await measureLag();
  return [
    ...startupChecks(checked),
    phaseCheck(view),
    check("event_loop", lagMs <= LAG_MS_MAX, lagText(lagMs)),
    connectionsCheck(view),
    certificatesCheck(checked),
    ...(view.cluster === null ? [] : [clusterCheck(view.cluster)]),
    ...(view.supercluster === null ? [] : [superclusterCheck(view.supercluster)]),
    enforcementCheck(view),
    check("log", !view.log.isBehind, view.log.isBehind ? "lines wait" : "lines are written"),
  ];
}

function phaseCheck({ phase }: ServerView): Check {
  const isServing = phase === "serving";
  return check("phase", isServing, isServing ? "takes clients" : `takes no clients: ${phase}`);
}

function connectionsCheck({ clients, options }: ServerView): Check {
  const { maxConnections } = options;
  if (maxConnections <= 0) return check("connections", true, `${clients.size}, without a limit`);
  const isRoom = clients.size < maxConnections;
  return check("connections", isRoom, `${clients.size} of max_connections = ${maxConnections}`);
}

function certificatesCheck({ tls }: Checked): Check {
  const shown = tls?.shown ?? null;
  if (shown === null) return check("certificates", true, "there is no TLS");
  const ends = shown.material.pairs.map(({ certificate }) => {
    const [der] = certificatesOf(certificate);
    return (der === undefined ? null : certificateFacts(der))?.notAfter ?? Infinity;
  });
  const end = Math.min(...ends);
  if (end === Number.POSITIVE_INFINITY) return check("certificates", true, "there is no end");
  const when = new Date(end).toISOString();
  const isValid = end > Date.now();
  return check("certificates", isValid, `${isValid ? "valid until" : "expired at"} ${when}`);
}

/** A server without the others serves its clients, but they may not reach everybody. */
function clusterCheck({ missing, serverCount }: ClusterView): Check {
  const servers = `${serverCount} other ${serverCount === 1 ? "server" : "servers"}`;
  return reachCheck("cluster", `routes to ${servers}`, missing);
}

function superclusterCheck(supercluster: SuperclusterView): Check {
  const count = [...supercluster.outbounds].length;
  const clusters = `${count} other ${count === 1 ? "cluster" : "clusters"}`;
  return reachCheck("supercluster", `gateways to ${clusters}`, missingClusters(supercluster));
}

/** @param missing who should be there as well. */
function reachCheck(name: string, known: string, missing: readonly string[]): Check {
  if (missing.length === 0) return check(name, true, known);
  const named = missing.slice(0, MISSING_NAMED_MAX).join(", ");
  const more = missing.length - MISSING_NAMED_MAX;
  const all = more > 0 ? `${named} and ${more} more` : named;
  return { name, status: "warning", reason: `${known}, but none to ${all}` };
}

function enforcementCheck({ options }: ServerView): Check {
  const blocks = unenforced(options);
  const isOk = blocks.length === 0;
  const reason = isOk
    ? "all options that keep clients out count"
    : `all clients are refused, as these options cannot be enforced: ${blocks.join(", ")}`;
  return check("enforcement", isOk, reason);
}

/** By how much the event loop was late, in milliseconds. */
async function measureLag(): Promise<number> {
  const begin = performance.now();
  await new Promise<void>((resolve) => setTimeout(resolve, WATCH_MS));
  return Math.max(0, performance.now() - begin - WATCH_MS);
}

function lagText(lagMs: number): string {
  return `${lagMs.toFixed(1)} ms late`;
}
