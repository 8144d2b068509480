/** Gateways, under the names that nats-io's exporter gives what it finds in `gatewayz`. */

import type { ConnectionFacts, Moment } from "../../../documents/connz/connection-facts.ts";
import { currentMoment } from "../../../documents/connz/connection-facts.ts";
import { gatewayFacts } from "../../../documents/gatewayz/gateway-document.ts";
import { shownName } from "../../../documents/routez/route-document.ts";
import type { ServerView } from "../../../documents/server-view.ts";
import type { Gateway } from "../../../documents/supercluster-view.ts";
import { type Exposition, labels } from "../exposition.ts";

/** Gateways of each direction that are told of; further ones are not. */
const GATEWAYS_MAX = 1000;
const MICROS_PER_SECOND = 1e6;
const NANOSECONDS_PER_SECOND = 1e9;
const MS_PER_SECOND = 1000;

interface Told {
  readonly labels: string;
  readonly isConfigured: boolean;
  readonly facts: ConnectionFacts;
}

interface Column {
  readonly name: string;
  readonly help: string;
  of(told: Told, moment: Moment): number;
}

const COLUMNS: readonly Column[] = [
  { name: "configured", help: "configured", of: ({ isConfigured }) => (isConfigured ? 1 : 0) },
  {
    name: "conn_start_time_seconds",
    help: "conn_start_time_seconds",
    of: ({ facts }) => Math.floor(facts.startedAt / MS_PER_SECOND),
  },
  {
    name: "conn_last_activity_seconds",
    help: "conn_last_activity_seconds",
    of: ({ facts }) => Math.floor(facts.lastAt / MICROS_PER_SECOND),
  },
  {
    name: "conn_uptime_seconds",
    help: "conn_uptime_seconds",
    of: ({ facts }, { micros }) => secondsSince(facts.startedAt * MS_PER_SECOND, micros),
  },
  {
    name: "conn_idle_seconds",
    help: "conn_idle_seconds",
    of: ({ facts }, { micros }) => secondsSince(facts.lastAt, micros),
  },
  { name: "conn_rtt", help: "rtt", of: ({ facts }) => facts.rtt / NANOSECONDS_PER_SECOND },
  { name: "conn_pending_bytes", help: "pending_bytes", of: ({ facts }) => facts.pendingBytes },
  { name: "conn_in_msgs", help: "in_msgs", of: ({ facts }) => facts.inMsgs },
  { name: "conn_out_msgs", help: "out_msgs", of: ({ facts }) => facts.outMsgs },
  { name: "conn_in_bytes", help: "in_bytes", of: ({ facts }) => facts.inBytes },
  { name: "conn_out_bytes", help: "out_bytes", of: ({ facts }) => facts.outBytes },
  { name: "conn_subscriptions", help: "subscriptions", of: ({ facts }) => facts.subscriptions },
];

/** As the exporter, it tells of no direction in which there are none. */
export function gatewayzFamilies(
  text: Exposition,
  prefix: string,
  serverId: string,
  { supercluster }: ServerView,
): void {
  if (supercluster === null) return;
  const moment = currentMoment();
  const tell = (gateway: Gateway, isConfigured: boolean): Told => {
    const values = {
      gateway_name: supercluster.name,
      cid: `${gateway.cid}`,
      remote_gateway_name: shownName(gateway.cluster),
      server_id: serverId,
    };
    return { labels: labels(values), isConfigured, facts: gatewayFacts(gateway, moment) };
  };
  const outbounds = [...supercluster.outbounds].slice(0, GATEWAYS_MAX);
  const inbounds = [...supercluster.inbounds].slice(0, GATEWAYS_MAX);
  const directions = {
    outbound: outbounds.map((gateway) => tell(gateway, gateway.dialled.isExplicit)),
    inbound: inbounds.map((gateway) => tell(gateway, false)),
  };
  for (const [direction, told] of Object.entries(directions)) {
    if (told.length === 0) continue;
    for (const { name, help, of } of COLUMNS) {
      text.begin(`${prefix}_gatewayz_${direction}_gateway_${name}`, "gauge", help);
      for (const one of told) text.sample(one.labels, of(one, moment));
    }
  }
}

/** Whole ones, as the texts have them that the exporter reads. */
function secondsSince(fromMicros: number, toMicros: number): number {
  return Math.max(0, Math.floor((toMicros - fromMicros) / MICROS_PER_SECOND));
}
