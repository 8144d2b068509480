/** Questions to the server. */

import type { Refusal } from "../shapes.ts";

/** Where the page is, whatever base path the monitoring has. */
export const BASE = location.pathname.replace(/\/+$/, "");

const NOT_FOUND = 404;

export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

/** @throws ApiError with a text for people. */
export async function get<T>(path: string, signal: AbortSignal | null = null): Promise<T> {
  const response = await ask(path, { signal });
  return (await response.json()) as T;
}

/**
 * The same of what may be gone.
 *
 * @returns null when it is.
 */
export async function find<T>(path: string, signal: AbortSignal): Promise<T | null> {
  try {
    return await get<T>(path, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === NOT_FOUND) return null;
    throw error;
  }
}

/** @throws ApiError with a text for people. */
export async function post<T>(path: string, body: object): Promise<T> {
  const response = await send(path, body);
  return (await response.json()) as T;
}

/** The answer as it comes. */
export function send(
  path: string,
  body: object,
  signal: AbortSignal | null = null,
): Promise<Response> {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`${BASE}/api/${path}`, init);
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw new ApiError(0, "The server cannot be reached.");
  }
  if (response.ok) return response;
  const refusal = (await response.json().catch(() => ({}))) as Partial<Refusal>;
  throw new ApiError(response.status, refusal.error ?? `The server answered ${response.status}.`);
}
