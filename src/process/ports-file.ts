/**
 * The ports file: where a server can be reached, as URLs in JSON. It is there for whoever has started
 * a server on free ports and wants to know which.
 *
 *     {"nats":["nats://127.0.0.1:4222"],"monitoring":["http://127.0.0.1:8222"]}
 */

import { describeFileError, failedCall } from "./file-error.ts";
import type { ProcessLog } from "./process-log.ts";

/** A listening port. */
export interface Endpoint {
  /** Of the URL, such as `nats` or `tls`. */
  scheme: string;
  /** Address that is bound: `0.0.0.0` and `::` both stand for every address, of both families. */
  host: string;
  port: number;
}

/** What a server listens for. Leafnodes, gateways and MQTT have no place in this file. */
export interface Endpoints {
  nats?: Endpoint;
  monitoring?: Endpoint;
  cluster?: Endpoint;
  profile?: Endpoint;
  websocket?: Endpoint;
}

/** Keys in the order of the file. */
const KEYS = ["nats", "monitoring", "cluster", "profile", "websocket"] as const;

const ANY_ADDRESS: ReadonlySet<string> = new Set(["", "0.0.0.0", "::"]);

/** The ports file of this process in one folder. Faults are logged, as the server runs without it. */
export class PortsFile {
  readonly path: string;
  readonly #log: ProcessLog;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, log: ProcessLog) {
    this.path = path;
    this.#log = log;
  }

  /** `<folder>/<name of the program>_<pid>.ports` */
  static async in(folder: string, log: ProcessLog): Promise<PortsFile> {
    const { basename, join } = await import("node:path");
    const name = `${basename(process.argv0)}_${process.pid}.ports`;
    return new PortsFile(join(folder, name), log);
  }

  write(endpoints: Endpoints): Promise<void> {
    this.#writing = this.#write(endpoints);
    return this.#writing;
  }

  /** Removes the file; a write that is under way is waited for. */
  async remove(): Promise<void> {
    await this.#writing;
    try {
      await Bun.file(this.path).delete();
    } catch (error) {
      const why = describeFileError("remove", this.path, error);
      this.#log.error(`Error cleaning up ports file ${this.path}: ${why}`);
    }
  }

  async #write(endpoints: Endpoints): Promise<void> {
    try {
      await Bun.write(this.path, await encodePorts(endpoints), { createPath: false });
    } catch (error) {
      const why = describeFileError(failedCall(error), this.path, error);
      this.#log.error(`Error writing ports file (${this.path}): ${why}`);
    }
  }
}

/** The file's content: one line without a break, only the keys that are in use. */
export async function encodePorts(endpoints: Endpoints): Promise<string> {
  const ports: Record<string, string[]> = {};
  for (const key of KEYS) {
    const endpoint = endpoints[key];
    if (endpoint === undefined) continue;
    const { scheme, host, port } = endpoint;
    const addresses = await resolveAddresses(host);
    ports[key] = addresses.map((ip) => `${scheme}://${ip.includes(":") ? `[${ip}]` : ip}:${port}`);
  }
  return JSON.stringify(ports);
}

/** IP addresses behind a host that is bound, those of every network interface for any address. */
async function resolveAddresses(host: string): Promise<string[]> {
  const bare = host.replace(/^\[|\]$/g, "");
  if (!ANY_ADDRESS.has(bare)) return [await resolveName(bare)];
  const { interfaceAddresses } = await import("../net/interface-addresses.ts");
  return interfaceAddresses();
}

/** The address of a host name, of IPv4 where there is one, as that is the one Go binds. */
async function resolveName(host: string): Promise<string> {
  const found = await Bun.dns.lookup(host);
  return (found.find(({ family }) => family === 4) ?? found[0])?.address ?? host;
}
