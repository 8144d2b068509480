/** Servers that come in by their certificate, in place of a user and a password. */

import { isKnownServer } from "../../auth/certificate/known-server.ts";
import type { EffectiveCluster } from "../../config/options/effective-cluster.ts";
import type { Route } from "../../kinds/route/route.ts";
import { parseGoUrl } from "../../protocol/go-url.ts";

/** Whether a server may come in; null where its certificate does not decide that. */
export function certificateAdmission({
  tls,
  authorization,
  routes,
}: EffectiveCluster): ((route: Route) => boolean) | null {
  const { verifyAndMap = false, verifyCertAndCheckKnownUrls: isKnownByUrl = false } = tls ?? {};
  if (!verifyAndMap && !isKnownByUrl) return null;
  const rules = {
    user: verifyAndMap ? (authorization?.user ?? "") : null,
    hosts: isKnownByUrl ? routes.map((url) => parseGoUrl(url).hostname) : [],
  };
  return (route) =>
    isKnownServer(rules, {
      certificates: route.tls?.certificates ?? null,
      debug: (text) => route.debug(text),
    });
}
