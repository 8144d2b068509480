/** JWTs that a web server answers with, one address for each account. */

import { readWholeFile } from "../config/files/whole-file.ts";
import type { TlsOptions } from "../config/options/tls.ts";
import { goErrorText } from "../log/go-error.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import { limitedText } from "../protocol/limited-text.ts";
import { withoutPassword } from "../protocol/url-credentials.ts";
import { isAccountKey } from "./account-key.ts";
import type { Resolver } from "./resolver.ts";

/** From the first byte of the request to the last of the answer. */
const FETCH_MS = 1900;
/** No token may be longer. */
const BODY_BYTES_MAX = 1024 * 1024;
const SCHEME = /^([a-z][a-z\d+.-]*):/i;
const OK = 200;

/** What `fetch` is told about TLS. */
interface FetchTls {
  ca?: string;
  cert?: string;
  key?: string;
  rejectUnauthorized?: boolean;
}

/** Limits that tests make small. */
export interface UrlLimits {
  fetchMs?: number;
}

export class UrlResolver implements Resolver {
  readonly isReadOnly = true;
  readonly #url: string;
  readonly #tls: FetchTls | null;
  readonly #fetchMs: number;
  readonly #closing = new AbortController();

  private constructor(url: string, tls: FetchTls | null, { fetchMs = FETCH_MS }: UrlLimits) {
    this.#url = url.endsWith("/") ? url : `${url}/`;
    this.#tls = tls;
    this.#fetchMs = fetchMs;
  }

  /**
   * Reads the files of `tls` once. A reload makes another resolver.
   *
   * @throws Error in Go's words when a file cannot be read.
   */
  static async open(url: string, tls: TlsOptions | null, limits: UrlLimits = {}) {
    return new UrlResolver(url, tls === null ? null : await readTls(tls), limits);
  }

  /** Whether anybody is there at all. @throws Error in nats-server's words. */
  async check(): Promise<void> {
    await this.#get(this.#url);
  }

  mayHave(key: string): boolean {
    return isAccountKey(key);
  }

  fetch(key: string): Promise<string> {
    return this.#get(this.#url + key);
  }

  async store(): Promise<void> {
    throw new Error("store operation not supported for URL Resolver");
  }

  close(): void {
    this.#closing.abort();
  }

  async #get(url: string): Promise<string> {
    const scheme = SCHEME.exec(url)?.[1]?.toLowerCase() ?? "";
    if (scheme !== "http" && scheme !== "https") {
      throw failed(url, getFailed(url, `unsupported protocol scheme ${goQuoteText(scheme)}`));
    }
    const deadline = AbortSignal.timeout(this.#fetchMs);
    let response: Response;
    try {
      response = await fetch(url, {
        signal: AbortSignal.any([deadline, this.#closing.signal]),
        ...(this.#tls !== null && { tls: this.#tls }),
      });
    } catch (error) {
      const text = deadline.aborted
        ? "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
        : reasonOf(url, error);
      throw failed(url, getFailed(url, text));
    }
    if (response.status !== OK) {
      await response.body?.cancel();
      throw failed(url, `${response.status} ${response.statusText}`.trimEnd());
    }
    try {
      return await readBody(url, response);
    } catch (error) {
      if (!deadline.aborted) throw error;
      throw new Error(
        "context deadline exceeded (Client.Timeout or context cancellation while reading body)",
      );
    }
  }
}

async function readTls({ caFile, certFile, keyFile, insecure }: TlsOptions): Promise<FetchTls> {
  const read = async (path: string): Promise<string> => {
    const contents = await readWholeFile(path);
    if (contents instanceof Error) throw contents;
    return contents.toString();
  };
  return {
    ...(caFile !== "" && { ca: await read(caFile) }),
    ...(certFile !== "" && { cert: await read(certFile), key: await read(keyFile) }),
    ...(insecure && { rejectUnauthorized: false }),
  };
}

/** @throws Error when there is more than a token can be. */
async function readBody(url: string, response: Response): Promise<string> {
  const text = await limitedText(response, BODY_BYTES_MAX);
  if (text === null) throw failed(url, `response is larger than ${BODY_BYTES_MAX} bytes`);
  return text;
}

/** nats-server and Go's HTTP client each name the address. */
function failed(url: string, reason: string): Error {
  return new Error(`could not fetch <${goQuoteText(withoutPassword(url))}>: ${reason}`);
}

function getFailed(url: string, reason: string): string {
  return `Get ${goQuoteText(withoutPassword(url).replace("xxxxx@", "***@"))}: ${reason}`;
}

/** As Go puts it, so far as the runtime tells. */
function reasonOf(url: string, error: unknown): string {
  // Of an end that was asked for it is a number.
  const code = String((error as { code?: string | number }).code ?? "");
  const { hostname, port, protocol } = new URL(url);
  const text = goErrorText(error);
  if (code === "ECONNREFUSED") {
    const address = `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
    return `dial tcp ${address}: connect: ${text}`;
  }
  if (code === "ENOTFOUND" || code.startsWith("DNS_")) {
    return `dial tcp: lookup ${hostname}: ${text}`;
  }
  return text.replace(/^[A-Z_]+: /, "");
}
