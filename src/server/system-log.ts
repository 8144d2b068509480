/** What stands in for syslog on Windows: its event log. */

import type { LogSettings } from "../log/log-settings.ts";
import type { LogPlatform } from "../log/open-log.ts";

/** As in nats-server, a service of Windows that has no log file logs to the event log. */
export async function systemLogSettings<T extends LogSettings>(settings: T): Promise<T> {
  if (process.platform === "win32") {
    const { isWindowsService } = await import("../windows/service.ts");
    if (settings.logFile === "" && (await isWindowsService())) return { ...settings, syslog: true };
  }
  return settings;
}

export function logPlatform(): LogPlatform {
  if (process.platform === "win32") {
    return {
      async openEventLog(_settings, machine) {
        const { eventLogSink } = await import("../windows/event-log.ts");
        // Events are written at once: there is nothing to flush.
        return { write: await eventLogSink(machine), flush: async () => {}, close: async () => {} };
      },
    };
  }
  return {};
}
