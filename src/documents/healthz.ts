/** `healthz`: whether the server takes clients, in nats-server's words. JetStream is off. */

import type { GoValue } from "./go-document.ts";
import type { ServerView } from "./server-view.ts";

export interface HealthzOptions {
  /** The error is an entry of a list; false by default. */
  readonly details?: boolean;
  /** What of JetStream is looked at; "" by default. */
  readonly account?: string;
  readonly stream?: string;
  readonly consumer?: string;
  /** How much of JetStream is looked at, which makes no difference without it. */
  readonly "js-enabled"?: boolean;
  readonly "js-enabled-only"?: boolean;
  readonly "js-server-only"?: boolean;
  readonly "js-meta-only"?: boolean;
}

export interface HealthStatus {
  /** As of HTTP. */
  readonly code: 200 | 400 | 500;
  /** What the log says of it; "" when all is well. */
  readonly warning: string;
  /** What HTTP answers. Over $SYS there is `status_code` too, after `status`. */
  readonly document: { readonly status: string; readonly [field: string]: GoValue };
}

type FaultType = "BAD_REQUEST" | "CONNECTION";

export function healthz(view: ServerView, options: HealthzOptions = {}): HealthStatus {
  const { account = "", stream = "", consumer = "", details = false } = options;
  if (account === "" && stream !== "") {
    return fault(400, "BAD_REQUEST", mustNotBeEmpty("account", "stream"), details);
  }
  if (stream === "" && consumer !== "") {
    return fault(400, "BAD_REQUEST", mustNotBeEmpty("stream", "consumer"), details);
  }
  if (view.port === 0) {
    const error = "failed to be ready for connections after 1ms: server";
    return fault(500, "CONNECTION", error, details);
  }
  return { code: 200, warning: "", document: { status: "ok" } };
}

function mustNotBeEmpty(what: string, checked: string): string {
  return `"${what}" must not be empty when checking ${checked} health`;
}

function fault(
  code: HealthStatus["code"],
  type: FaultType,
  error: string,
  details: boolean,
): HealthStatus {
  const quoted = `"${error.replaceAll('"', '\\"')}"`;
  return {
    code,
    warning: `Healthcheck failed: ${details ? "1 errors" : quoted}`,
    document: details ? { status: "error", errors: [{ type, error }] } : { status: "error", error },
  };
}
