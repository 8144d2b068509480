/** One way to start a server from the same options, be it ours or the peer. */

import { NatsServer, type Options } from "../../src/embed.ts";
import { type ServerProcess, startConfigured } from "./peer.ts";

export type TargetOptions = Partial<Options>;

export interface Target {
  readonly name: string;
  start(options: TargetOptions): Promise<ServerProcess>;
}

/** How a configuration file spells each option; the rest make no difference on the wire. */
const SETTINGS: Partial<Record<keyof Options, string>> = {
  serverName: "server_name",
  clientAdvertise: "client_advertise",
  maxConnections: "max_connections",
  maxSubscriptions: "max_subscriptions",
  maxSubTokens: "max_sub_tokens",
  maxPayload: "max_payload",
  maxControlLine: "max_control_line",
  maxPending: "max_pending",
  writeDeadlineMs: "write_deadline",
  pingIntervalMs: "ping_interval",
  pingMax: "ping_max",
  noHeaderSupport: "no_header_support",
  noFastProducerStall: "no_fast_producer_stall",
};

/** @throws for an option that is not in the table, so that it is not forgotten by accident. */
export function toConfig(options: TargetOptions): string {
  return Object.entries(options)
    .map(([name, value]) => {
      const setting = SETTINGS[name as keyof Options];
      if (setting === undefined)
        throw new Error(`option ${name} has no spelling for a configuration file`);
      return `${setting}: ${JSON.stringify(name.endsWith("Ms") ? `${value}ms` : value)}\n`;
    })
    .join("");
}

export function peerTarget(binary: string): Target {
  return {
    name: "nats-server",
    start: (options) => startConfigured(binary, toConfig(options)),
  };
}

/** Our server inside this process, through the embedding API. */
export const embeddedTarget: Target = {
  name: "embedded server",
  start: (options) => NatsServer.start({ ...options, host: "127.0.0.1", port: 0, log: false }),
};

/** Our server as the compiled executable, with a configuration file as the peer has. */
export function executableTarget(binary: string): Target {
  return {
    name: "executable",
    start: (options) => startConfigured(binary, toConfig(options)),
  };
}
