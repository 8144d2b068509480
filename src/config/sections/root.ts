/** Every option that may stand at the top level of a configuration file. */

import type { Options } from "../options/options.ts";
import { Section } from "../schema/section.ts";
import { authorizationFields } from "./access/authorization.ts";
import { accountFields } from "./accounts/accounts.ts";
import { clientFields } from "./server/client.ts";
import { identityFields } from "./server/identity.ts";
import { fileFields, loggingFields } from "./server/logging.ts";
import { monitoringFields } from "./server/monitoring.ts";

export const ROOT: Section<Options> = new Section<Options>("", [
  ...clientFields,
  ...identityFields,
  ...loggingFields,
  ...fileFields,
  ...monitoringFields,
  ...authorizationFields,
  ...accountFields,
]);
