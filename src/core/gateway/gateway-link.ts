/** An outbound gateway, as messages see it. */

import type { Link } from "../link/link.ts";
import type { GatewayInterest } from "./gateway-interest.ts";

export interface GatewayLink extends Link {
  /** Six bytes that stand for the other cluster in reply subjects. */
  readonly clusterHash: Buffer;
  /** What the other cluster wants. */
  readonly interest: GatewayInterest;
}
