/** Which server `healthcheck` asks: that of a URL, of a configuration file, or of a port. */

import { headline } from "../config/language/problem.ts";
import { DEFAULT_PORT } from "../config/options/client.ts";
import { parseGoUrl } from "../protocol/go-url.ts";
import { ArgumentError } from "./command-arguments.ts";
import { monitorOfOptions } from "./healthcheck-monitor.ts";

export interface ServerArguments {
  readonly url?: string | undefined;
  readonly config?: string | undefined;
  readonly port?: string | undefined;
  readonly tlsfirst?: boolean | undefined;
}

/** Where to ask, and as whom. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly credentials: Readonly<Record<string, string>>;
  /** It says nothing before the TLS handshake. */
  readonly handshakeFirst: boolean;
}

const LOOPBACK = "127.0.0.1";
const LOOPBACKS: Readonly<Record<string, string>> = {
  "": LOOPBACK,
  "0.0.0.0": LOOPBACK,
  "::": "::1",
};
const PORT_MAX = 65_535;
/** Who asks, unless it is said. */
const NOBODY = { credentials: {}, handshakeFirst: false } as const;

/** Both ports of a server. */
export interface Found {
  readonly server: Server;
  /** Address of its monitoring port; null when that is not known. */
  readonly monitor: string | null;
}

/** @throws ArgumentError when the arguments name no server. */
export async function findServer(args: ServerArguments): Promise<Found> {
  const { server, monitor } = await find(args);
  return { server: args.tlsfirst ? { ...server, handshakeFirst: true } : server, monitor };
}

async function find({ url, config, port }: ServerArguments): Promise<Found> {
  if (url !== undefined) {
    if (config !== undefined || port !== undefined) {
      throw new ArgumentError("--url says it all: it goes without --config and --port");
    }
    return { server: fromUrl(url), monitor: null };
  }
  const given = port === undefined ? undefined : readPort(port);
  if (config === undefined) {
    const server = { ...NOBODY, host: LOOPBACK, port: given ?? DEFAULT_PORT };
    return { server, monitor: null };
  }
  return fromFile(config, given);
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) <= PORT_MAX) return Number(text);
  throw new ArgumentError(`"${text}" is no port to connect to`);
}

function fromUrl(text: string): Server {
  // The URL may have a password in it, so no message shows it.
  const wrong = new ArgumentError("--url is an address such as nats://127.0.0.1:4222");
  try {
    const { scheme, user, password, hostname, port } = parseGoUrl(
      text.includes("://") ? text : `nats://${text}`,
    );
    if (!["nats", "tls"].includes(scheme) || hostname === "") throw wrong;
    return {
      host: hostname,
      port: port === "" ? DEFAULT_PORT : readPort(port),
      credentials: credentials(user, password),
      handshakeFirst: false,
    };
  } catch {
    throw wrong;
  }
}

/** A user without a password is a token, as for clients. */
function credentials(user: string | undefined, pass: string | undefined): Server["credentials"] {
  if (user === undefined) return {};
  return pass === undefined ? { auth_token: user } : { user, pass };
}

async function fromFile(path: string, given: number | undefined): Promise<Found> {
  const { hasErrors, loadConfig } = await import("../config/load.ts");
  const { options, problems } = await loadConfig(path, process.env);
  if (hasErrors(problems)) {
    const [first, ...others] = problems.filter(({ severity }) => severity === "error");
    if (others.length === 0) throw new ArgumentError(headline(first!));
    throw new ArgumentError(`${path} has mistakes, which "config check ${path}" shows`);
  }
  const port = given ?? options.port;
  if (port <= 0) throw new ArgumentError(`${path} leaves the port open, so --port has to name it`);
  const { host, tls } = options;
  // With a fallback INFO comes after all.
  const handshakeFirst = tls?.handshakeFirst === true && tls.handshakeFirstFallbackMs === 0;
  const server = { ...NOBODY, host: reachable(host), port, handshakeFirst };
  // Whoever names the port for clients may mean another server than the one in the file.
  const monitor = given === undefined ? monitorOfOptions(options, reachable) : null;
  return { server, monitor };
}

/** Where to reach a server that listens on that host. */
function reachable(host: string): string {
  return LOOPBACKS[host] ?? host;
}
