/**
 * A whole document as metrics, the way nats-io's exporter makes them of `varz`, `subsz` and `routez`:
 * each number is a gauge, whatever it counts, under the path of its field.
 */

import { GoMap, type GoValue } from "../../../documents/go-document.ts";
import { type Exposition, labels } from "../exposition.ts";

/** Texts that are shown, as a label or as the time that they stand for. */
const SHOWN_TEXTS: readonly string[] = [
  "server_id",
  "server_name",
  "version",
  "domain",
  "leader",
  "name",
  "start",
  "config_load_time",
];
/** What the exporter leaves out. */
const LEFT_OUT: readonly string[] = [
  "leaf",
  "trusted_operators_claim",
  "cluster_tls_timeout",
  "cluster_cluster_port",
  "cluster_auth_timeout",
  "gateway_port",
  "gateway_auth_timeout",
  "gateway_tls_timeout",
  "gateway_connect_retries",
];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** Families of one document. */
interface DocumentContext {
  readonly text: Exposition;
  /** Begins their names: prefix and name of the document. */
  readonly prefix: string;
  readonly serverId: string;
  /** Names that have been told; of several fields with the same one the first counts. */
  readonly told: Set<string>;
}

export function documentFamilies(context: DocumentContext, document: GoValue, path = ""): void {
  for (const [key, value] of fieldsOf(document)) {
    const name = joined(path, key);
    if (value === undefined || LEFT_OUT.includes(name) || context.told.has(name)) continue;
    if (typeof value === "object") {
      if (value !== null && !Array.isArray(value)) documentFamilies(context, value, name);
      continue;
    }
    const family = `${context.prefix}_${name}`;
    if (!NAME.test(family)) continue;
    if (typeof value === "number" || typeof value === "bigint") {
      tell(context, name, {}, Number(value));
    } else if (typeof value === "string" && SHOWN_TEXTS.includes(key)) {
      if (TIME.test(value)) tell(context, name, {}, Date.parse(value));
      else tell(context, name, { value }, 1);
    }
  }
}

function tell(
  { text, prefix, serverId, told }: DocumentContext,
  name: string,
  values: Readonly<Record<string, string>>,
  value: number,
): void {
  told.add(name);
  text.begin(`${prefix}_${name}`, "gauge", name);
  text.sample(labels({ server_id: serverId, ...values }), value);
}

function fieldsOf(document: GoValue): Iterable<readonly [string, GoValue | undefined]> {
  if (document instanceof GoMap) return document.entries;
  return Object.entries(document as { readonly [field: string]: GoValue | undefined });
}

function joined(path: string, key: string): string {
  const name = (path === "" ? key : `${path}_${key}`).replaceAll("/", "_");
  return name.replace(/_+/g, "_").replace(/^_|_$/g, "");
}
