/** Command lines by what they are about. */

import type { Invocation } from "../invocation.ts";
import { CHECKS, FAULTS, WORDS } from "./answers.ts";
import { OPERATORS_TOGETHER } from "./operators.ts";
import { FILES_AND_FLAGS, SERVERS } from "./servers.ts";
import { SIGNAL_CASES } from "./signals.ts";
import { FLAGS_TOGETHER, OPTIONS_TOGETHER, SYSTEM_FAULTS } from "./starts.ts";

export const GROUPS: Readonly<Record<string, readonly Invocation[]>> = {
  words: WORDS,
  "faults of flags": FAULTS,
  "checks of files": CHECKS,
  signals: SIGNAL_CASES,
  "flags together": FLAGS_TOGETHER,
  "options together": OPTIONS_TOGETHER,
  "operators together": OPERATORS_TOGETHER,
  "faults of the system": SYSTEM_FAULTS,
  servers: SERVERS,
  "files and flags": FILES_AND_FLAGS,
};
