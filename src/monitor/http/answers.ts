/** Answers of the monitoring port, with nats-server's headers and bodies. */

import { DocumentError } from "../../documents/document-error.ts";
import { escapePath } from "./paths.ts";

const PLAIN_TEXT = "text/plain; charset=utf-8";
const HTML = "text/html; charset=utf-8";

const JSON_HEADERS = {
  "Content-Type": "application/json",
  "Access-Control-Allow-Origin": "*",
} as const;

/** A document. Any site may read it, as in nats-server. */
export function jsonAnswer(
  body: string | Uint8Array | ReadableStream<Uint8Array>,
  status = 200,
): Response {
  const content = body as string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  return new Response(content, { status, headers: JSON_HEADERS });
}

/** There is no room for one more answer. */
export function busyAnswer(): Response {
  return textAnswer(503, "too many requests at once", { "Retry-After": "1" });
}

export function textAnswer(
  status: number,
  text: string,
  headers: Record<string, string> = {},
): Response {
  return new Response(text, { status, headers: { "Content-Type": PLAIN_TEXT, ...headers } });
}

export function htmlAnswer(text: string): Response {
  return new Response(text, { headers: { "Content-Type": HTML } });
}

export function notFound(): Response {
  return textAnswer(404, "404 page not found\n", { "X-Content-Type-Options": "nosniff" });
}

/** To the same page under the path that it should have been asked for by. */
export function moved(path: string, search: string, method: string): Response {
  const location = escapePath(path) + (search === "" ? "" : `?${printable(search)}`);
  const link = location.replace(/[&<>"']/g, (char) => HTML_ESCAPES[char]!);
  const body = `<a href="${link}">Moved Permanently</a>.\n\n`;
  const hasBody = method === "GET" || method === "HEAD";
  return new Response(hasBody ? body : null, {
    status: 301,
    headers: { Location: location, ...(hasBody ? { "Content-Type": HTML } : {}) },
  });
}

/** A query as a header can have it. */
function printable(search: string): string {
  return search.replace(UNPRINTABLE, (char) => {
    const hex = (byte: number): string => `%${byte.toString(16).padStart(2, "0")}`;
    return [...Buffer.from(char)].map(hex).join("");
  });
}

const UNPRINTABLE = /[^\x21-\x7e]/gu;

const HTML_ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
};

/** What whoever has asked for something impossible is told; any other error is thrown again. */
export function faultAnswer(error: unknown): Response {
  if (error instanceof DocumentError) return textAnswer(error.status, error.message);
  throw error;
}
