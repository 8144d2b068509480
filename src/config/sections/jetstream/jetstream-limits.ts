/** Limits of JetStream for all accounts together. */

import {
  DEFAULT_BATCH_LIMITS,
  DEFAULT_JETSTREAM_LIMITS,
  type JetStreamBatchLimits,
  type JetStreamLimits,
  type JetStreamOptions,
} from "../../options/jetstream.ts";
import { parseGoDuration, quantityOr } from "../../schema/go-quantities.ts";
import { block, Section } from "../../schema/section.ts";
import { integer, text, type ValueType } from "../../schema/value-type.ts";

/** nats-server does not say where a text is that is no duration. */
const durationWithoutPlace: ValueType<number> = {
  name: "duration",
  read(node, reader) {
    const value = text.read(node, reader);
    if (value === undefined) return undefined;
    return quantityOr(
      () => parseGoDuration(value),
      (problem) => reader.errorWithoutPlace(node, problem, 'write it like "1m30s"'),
    );
  },
};

const BATCH: Section<JetStreamBatchLimits> = new Section<JetStreamBatchLimits>(
  "jetstream.limits.batch",
  [
    {
      names: ["max_inflight_per_stream"],
      about: "Batches that may be under way for one stream",
      reload: "live",
      to: "maxInflightPerStream",
      type: integer,
    },
    {
      names: ["max_inflight_total"],
      about: "Batches that may be under way on the server",
      reload: "live",
      to: "maxInflightTotal",
      type: integer,
    },
    {
      names: ["max_msgs"],
      about: "Messages of one batch",
      reload: "live",
      to: "maxMsgs",
      type: integer,
    },
    {
      names: ["timeout"],
      about: "Time without a message after which a batch is given up",
      reload: "live",
      to: "timeoutMs",
      type: durationWithoutPlace,
    },
  ],
);

const LIMITS: Section<JetStreamLimits> = new Section<JetStreamLimits>("jetstream.limits", [
  {
    names: ["max_ack_pending"],
    about: "Messages of one consumer that may wait for acknowledgements, 0 for any number",
    reload: "live",
    to: "maxAckPending",
    type: integer,
  },
  {
    names: ["max_ha_assets"],
    about: "Replicated streams and consumers that may be placed here, 0 for any number",
    reload: "live",
    to: "maxHaAssets",
    type: integer,
  },
  {
    names: ["max_request_batch"],
    about: "Messages that one request of a pull consumer may ask for, 0 for any number",
    reload: "live",
    to: "maxRequestBatch",
    type: integer,
  },
  {
    names: ["duplicate_window"],
    about: "Longest time for which a stream may remember message ids, 0 for any",
    reload: "live",
    to: "duplicateWindowMs",
    type: durationWithoutPlace,
  },
  {
    names: ["default_max_consumers"],
    about: "Consumers of a stream that sets no limit, negative for any number",
    reload: "live",
    to: "defaultMaxConsumers",
    type: integer,
  },
  block<JetStreamLimits, "batch">(
    {
      names: ["batch"],
      about: "Limits of messages that are published as one",
      reload: "live",
      to: "batch",
    },
    BATCH,
    () => ({ ...DEFAULT_BATCH_LIMITS }),
    (goType) => `Expected a map to define batch limits, got ${goType}`,
  ),
]);

export const limitsField = block<JetStreamOptions, "limits">(
  {
    names: ["limits"],
    about: "Limits for all accounts together",
    reload: "live",
    to: "limits",
  },
  LIMITS,
  () => structuredClone(DEFAULT_JETSTREAM_LIMITS),
  (goType) => `Expected a map to define JetStreamLimits, got ${goType}`,
);
