/** URLs as Go's net/url package reads them, with its words for what is wrong. */

import { ipVersion } from "./go-ip.ts";
import { goQuote, goQuoteText } from "./go-quote.ts";
import { withoutCredentials, withoutCredentialsOf } from "./url-credentials.ts";

export interface GoUrl {
  /** In lower case; empty when there is none. */
  readonly scheme: string;
  /** Undefined when there is no `user@` or `user:password@`. */
  readonly user: string | undefined;
  /** Undefined when the URL has none, not even an empty one. */
  readonly password: string | undefined;
  /** With its port and, for an IPv6 address, the brackets. */
  readonly host: string;
  /** Without port and brackets. */
  readonly hostname: string;
  /** As written; empty when there is none. */
  readonly port: string;
  readonly path: string;
  /** What follows the scheme when that is no slash, as in `mailto:a`. */
  readonly opaque: string;
  /** As written, without its question mark. */
  readonly query: string;
}

/**
 * A text that is no URL. The message shows the text, the reason only what is wrong in it, and neither
 * any credentials.
 */
export class GoUrlError extends Error {
  readonly reason: string;

  constructor(text: string, reason: string) {
    const shown = withoutCredentialsOf(text, reason);
    super(`parse ${goQuoteText(withoutCredentials(text))}: ${shown}`);
    this.reason = shown;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\x00-\x1f\x7f]/;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/;
const OPTIONAL_PORT = /^(?::\d*)?$/;
const BAD_ESCAPE = /%(?![0-9a-f]{2}).{0,2}/is;
/** In a host only bytes beyond ASCII may be escaped, and the percent sign itself. */
const BAD_HOST_ESCAPE = /%(?![89a-f][0-9a-f]|25).{0,2}/is;
const BAD_HOST_CHARACTER = /[ #%/?@\\^`{|}]/;
const USER_INFO = /^[A-Za-z0-9._~!$&'()*+,;=%@:-]*$/;
const ESCAPE_BYTES = 3;
const HOST_CHARACTER = /[\w.~!$&'()*+,;=:[\]<>" -]/;

/**
 * Reads a URL.
 *
 * @throws GoUrlError with Go's text.
 */
export function parseGoUrl(text: string): GoUrl {
  const [whole = "", fragment = ""] = splitAt(text, "#");
  const url = inUrl(whole, () => parse(whole));
  if (fragment !== "") inUrl(text, () => decode(fragment, BAD_ESCAPE));
  return url;
}

function inUrl<T>(text: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw new GoUrlError(text, (error as Error).message);
  }
}

function parse(text: string): GoUrl {
  if (CONTROL.test(text)) throw new Error("net/url: invalid control character in URL");
  if (text.startsWith(":")) throw new Error("missing protocol scheme");
  const [prefix = "", written = ""] = SCHEME.exec(text) ?? [];
  const scheme = written.toLowerCase();
  const [hierarchy = "", query = ""] = splitAt(text.slice(prefix.length), "?");
  const none = { scheme, user: undefined, password: undefined, ...splitHost(""), query };
  if (!hierarchy.startsWith("/")) {
    if (scheme !== "") return { ...none, path: "", opaque: hierarchy };
    if (hierarchy.split("/", 1)[0]!.includes(":")) {
      throw new Error("first path segment in URL cannot contain colon");
    }
  }
  const [, authority, path = ""] = authorityOf(hierarchy, scheme);
  const address = authority === undefined ? none : { ...none, ...parseAuthority(authority) };
  return { ...address, path: decode(path, BAD_ESCAPE), opaque: "" };
}

/** The part after `//` and the path; no authority in a path that only begins with slashes. */
function authorityOf(hierarchy: string, scheme: string): (string | undefined)[] {
  const isPath = scheme === "" && hierarchy.startsWith("///");
  const found = isPath ? null : /^\/\/([^/]*)(.*)$/s.exec(hierarchy);
  return found ?? [hierarchy, undefined, hierarchy];
}

function parseAuthority(
  authority: string,
): Pick<GoUrl, "user" | "password" | "host" | "hostname" | "port"> {
  const at = authority.lastIndexOf("@");
  const address = splitHost(parseHost(authority.slice(at + 1)));
  if (at < 0) return { user: undefined, password: undefined, ...address };
  const info = authority.slice(0, at);
  if (!USER_INFO.test(info)) throw new Error("net/url: invalid userinfo");
  const [user, password] = splitAt(info, ":").map((part) => decode(part, BAD_ESCAPE));
  return { user, password, ...address };
}

function parseHost(host: string): string {
  const opening = host.lastIndexOf("[");
  const colon = host.lastIndexOf(":");
  if (opening < 0) {
    if (colon >= 0) checkPort(host.slice(colon));
    return unescapeHost(host);
  }
  if (opening > 0) throw new Error("invalid IP-literal");
  const closing = host.lastIndexOf("]");
  if (closing < 0) throw new Error("missing ']' in host");
  const port = host.slice(closing + 1);
  checkPort(port);
  const address = unescapeLiteral(host.slice(1, closing));
  if (versionOf(address) === 4) throw new Error("invalid IP-literal");
  return `[${address}]${port}`;
}

function versionOf(address: string): 4 | 6 {
  try {
    return ipVersion(address);
  } catch (error) {
    throw new Error(`invalid host: ${(error as Error).message}`);
  }
}

function checkPort(port: string): void {
  if (!OPTIONAL_PORT.test(port)) throw new Error(`invalid port ${goQuoteText(port)} after host`);
}

/** An IPv6 address, whose zone follows an escaped percent sign and may have more of them. */
function unescapeLiteral(text: string): string {
  const zone = text.indexOf("%25");
  if (zone < 0) return unescapeHost(text);
  const escaped = text.slice(zone);
  for (const [written, digits = ""] of escaped.matchAll(/%([0-9a-f]{2})/gi)) {
    const char = String.fromCharCode(Number.parseInt(digits, 16));
    const isAllowed = written === "%25" || HOST_CHARACTER.test(char);
    if (!isAllowed) throw badEscape(written);
  }
  checkHostCharacters(escaped);
  return unescapeHost(text.slice(0, zone)) + decode(escaped, BAD_ESCAPE);
}

function unescapeHost(text: string): string {
  checkHostCharacters(text, BAD_HOST_ESCAPE);
  return decode(text, BAD_HOST_ESCAPE);
}

/** The first fault counts, whichever kind it is of. */
function checkHostCharacters(text: string, badEscapes = BAD_ESCAPE): void {
  const plain = text.replace(/%[0-9a-f]{2}/gi, "...");
  const odd = BAD_HOST_CHARACTER.exec(plain);
  const fault = badEscapes.exec(text);
  if (odd === null || (fault !== null && fault.index <= odd.index)) return;
  throw new Error(`invalid character ${goQuoteText(odd[0])} in host name`);
}

function decode(text: string, badEscapes: RegExp): string {
  const bad = badEscapes.exec(text)?.[0];
  if (bad !== undefined) throw badEscape(bad);
  if (!text.includes("%")) return text;
  const bytes = text.replace(/%([0-9a-f]{2})|[^%]+/gi, (part, hex: string | undefined) =>
    hex === undefined ? Buffer.from(part).toString("hex") : hex,
  );
  return Buffer.from(bytes, "hex").toString();
}

function badEscape(written: string): Error {
  const shown = goQuote(Buffer.from(written).subarray(0, ESCAPE_BYTES));
  return new Error(`invalid URL escape ${shown}`);
}

/** A port that is no number stays part of the name, as in Go. */
function splitHost(host: string): Pick<GoUrl, "host" | "hostname" | "port"> {
  const colon = host.lastIndexOf(":");
  const hasPort = colon >= 0 && OPTIONAL_PORT.test(host.slice(colon));
  const name = hasPort ? host.slice(0, colon) : host;
  const hostname = /^\[.*\]$/s.test(name) ? name.slice(1, -1) : name;
  return { host, hostname, port: hasPort ? host.slice(colon + 1) : "" };
}

/** What stands before and after the first separator; one part when there is none. */
function splitAt(text: string, separator: string): string[] {
  const index = text.indexOf(separator);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
