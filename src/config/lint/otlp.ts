/** Headers for a collector of OpenTelemetry that others can read on the way. */

import type { Rule } from "./finding.ts";
import { LOOPBACK } from "./open-access.ts";
import { optionOf } from "./tree.ts";

export const otlpInClear: Rule = {
  finds: "collectors without TLS",
  needsOptions: true,
  *find({ root, options: { otlp } }) {
    const place = optionOf(optionOf(root, "otlp"), "endpoint");
    if (otlp === null || place === undefined || Object.keys(otlp.headers).length === 0) return;
    const { protocol, hostname } = new URL(otlp.endpoint);
    if (protocol === "https:" || LOOPBACK.test(hostname)) return;
    yield {
      place,
      text: "the headers for the collector travel in clear",
      hint: "use https, with a ca_file if need be",
    };
  },
};
