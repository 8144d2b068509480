/** All scenarios. */

import type { Group } from "../../scenarios/scenario.ts";
import { ACCESS } from "./access.ts";
import { DELIVERIES } from "./deliveries.ts";
import { NKEYS } from "./nkeys.ts";
import { NO_AUTH_USER } from "./no-auth-user.ts";
import { PERMISSIONS } from "./permissions.ts";
import { RELOAD } from "./reload.ts";
import { SINGLE_USER } from "./single-user.ts";
import { TLS } from "./tls.ts";
import { TLS_CLIENTS } from "./tls-clients.ts";
import { TLS_MODES } from "./tls-modes.ts";
import { TOKENS } from "./tokens.ts";
import { USERS } from "./users.ts";

export const GROUPS: readonly Group[] = [
  ...ACCESS,
  ...SINGLE_USER,
  ...TOKENS,
  ...USERS,
  ...NKEYS,
  ...NO_AUTH_USER,
  ...PERMISSIONS,
  ...DELIVERIES,
  ...RELOAD,
  ...TLS,
  ...TLS_CLIENTS,
  ...TLS_MODES,
];
