/** Monitoring and profiling over HTTP. */

import type { MonitorAuth } from "../../options/monitoring.ts";
import type { Options } from "../../options/options.ts";
import { listenField } from "../../schema/listen.ts";
import { block, type FieldRow, Section } from "../../schema/section.ts";
import { checked, integer, text, texts } from "../../schema/value-type.ts";

const monitorAuth = new Section<MonitorAuth>("monitor_auth", [
  {
    names: ["user", "username"],
    about: "Name to log in to the dashboard with",
    reload: "live",
    to: "user",
    type: text,
  },
  {
    names: ["password", "pass"],
    about: "Password to log in to the dashboard with, in clear or bcrypt",
    reload: "live",
    to: "password",
    type: text,
  },
]);

/** As browsers send them: a name or address, and perhaps a port. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d+)?$|^[\da-f:.]+$/i;

const hostNames = checked(texts("monitor_hosts"), (names, node, reader) =>
  names.every((name) => HOST.test(name))
    ? names
    : reader.error(node, "monitor_hosts takes names of hosts, such as nats.example.com"),
);

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
    names: ["monitor_hosts"],
    about: "Names of this machine by which browsers may reach the dashboard; not in nats-server",
    reload: "live",
    needs: "monitoring",
    to: "monitorHosts",
    type: hostNames,
  },
  block<Options, "monitorAuth">(
    {
      names: ["monitor_auth"],
      about: "Who may publish, kick, reload and so on in the dashboard; not in nats-server",
      reload: "live",
      needs: "monitoring",
      to: "monitorAuth",
    },
    monitorAuth,
    () => ({ user: "", password: "" }),
  ),
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
