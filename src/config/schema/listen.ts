/** Addresses to listen on: `4222` or `host:4222`. */

import { goQuoteText } from "../../protocol/go-quote.ts";
import { type HostPort, splitHostPort } from "../../protocol/host-port.ts";
import { type ConfigNode, goTypeName } from "../language/node.ts";
import type { Feature } from "./features.ts";
import type { Field, FieldRow, ReloadRule } from "./section.ts";
import { integer, text } from "./value-type.ts";

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
  const { host, port } = split(node.value);
  if (!/^[+-]?\d+$/.test(port)) throw new Error(`could not parse port ${goQuoteText(port)}`);
  return { host, port: Number(port) };
}

function split(address: string): { host: string; port: string } {
  try {
    return splitHostPort(address);
  } catch {
    throw new Error(`could not parse address string ${goQuoteText(address)}`);
  }
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
  needs?: Feature;
  host: Host;
  port: Port;
}): Field<Target> {
  const { host, port, names = ["listen"], ...base } = details;
  return {
    ...base,
    names,
    to: port,
    also: [host],
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

/**
 * The options of a listener's address: all in one, or host and port.
 *
 * @param peers who connects to it, in the plural.
 */
export function addressFields(peers: string, portType = integer): readonly FieldRow<HostPort>[] {
  return [
    listenField<HostPort, "host", "port">({
      about: `Address for ${peers}`,
      reload: "restart",
      host: "host",
      port: "port",
    }),
    {
      names: ["host", "net"],
      about: "Address of the network interface to listen on",
      reload: "restart",
      to: "host",
      type: text,
    },
    {
      names: ["port"],
      about: `Port for ${peers}, -1 for any free one`,
      reload: "restart",
      to: "port",
      type: portType,
    },
  ];
}
