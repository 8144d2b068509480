/** Monitoring and profiling over HTTP. */

import type { Options } from "../../options/options.ts";
import { listenField } from "../../schema/listen.ts";
import type { FieldRow } from "../../schema/section.ts";
import { integer, text } from "../../schema/value-type.ts";

export const monitoringFields: readonly FieldRow<Options>[] = [
  listenField<Options, "httpHost", "httpPort">({
    names: ["http"],
    about: "Address for monitoring",
    reload: "restart",
    needs: "monitoring",
    host: "httpHost",
    port: "httpPort",
  }),
  listenField<Options, "httpHost", "httpsPort">({
    names: ["https"],
    about: "Address for monitoring with TLS",
    reload: "restart",
    needs: "monitoring",
    host: "httpHost",
    port: "httpsPort",
  }),
  {
    names: ["http_port", "monitor_port"],
    about: "Port for monitoring, -1 for any free one",
    reload: "restart",
    needs: "monitoring",
    to: "httpPort",
    type: integer,
  },
  {
    names: ["https_port"],
    about: "Port for monitoring with TLS",
    reload: "restart",
    needs: "monitoring",
    to: "httpsPort",
    type: integer,
  },
  {
    names: ["http_base_path"],
    about: "Path in front of the monitoring pages",
    reload: "restart",
    needs: "monitoring",
    to: "httpBasePath",
    type: text,
  },
  {
    names: ["prof_port"],
    about: "Port for profiling",
    reload: "restart",
    needs: "profiling",
    to: "profPort",
    type: integer,
  },
  {
    names: ["prof_block_rate"],
    about: "How much of what blocks is profiled",
    reload: "live",
    needs: "profiling",
    to: "profBlockRate",
    type: integer,
  },
];
