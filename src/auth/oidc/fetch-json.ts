/** JSON from an identity provider, which may be slow, broken or not the one it should be. */

import { addressFault } from "../../config/validate/oidc.ts";
import { goDuration } from "../../log/go-duration.ts";
import { goErrorText } from "../../log/go-error.ts";
import { limitedText } from "../../protocol/limited-text.ts";

export interface FetchLimits {
  /** For the whole answer, redirects included. */
  readonly timeoutMs: number;
  readonly bytesMax: number;
}

export interface FetchTrust {
  /** Certificates of authorities in PEM; "" for the system's. */
  readonly authorities: string;
  /** Plain `http` to other machines than this one. */
  readonly allowInsecure: boolean;
}

/** Why there is no answer, or none that is taken. */
export class FetchError extends Error {}

const REDIRECTS_MAX = 3;
/** The runtime's message for it has advice in it that is no use here. */
const OTHER_NAME = "ERR_TLS_CERT_ALTNAME_INVALID";

/**
 * @throws FetchError with the reason, which names no address but that of a redirect.
 */
export async function fetchJson(
  address: string,
  limits: FetchLimits,
  trust: FetchTrust,
  stopped: AbortSignal,
): Promise<unknown> {
  const signal = AbortSignal.any([AbortSignal.timeout(limits.timeoutMs), stopped]);
  try {
    const text = await readAtMost(await follow(address, trust, signal), limits.bytesMax);
    return JSON.parse(text);
  } catch (error) {
    throw toFetchError(error, limits);
  }
}

/** Redirects lead to other pages of the same server only: it is that one that is trusted. */
async function follow(address: string, trust: FetchTrust, signal: AbortSignal): Promise<Response> {
  let url = new URL(address);
  for (let i = 0; i <= REDIRECTS_MAX; i++) {
    // Whoever answers there is believed, so it has to be known who that is.
    const fault = addressFault(url.href, trust.allowInsecure);
    if (fault !== null) throw new FetchError(`the address cannot be used: ${fault}`);
    const response = await fetch(url, {
      redirect: "manual",
      signal,
      keepalive: false,
      // What is compressed could be of any size.
      decompress: false,
      headers: { accept: "application/json", "accept-encoding": "identity" },
      tls: {
        rejectUnauthorized: true,
        ...(trust.authorities === "" ? {} : { ca: trust.authorities }),
      },
    });
    if (response.ok) return response;
    await response.body?.cancel();
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) {
      throw new FetchError(`the answer is ${response.status}`);
    }
    const next = new URL(location, url);
    if (next.origin !== url.origin) throw new FetchError("the answer leads to another server");
    url = next;
  }
  throw new FetchError("the answer leads in circles");
}

async function readAtMost(response: Response, most: number): Promise<string> {
  if ((response.headers.get("content-encoding") ?? "identity") !== "identity") {
    throw new FetchError("the answer is compressed");
  }
  const text = await limitedText(response, most);
  if (text === null) throw new FetchError(`the answer is larger than ${most} bytes`);
  return text;
}

function toFetchError(error: unknown, { timeoutMs }: FetchLimits): FetchError {
  if (error instanceof FetchError) return error;
  if ((error as Error).name === "TimeoutError")
    return new FetchError(`no answer within ${goDuration(timeoutMs)}`);
  if (error instanceof SyntaxError) return new FetchError("the answer is no JSON");
  const isOther = (error as { code?: unknown }).code === OTHER_NAME;
  return new FetchError(isOther ? "the certificate is for another server" : goErrorText(error));
}
