/** What bodies of requests may have in them, as Go's structs. */

import type { GoRecord, GoType } from "../../protocol/go-struct.ts";
import {
  goBool,
  goBytes,
  goDuration,
  goInt,
  goIntNamed,
  goSlice,
  goString,
  goStruct,
  goUint64,
} from "../../protocol/go-types.ts";

const text = goString();
const texts = goSlice("[]string", text);

/** Which servers are meant; part of nearly every body. */
const FILTER = {
  server_name: text,
  cluster: text,
  host: text,
  exact_match: goBool,
  tags: texts,
  domain: text,
};

const SUBSCRIPTIONS = { subscriptions: goBool, subscriptions_detail: goBool };

function options(name: string, fields: Readonly<Record<string, GoType>> = {}): Body {
  return { root: name, type: goStruct(`server.${name}`, { ...fields, ...FILTER }) };
}

/** A struct, and what Go calls it. */
export interface Body {
  readonly root: string;
  readonly type: GoType<GoRecord>;
}

export const FILTER_BODY = options("EventFilterOptions");
export const STATSZ_BODY = options("StatszEventOptions");
export const VARZ_BODY = options("VarzEventOptions");
export const SUBSZ_BODY = options("SubszEventOptions", {
  offset: goInt,
  limit: goInt,
  subscriptions: goBool,
  account: text,
  test: text,
});
export const CONNZ_BODY = options("ConnzEventOptions", {
  ...SUBSCRIPTIONS,
  sort: goString("server.SortOpt"),
  auth: goBool,
  offset: goInt,
  limit: goInt,
  cid: goUint64,
  mqtt_client: text,
  state: goIntNamed("server.ConnState"),
  user: text,
  acc: text,
  filter_subject: text,
});
export const ROUTEZ_BODY = options("RoutezEventOptions", SUBSCRIPTIONS);
export const GATEWAYZ_BODY = options("GatewayzEventOptions", {
  ...SUBSCRIPTIONS,
  name: text,
  accounts: goBool,
  account_name: text,
});
export const LEAFZ_BODY = options("LeafzEventOptions", { subscriptions: goBool, account: text });
export const ACCOUNTZ_BODY = options("AccountzEventOptions", { account: text });
export const ACCOUNT_STATZ_BODY = options("AccountStatzEventOptions", {
  accounts: texts,
  include_unused: goBool,
});
export const ACCOUNT_INFO_BODY = options("AccInfoEventOptions");
export const JSZ_BODY = options("JszEventOptions", {
  account: text,
  accounts: goBool,
  streams: goBool,
  consumer: goBool,
  direct_consumer: goBool,
  config: goBool,
  leader_only: goBool,
  offset: goInt,
  limit: goInt,
  raft: goBool,
  stream_leader_only: goBool,
});
export const HEALTHZ_BODY = options("HealthzEventOptions", {
  "js-enabled": goBool,
  "js-enabled-only": goBool,
  "js-server-only": goBool,
  "js-meta-only": goBool,
  account: text,
  stream: text,
  consumer: text,
  details: goBool,
});
export const PROFILEZ_BODY = options("ProfilezEventOptions", {
  name: text,
  debug: goInt,
  duration: goDuration,
});
export const EXPVARZ_BODY = options("ExpvarzEventOptions");
export const IPQUEUESZ_BODY = options("IpqueueszEventOptions", { all: goBool, filter: text });
export const RAFTZ_BODY = options("RaftzEventOptions", { account: text, group: text });

/** Without a filter. */
function plain(name: string, fields: Readonly<Record<string, GoType>>): Body {
  return { root: name, type: goStruct(`server.${name}`, fields) };
}

export const KICK_BODY = plain("KickClientReq", { cid: goUint64 });
export const LAME_DUCK_BODY = plain("LDMClientReq", { cid: goUint64 });
export const CONNECTIONS_BODY = plain("accNumConnsReq", { acc: text });
export const SUBSCRIBERS_BODY = plain("accNumSubsReq", {
  acc: text,
  subject: text,
  queue: goBytes,
});
