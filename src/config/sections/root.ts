/** Every option that may stand at the top level of a configuration file. */

import type { Options } from "../options/options.ts";
import { Section } from "../schema/section.ts";
import { authorizationFields } from "./access/authorization.ts";
import { accountFields } from "./accounts/accounts.ts";
import { jetstreamFields } from "./jetstream/jetstream.ts";
import { clusterFields } from "./links/cluster.ts";
import { gatewayFields } from "./links/gateway.ts";
import { leafnodeFields } from "./links/leafnodes.ts";
import { clientFields } from "./server/client.ts";
import { identityFields } from "./server/identity.ts";
import { fileFields, loggingFields } from "./server/logging.ts";
import { monitoringFields } from "./server/monitoring.ts";
import { mqttFields } from "./server/mqtt.ts";
import { otlpField } from "./server/otlp.ts";
import { websocketFields } from "./server/websocket.ts";
import { ocspFields } from "./tls/ocsp.ts";
import { tlsFields } from "./tls/tls.ts";
import { trustFields } from "./trust/trust.ts";

export const ROOT: Section<Options> = new Section<Options>("", [
  ...clientFields,
  ...identityFields,
  ...loggingFields,
  ...fileFields,
  ...monitoringFields,
  otlpField,
  ...authorizationFields,
  ...accountFields,
  ...jetstreamFields,
  ...mqttFields,
  ...websocketFields,
  ...trustFields,
  ...tlsFields,
  ...ocspFields,
  ...clusterFields,
  ...gatewayFields,
  ...leafnodeFields,
]);
