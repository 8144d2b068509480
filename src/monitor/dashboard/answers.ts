/** Answers of the dashboard: their headers, refusals, and how bodies are read. */

import type { Refusal } from "./shapes.ts";

/** Longest body of a request, in bytes. */
const BODY_BYTES_MAX = 128 * 1024;

/** On every answer. There is no CORS header: other origins are to read nothing. */
const GUARDS: Readonly<Record<string, string>> = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

/** The guards, and what one answer has besides or instead. */
export function guarded(headers: Readonly<Record<string, string>>): Record<string, string> {
  return { ...GUARDS, ...headers };
}

export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: guarded({ "Content-Type": "application/json; charset=utf-8", ...headers }),
  });
}

/** A request that is not carried out; the text is for people. */
export class RefusedError extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, text: string, headers: Record<string, string> = {}) {
    super(text);
    this.status = status;
    this.headers = headers;
  }

  get response(): Response {
    return json({ error: this.message } satisfies Refusal, this.status, this.headers);
  }
}

/**
 * The object that a request has as its body.
 *
 * @throws RefusedError when it is too long, or no JSON object.
 */
export async function readJson(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json(?:;|$)/i.test(type)) {
    throw new RefusedError(415, "The body has to be application/json.");
  }
  const length = request.headers.get("content-length");
  if (length === null) throw new RefusedError(411, "The length of the body has to be given.");
  if (Number(length) > BODY_BYTES_MAX) throw new RefusedError(413, "The body is too long.");
  try {
    const value: unknown = JSON.parse(await request.text());
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // Said below.
  }
  throw new RefusedError(400, "The body is no JSON object.");
}

/** A text of a body; "" when it is absent. */
export function textOf(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name] ?? "";
  if (typeof value === "string") return value;
  throw new RefusedError(400, `"${name}" has to be a text.`);
}

/** A number that a query or a body gives; `fallback` for anything else. */
export function wholeNumber(value: unknown, fallback: number, max: number): number {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number) || number < 0) return fallback;
  return Math.min(number, max);
}
