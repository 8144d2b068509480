/** The monitoring port of a server, with all pages that there are. */

import type { InternalMessaging } from "../core/internal-messaging.ts";
import type { ServerControl } from "../documents/server-control.ts";
import type { ServerView } from "../documents/server-view.ts";
import { healthPages } from "../monitor/health/health-pages.ts";
import { MonitorError, MonitorListener } from "../monitor/http/monitor-listener.ts";
import type { Page } from "../monitor/http/page.ts";
import { slowzPage } from "../monitor/slow/slowz.ts";
import type { TlsSettings } from "../net/tls/settings.ts";
import { StartError } from "./start-error.ts";

/** What the pages look at, and what they can do. */
export interface MonitoredHost {
  readonly view: ServerView;
  readonly control: ServerControl | null;
  readonly messaging: InternalMessaging;
  readonly tls: TlsSettings | null;
}

/**
 * Opens the port that the options name.
 *
 * @param commandLine what the process was started with, as far as it is this server's.
 * @throws StartError
 */
export function openMonitor(
  host: MonitoredHost,
  commandLine: readonly string[],
): MonitorListener | null {
  const { view, tls } = host;
  const pages: Page[] = [slowzPage(view), ...healthPages(view, tls)];
  try {
    return MonitorListener.open(view, { tls, commandLine, pages });
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error;
    throw new StartError(`Can't start monitoring: ${error.message}`);
  }
}
