/**
 * A relay between a client and a server that passes on what the client sends in other pieces, as
 * networks do.
 */

import type { Socket, TCPSocketListener } from "bun";

/** What becomes of one chunk of the client: the pieces to send, one after the other, perhaps later. */
export type Cut = (chunk: Buffer) => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;

/** How long the next piece is waited with, so that the server reads the last one alone. */
const PAUSE_MS = 1;

export class Relay implements Disposable {
  /** Connections that the server has ended. */
  ended = 0;
  /** Whether the server hears of it when a client ends its connection. */
  tellsOfEnd = true;
  readonly #listener: TCPSocketListener<undefined>;

  /**
   * @param cut is asked about each chunk in turn, of all connections.
   * @param glueMs time in which chunks are gathered to be one.
   */
  constructor(serverPort: number, cut: Cut, glueMs = 0) {
    const gathered: Buffer[] = [];
    const servers = new Map<Socket<undefined>, Promise<Socket<undefined>>>();
    this.#listener = Bun.listen<undefined>({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open: (client) => {
          client.pause();
          const server = Bun.connect<undefined>({
            hostname: "127.0.0.1",
            port: serverPort,
            socket: {
              data: (_, chunk) => void client.write(chunk),
              close: () => {
                this.ended++;
                client.end();
              },
            },
          });
          servers.set(client, server);
          void server.then(() => client.resume());
        },
        async data(client, chunk) {
          const previous = servers.get(client)!;
          gathered.push(Buffer.from(chunk));
          if (glueMs > 0) await Bun.sleep(glueMs);
          if (gathered.length === 0) return;
          const pieces = cut(Buffer.concat(gathered.splice(0)));
          const next = previous.then(async (server) => {
            for (const piece of await pieces) {
              server.write(piece);
              server.flush();
              await Bun.sleep(PAUSE_MS);
            }
            return server;
          });
          servers.set(client, next);
          await next;
        },
        close: async (client) => {
          const server = await servers.get(client);
          if (this.tellsOfEnd) server?.end();
        },
      },
    });
  }

  get port(): number {
    return this.#listener.port;
  }

  [Symbol.dispose](): void {
    this.#listener.stop(true);
  }
}

/** A chunk in pieces of one length. */
export function pieces(chunk: Buffer, length: number): Buffer[] {
  const count = Math.ceil(chunk.length / length);
  return Array.from({ length: count }, (_, i) => chunk.subarray(i * length, (i + 1) * length));
}

/** The first bytes of a client that begins with a handshake. */
export async function captureHello(
  connect: (port: number) => { destroy(): void },
): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const listener = Bun.listen<undefined>({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: (_, chunk) => resolve(Buffer.from(chunk)) },
  });
  const client = connect(listener.port);
  const hello = await promise;
  client.destroy();
  listener.stop(true);
  return hello;
}
