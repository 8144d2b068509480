/** Routes that other servers of the same cluster will refuse. */

import type { ConfigNode } from "../language/node.ts";
import type { Rule } from "./finding.ts";
import { optionOf } from "./tree.ts";

/** A URL that holds a user. */
const WITH_USER = /^[^/]*\/\/[^/@]+@/;

export const namelessRoutes: Rule = {
  finds: "routes without a user",
  *find({ root }) {
    const cluster = optionOf(root, "cluster");
    if (optionOf(optionOf(cluster, "authorization"), "user", "username") === undefined) return;
    for (const place of routesIn(cluster)) {
      if (place.kind !== "string" || WITH_USER.test(place.value)) continue;
      yield {
        place,
        text: "this route shows no user and password, as cluster.authorization is not used for it",
        hint: "write nats://user:password@host:port, if the other server asks as this one does",
      };
    }
  },
};

function routesIn(cluster: ConfigNode | undefined): readonly ConfigNode[] {
  const routes = optionOf(cluster, "routes");
  return routes?.kind === "array" ? routes.value : [];
}
