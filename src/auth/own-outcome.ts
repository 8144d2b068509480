/** What the server itself makes of a client, before a callout service is asked. */

import type { OwnDecision } from "./callout/callout-service.ts";

/** Without what follows from the rest. */
export type OwnOutcome = Omit<OwnDecision, "account" | "proxyKey">;
