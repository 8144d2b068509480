/** Short ways to write scenarios on TLS. */

import { connect, PING, type Scenario, type Step, type Tls } from "../scenarios/scenario.ts";

/** Lets openssl offer what it does not by default. */
const ANYTHING = ["-cipher", "ALL:@SECLEVEL=0"];

export const ANY_SUITE = [
  "-ciphersuites",
  "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256",
];

export const TLS12 = ["-tls1_2"];
export const TLS13 = ["-tls1_3"];
export const TLS11 = ["-tls1_1", ...ANYTHING];
export const TLS10 = ["-tls1", ...ANYTHING];

/** Arguments with which a client shows a certificate; `key` if it has not the shared one. */
export function certificate(name: string, key = "client"): string[] {
  return ["-cert", `${name}.pem`, "-key", `${key}.key`];
}

/** A client who connects with TLS, logs in, and sees that it is there. */
export function secure(
  name: string,
  args: readonly string[] = [],
  options: Readonly<Record<string, unknown>> = {},
  then = PING,
): Scenario {
  return { name, steps: [hello(args, options, then)] };
}

/** The same as a step. */
export function hello(
  args: readonly string[] = [],
  options: Readonly<Record<string, unknown>> = {},
  then = PING,
  more: Partial<Tls> & { conn?: string } = {},
): Step {
  const { conn = "a", ...tls } = more;
  return { conn, tls: { args, ...tls }, send: connect(options) + then };
}

/** One write in the clear. */
export function plain(name: string, send: string | Uint8Array): Scenario {
  return { name, steps: [{ send, until: "end" }] };
}
