/** Binding a port as Go does, with its words for what is wrong. */

import { goErrorText } from "../log/go-error.ts";
import { HostPortError, joinHostPort, splitHostPort } from "../protocol/host-port.ts";

/** Any address of IPv4, and of both families. */
const ANY_IPV4 = "0.0.0.0";
const ANY = "::";
const PORT_MAX = 65_535;

/**
 * Starts listening. `0.0.0.0` stands for any address of IPv6 as well, as it does in Go.
 *
 * @param bind asks the system for the address.
 * @throws Error in nats-server's words when the address cannot be bound.
 */
export function bindPort<T>(host: string, port: number, bind: (host: string) => T): T {
  const fault = addressFault(host, port);
  if (fault !== undefined) throw new Error(`listen tcp: ${fault}`);
  try {
    return host === ANY_IPV4 ? bindAny(bind) : bind(host);
  } catch (error) {
    throw new Error(listenProblem(host, port, error), { cause: error });
  }
}

function bindAny<T>(bind: (host: string) => T): T {
  try {
    return bind(ANY);
  } catch (error) {
    if ((error as { code?: string }).code === "EADDRINUSE") throw error;
    // The system may have no IPv6. Whatever else is wrong is wrong with IPv4 too, and is told of it.
    return bind(ANY_IPV4);
  }
}

/** What Go finds wrong with an address before it asks the system. */
function addressFault(host: string, port: number): string | undefined {
  try {
    splitHostPort(joinHostPort(host, port));
  } catch (error) {
    if (!(error instanceof HostPortError)) throw error;
    return error.message;
  }
  return port < 0 || port > PORT_MAX ? `address ${port}: invalid port` : undefined;
}

function listenProblem(host: string, port: number, error: unknown): string {
  const { code } = error as { code?: string };
  // Without a word from the system there was no address to ask it for.
  if (code === undefined) return `listen tcp: lookup ${host}: no such host`;
  return `listen tcp ${joinHostPort(host, port)}: bind: ${goErrorText(error)}`;
}
