/** Routes that lead nowhere, or that other servers refuse, and who may come in by them. */

import type { ConfigNode } from "../language/node.ts";
import type { Rule } from "./finding.ts";
import { NAMES, optionOf } from "./tree.ts";

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

export const halfNamedServers: Rule = {
  finds: "passwords of servers without a user",
  needsOptions: true,
  *find({ root, options }) {
    const { user = "", password = "" } = options.cluster?.authorization ?? {};
    const block = optionOf(optionOf(root, "cluster"), "authorization");
    const place = optionOf(block, ...NAMES.password);
    if (user !== "" || password === "" || place === undefined) return;
    yield {
      place,
      text: "a password without a user is asked for here, and not in nats-server",
      hint: "add a user, or leave it out",
    };
  },
};

export const idleRoutes: Rule = {
  finds: "routes of no cluster",
  needsOptions: true,
  *find({ root, options }) {
    const { cluster } = options;
    const place = optionOf(optionOf(root, "cluster"), "routes");
    if (cluster === null || cluster.port !== 0 || cluster.routes.length === 0) return;
    if (place === undefined) return;
    yield {
      place,
      text: "these routes are not dialled: without a port to listen on there is no cluster",
      hint: "add `listen` to the block, or --cluster to the command line",
    };
  },
};

function routesIn(cluster: ConfigNode | undefined): readonly ConfigNode[] {
  const routes = optionOf(cluster, "routes");
  return routes?.kind === "array" ? routes.value : [];
}
