/** All scenarios. */

import type { Group } from "../../scenarios/scenario.ts";
import { CALLOUTS } from "./callouts.ts";
import { ISOLATION } from "./isolation.ts";
import { LATENCY } from "./latency.ts";
import { LIMITS } from "./limits.ts";
import { MAPPINGS } from "./mappings.ts";
import { OPERATOR_CALLOUTS } from "./operator-callouts.ts";
import { OPERATOR_CROSSINGS } from "./operator-crossings.ts";
import { OPERATOR_LOGINS } from "./operator-logins.ts";
import { OPERATOR_MODES } from "./operator-modes.ts";
import { OPERATOR_UPDATES } from "./operator-updates.ts";
import { RELOADS } from "./reloads.ts";
import { SERVICES } from "./services.ts";
import { SERVICE_CHAINS } from "./services-chains.ts";
import { STREAMS } from "./streams.ts";

export const GROUPS: readonly Group[] = [
  ...ISOLATION,
  ...LIMITS,
  ...STREAMS,
  ...SERVICES,
  ...SERVICE_CHAINS,
  ...LATENCY,
  ...MAPPINGS,
  ...RELOADS,
  ...OPERATOR_LOGINS,
  ...OPERATOR_MODES,
  ...OPERATOR_CROSSINGS,
  ...OPERATOR_UPDATES,
  ...CALLOUTS,
  ...OPERATOR_CALLOUTS,
];
