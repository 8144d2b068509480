/** A server with a dashboard, in this process. */

import type { ServerControl } from "../../../src/documents/server-control.ts";
import type { Refusal } from "../../../src/monitor/dashboard/shapes.ts";
import { Server } from "../../../src/server/server.ts";
import { optionsOf } from "../../support/options-of.ts";

export const USER = "operator";
export const PASSWORD = "canary-of-the-dashboard";
export const MONITOR_AUTH = `monitor_auth { user: ${USER}, password: "${PASSWORD}" }`;

export interface Watched extends AsyncDisposable {
  readonly server: Server;
  /** Address of the monitoring port, without a slash at its end. */
  readonly url: string;
  readonly log: readonly string[];
  /** What the dashboard has asked the process for. */
  readonly asked: readonly string[];
}

/** @param config without ports. */
export async function startWatched(config = ""): Promise<Watched> {
  const log: string[] = [];
  const asked: string[] = [];
  const options = await optionsOf(`listen: "127.0.0.1:-1"\nhttp_port: -1\n${config}\n`);
  const server = new Server(options, (_level, text) => log.push(text));
  server.control = {
    async reload() {
      asked.push("reload");
      return "";
    },
    lameDuck() {
      asked.push("lame duck");
    },
  } satisfies ServerControl;
  await server.start();
  const scheme = options.httpsPort === 0 ? "http" : "https";
  const url = `${scheme}://127.0.0.1:${server.monitor!.port}${server.options.httpBasePath}`;
  return { server, url, log, asked, [Symbol.asyncDispose]: () => server.stop() };
}

/** As the page would ask it. */
export function post(
  { url }: Pick<Watched, "url">,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Sec-Fetch-Site": "same-origin", ...headers },
    body: JSON.stringify(body),
  });
}

/** Logs in; returns the cookie as it is sent back. */
export async function logIn(watched: Pick<Watched, "url">): Promise<string> {
  const response = await post(watched, "/api/login", { user: USER, password: PASSWORD });
  const refusal = (await response.json()) as Partial<Refusal>;
  if (!response.ok) throw new Error(refusal.error);
  return response.headers.get("set-cookie")!.split(";")[0]!;
}
