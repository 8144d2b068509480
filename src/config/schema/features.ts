/** Features that options belong to, and which of them this server has. */

export type Feature =
  | "accounts"
  | "authentication"
  | "authorization callout"
  | "certificate store"
  | "clustering"
  | "gateways"
  | "JetStream"
  | "leafnodes"
  | "monitoring"
  | "MQTT"
  | "OCSP"
  | "operator mode"
  | "profiling"
  | "PROXY protocol"
  | "subject mappings"
  | "TLS"
  | "trusted proxies"
  | "message tracing"
  | "websocket";

/** An option of a feature that is not in here is accepted, with a warning that names the feature. */
export const BUILT_FEATURES: ReadonlySet<Feature> = new Set<Feature>([
  "accounts",
  "authentication",
  "authorization callout",
  "clustering",
  "gateways",
  "message tracing",
  "monitoring",
  "operator mode",
  "subject mappings",
  "TLS",
  "trusted proxies",
]);
