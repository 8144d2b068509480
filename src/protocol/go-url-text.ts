/** URLs as Go writes them, so that two spellings of one URL become the same text. */

import { parseGoUrl } from "./go-url.ts";

const HIERARCHY = /^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?:\/\/([^/?]*))?([^?]*)(\?.*)?$/s;
/** What may stand unescaped in each part. */
const IN_USER_INFO = /[\w.~$&+,;=-]/;
const IN_HOST = /[\w.~!$&'()*+,;=:[\]<>"-]/;
const IN_PATH = /[\w.~$&+,/:;=@-]/;
const IN_FRAGMENT = /[\w.~!$&()*+,/:;=?@-]/;
/** A path or fragment of these characters stays as it is written. */
const ESCAPED_PATH = /^(?:[\w.~!$&'()*+,/:;=@[\]-]|%[0-9a-f]{2})*$/i;
const ESCAPED_FRAGMENT = /^(?:[\w.~!$&'()*+,/:;=?@[\]-]|%[0-9a-f]{2})*$/i;

/**
 * The normal form of a URL, with the credentials in it.
 *
 * @throws GoUrlError for a text that is no URL.
 */
export function normalGoUrl(text: string): string {
  const { scheme, user, password, host, opaque, path } = parseGoUrl(text);
  const [whole = "", ...fragments] = text.split("#");
  const fragment = fragments.join("#");
  const [, authority, rawPath = "", query = ""] = HIERARCHY.exec(whole) ?? [];
  const secret = password === undefined ? "" : `:${escapeAll(password, IN_USER_INFO)}`;
  const credentials = user === undefined ? "" : `${escapeAll(user, IN_USER_INFO)}${secret}@`;
  const place = authority === undefined ? "" : `//${credentials}${escapeAll(host, IN_HOST)}`;
  const shownPath = ESCAPED_PATH.test(rawPath) ? rawPath : escapeAll(path, IN_PATH);
  return [
    scheme === "" ? "" : `${scheme}:`,
    opaque === "" ? place + shownPath : opaque,
    query,
    fragment === "" ? "" : `#${escapedFragment(fragment)}`,
  ].join("");
}

function escapedFragment(fragment: string): string {
  if (ESCAPED_FRAGMENT.test(fragment)) return fragment;
  const plain = fragment.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) =>
    Buffer.from(escapes.replaceAll("%", ""), "hex").toString(),
  );
  return escapeAll(plain, IN_FRAGMENT);
}

function escapeAll(text: string, allowed: RegExp): string {
  return text.replace(/./gsu, (char) => (allowed.test(char) ? char : percent(char)));
}

function percent(char: string): string {
  return Buffer.from(char).toString("hex").toUpperCase().replace(/../g, "%$&");
}
