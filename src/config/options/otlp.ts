/** Where spans of traced messages go, in the protocol of OpenTelemetry. */

export interface OtlpOptions {
  /** Address of a collector, without the path of what is sent. */
  endpoint: string;
  /** Sent with each request. Values may be secret. */
  headers: Record<string, string>;
  /** What the collector calls this service. */
  serviceName: string;
  /** Percent of the traces that others have decided to record. */
  sampling: number;
  /** For one request. */
  timeoutMs: number;
  /** Certificates, in PEM, of the authorities to trust for `https`; "" for the system's. */
  caFile: string;
}

export const DEFAULT_OTLP: Readonly<OtlpOptions> = {
  endpoint: "",
  headers: {},
  serviceName: "nats-server",
  sampling: 100,
  timeoutMs: 10_000,
  caFile: "",
};
