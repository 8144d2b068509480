/** All cases. */

import type { Case } from "../case.ts";
import { ACCOUNTS_CASE, WAITING } from "./accounts.ts";
import { CLUSTERS } from "./clusters.ts";
import {
  ENDINGS,
  IDENTITIES,
  MAPPED,
  OVERDUE,
  RELOADED,
  SECURE,
  SLOW,
  TOKEN,
  ZONE,
} from "./connections.ts";
import { EVENTS_CASE, KEY_EVENTS, LAME_DUCK, RELOAD_EVENTS, STATISTICS } from "./events.ts";
import { CALLED_OUT, SECURE_EVENTS } from "./identities.ts";
import { LINKS, RUNTIME } from "./links.ts";
import { TIMED, TRACED } from "./messages.ts";
import { ODD_QUERIES } from "./odd-queries.ts";
import { OPERATOR_ENDS, OPERATOR_EVENTS, OPERATOR_SERVICES, OPERATORS } from "./operators.ts";
import { CONFIGURED, IDLE, PAGES } from "./pages.ts";
import { RANDOM_TRAFFIC } from "./random-traffic.ts";
import { COUNTED, REQUESTED, SERVICES_CASE, SILENT } from "./services.ts";

export const CASES: readonly Case[] = [
  IDLE,
  PAGES,
  ODD_QUERIES,
  RANDOM_TRAFFIC,
  ACCOUNTS_CASE,
  WAITING,
  SERVICES_CASE,
  COUNTED,
  REQUESTED,
  SILENT,
  EVENTS_CASE,
  RELOAD_EVENTS,
  KEY_EVENTS,
  LAME_DUCK,
  STATISTICS,
  SECURE,
  MAPPED,
  IDENTITIES,
  TOKEN,
  ENDINGS,
  SLOW,
  OVERDUE,
  ZONE,
  RELOADED,
  OPERATORS,
  OPERATOR_SERVICES,
  OPERATOR_EVENTS,
  OPERATOR_ENDS,
  SECURE_EVENTS,
  CALLED_OUT,
  TRACED,
  TIMED,
  RUNTIME,
  ...CONFIGURED,
  ...LINKS,
  ...CLUSTERS,
];
