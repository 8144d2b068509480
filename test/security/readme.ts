/** What the tests of the documentation's chapter on security share: clients of the published packages. */

import type { Authenticator, ConnectionOptions, Status } from "@nats-io/transport-node";
import type { ClientPackage, Connection } from "../interop/clients.ts";
import type { TestServer } from "../support/server.ts";
import type { SecuredServer } from "./secured-server.ts";

/** What an URL says of a client; these packages want it as options. */
export function optionsOf(url: string): ConnectionOptions {
  // A shell takes the quotes away that the documentation has around a token.
  const [, credentials = "", servers = ""] = /^nats:\/\/(?:'?([^'@]*)'?@)?(.*)$/.exec(url)!;
  const [name = "", pass] = credentials.split(":").map(decodeURIComponent);
  if (credentials === "") return { servers };
  return pass === undefined ? { servers, token: name } : { servers, user: name, pass };
}

/** Connects a client that does not connect again, unless told. */
export function join(
  client: ClientPackage,
  server: SecuredServer,
  options: ConnectionOptions = {},
): Promise<Connection> {
  const url = `nats://${server.address}`;
  return client.connect({ url } as TestServer, { timeout: 8_000, ...options });
}

/** Whether a client is refused for what it says of itself. */
export async function isRefused(
  client: ClientPackage,
  server: SecuredServer,
  options: ConnectionOptions = {},
): Promise<boolean> {
  try {
    const connection = await join(client, server, options);
    await connection.close();
    return false;
  } catch (error) {
    if (/authorization violation/i.test(String((error as Error).message))) return true;
    throw error;
  }
}

/** Logs in with whatever the function has at that time. */
export function credentials(current: () => { user: string; pass: string }): Authenticator {
  return () => current();
}

/** What a client is told of that it may not do, as `publish subject` and `subscription subject`. */
export class Violations {
  readonly seen: string[] = [];

  constructor(connection: Connection) {
    void this.#listen(connection.status());
  }

  async #listen(statuses: AsyncIterable<Status>): Promise<void> {
    for await (const status of statuses) {
      // The packages tell of the same in two ways.
      const { error, permissionContext } = status as {
        error?: { operation?: string; subject?: string };
        permissionContext?: { operation?: string; subject?: string };
      };
      const what = permissionContext ?? error;
      if (what?.operation !== undefined) this.seen.push(`${what.operation} ${what.subject}`);
    }
  }
}
