/**
 * Asks a server's monitoring port whether it is well: `/readyz` of this server, which names what is
 * not, or else `/healthz`, which every server has.
 */

import type { Options } from "../config/options/options.ts";
import { goDuration } from "../log/go-duration.ts";
import { goErrorText } from "../log/go-error.ts";
import { normalBasePath } from "../monitor/http/paths.ts";
import { joinHostPort } from "../protocol/host-port.ts";
import { limitedText } from "../protocol/limited-text.ts";
import { ArgumentError } from "./command-arguments.ts";

/** What a monitoring port says. */
export interface MonitorHealth {
  readonly healthy: boolean;
  /** Why, for people. */
  readonly reason: string;
}

/** Nobody answers there, or nobody who could say. */
export class NoMonitor extends Error {}

/** An answer that is longer is none. */
const ANSWER_BYTES_MAX = 64 * 1024;
const PORT = /^\d{1,5}$/;
const PORT_MAX = 65_535;
const SCHEMES: readonly string[] = ["http:", "https:"];

/**
 * Address of the monitoring port: of a URL, or of a port on this machine.
 *
 * @returns it without a slash at its end.
 * @throws ArgumentError when the text is neither.
 */
export function monitorOf(text: string): string {
  if (PORT.test(text) && Number(text) > 0 && Number(text) <= PORT_MAX) {
    return `http://127.0.0.1:${text}`;
  }
  // The URL may have a password in it, so no message shows it.
  const wrong = new ArgumentError(
    "--monitor is a port or an address such as http://127.0.0.1:8222",
  );
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  if (url === null || PORT.test(text) || !SCHEMES.includes(url.protocol)) throw wrong;
  if (url.username !== "" || url.password !== "") throw wrong;
  return url.origin + url.pathname.replace(/\/+$/, "");
}

/** The same of a configuration; null when it opens no monitoring port that is known beforehand. */
export function monitorOfOptions(
  { httpHost, host, httpPort, httpsPort, httpBasePath }: Options,
  reachable: (host: string) => string,
): string | null {
  const [scheme, port] = httpPort === 0 ? ["https", httpsPort] : ["http", httpPort];
  if (port <= 0) return null;
  const address = joinHostPort(reachable(httpHost || host), port);
  return `${scheme}://${address}${normalBasePath(httpBasePath)}`;
}

/**
 * @param monitor address of the port, with the base path.
 * @throws NoMonitor
 */
export async function askMonitor(monitor: string, timeoutMs: number): Promise<MonitorHealth> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const ready = await get(`${monitor}/readyz`, signal);
    const checks = ready.status === 404 ? null : checksOf(ready.body);
    if (checks !== null) return judge(ready.status, checks);
    const health = await get(`${monitor}/healthz`, signal);
    return judgeHealth(health);
  } catch (error) {
    if (error instanceof NoMonitor) throw error;
    const isLate = signal.aborted;
    throw new NoMonitor(isLate ? `no answer within ${goDuration(timeoutMs)}` : goErrorText(error));
  }
}

interface Answer {
  readonly status: number;
  /** Null when it is no JSON. */
  readonly body: unknown;
}

async function get(url: string, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(url, {
    signal,
    redirect: "manual",
    // A proxy in the environment is for what is far away. Only false is taken for none.
    proxy: false as unknown as string,
    // It is only asked whether somebody is there, and nothing secret is sent.
    tls: { rejectUnauthorized: false },
  });
  const text = await limitedText(response, ANSWER_BYTES_MAX);
  if (text === null) throw new NoMonitor("it is no NATS server");
  return { status: response.status, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

interface NamedCheck {
  readonly name: string;
  readonly status: string;
  readonly reason: string;
}

function checksOf(body: unknown): NamedCheck[] | null {
  const checks = (body as { checks?: unknown } | null)?.checks;
  if (!Array.isArray(checks)) return null;
  return checks.map((check) => ({
    name: printable(check?.name),
    status: String(check?.status),
    reason: printable(check?.reason),
  }));
}

function judge(status: number, checks: readonly NamedCheck[]): MonitorHealth {
  const reasonsOf = (isWanted: (status: string) => boolean): string[] =>
    checks
      .filter((check) => isWanted(check.status))
      .map(({ name, reason }) => `${name}: ${reason}`);
  if (status === 200) {
    const warnings = reasonsOf((each) => each === "warning");
    const passed = `${checks.length - warnings.length} checks passed`;
    return { healthy: true, reason: [passed, ...warnings].join("; ") };
  }
  const reasons = reasonsOf((each) => each !== "ok" && each !== "warning");
  return { healthy: false, reason: reasons.join("; ") || `it answers with status ${status}` };
}

/** Of a server that has `/healthz` alone. */
function judgeHealth({ status, body }: Answer): MonitorHealth {
  const health = body as { status?: unknown; error?: unknown } | null;
  if (typeof health?.status !== "string") throw new NoMonitor("it is no NATS server");
  const said = printable(health.error ?? health.status);
  return { healthy: status === 200, reason: status === 200 ? `status ${said}` : said };
}

/** A value of an answer for a terminal: nothing that could do something to it. */
export function printable(value: unknown): string {
  return String(value ?? "unknown").replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, "?");
}
