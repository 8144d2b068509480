/** Addresses to listen on: `4222` or `host:4222`. */

import { type ConfigNode, goTypeName } from "../language/node.ts";
import type { CustomField, ReloadRule } from "./section.ts";

export interface HostPort {
  host: string;
  port: number;
}

/**
 * Reads `port` or `host:port`; a port alone leaves the host empty.
 *
 * @throws Error with nats-server's text.
 */
export function parseListen(node: ConfigNode): HostPort {
  if (node.kind === "integer") return { host: "", port: Number(node.value) };
  if (node.kind !== "string") {
    throw new Error(`expected port or host:port, got ${goTypeName(node)}`);
  }
  const match = /^(?:\[([^[\]]*)\]|([^[\]:]*)):([^:]*)$/.exec(node.value);
  if (match === null) {
    throw new Error(`could not parse address string ${JSON.stringify(node.value)}`);
  }
  const port = match[3]!;
  if (!/^[+-]?\d+$/.test(port)) throw new Error(`could not parse port ${JSON.stringify(port)}`);
  return { host: match[1] ?? match[2]!, port: Number(port) };
}

/** The option that sets host and port of a listener in one. */
export function listenField<
  Target extends Record<Host, string> & Record<Port, number>,
  Host extends keyof Target & string,
  Port extends keyof Target & string,
>(details: {
  about: string;
  reload: ReloadRule;
  names?: [string, ...string[]];
  host: Host;
  port: Port;
}): CustomField<Target> {
  const { about, reload, names = ["listen"], host, port } = details;
  return {
    names,
    about,
    reload,
    to: port,
    type: "port or host:port",
    read(node, target, reader) {
      try {
        const address = parseListen(node);
        Object.assign(target, { [host]: address.host, [port]: address.port });
      } catch (error) {
        reader.error(node, (error as Error).message);
      }
    },
  };
}
