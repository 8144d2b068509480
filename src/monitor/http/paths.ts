/** Paths of requests, as Go's net/http reads and cleans them. */

import { unescapeBytes } from "./query.ts";

/** What is left of an absolute URL is path and query. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i;
const PLAIN = /^[\w.~$&+,/:;=@-]$/;

export interface Target {
  /** Decoded; undefined when that cannot be done. */
  readonly path: string | undefined;
  /** Without the question mark, as it was sent. */
  readonly search: string;
}

/** @param url of the request, or only its path where the client has named no host. */
export function targetOf(url: string): Target {
  const whole = url.replace(ORIGIN, "");
  const mark = whole.indexOf("?");
  const path = mark < 0 ? whole : whole.slice(0, mark);
  return {
    path: unescapeBytes(path)?.toString(),
    search: mark < 0 ? "" : whole.slice(mark + 1),
  };
}

/** Without `//`, `.` and `..`; a slash at the end stays. */
export function cleanPath(path: string): string {
  const clean: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") clean.pop();
    else if (part !== "" && part !== ".") clean.push(part);
  }
  const joined = `/${clean.join("/")}`;
  return path.endsWith("/") && joined !== "/" ? `${joined}/` : joined;
}

/** A base path as nats-server takes it: `mon`, `/mon` and `mon/` are the same. */
export function normalBasePath(given: string): string {
  const clean = cleanPath(`/${given}`);
  return clean === "/" ? "" : clean.replace(/\/$/, "");
}

/** A path as it stands in a header or a link. */
export function escapePath(path: string): string {
  let escaped = "";
  for (const byte of Buffer.from(path)) {
    const char = String.fromCharCode(byte);
    const hex = byte.toString(16).toUpperCase().padStart(2, "0");
    escaped += PLAIN.test(char) ? char : `%${hex}`;
  }
  return escaped;
}
