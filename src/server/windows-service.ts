/** A server process under the service control manager of Windows. */

import { flushLog } from "../process/process-log.ts";
import { isWindowsService, runAsService, type ServiceCalls } from "../windows/service.ts";
import type { ServiceProgram } from "../windows/service-protocol.ts";
import type { ServerProcess } from "./lifecycle.ts";

const EXIT_NO_SERVICE = 1;

/**
 * Runs the server as a service when the manager has started this process. The process ends with the
 * service.
 *
 * @returns false when it was started by somebody else, and nothing has been done.
 */
export async function runAsServiceIfAsked(running: ServerProcess): Promise<boolean> {
  if (!(await isWindowsService())) return false;
  void runUntilStopped(running).then((code) => process.exit(code));
  return true;
}

/** Resolves with the exit code when the service has stopped and its log is out. */
export async function runUntilStopped(
  running: ServerProcess,
  calls?: ServiceCalls,
): Promise<number> {
  const { log } = running.server;
  try {
    return await runAsService(programOf(running), calls);
  } catch (error) {
    log.fatal(`Could not run as a service: ${(error as Error).message}`);
    return EXIT_NO_SERVICE;
  } finally {
    // A server that is too slow to start has not ended, and so has not done this itself.
    await flushLog(log);
  }
}

function programOf(running: ServerProcess): ServiceProgram {
  return {
    log: running.server.log,
    ended: running.ended,
    async start() {
      const failed = running.ended.then((code) => {
        throw new Error(`the server ended with ${code}`);
      });
      await Promise.race([running.start(), failed]);
    },
    async stop() {
      running.stop();
      await running.ended;
    },
    reopenLog: () => running.reopen(),
    reload: async () => void (await running.reload()),
    lameDuck: () => running.lameDuck(),
  };
}
