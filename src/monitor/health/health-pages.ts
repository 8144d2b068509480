/**
 * Probes for whoever runs the server, such as Kubernetes:
 *
 *     /livez     the server answers: if not, it is to be started anew
 *     /startupz  it has started
 *     /readyz    it serves clients, and new ones are to be sent here
 *
 * The status is 200 or 503, and the body names each check; warnings do not count:
 *
 *     {"status": "ok", "checks": [{"name": "listener", "status": "ok", "reason": "…"}]}
 */

import { encodeGo } from "../../documents/go-document.ts";
import type { ServerView } from "../../documents/server-view.ts";
import type { TlsSettings } from "../../net/tls/settings.ts";
import { jsonAnswer } from "../http/answers.ts";
import type { Page } from "../http/page.ts";
import { type Check, livenessChecks, readinessChecks, startupChecks } from "./checks.ts";

/** @param tls null without TLS for clients. */
export function healthPages(view: ServerView, tls: TlsSettings | null): Page[] {
  const checked = { view, tls };
  return [
    probe("/livez", "Liveness Probe", livenessChecks),
    probe("/readyz", "Readiness Probe", () => readinessChecks(checked)),
    probe("/startupz", "Startup Probe", async () => startupChecks(checked)),
  ];
}

function probe(path: string, title: string, look: () => Promise<readonly Check[]>): Page {
  return {
    path,
    title,
    async answer() {
      const checks = await look();
      const isOk = checks.every(({ status }) => status !== "failed");
      const document = {
        status: isOk ? "ok" : "unavailable",
        checks: checks.map(({ name, status, reason }) => ({ name, status, reason })),
      };
      return jsonAnswer(encodeGo(document, "  "), isOk ? 200 : 503);
    },
  };
}
