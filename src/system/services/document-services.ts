/** The documents of monitoring as services: each under its name, by `PING` and by the server's id. */

import { accountz } from "../../documents/accountz/accountz.ts";
import { connz } from "../../documents/connz/connz.ts";
import type { ConnzOptions } from "../../documents/connz/connz-options.ts";
import { debugVars } from "../../documents/debug-vars.ts";
import { gatewayz } from "../../documents/gatewayz/gatewayz.ts";
import { GoMap, type GoValue } from "../../documents/go-document.ts";
import { type HealthzOptions, healthz } from "../../documents/healthz.ts";
import { type IpqueueszOptions, ipqueuesz } from "../../documents/ipqueuesz.ts";
import { type JszOptions, jsz } from "../../documents/jsz.ts";
import { leafz } from "../../documents/leafz.ts";
import { routez } from "../../documents/routez/routez.ts";
import type { ServerView } from "../../documents/server-view.ts";
import { subsz } from "../../documents/subsz/subsz.ts";
import { varz } from "../../documents/varz/varz.ts";
import { type Answerer, type ServiceData, SILENCE } from "./answers.ts";
import {
  ACCOUNTZ_BODY,
  type Body,
  CONNZ_BODY,
  EXPVARZ_BODY,
  GATEWAYZ_BODY,
  HEALTHZ_BODY,
  IPQUEUESZ_BODY,
  JSZ_BODY,
  LEAFZ_BODY,
  PROFILEZ_BODY,
  RAFTZ_BODY,
  ROUTEZ_BODY,
  SUBSZ_BODY,
  VARZ_BODY,
} from "./bodies.ts";
import { profilez } from "./profilez.ts";
import type { ServiceHost } from "./service-host.ts";

const RECEIVE_QUEUE = "System recvQ";

export interface DocumentService {
  readonly body: Body;
  readonly answer: Answerer<never>;
}

/** @param waiting tells how many requests wait. */
export function documentServices(
  { view, commandLine }: ServiceHost,
  waiting: () => number,
): ReadonlyMap<string, DocumentService> {
  const services = new Map<string, DocumentService>();
  const add = <T>(name: string, body: Body, answer: Answerer<T>): void => {
    services.set(name, { body, answer: answer as Answerer<never> });
  };
  add("VARZ", VARZ_BODY, () => varz(view));
  add("SUBSZ", SUBSZ_BODY, (options) => subsz(view, options as object));
  add("CONNZ", CONNZ_BODY, (options) => connections(view, options as object));
  add("ROUTEZ", ROUTEZ_BODY, (options) => routez(view, options as object).encode(""));
  add("GATEWAYZ", GATEWAYZ_BODY, (options) => gatewayz(view, options as object).encode(""));
  add("LEAFZ", LEAFZ_BODY, (options) => leafz(view, options as object));
  add("ACCOUNTZ", ACCOUNTZ_BODY, (options) => accountz(view, options as object));
  add("JSZ", JSZ_BODY, (options: JszOptions) => leaderOnly(view, options));
  add("HEALTHZ", HEALTHZ_BODY, (options: HealthzOptions) => health(view, options));
  add("PROFILEZ", PROFILEZ_BODY, profilez);
  add("EXPVARZ", EXPVARZ_BODY, () => variables(commandLine));
  add("IPQUEUESZ", IPQUEUESZ_BODY, (options: IpqueueszOptions) => queues(view, options, waiting()));
  // There are no groups without JetStream.
  add("RAFTZ", RAFTZ_BODY, () => new GoMap([]));
  return services;
}

/** Written bit by bit, as there may be very many. */
export async function connections(view: ServerView, options: ConnzOptions): Promise<Buffer> {
  return await (await connz(view, options)).encode("");
}

/** Without JetStream nobody is the leader, and others say nothing. */
function leaderOnly(view: ServerView, options: JszOptions): ServiceData {
  return options.leader_only === true ? SILENCE : jsz(view, options);
}

function health(view: ServerView, options: HealthzOptions): GoValue {
  const { code, document } = healthz(view, options);
  const { status, ...rest } = document;
  return { status, status_code: code, ...rest };
}

function variables(commandLine: readonly string[]): GoValue {
  const { memstats, cmdline } = JSON.parse(debugVars(commandLine)) as Record<string, GoValue>;
  return { memstats, cmdline };
}

/** The request itself is in work, so its queue is told of whatever is asked. */
function queues(view: ServerView, options: IpqueueszOptions, waiting: number): GoValue {
  const { entries } = ipqueuesz(view, options);
  const { filter = "" } = options;
  if (!RECEIVE_QUEUE.includes(filter)) return new GoMap(entries);
  const others = entries.filter(([name]) => name !== RECEIVE_QUEUE);
  return new GoMap([...others, [RECEIVE_QUEUE, { pending: waiting, in_progress: 1 }]]);
}
