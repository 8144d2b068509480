/**
 * `/metrics`, for Prometheus and whatever else reads its formats. What makes it is loaded when it is
 * first asked for: most servers are not asked.
 */

import type { ServerView } from "../../documents/server-view.ts";
import { textAnswer } from "../http/answers.ts";
import type { Page } from "../http/page.ts";
import type { Metrics, WatchedDashboard } from "./metrics.ts";

/**
 * The page. Its parameters are those of nats-io's exporter, as far as one of them makes sense here:
 *
 *     prefix=nats         instead of `gnatsd` and `jetstream`, as the exporter's `-prefix`
 *     server_id=name      labels tell the server by its name, as `-use_internal_server_name`
 *     connections=20      those with the most bytes waiting, each by itself, as `-connz_detailed`
 *     accounts=500        accounts that are told of by themselves
 */
export function metricsPage(view: ServerView, dashboard: WatchedDashboard): Page {
  let metrics: Promise<Metrics> | null = null;
  let isStopped = false;
  const load = async (): Promise<Metrics> => {
    const { Metrics } = await import("./metrics.ts");
    const made = new Metrics(view, dashboard);
    if (isStopped) made.stop();
    return made;
  };
  return {
    path: "/metrics",
    title: "Metrics",
    async answer(request, url) {
      if (request.method !== "GET" && request.method !== "HEAD") {
        return textAnswer(405, "Method Not Allowed\n", { Allow: "GET, HEAD" });
      }
      metrics ??= load();
      return await (await metrics).answer(request, url);
    },
    stop() {
      isStopped = true;
      void metrics?.then((made) => made.stop());
    },
  };
}
