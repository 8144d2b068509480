/**
 * Ports for servers that are started again on the port they had. They lie below those that systems
 * give to outgoing connections: one of these could take a port while its server is away.
 */

const LEAST = 12_000;
const COUNT = 18_000;
const TRIES = 200;

const given = new Set<number>();

/** A port of the loopback address that nothing listens on; no two calls have the same answer. */
export function freePort(): number {
  for (let i = 0; i < TRIES; i++) {
    const port = LEAST + Math.floor(Math.random() * COUNT);
    if (given.has(port) || !isFree(port)) continue;
    given.add(port);
    return port;
  }
  throw new Error(`no free port in ${TRIES} tries`);
}

/** Whether nothing listens on a port of the loopback address, nor of all addresses. */
export function isFree(port: number): boolean {
  try {
    for (const hostname of ["127.0.0.1", "0.0.0.0"]) {
      Bun.listen({ hostname, port, socket: { data() {} } }).stop(true);
    }
    return true;
  } catch {
    return false;
  }
}

/** Whether somebody accepts connections on a port of the loopback address. */
export async function isOpen(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
    socket.terminate();
    return true;
  } catch {
    return false;
  }
}
