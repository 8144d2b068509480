/** Our own version and commit, stamped in by the build; the level of nats-server is another matter. */

import manifest from "../package.json" with { type: "json" };

declare const BUILD_COMMIT: string | undefined;

export const VERSION: string = manifest.version;

/** Short hash of the commit this was built from; "" when unknown. */
export const COMMIT: string = typeof BUILD_COMMIT === "string" ? BUILD_COMMIT : "";
