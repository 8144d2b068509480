/** What an account may use, and where traces of its messages go. */

import { atoiOrNull } from "../../../protocol/go-atoi.ts";
import { goQuoteText } from "../../../protocol/go-quote.ts";
import { isValidLiteralText } from "../../../protocol/subject-text.ts";
import { type ConfigNode, goTypeName } from "../../language/node.ts";
import {
  type AccountJetStream,
  type AccountLimits,
  type AccountOptions,
  DEFAULT_ACCOUNT_JETSTREAM,
  DEFAULT_ACCOUNT_LIMITS,
} from "../../options/accounts.ts";
import { goValue } from "../../schema/go-value.ts";
import type { Reader } from "../../schema/reader.ts";
import { type Field, type PlainField, Section } from "../../schema/section.ts";
import type { ValueType } from "../../schema/value-type.ts";

const SAMPLING_MAX = 100;

/** An integer of 32 bits; larger ones lose their upper bits, as they do in nats-server. */
const int32: ValueType<number> = {
  name: "integer",
  read: (node, reader) =>
    node.kind === "integer"
      ? Number(BigInt.asIntN(32, node.value))
      : reader.wrongType(node, "int64"),
};

function limit(
  names: readonly [string, ...string[]],
  to: keyof AccountLimits,
  about: string,
): PlainField<AccountLimits> {
  return { names, about, reload: "live", to, type: int32 };
}

const LIMITS: Section<AccountLimits> = new Section<AccountLimits>(
  "accounts.limits",
  [
    limit(["max_connections", "max_conn"], "maxConnections", "Clients at one time"),
    limit(
      ["max_subscriptions", "max_subs"],
      "maxSubscriptions",
      "Subscriptions of each connection",
    ),
    limit(["max_payload", "max_pay"], "maxPayload", "Bytes of one message"),
    limit(["max_leafnodes", "max_leafs"], "maxLeafnodes", "Leafnodes at one time"),
  ],
  { unknown: (name) => `Unknown field ${goQuoteText(name)} parsing account limits` },
);

export const limitsField: Field<AccountOptions> = {
  names: ["limits"],
  about: "Limits of the account, -1 for none",
  reload: "live",
  to: "limits",
  type: "block",
  section: LIMITS as Section<never>,
  defaults: () => ({ ...DEFAULT_ACCOUNT_LIMITS }),
  read(node, account, reader) {
    if (node.kind === "map") LIMITS.read(node, account.limits, reader);
    else {
      const problem = `Expected account limits to be a map/struct, got ${goValue(node)}`;
      reader.error(node, problem);
    }
  },
};

const size: ValueType<number> = {
  name: "integer",
  read: (node, reader, key = "") =>
    node.kind === "integer"
      ? Number(node.value)
      : reader.error(
          node,
          `Expected a parseable size for ${goQuoteText(key)}, got ${goValue(node)}`,
          node.kind === "string" ? "write the number without quotes" : undefined,
        ),
};

const bool: ValueType<boolean> = {
  name: "true or false",
  read: (node, reader, key = "") =>
    node.kind === "boolean"
      ? node.value
      : reader.error(
          node,
          `Expected a parseable bool for ${goQuoteText(key)}, got ${goValue(node)}`,
        ),
};

const clusterTraffic: ValueType<AccountJetStream["clusterTraffic"]> = {
  name: "system or owner",
  read(node, reader, key = "") {
    const problem = `'system' or 'owner' string value for ${goQuoteText(key)}, got ${goValue(node)}`;
    if (node.kind !== "string") return reader.error(node, `Expected either ${problem}`);
    const { value } = node;
    if (value === "system" || value === "owner" || value === "") return value;
    return reader.error(node, `Expected ${problem}`);
  },
};

type SizeKey = {
  [Key in keyof AccountJetStream]: AccountJetStream[Key] extends number ? Key : never;
}[keyof AccountJetStream];

function sizeField(
  names: readonly [string, ...string[]],
  to: SizeKey,
  about: string,
): PlainField<AccountJetStream> {
  return { names, about, reload: "live", to, type: size };
}

const JETSTREAM: Section<AccountJetStream> = new Section<AccountJetStream>("accounts.jetstream", [
  sizeField(["max_memory", "max_mem", "mem", "memory"], "maxMemory", "Bytes in memory"),
  sizeField(["max_store", "max_file", "max_disk", "store", "disk"], "maxStore", "Bytes on disk"),
  sizeField(["max_streams", "streams"], "maxStreams", "Streams at one time"),
  sizeField(["max_consumers", "consumers"], "maxConsumers", "Consumers of one stream"),
  {
    names: ["max_bytes_required", "max_stream_bytes", "max_bytes"],
    about: "Refuse streams without a limit on their bytes",
    reload: "live",
    to: "maxBytesRequired",
    type: bool,
  },
  sizeField(
    ["memory_max_stream_bytes", "mem_max_stream_bytes"],
    "memoryMaxStreamBytes",
    "Bytes of one stream in memory",
  ),
  sizeField(
    ["store_max_stream_bytes", "disk_max_stream_bytes"],
    "storeMaxStreamBytes",
    "Bytes of one stream on disk",
  ),
  sizeField(["max_ack_pending"], "maxAckPending", "Messages of a consumer that wait for an answer"),
  {
    names: ["cluster_traffic"],
    about: "Account whose connections carry what servers say to each other about streams",
    reload: "live",
    to: "clusterTraffic",
    type: clusterTraffic,
  },
]);

/** Null: JetStream is not for this account. */
function readJetStream(node: ConfigNode, reader: Reader): AccountJetStream | null | undefined {
  if (node.kind === "map") {
    const limits = { ...DEFAULT_ACCOUNT_JETSTREAM };
    JETSTREAM.read(node, limits, reader);
    return limits;
  }
  if (node.kind === "boolean") return node.value ? { ...DEFAULT_ACCOUNT_JETSTREAM } : null;
  if (node.kind !== "string") {
    const problem = "Expected map, bool or string to define JetStream";
    return reader.errorWithoutPlace(node, `${problem}, got ${goTypeName(node)}`);
  }
  const word = node.value.toLowerCase();
  if (word === "enabled" || word === "enable") return { ...DEFAULT_ACCOUNT_JETSTREAM };
  if (word === "disabled" || word === "disable") return null;
  const problem = "Expected 'enabled' or 'disabled' for string value";
  return reader.errorWithoutPlace(node, `${problem}, got '${node.value}'`);
}

export const accountJetStreamField: Field<AccountOptions> = {
  names: ["jetstream"],
  about: "Whether the account may use JetStream, and how much of it",
  reload: "live",
  needs: "JetStream",
  to: "jetstream",
  type: "true, false, enabled, disabled or block",
  section: JETSTREAM as Section<never>,
  defaults: () => ({ ...DEFAULT_ACCOUNT_JETSTREAM }),
  read(node, account, reader) {
    const value = readJetStream(node, reader);
    if (value !== undefined) account.jetstream = value;
  },
};

interface Trace {
  traceDest: string;
  traceSampling: number;
}

const traceDest: ValueType<string> = {
  name: "subject",
  read(node, reader, key = "") {
    if (node.kind !== "string") {
      const problem = `Field ${goQuoteText(key)} should be a string, got ${goTypeName(node)}`;
      return reader.error(node, problem);
    }
    if (isValidLiteralText(node.value)) return node.value;
    return reader.error(node, `Trace destination ${goQuoteText(node.value)} is not valid`);
  },
};

const traceSampling: ValueType<number> = {
  name: "percent",
  read(node, reader, key = "") {
    if (node.kind !== "integer" && node.kind !== "string") {
      const problem = `Trace destination sampling field ${goQuoteText(key)} should be an integer`;
      return reader.error(node, `${problem} or a percentage, got ${goTypeName(node)}`);
    }
    const value = atoiOrNull(String(node.value).replace(/%$/, ""));
    if (value === null) {
      const given = goQuoteText(String(node.value));
      return reader.error(node, `Invalid trace destination sampling value ${given}`);
    }
    if (value > 0n && value <= SAMPLING_MAX) return Number(value);
    // The misspelling is nats-server's.
    const problem = `Ttrace destination sampling value ${value} is invalid`;
    return reader.error(node, `${problem}, needs to be [1..100]`);
  },
};

/** The message about an unknown key names the option as it is spelt in the file. */
function traceSection(option: string): Section<Trace> {
  return new Section<Trace>(
    "accounts.msg_trace",
    [
      {
        names: ["dest"],
        about: "Subject that traces are sent to",
        reload: "live",
        to: "traceDest",
        type: traceDest,
      },
      {
        names: ["sampling"],
        about: "Percent of the messages with a trace header that are traced",
        reload: "live",
        to: "traceSampling",
        type: traceSampling,
      },
    ],
    {
      unknown: (name) =>
        `Unknown field ${goQuoteText(name)} parsing account message trace map/struct ${goQuoteText(option)}`,
    },
  );
}

export const traceField: Field<AccountOptions> = {
  names: ["msg_trace", "trace_dest"],
  about: "Where traces of the account's messages go",
  reload: "live",
  needs: "message tracing",
  to: "traceDest",
  type: "subject or block",
  section: traceSection("msg_trace") as Section<never>,
  read(node, account, reader, key) {
    const before = reader.problems.length;
    const trace: Trace = { traceDest: "", traceSampling: 0 };
    if (node.kind === "string") trace.traceDest = traceDest.read(node, reader, key) ?? "";
    else if (node.kind === "map") traceSection(key).read(node, trace, reader);
    else {
      const problem = `Expected account message trace ${goQuoteText(key)} to be a string or a map/struct`;
      reader.error(node, `${problem}, got ${goTypeName(node)}`);
    }
    if (reader.problems.length > before) return;
    if (trace.traceDest === "" && trace.traceSampling > 0) {
      reader.warning(node, "Trace destination sampling ignored since no destination was set");
    }
    account.traceDest = trace.traceDest;
    account.traceSampling = trace.traceDest === "" ? 0 : trace.traceSampling || SAMPLING_MAX;
  },
};
