/** Values that are valid, and hardly what somebody wants. */

import { goDuration } from "../../log/go-duration.ts";
import type { MapNode } from "../language/node.ts";
import { WISE_MAX_PAYLOAD } from "../options/client.ts";
import { DEFAULT_OPTIONS, type Options } from "../options/options.ts";
import type { Finding, Rule } from "./finding.ts";
import { optionOf } from "./tree.ts";

/** A peer that is gone for longer should have been noticed. */
const UNNOTICED_MS_MAX = 3_600_000;

/** Options of which 0 does not mean 0, nor "no limit", but the default. */
const ZEROES: Readonly<Record<string, keyof Options>> = {
  write_deadline: "writeDeadlineMs",
  ping_interval: "pingIntervalMs",
  ping_max: "pingMax",
  max_payload: "maxPayload",
  max_pending: "maxPending",
  max_control_line: "maxControlLine",
};

export const oddValues: Rule = {
  finds: "values that are hardly meant",
  needsOptions: true,
  *find({ root, options }) {
    yield* meaninglessZeroes(root, options);
    yield* closedDoors(root, options);
    yield* largePayload(root, options);
    yield* latePings(root, options);
  },
};

function* meaninglessZeroes(root: MapNode, options: Options): Iterable<Finding> {
  for (const [name, property] of Object.entries(ZEROES)) {
    const place = optionOf(root, name);
    if (place === undefined || options[property] !== 0) continue;
    const initial = DEFAULT_OPTIONS[property] as number;
    const shown = property.endsWith("Ms") ? goDuration(initial) : String(initial);
    yield {
      place,
      text: `${name} of 0 stands for the default, ${shown}`,
      hint: "leave it out, or write the value that is meant",
    };
  }
}

function* closedDoors(root: MapNode, { maxConnections, pingMax }: Options): Iterable<Finding> {
  const limit = optionOf(root, "max_connections", "max_conn");
  if (limit !== undefined && maxConnections <= 0) {
    yield {
      place: limit,
      text: `max_connections of ${maxConnections} lets no client in`,
      hint: `leave it out for the default, ${DEFAULT_OPTIONS.maxConnections}`,
    };
  }
  const pings = optionOf(root, "ping_max");
  if (pings !== undefined && pingMax < 0) {
    yield {
      place: pings,
      text: `ping_max of ${pingMax} closes every client when its first PING is due`,
      hint: `leave it out for the default, ${DEFAULT_OPTIONS.pingMax}`,
    };
  }
}

function* largePayload(root: MapNode, { maxPayload }: Options): Iterable<Finding> {
  const place = optionOf(root, "max_payload");
  if (place === undefined || maxPayload <= WISE_MAX_PAYLOAD) return;
  yield {
    place,
    text: "max_payload over 8MB makes every client wait behind large messages",
    hint: "send large data in pieces, or keep it in an object store",
  };
}

function* latePings(root: MapNode, { pingIntervalMs, pingMax }: Options): Iterable<Finding> {
  const interval = optionOf(root, "ping_interval");
  // nats-server warns of a bare number by itself.
  if (interval?.kind === "integer") return;
  const place = interval ?? optionOf(root, "ping_max");
  const unnoticedMs = (pingIntervalMs || DEFAULT_OPTIONS.pingIntervalMs) * (pingMax + 1);
  if (place === undefined || unnoticedMs <= UNNOTICED_MS_MAX) return;
  yield {
    place,
    text: `a client that is gone without a word is noticed only after ${goDuration(unnoticedMs)}`,
    hint: "lower ping_interval or ping_max",
  };
}
