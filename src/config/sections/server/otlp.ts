/**
 * The `otlp` block: a collector of OpenTelemetry that spans of messages are sent to. nats-server has no
 * such thing, so the messages are ours.
 */

import { goQuoteText } from "../../../protocol/go-quote.ts";
import { readWholeFile } from "../../files/whole-file.ts";
import { type ConfigNode, goTypeName } from "../../language/node.ts";
import type { MonitoringOptions } from "../../options/monitoring.ts";
import { DEFAULT_OTLP, type OtlpOptions } from "../../options/otlp.ts";
import type { Reader } from "../../schema/reader.ts";
import { type Field, Section } from "../../schema/section.ts";
import { checked, durationText, text, type ValueType } from "../../schema/value-type.ts";

const PERCENT_TEXT = /^\d+(?:\.\d+)?%?$/;
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
/** What a header can have in it, and nothing that would begin another one. */
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;
const TIMEOUT_MS_MIN = 100;
const TIMEOUT_MS_MAX = 60_000;

const endpoint: ValueType<string> = checked(text, (value, node, reader) => {
  const fault = endpointFault(value);
  return fault === null ? value : reader.error(node, `otlp endpoint cannot be used: ${fault}`);
});

function endpointFault(value: string): string | null {
  if (!URL.canParse(value)) return "it is no URL";
  const { protocol, username, password, search, hash } = new URL(value);
  if (protocol !== "http:" && protocol !== "https:") return "it has to begin with http or https";
  if (username !== "" || password !== "") return "it must not have a user or password, see headers";
  return search === "" && hash === "" ? null : "it must not have a query";
}

/** Values are not shown, whatever is wrong with them. */
const headers: ValueType<Record<string, string>> = {
  name: "block of texts",
  read(node, reader) {
    if (node.kind !== "map") {
      return reader.error(node, `otlp headers have to be a block, got ${goTypeName(node)}`);
    }
    const found: Record<string, string> = {};
    for (const [name, item] of node.value) {
      const value = readHeader(name, item, reader);
      if (value !== undefined) found[name] = value;
    }
    return found;
  },
};

function readHeader(name: string, item: ConfigNode, reader: Reader): string | undefined {
  if (!HEADER_NAME.test(name)) {
    return reader.error(item, `otlp header ${goQuoteText(name)} has no valid name`);
  }
  if (item.kind === "string" && HEADER_VALUE.test(item.value)) return item.value;
  return reader.error(item, `the value of otlp header ${goQuoteText(name)} is not a valid text`);
}

const sampling: ValueType<number> = {
  name: "percent",
  read(node, reader) {
    const isNumber = node.kind === "integer" || node.kind === "float";
    const given = isNumber || node.kind === "string" ? String(node.value) : "";
    const value = PERCENT_TEXT.test(given) ? Number.parseFloat(given) : Number.NaN;
    if (value > 0 && value <= 100) return value;
    return reader.error(node, "otlp sampling has to be more than 0% and at most 100%");
  },
};

const timeout = checked(durationText("timeout"), (value, node, reader) =>
  value < TIMEOUT_MS_MIN || value > TIMEOUT_MS_MAX
    ? reader.error(node, "otlp timeout must be between 100ms and 1m")
    : value,
);

const OTLP = new Section<OtlpOptions>("otlp", [
  {
    names: ["endpoint"],
    about: "Address of a collector; /v1/traces is added to it",
    reload: "live",
    to: "endpoint",
    type: endpoint,
  },
  {
    names: ["headers"],
    about: "Headers of each request, such as one with a key",
    reload: "live",
    to: "headers",
    type: headers,
  },
  {
    names: ["service_name"],
    about: "What the collector calls this service",
    reload: "live",
    to: "serviceName",
    type: text,
  },
  {
    names: ["sampling"],
    about: "Percent of the traces that are recorded elsewhere to be recorded here too",
    reload: "live",
    to: "sampling",
    type: sampling,
  },
  {
    names: ["timeout"],
    about: "How long the collector may take to answer",
    reload: "live",
    to: "timeoutMs",
    type: timeout,
  },
  {
    names: ["ca_file"],
    about: "Authorities, in PEM, to trust for https; by default those of the system",
    reload: "live",
    to: "caFile",
    type: text,
  },
]);

function create(): OtlpOptions {
  return structuredClone(DEFAULT_OTLP);
}

export const otlpField: Field<MonitoringOptions> = {
  names: ["otlp"],
  about: "Collector of OpenTelemetry that gets spans of messages; not in nats-server",
  reload: "live",
  to: "otlp",
  type: "block",
  section: OTLP as Section<never>,
  defaults: create,
  read(node, target, reader) {
    if (node.kind !== "map") {
      reader.error(node, `Expected otlp to be a map/struct, got ${goTypeName(node)}`);
      return;
    }
    const options = create();
    const isRight = OTLP.read(node, options, reader);
    if (options.endpoint === "") {
      if (isRight) reader.error(node, "otlp requires an endpoint to be specified");
      return;
    }
    const { caFile } = options;
    if (caFile !== "") reader.later.push(() => checkFile(caFile, node, reader));
    target.otlp = options;
  },
};

async function checkFile(path: string, node: ConfigNode, reader: Reader): Promise<void> {
  const file = await readWholeFile(path);
  if (file instanceof Error) reader.error(node, `error reading ca_file: ${file.message}`);
  else if (!file.includes("-----BEGIN CERTIFICATE-----")) {
    reader.error(node, `ca_file ${goQuoteText(path)} has no certificates in PEM`);
  }
}
