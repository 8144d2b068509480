/** The monitoring port of a server, with all pages that there are. */

import type { DashboardHost } from "../monitor/dashboard/dashboard.ts";
import { DashboardPages } from "../monitor/dashboard/dashboard-pages.ts";
import { healthPages } from "../monitor/health/health-pages.ts";
import { MonitorError, MonitorListener } from "../monitor/http/monitor-listener.ts";
import type { Page } from "../monitor/http/page.ts";
import { metricsPage } from "../monitor/metrics/metrics-page.ts";
import { slowzPage } from "../monitor/slow/slowz.ts";
import { StartError } from "./start-error.ts";

/**
 * Opens the port that the options name.
 *
 * @param commandLine what the process was started with, as far as it is this server's.
 * @throws StartError
 */
export function openMonitor(
  host: DashboardHost,
  commandLine: readonly string[],
): MonitorListener | null {
  const { view, tls } = host;
  const dashboard = new DashboardPages(host);
  const pages: Page[] = [
    metricsPage(view, dashboard),
    slowzPage(view),
    ...healthPages(view, tls),
    ...dashboard.pages,
  ];
  try {
    return MonitorListener.open(view, { tls, commandLine, pages });
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error;
    throw new StartError(`Can't start monitoring: ${error.message}`);
  }
}
