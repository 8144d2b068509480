/** All cases. */

import type { GatewayCase } from "../case.ts";
import { PINGS, RELOADED } from "./by-the-clock.ts";
import { COMING_IN, COMING_IN_STRICTLY } from "./coming-in.ts";
import { DIALLED, KNOWN } from "./dialled.ts";
import { CHANGES, REGISTRATION } from "./interest.ts";
import { MESSAGES, MESSAGES_STRICTLY } from "./messages.ts";
import { OLD_SERVERS, OLD_SERVERS_ALONE } from "./old-servers.ts";
import { ALL_REPLIES } from "./replies.ts";
import { HEADLESS, SENT } from "./sent.ts";
import { SEVERAL_SERVERS } from "./several-servers.ts";

export const CASES: readonly GatewayCase[] = [
  ...COMING_IN,
  ...COMING_IN_STRICTLY,
  ...REGISTRATION,
  ...CHANGES,
  ...MESSAGES,
  ...MESSAGES_STRICTLY,
  ...DIALLED,
  ...KNOWN,
  ...SENT,
  ...HEADLESS,
  ...ALL_REPLIES,
  ...OLD_SERVERS,
  ...OLD_SERVERS_ALONE,
  ...SEVERAL_SERVERS,
  ...PINGS,
  ...RELOADED,
];
