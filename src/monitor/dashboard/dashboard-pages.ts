/** The paths of the dashboard. The dashboard itself is loaded when one of them is first asked for. */

import type { Page } from "../http/page.ts";
import type { Dashboard, DashboardHost } from "./dashboard.ts";

/** The page, and what it lives on. */
export const PATHS = [
  "/",
  "/api/live",
  "/api/connections",
  "/api/connection",
  "/api/slow",
  "/api/denials",
  "/api/accounts",
  "/api/account",
  "/api/cluster",
  "/api/configuration",
  "/api/log",
  "/api/session",
  "/api/login",
  "/api/logout",
  "/api/publish",
  "/api/subscribe",
  "/api/kick",
  "/api/reload",
  "/api/lame-duck",
] as const;

/** Those that look at everything there is. */
const COSTLY: ReadonlySet<string> = new Set(["/api/connections", "/api/accounts", "/api/account"]);

export type DashboardPath = (typeof PATHS)[number];

export class DashboardPages {
  readonly pages: readonly Page[];
  readonly #host: DashboardHost;
  #dashboard: Promise<Dashboard> | null = null;
  #loaded: Dashboard | null = null;
  #isStopped = false;

  constructor(host: DashboardHost) {
    this.#host = host;
    this.pages = PATHS.map((path) => ({
      path,
      isCostly: COSTLY.has(path),
      ...(path === "/" ? { stop: () => this.#stop() } : {}),
      answer: async (request, url, server) => {
        const dashboard = await this.#load();
        return await dashboard.answer(path, { request, url, server });
      },
    }));
  }

  /** Who watches the dashboard just now. */
  get viewerCount(): number {
    return this.#loaded?.viewerCount ?? 0;
  }

  /** Ends answers that would never end by themselves. */
  #stop(): void {
    this.#isStopped = true;
    void this.#dashboard?.then((dashboard) => dashboard.stop());
  }

  #load(): Promise<Dashboard> {
    this.#dashboard ??= import("./dashboard.ts").then(({ Dashboard }) => {
      const dashboard = new Dashboard(this.#host);
      this.#loaded = dashboard;
      if (this.#isStopped) dashboard.stop();
      return dashboard;
    });
    return this.#dashboard;
  }
}
