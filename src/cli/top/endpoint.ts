/** The monitoring port that `top` looks at: where it is, and how it is asked. */

import { printable } from "../../kinds/printable.ts";
import { goErrorText } from "../../log/go-error.ts";
import { joinHostPort } from "../../protocol/host-port.ts";
import { limitedText } from "../../protocol/limited-text.ts";
import { ArgumentError } from "../command-arguments.ts";
import type { TopArguments } from "./settings.ts";

const DEFAULT_PORT = 8222;
const PORT_MAX = 65_535;
const TIMEOUT_MS = 5_000;
/** An answer with more is not read to its end. */
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;
const REASON_CHARS_MAX = 200;

/** The server could not be asked, or has not answered as one does. The message says how, in short. */
export class EndpointError extends Error {
  /** Of the answer; 0 when there was none. */
  readonly status: number;

  constructor(message: string, status = 0) {
    super(message);
    this.status = status;
  }
}

export class Endpoint {
  /** `http://host:port/base` without user and password. */
  readonly shown: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #tls: Bun.TLSOptions;
  readonly #closed = new AbortController();

  constructor(base: URL, tls: Bun.TLSOptions) {
    this.shown = `${base.protocol}//${base.host}${base.pathname.replace(/\/+$/, "")}`;
    const user = `${decode(base.username)}:${decode(base.password)}`;
    this.#headers =
      user === ":" ? {} : { Authorization: `Basic ${Buffer.from(user).toString("base64")}` };
    this.#tls = tls;
  }

  /** @throws EndpointError */
  async get(path: string): Promise<Readonly<Record<string, unknown>>> {
    const response = await this.#ask(path);
    if (response.status !== 200) throw await refusal(response);
    const text = await readText(response);
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null && !Array.isArray(value)) {
        return value as Record<string, unknown>;
      }
    } catch {
      // Said below.
    }
    throw new EndpointError("it is no monitoring port of a NATS server");
  }

  /** Gives up what is under way: nobody waits for it any more. */
  close(): void {
    this.#closed.abort();
  }

  async #ask(path: string): Promise<Response> {
    try {
      return await fetch(`${this.shown}${path}`, {
        headers: this.#headers,
        redirect: "manual",
        signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), this.#closed.signal]),
        tls: this.#tls,
      });
    } catch (error) {
      throw new EndpointError(reasonOf(error as NodeJS.ErrnoException));
    }
  }
}

/** @throws ArgumentError when no port can be asked so, or a file cannot be read. */
export async function openEndpoint(args: TopArguments): Promise<Endpoint> {
  const base = args.url === undefined ? fromParts(args) : fromUrl(args.url, args);
  const { cert, key, cacert } = args;
  if ((cert === undefined) !== (key === undefined)) {
    throw new ArgumentError("--cert and --key go together");
  }
  const [certText, keyText, caText] = await Promise.all([cert, key, cacert].map(readFile));
  return new Endpoint(base, {
    rejectUnauthorized: !args.insecure,
    ...(certText === undefined ? {} : { cert: certText }),
    ...(keyText === undefined ? {} : { key: keyText }),
    ...(caText === undefined ? {} : { ca: caText }),
  });
}

function fromParts({ host = "127.0.0.1", port, "https-port": httpsPort }: TopArguments): URL {
  if (port !== undefined && httpsPort !== undefined) {
    throw new ArgumentError("-m and -ms do not go together");
  }
  const given = httpsPort ?? port ?? String(DEFAULT_PORT);
  const number = /^\d{1,5}$/.test(given) ? Number(given) : 0;
  if (number < 1 || number > PORT_MAX) {
    throw new ArgumentError(`"${given}" is no port to connect to`);
  }
  const scheme = httpsPort === undefined ? "http" : "https";
  try {
    return new URL(`${scheme}://${joinHostPort(host.replace(/^\[(.*)\]$/, "$1"), number)}`);
  } catch {
    throw new ArgumentError(`"${host}" is no host`);
  }
}

function fromUrl(text: string, { host, port, "https-port": httpsPort }: TopArguments): URL {
  if (host !== undefined || port !== undefined || httpsPort !== undefined) {
    throw new ArgumentError("--url says it all: it goes without -s, -m and -ms");
  }
  // There may be a password in it, so no message shows it.
  const wrong = new ArgumentError("--url is an address such as http://127.0.0.1:8222");
  const whole = text.includes("://") ? text : `http://${text}`;
  const url = URL.parse(whole);
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.hostname === "") {
    throw wrong;
  }
  // A host without a port means that of servers, not that of the web.
  const hasPort = /^[a-z]+:\/\/(?:[^/@]*@)?(?:\[[^\]]*\]|[^/:]*):\d+/i.test(whole);
  if (!hasPort && url.protocol === "http:") url.port = String(DEFAULT_PORT);
  return url;
}

async function readFile(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await Bun.file(path).text();
  } catch (error) {
    throw new ArgumentError(`open ${path}: ${goErrorText(error)}`);
  }
}

async function refusal(response: Response): Promise<EndpointError> {
  const { status } = response;
  if (status === 401) {
    void response.body?.cancel();
    return new EndpointError("it asks for a user and a password, which go into --url", status);
  }
  if (status >= 300 && status < 400) {
    void response.body?.cancel();
    return new EndpointError("it sends us elsewhere, which is not followed", status);
  }
  const text = await readText(response).catch(() => "");
  const reason = printable(text.split(/[\r\n]/)[0]!.slice(0, REASON_CHARS_MAX)).trim();
  return new EndpointError(`it answers ${status}${reason === "" ? "" : ` ${reason}`}`, status);
}

/** @throws EndpointError */
async function readText(response: Response): Promise<string> {
  let text: string | null;
  try {
    text = await limitedText(response, ANSWER_BYTES_MAX);
  } catch (error) {
    throw new EndpointError(reasonOf(error as NodeJS.ErrnoException));
  }
  if (text === null) throw new EndpointError("its answer is too large");
  return text;
}

/** Reasons of the runtime, in few words and without the URL. */
const REASONS: Readonly<Record<string, string>> = {
  ConnectionRefused: "connection refused",
  ConnectionClosed: "it closed the connection; perhaps it speaks HTTPS",
  ECONNRESET: "it closed the connection; perhaps it speaks HTTPS",
  FailedToOpenSocket: "no such host",
  Malformed_HTTP_Response: "it speaks no HTTP",
  InvalidHTTPResponse: "it speaks no HTTP",
};

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.name === "TimeoutError") return `no answer within ${TIMEOUT_MS / 1000}s`;
  const known = REASONS[error.code ?? ""];
  if (known !== undefined) return known;
  return printable(goErrorText(error)).slice(0, REASON_CHARS_MAX);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
