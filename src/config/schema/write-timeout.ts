/** What becomes of connections whose write does not end in time. */

import type { WriteTimeoutPolicy } from "../options/cluster.ts";
import { checked, text, type ValueType } from "./value-type.ts";

const POLICIES: readonly string[] = ["default", "close", "retry"] satisfies WriteTimeoutPolicy[];

export const writeTimeoutPolicy = checked(text, (value, node, reader) =>
  POLICIES.includes(value)
    ? value
    : reader.error(node, "write_timeout must be 'default', 'close' or 'retry'"),
) as ValueType<WriteTimeoutPolicy>;
