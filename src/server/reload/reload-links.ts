/** Reloads of links to other servers, of JetStream and of MQTT. */

import type { Compression, LeafRemote } from "../../config/options/cluster.ts";
import type { Options } from "../../config/options/options.ts";
import { remoteName } from "../../config/validate/leafnodes.ts";
import { goDuration } from "../../log/go-duration.ts";
import { CLUSTER_STEP } from "./reload-cluster.ts";
import { namedStep, type Step } from "./reload-step.ts";

const LEAF_HANDSHAKE: Step = {
  value: ({ leafnodes }) => [
    leafnodes?.tls?.handshakeFirst ?? false,
    leafnodes?.tls?.handshakeFirstFallbackMs ?? 0,
  ],
  lines: ({ leafnodes }) => {
    const prefix = "Reloaded: LeafNode TLS";
    const { handshakeFirst = false, handshakeFirstFallbackMs = 0 } = leafnodes?.tls ?? {};
    return [
      `${prefix} HandshakeFirst value is: ${handshakeFirst}`,
      `${prefix} HandshakeFirstFallback value is: ${goDuration(handshakeFirstFallbackMs)}`,
    ];
  },
};

const LEAF_COMPRESSION: Step = {
  value: ({ leafnodes }) => leafnodes?.compression ?? null,
  lines: ({ leafnodes }) =>
    leafnodes === null
      ? []
      : [`Reloaded: LeafNode Compression value is: ${shownCompression(leafnodes.compression)}`],
};

/** Remotes are the same when they are called the same; some of what they say can change. */
const LEAF_REMOTES: Step = {
  value: ({ leafnodes }) => leafnodes?.remotes ?? [],
  lines(to, from) {
    const after = new Map(to.leafnodes?.remotes.map((remote) => [remoteName(remote), remote]));
    return (from.leafnodes?.remotes ?? []).flatMap((remote) => remoteLines(remote, after));
  },
};

function remoteLines(
  before: LeafRemote,
  remotes: ReadonlyMap<string, LeafRemote>,
): readonly string[] {
  const prefix = `Reloaded: LeafNode Remote ${remoteName(before)}`;
  const after = remotes.get(remoteName(before));
  if (after === undefined) return [`${prefix} removed`];
  const lines: string[] = [];
  const isFirst = after.tls?.handshakeFirst ?? false;
  if (isFirst !== (before.tls?.handshakeFirst ?? false)) {
    lines.push(`${prefix} TLS HandshakeFirst value is: ${isFirst}`);
  }
  if (!Bun.deepEquals(after.compression, before.compression)) {
    lines.push(`${prefix} Compression value is: ${shownCompression(after.compression)}`);
  }
  if (after.disabled !== before.disabled) {
    lines.push(`${prefix} Disabled value is: ${after.disabled}`);
  }
  return lines;
}

/** As Go prints the block: mode, then thresholds. */
function shownCompression({ mode, rttThresholdsMs }: Compression): string {
  return `{${mode} [${rttThresholdsMs.map(goDuration).join(" ")}]}`;
}

const JETSTREAM: readonly Step[] = [
  namedStep(({ jetstream }) => jetstream?.enabled ?? false, "Reloaded: JetStream"),
  namedStep(({ jetstream }) => jetstream?.limits ?? null, "Reloaded: JetStream limits"),
  storeStep("maxMemoryStore", "max_mem_store"),
  storeStep("maxFileStore", "max_file_store"),
];

function storeStep(property: "maxMemoryStore" | "maxFileStore", key: string): Step {
  return {
    value: ({ jetstream }) => jetstream?.[property] ?? null,
    lines: ({ jetstream }) => {
      const bytes = jetstream?.[property] ?? null;
      return bytes === null ? [] : [`Reloaded: JetStream ${key} = ${friendlyBytes(bytes)}`];
    },
  };
}

/** Sizes as nats-server prints them: `20.00 MB`, with units of 1024. */
function friendlyBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KB", "MB", "GB", "TB", "PB", "EB"];
  const power = Math.min(Math.floor(Math.log(bytes) / Math.log(1024)), units.length);
  return `${(bytes / 1024 ** power).toFixed(2)} ${units[power - 1]}`;
}

/** All of them are said when any has changed. */
const MQTT: Step = {
  value: ({ mqtt }) => mqttValues(mqtt),
  lines: ({ mqtt }) =>
    Object.entries(mqttValues(mqtt)).map(([key, value]) => `Reloaded: MQTT ${key} = ${value}`),
};

function mqttValues(mqtt: Options["mqtt"]): Record<string, string | number | boolean> {
  return {
    ack_wait: goDuration(mqtt?.ackWaitMs ?? 0),
    max_ack_pending: mqtt?.maxAckPending ?? 0,
    stream_replicas: mqtt?.streamReplicas ?? 0,
    // It is accepted and has no effect any more.
    consumer_replicas: 0,
    consumer_memory_storage: mqtt?.consumerMemoryStorage ?? false,
    consumer_inactive_threshold: goDuration(mqtt?.consumerInactiveThresholdMs ?? 0),
  };
}

export const LINK_STEPS: readonly Step[] = [
  CLUSTER_STEP,
  LEAF_HANDSHAKE,
  LEAF_COMPRESSION,
  LEAF_REMOTES,
  ...JETSTREAM,
  MQTT,
];
