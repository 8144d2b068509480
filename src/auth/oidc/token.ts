/** Tokens as clients show them in CONNECT: what can be told of one before anything is verified. */

import type { ConnectOptions } from "../../protocol/connect-options.ts";

/** Larger ones are not looked at. */
export const TOKEN_BYTES_MAX = 16 * 1024;
const HEADER_DIGITS_MAX = 2048;
const DIGITS = /^[\w-]+$/;
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]*$/;
/** Tokens of NATS itself, in its older and newer layout. */
const NATS_ALGORITHMS: readonly string[] = ["ed25519", "ed25519-nkey"];

/** A text with the header of a signed token. Nothing that it says has been verified. */
export interface ShownToken {
  readonly text: string;
  readonly algorithm: string;
  /** Name of the key; undefined when it says none. */
  readonly keyId: string | undefined;
  /** It says that it is not understood without knowing something else. */
  readonly isCritical: boolean;
}

/** The token that a client shows in place of a token, or of a password. */
export function shownToken({ auth_token, pass }: Readonly<ConnectOptions>): ShownToken | null {
  return readToken(auth_token) ?? readToken(pass);
}

/** Null for what is no signed token, or one of NATS itself. */
export function readToken(text: string): ShownToken | null {
  const end = text.indexOf(".");
  if (end <= 0 || end > HEADER_DIGITS_MAX) return null;
  const header = readPart(text.slice(0, end));
  if (header === null || typeof header.alg !== "string") return null;
  const { alg: algorithm, kid } = header;
  if (NATS_ALGORITHMS.includes(algorithm)) return null;
  const keyId = typeof kid === "string" ? kid : undefined;
  return { text, algorithm, keyId, isCritical: Object.hasOwn(header, "crit") };
}

/** Who it says that it is from; "" for a token that cannot be read. */
export function shownIssuer({ text }: ShownToken): string {
  if (!COMPACT.test(text)) return "";
  const payload = readPart(text.slice(text.indexOf(".") + 1, text.lastIndexOf(".")));
  return typeof payload?.iss === "string" ? payload.iss : "";
}

function readPart(digits: string): Readonly<Record<string, unknown>> | null {
  if (!DIGITS.test(digits)) return null;
  try {
    const value: unknown = JSON.parse(Buffer.from(digits, "base64url").toString());
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}
