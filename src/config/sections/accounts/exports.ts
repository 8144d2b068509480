/** Exports: what an account shares with others. */

import { atoi } from "../../../protocol/go-atoi.ts";
import { goQuoteText } from "../../../protocol/go-quote.ts";
import { type ConfigNode, goTypeName } from "../../language/node.ts";
import type { Place } from "../../language/source.ts";
import type { Export, ServiceLatency } from "../../options/accounts.ts";
import { parseGoDuration, quantityOr } from "../../schema/go-quantities.ts";
import { goQuotedValue } from "../../schema/go-value.ts";
import type { Reader } from "../../schema/reader.ts";
import { type Field, Section } from "../../schema/section.ts";
import { flag, integer, text, type ValueType } from "../../schema/value-type.ts";

const SAMPLING_MAX = 100;

const RESPONSE_TYPES: Readonly<Record<string, Export["responseType"]>> = {
  single: "singleton",
  singleton: "singleton",
  stream: "stream",
  chunk: "chunked",
  chunked: "chunked",
};

/** An export as it is read, with the places of what only a service may have. */
interface Draft extends Omit<Export, "kind"> {
  kind: Export["kind"] | null;
  /** A stream is named, if only by a value that is no subject. */
  isForStream: boolean;
  readonly places: Partial<Record<ServiceOption, Place>>;
  /** Of the key that names the kind. */
  place: Place | null;
}

type ServiceOption = "response" | "threshold" | "latency" | "allow_trace";

/** What a stream that has one of these is told. */
const NOT_FOR_STREAMS: readonly (readonly [ServiceOption, string])[] = [
  ["response", "response"],
  ["threshold", "response"],
  ["latency", "latency"],
  ["allow_trace", "allow_trace"],
];

function subjectField(kind: Export["kind"], other: Export["kind"]): Field<Draft> {
  return {
    names: [kind],
    about: kind === "stream" ? "Subject that others may subscribe to" : "Subject of requests",
    reload: "live",
    to: "subject",
    type: "subject",
    read(node, draft, reader) {
      if (draft.kind === other) {
        const problem = `Detected ${kind} ${goQuotedValue(node)} but already saw a ${other}`;
        reader.error(node, problem);
      } else if (node.kind !== "string") {
        draft.isForStream ||= kind === "stream";
        reader.error(node, `Expected ${kind} name to be string, got ${goTypeName(node)}`);
      } else {
        draft.isForStream ||= kind === "stream";
        draft.kind = kind;
        draft.place = node;
        draft.subject = node.value;
      }
    },
  };
}

const responseType: ValueType<Export["responseType"]> = {
  name: "singleton, stream or chunked",
  read(node, reader) {
    if (node.kind !== "string") {
      return reader.error(node, `Expected response type to be string, got ${goTypeName(node)}`);
    }
    const type = RESPONSE_TYPES[node.value.toLowerCase()];
    const problem = `Unknown response type: ${goQuotedValue(node)}`;
    return type ?? reader.error(node, problem, "it may be singleton, stream or chunked");
  },
};

const threshold: ValueType<number> = {
  name: "duration",
  read(node, reader) {
    const problem = "Expected response threshold to be a parseable time duration";
    if (node.kind !== "string") return reader.error(node, `${problem}, got ${goTypeName(node)}`);
    return quantityOr(
      () => parseGoDuration(node.value),
      () => reader.error(node, `${problem}, got ${goQuotedValue(node)}`, 'write it like "2s"'),
    );
  },
};

const accountNames: ValueType<string[] | null> = {
  name: "list of accounts",
  read(node, reader) {
    if (node.kind !== "array") return reader.wrongType(node, "[]interface {}");
    const names = node.value.map((item) => text.read(item, reader) ?? "");
    return names.length === 0 ? null : names;
  },
};

/** 0 means that request headers decide. */
const sampling: ValueType<number> = {
  name: "percent, or headers",
  read(node, reader) {
    if (node.kind !== "integer" && node.kind !== "string") {
      const problem = "Expected latency sample to be a string or map/struct";
      return reader.error(node, `${problem}, got ${goTypeName(node)}`);
    }
    const given = String(node.value);
    if (given.trim().toLowerCase() === "headers") return 0;
    try {
      const value = atoi(given.replace(/%$/, ""));
      if (value > 0n && value <= SAMPLING_MAX) return Number(value);
    } catch (error) {
      return reader.error(node, `Failed to parse latency sample: ${(error as Error).message}`);
    }
    return reader.error(node, "bad sampling percentage, should be 1-100");
  },
};

const latencySubject: ValueType<string> = {
  name: "subject",
  read: (node, reader) =>
    node.kind === "string"
      ? node.value
      : // nats-server names the type that it wants here, not the one it got.
        reader.error(node, "Expected latency subject to be a string, got string"),
};

const LATENCY: Section<ServiceLatency> = new Section<ServiceLatency>("accounts.exports.latency", [
  {
    names: ["sampling"],
    about: "Percent of the requests that are measured, or headers to let requests decide",
    reload: "live",
    exactCase: true,
    to: "sampling",
    type: sampling,
  },
  {
    names: ["subject"],
    about: "Subject that results are published to",
    reload: "live",
    exactCase: true,
    to: "subject",
    type: latencySubject,
  },
]);

function readLatency(node: ConfigNode, reader: Reader): ServiceLatency | undefined {
  const latency: ServiceLatency = { sampling: SAMPLING_MAX, subject: "" };
  if (node.kind === "string") return { ...latency, subject: node.value };
  if (node.kind !== "map") {
    const problem = "Expected latency entry to be a map/struct or string";
    return reader.error(node, `${problem}, got ${goTypeName(node)}`);
  }
  // nats-server minds no other keys here.
  for (const [name, value] of node.value) {
    const field = LATENCY.find(name);
    if (field === undefined) reader.lint(value, `${goQuoteText(name)} is ignored here`);
    else field.read(value, latency, reader, name);
  }
  if (node.value.has("subject")) return latency;
  return reader.error(node, "Latency subject required, but missing");
}

/** A row that only services have; a second one under another name is refused where `twice` says so. */
function serviceField<Key extends keyof Export & string>(details: {
  names: readonly [string, ...string[]];
  about: string;
  to: Key;
  option: ServiceOption;
  type: ValueType<Export[Key]>;
  section?: Section<never>;
  twice?: string;
}): Field<Draft> {
  const { option, type, twice, ...base } = details;
  return {
    ...base,
    reload: "live",
    type: type.name,
    read(node, draft, reader, key) {
      if (twice !== undefined && draft.places[option] !== undefined) reader.error(node, twice);
      const value = type.read(node, reader, key);
      // After any other value of the wrong type nats-server still knows that the option was there.
      if (value !== undefined || option !== "allow_trace") draft.places[option] ??= node;
      if (value !== undefined) Object.assign(draft, { [details.to]: value });
    },
  };
}

const EXPORT: Section<Draft> = new Section<Draft>("accounts.exports", [
  subjectField("stream", "service"),
  subjectField("service", "stream"),
  {
    names: ["accounts"],
    about: "Accounts that may import it, all when there are none",
    reload: "live",
    to: "accounts",
    type: accountNames,
  },
  serviceField({
    names: ["response_type", "response"],
    about: "How many responses a request has: one (singleton), or many (stream, chunked)",
    to: "responseType",
    option: "response",
    type: responseType,
    twice: "Duplicate response type definition",
  }),
  serviceField({
    names: ["response_threshold", "threshold", "response_max_time", "response_time"],
    about: "How long a response is waited for",
    to: "responseThresholdMs",
    option: "threshold",
    type: threshold,
    twice: "Duplicate response threshold detected",
  }),
  serviceField({
    names: ["latency"],
    about: "Subject for how long requests took, or a block that also says how many are measured",
    to: "latency",
    option: "latency",
    type: { name: "subject or block", read: readLatency },
    section: LATENCY as Section<never>,
  }),
  {
    names: ["account_token_position"],
    about: "Token of the subject that has to be the name of the account that imports",
    reload: "live",
    to: "accountTokenPosition",
    type: integer,
  },
  serviceField({
    names: ["allow_trace"],
    about: "Let traces of requests show what happens in this account",
    to: "allowTrace",
    option: "allow_trace",
    type: flag,
  }),
]);

interface PlacedExport {
  readonly found: Export;
  readonly place: Place;
}

function readExport(node: ConfigNode, reader: Reader): PlacedExport | undefined {
  if (node.kind !== "map") {
    const problem = "Export Items should be a map with type entry";
    return reader.error(node, `${problem}, got ${goTypeName(node)}`);
  }
  const draft: Draft = {
    kind: null,
    subject: "",
    accounts: null,
    responseType: "singleton",
    responseThresholdMs: 0,
    latency: null,
    accountTokenPosition: 0,
    allowTrace: false,
    isForStream: false,
    places: {},
    place: null,
  };
  EXPORT.read(node, draft, reader);
  const { kind, place, places, isForStream, ...shared } = draft;
  for (const [option, word] of isForStream ? NOT_FOR_STREAMS : []) {
    const at = places[option];
    if (at !== undefined) reader.error(at, `Detected ${word} directive on non-service`);
  }
  return kind === null ? undefined : { found: { kind, ...shared }, place: place ?? node };
}

/** The row of an account; places are added to `exportPlaces` in the order of what it sets. */
export const exportsField: Field<{ exports: Export[]; exportPlaces: Place[] }> = {
  names: ["exports"],
  about: "What other accounts may import",
  reload: "live",
  to: "exports",
  type: "list of blocks",
  section: EXPORT as Section<never>,
  read(node, account, reader) {
    if (node.kind !== "array") {
      return reader.error(node, `Exports should be an array, got ${goTypeName(node)}`);
    }
    for (const item of node.value) {
      const placed = readExport(item, reader);
      if (placed === undefined) continue;
      const { found, place } = placed;
      account.exports.push(found);
      reader.places?.addPart(found, item);
      account.exportPlaces.push(place);
    }
  },
};
