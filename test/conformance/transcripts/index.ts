/** All transcripts, by theme. */

import type { Transcript } from "../transcript.ts";
import { connect } from "./connect.ts";
import { connectJson } from "./connect-json.ts";
import { errors } from "./errors.ts";
import { headers } from "./headers.ts";
import { lexical } from "./lexical.ts";
import { limits } from "./limits.ts";
import { multiConnection } from "./multi-connection.ts";
import { noResponders } from "./no-responders.ts";
import { pings } from "./pings.ts";
import { publish } from "./publish.ts";
import { queue } from "./queue.ts";
import { subscribe } from "./subscribe.ts";
import { unsubscribe } from "./unsubscribe.ts";

export const GROUPS: Record<string, readonly Transcript[]> = {
  connect,
  "connect JSON": connectJson,
  publish,
  headers,
  subscribe,
  unsubscribe,
  queue,
  "no responders": noResponders,
  pings,
  limits,
  lexical,
  errors,
  "multi connection": multiConnection,
};
