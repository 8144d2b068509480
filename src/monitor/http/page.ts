/** A page of the monitoring port. */

import type { Server } from "bun";

export interface Page {
  /** Without the base path, such as `/varz`. */
  readonly path: string;
  /** What the list of links calls it; absent for what is not listed. */
  readonly title?: string;
  /** Only a few of these are made at once; the others wait. For what takes more than a moment. */
  readonly isCostly?: boolean;
  /** @param url of the request, without the base path. */
  answer(request: Request, url: URL, server: Server<undefined>): Response | Promise<Response>;
  /** The port is being closed: nobody is to be answered any more. */
  stop?(): void;
}
