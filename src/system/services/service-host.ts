/** What the services of the system account need of their server. */

import type { Announcing, InternalMessaging } from "../../core/internal-messaging.ts";
import type { ServerControl } from "../../documents/server-control.ts";
import type { ServerView } from "../../documents/server-view.ts";
import type { Peers } from "../peers/peers.ts";

export interface ServiceHost {
  readonly view: ServerView;
  readonly messaging: InternalMessaging & Announcing;
  readonly peers: Peers;
  /** Gives the object `server` of an answer as JSON; each one counts up. */
  readonly source: { envelopeJson(): string };
  /** Null where nothing can be done to the server. */
  readonly control: ServerControl | null;
  /** What the process was started with. */
  readonly commandLine: readonly string[];
  /** Tells everybody how the server is doing, at once. */
  tellStatistics(): void;
}
