/** URLs in `--cluster` and `--routes`. Credentials in them never get into a message. */

import { goQuoteText } from "../protocol/go-quote.ts";
import { type GoUrl, parseGoUrl } from "../protocol/go-url.ts";
import { splitHostPort } from "../protocol/host-port.ts";
import { withoutCredentialsOf } from "../protocol/url-credentials.ts";
import { FlagError } from "./apply-flags.ts";

const INT64_MAX = 2n ** 63n - 1n;

export interface ClusterListener {
  host: string;
  /** -1 means any free one. */
  port: number;
  user: string;
  password: string;
}

/**
 * What a URL such as `nats://user:password@host:port` says of the listener for routes.
 *
 * @throws FlagError with nats-server's text.
 */
export function clusterListener(text: string): ClusterListener {
  // A port of -1, which is any free one, is none that a URL can have.
  const isAnyPort = text.endsWith(":-1");
  const url = parse(isAnyPort ? text.replace(/-1$/, "0") : text);
  const address = split(url.host);
  const port = isAnyPort ? -1 : portNumber(address.port);
  const { user, password = "" } = url;
  if (user !== undefined && url.password === undefined) {
    throw new FlagError("expected cluster password to be set");
  }
  return { host: address.host, port, user: user ?? "", password };
}

/**
 * URLs of routes, with a comma between them. nats-server ends with a crash for what is no URL.
 *
 * @throws FlagError for what is none.
 */
export function routeUrls(text: string): string[] {
  const urls = text.split(",").map((url) => url.trim());
  for (const url of urls) parse(url, text);
  return urls;
}

/** @param list that the URL is one of: a comma in a password tears a URL apart. */
function parse(url: string, list = url): GoUrl {
  try {
    return parseGoUrl(url);
  } catch (error) {
    throw new FlagError(withoutCredentialsOf(list, (error as Error).message));
  }
}

function split(address: string): { host: string; port: string } {
  try {
    return splitHostPort(address);
  } catch (error) {
    // Go names no address where there is none.
    throw new FlagError((error as Error).message.replace(/^address : /, ""));
  }
}

function portNumber(text: string): number {
  if (text === "") throw new FlagError("EOF");
  if (BigInt(text) <= INT64_MAX) return Number(text);
  throw new FlagError(`strconv.ParseInt: parsing ${goQuoteText(text)}: value out of range`);
}
