/** Who asks, as the server itself has written it into requests that come from other accounts. */

import type { InternalMessage } from "../../core/internal-messaging.ts";
import { decodeGoStruct } from "../../protocol/go-struct.ts";
import { goInt, goString, goStruct, goUint64 } from "../../protocol/go-types.ts";
import { headerOf } from "./request.ts";

/** Nothing of it is there when nobody has been asked to tell it. */
export interface Requester {
  readonly id?: number;
  /** Name of the account. */
  readonly acc?: string;
  /** Name of the account that has passed the request on, if there is one. */
  readonly svc?: string;
  readonly user?: string;
  readonly name_tag?: string;
}

const text = goString();
const REQUESTER = goStruct("server.ClientInfo", {
  id: goUint64,
  acc: text,
  svc: text,
  user: text,
  name_tag: text,
  rtt: goInt,
});

/** Null when there are headers, but none that says it. */
export function requesterOf(message: InternalMessage): Requester | null {
  if (message.headers.length === 0) return {};
  try {
    return decodeGoStruct(headerOf(message, "Nats-Request-Info"), REQUESTER, "ClientInfo");
  } catch {
    return null;
  }
}
