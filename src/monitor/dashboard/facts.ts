/** What does not change much about a server, and whether it is well. */

import { asksForCredentials } from "../../config/validate/users.ts";
import type { ServerView } from "../../documents/server-view.ts";
import { COMPATIBLE_VERSION } from "../../protocol/info.ts";
import { VERSION } from "../../version.ts";
import { readinessChecks } from "../health/checks.ts";
import type { DashboardHost } from "./dashboard.ts";
import type { Health, ServerFacts } from "./shapes.ts";

export function serverFacts(view: ServerView): ServerFacts {
  const { serverInfo, options, configuration } = view;
  return {
    id: serverInfo.id,
    name: serverInfo.name,
    version: VERSION,
    compatible: COMPATIBLE_VERSION,
    runtime: serverInfo.runtime,
    host: options.host,
    port: view.port,
    cluster: serverInfo.cluster,
    tags: options.serverTags,
    pid: process.pid,
    cores: navigator.hardwareConcurrency,
    startedAt: view.startedAt / 1000,
    configFile: configuration.file,
    configLoadedAt: configuration.loadedAt / 1000,
    needsLogin: asksForCredentials(options),
    usesTls: options.tls !== null,
  };
}

/** The same as whoever asks `/readyz` is told. */
export async function healthOf({ view, tls }: DashboardHost): Promise<Health> {
  const checks = (await readinessChecks({ view, tls })).map(({ name, status, reason }) => ({
    name: sentence(name.replaceAll("_", " ")),
    isGood: status === "ok",
    isWarning: status === "warning",
    reason: `${sentence(reason)}.`,
  }));
  return { isHealthy: checks.every(({ isGood, isWarning }) => isGood || isWarning), checks };
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
