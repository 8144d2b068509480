/** Streams: whether there are any, where they are kept, and how much of the machine they may use. */

import { goQuoteText } from "../../../protocol/go-quote.ts";
import { type ConfigNode, goTypeName, type MapNode } from "../../language/node.ts";
import { DEFAULT_JETSTREAM, type JetStreamOptions } from "../../options/jetstream.ts";
import type { Options } from "../../options/options.ts";
import { parseSize, quantityOr } from "../../schema/go-quantities.ts";
import { goValue } from "../../schema/go-value.ts";
import type { Reader } from "../../schema/reader.ts";
import { type Field, type FieldRow, Section } from "../../schema/section.ts";
import { checked, duration, flag, text, type ValueType } from "../../schema/value-type.ts";
import { limitsField } from "./jetstream-limits.ts";
import { cipher, tpmField } from "./jetstream-tpm.ts";

const CONCURRENT_IO_MIN = 4;
const CONCURRENT_IO_MAX = 8192;

/** The block fills more than its own options: the folder for streams has a place of its own. */
interface JetStreamBlock extends JetStreamOptions {
  storeDir: string;
}

/**
 * Bytes, as a number or a text such as `64M`.
 *
 * @param label name in messages, instead of the key.
 */
function size(label?: string): ValueType<number> {
  return {
    name: "size",
    read(node, reader, key = "") {
      const fail = (problem: string) =>
        reader.error(node, `${label ?? key.toLowerCase()} ${problem}`, "write it like 64M or 1G");
      if (node.kind === "integer") return Number(node.value);
      if (node.kind !== "string") return fail("must be int64 or string");
      return quantityOr(() => Number(parseSize(node.value)), fail);
    },
  };
}

/** A number, where nats-server asks for a size and takes no text. */
const count: ValueType<number> = {
  name: "integer",
  read: (node, reader, key) =>
    node.kind === "integer"
      ? Number(node.value)
      : reader.error(node, `Expected a parseable size for ${quote(key)}, got ${goValue(node)}`),
};

const metaCompact: ValueType<number> = {
  name: "integer",
  read: (node, reader, key) =>
    node.kind === "integer" && node.value >= 0
      ? Number(node.value)
      : reader.error(node, `Expected an absolute size for ${quote(key)}, got ${goValue(node)}`),
};

const metaCompactSize = checked(size(), (value, node, reader, key) =>
  value < 0
    ? reader.error(node, `Expected an absolute size for ${quote(key)}, got ${goValue(node)}`)
    : value,
);

const concurrentIo: ValueType<number> = {
  name: "integer",
  read(node, reader, key) {
    const value = node.kind === "integer" ? Number(node.value) : -1;
    if (value >= CONCURRENT_IO_MIN && value <= CONCURRENT_IO_MAX) return value;
    const range = `between ${CONCURRENT_IO_MIN} and ${CONCURRENT_IO_MAX}`;
    const wanted = `Expected an absolute size for ${quote(key)} ${range}`;
    return reader.error(node, `${wanted}, got ${goValue(node)}`);
  },
};

const strict: ValueType<boolean> = {
  name: flag.name,
  read(node, reader) {
    if (node.kind === "boolean") return node.value;
    const got = asGoText(node);
    return reader.error(node, `Expected 'true' or 'false' for bool value, got '${got}'`);
  },
};

/** What Go prints for a value where it was told to expect a text. */
function asGoText(node: ConfigNode): string {
  const isPrinted = !["integer", "float", "boolean"].includes(node.kind);
  return isPrinted ? goValue(node) : `%!s(${goTypeName(node)}=${goValue(node)})`;
}

const uniqueTag = checked(text, (value) => value.trim().toLowerCase());

function quote(key = ""): string {
  return goQuoteText(key);
}

/** It may be set at top level and in the block, but only once. */
function storeDirField<Target extends { storeDir: string }>(
  names: [string, ...string[]],
): Field<Target> {
  return {
    names,
    about: "Folder for streams; they get a folder jetstream inside it",
    reload: "restart",
    needs: "JetStream",
    to: "storeDir",
    type: text.name,
    read(node, target, reader) {
      if (target.storeDir !== "") {
        return reader.error(node, "Duplicate 'store_dir' configuration");
      }
      target.storeDir = text.read(node, reader) ?? "";
    },
  };
}

/** How often files are written to disk, or that each write is. */
const syncField: Field<JetStreamBlock> = {
  names: ["sync_interval", "sync"],
  about: "Time between two syncs of files to disk, or always",
  reload: "restart",
  to: "syncIntervalMs",
  type: "duration or always",
  read(node, target, reader, key) {
    target.syncAlways = node.kind === "string" && node.value.toLowerCase() === "always";
    if (target.syncAlways) target.syncIntervalMs = DEFAULT_JETSTREAM.syncIntervalMs;
    else target.syncIntervalMs = duration(key).read(node, reader, key) ?? target.syncIntervalMs;
  },
};

const storageRows: readonly FieldRow<JetStreamBlock>[] = [
  storeDirField<JetStreamBlock>(["store_dir", "storedir", "store"]),
  {
    names: ["max_memory_store", "max_mem_store", "max_mem"],
    about: "Bytes of memory for streams, by default three quarters of what there is",
    reload: "live",
    to: "maxMemoryStore",
    type: size("max_mem_store"),
  },
  {
    names: ["max_file_store", "max_file"],
    about: "Bytes on disk for streams, by default three quarters of what is free",
    reload: "live",
    to: "maxFileStore",
    type: size("max_file_store"),
  },
  syncField,
  {
    names: ["encryption_key", "key", "ek"],
    about: "Key that streams on disk are encrypted with",
    reload: "restart",
    to: "encryptionKey",
    type: text,
  },
  {
    names: ["prev_encryption_key", "prev_key", "prev_ek"],
    about: "Key that they were encrypted with before",
    reload: "restart",
    to: "prevEncryptionKey",
    type: text,
  },
  {
    names: ["cipher"],
    about: "Cipher that streams on disk are encrypted with: chacha or aes",
    reload: "restart",
    to: "cipher",
    type: cipher,
  },
  tpmField,
  {
    names: ["max_concurrent_io"],
    about: "Reads and writes of files at one time",
    reload: "restart",
    to: "maxConcurrentIo",
    type: concurrentIo,
  },
];

const clusterRows: readonly FieldRow<JetStreamBlock>[] = [
  {
    names: ["domain"],
    about: "Name that tells this JetStream from others behind leafnodes",
    reload: "restart",
    to: "domain",
    type: text,
  },
  {
    names: ["extension_hint"],
    about: "Whether this server extends the JetStream of a hub: will_extend or no_extend",
    reload: "restart",
    to: "extensionHint",
    type: text,
  },
  {
    names: ["unique_tag"],
    about: "Beginning of the tag in which the servers of one stream have to differ",
    reload: "restart",
    to: "uniqueTag",
    type: uniqueTag,
  },
  {
    names: ["max_outstanding_catchup"],
    about: "Bytes that may be on their way to replicas that have fallen behind",
    reload: "restart",
    to: "maxOutstandingCatchup",
    type: size(),
  },
  {
    names: ["meta_compact"],
    about: "Entries after which the log of the cluster's metadata is compacted, 0 for the default",
    reload: "silent",
    to: "metaCompact",
    type: metaCompact,
  },
  {
    names: ["meta_compact_size"],
    about: "Bytes after which the log of the cluster's metadata is compacted, 0 for the default",
    reload: "silent",
    to: "metaCompactSize",
    type: metaCompactSize,
  },
  {
    names: ["meta_compact_sync"],
    about: "Wait for the compaction of that log",
    reload: "silent",
    to: "metaCompactSync",
    type: flag,
  },
];

const JETSTREAM: Section<JetStreamBlock> = new Section<JetStreamBlock>("jetstream", [
  {
    names: ["enabled", "enable"],
    about: "Whether there are streams; the block alone says yes",
    reload: "live",
    to: "enabled",
    type: flag,
  },
  ...storageRows,
  ...clusterRows,
  {
    names: ["strict"],
    about: "Refuse requests with fields that JetStream does not know",
    reload: "restart",
    to: "strict",
    type: strict,
  },
  {
    names: ["max_buffered_msgs"],
    about: "Messages that may wait for one stream",
    reload: "restart",
    to: "maxBufferedMsgs",
    type: count,
  },
  {
    names: ["max_buffered_size"],
    about: "Bytes that may wait for one stream",
    reload: "restart",
    to: "maxBufferedSize",
    type: size(),
  },
  {
    names: ["request_queue_limit"],
    about: "Requests to JetStream that may wait",
    reload: "restart",
    to: "requestQueueLimit",
    type: count,
  },
  {
    names: ["info_queue_limit"],
    about: "Requests for information that may wait",
    reload: "restart",
    to: "infoQueueLimit",
    type: count,
  },
  limitsField as FieldRow<JetStreamBlock>,
]);

const SWITCH: Readonly<Record<string, boolean>> = {
  enabled: true,
  enable: true,
  disabled: false,
  disable: false,
};

function readSwitch(node: ConfigNode, reader: Reader): boolean | undefined {
  if (node.kind === "boolean") return node.value;
  if (node.kind !== "string") {
    const problem = "Expected map, bool or string to define JetStream";
    return reader.error(node, `${problem}, got ${goTypeName(node)}`);
  }
  const word = node.value.toLowerCase();
  if (Object.hasOwn(SWITCH, word)) return SWITCH[word];
  const problem = "Expected 'enabled' or 'disabled' for string value";
  return reader.error(node, `${problem}, got '${node.value}'`);
}

function readBlock(node: MapNode, options: Options, reader: Reader): JetStreamOptions {
  const target = { ...defaults(), enabled: true, storeDir: options.storeDir };
  reader.placingTypeErrorsAt(node, () => JETSTREAM.read(node, target, reader));
  const { storeDir, ...jetstream } = target;
  options.storeDir = storeDir;
  return jetstream;
}

function defaults(): JetStreamOptions {
  return structuredClone(DEFAULT_JETSTREAM);
}

export const jetstreamFields: readonly FieldRow<Options>[] = [
  {
    names: ["jetstream"],
    about: "Streams: true, false, or a block, which turns them on",
    reload: "live",
    needs: "JetStream",
    to: "jetstream",
    type: "block, true, false, enabled or disabled",
    section: JETSTREAM as unknown as Section<never>,
    defaults,
    read(node, options, reader) {
      if (node.kind === "map") options.jetstream = readBlock(node, options, reader);
      else {
        const enabled = readSwitch(node, reader);
        if (enabled !== undefined) options.jetstream = { ...defaults(), enabled };
      }
    },
  },
  storeDirField<Options>(["store_dir", "storedir"]),
];
