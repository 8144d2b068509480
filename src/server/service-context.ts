/** A server as the services of its system account know it. */

import type { Announcing, InternalMessaging } from "../core/internal-messaging.ts";
import type { ServerControl } from "../documents/server-control.ts";
import type { ServerView } from "../documents/server-view.ts";
import { Peers } from "../system/peers/peers.ts";
import type { ServiceHost } from "../system/services/service-host.ts";

/** The parts of a server that they need. */
interface ServingServer {
  readonly observer: ServerView;
  readonly tenancy: { readonly messaging: InternalMessaging & Announcing };
  readonly description: ServiceHost["source"];
  readonly events: { readonly statistics: { force(): void; update(): void } };
  readonly control: ServerControl | null;
  readonly commandLine: readonly string[];
}

export class ServiceContext implements ServiceHost {
  readonly view: ServerView;
  readonly messaging: InternalMessaging & Announcing;
  readonly peers: Peers;
  readonly source: ServiceHost["source"];
  readonly #server: ServingServer;

  constructor(server: ServingServer) {
    this.view = server.observer;
    this.messaging = server.tenancy.messaging;
    // Whoever comes is told how this server is doing.
    this.peers = new Peers(server.observer, () => server.events.statistics.update());
    this.source = server.description;
    this.#server = server;
  }

  get control(): ServerControl | null {
    return this.#server.control;
  }

  get commandLine(): readonly string[] {
    return this.#server.commandLine;
  }

  tellStatistics(): void {
    this.#server.events.statistics.force();
  }
}
