/** Listeners that let in whoever can reach them. */

import type { ConfigNode, MapNode } from "../language/node.ts";
import type { Permissions, SimpleAuth, SubjectPermission } from "../options/auth.ts";
import type { LinkListener } from "../options/cluster.ts";
import type { Options } from "../options/options.ts";
import type { TlsOptions } from "../options/tls.ts";
import { allUsers, asksForCredentials, permissionsOf, userNamed } from "../validate/users.ts";
import type { Finding, Rule } from "./finding.ts";
import { NAMES, optionOf } from "./tree.ts";

export const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?|\[?::ffff:127(?:\.\d+){3}\]?)$/i;
const ANY_ADDRESS = "0.0.0.0";

export const openListeners: Rule = {
  finds: "open listeners",
  needsOptions: true,
  *find({ root, options }) {
    if (!asksClients(options)) yield* openToClients(root, options);
    yield* openToServers(root, options);
    yield* openPages(root, options);
  },
};

export const openNoAuthUser: Rule = {
  finds: "users that anyone can be",
  needsOptions: true,
  *find({ root, options }) {
    const { websocket, mqtt } = options;
    yield* anybody(root, options, { host: options.host, noAuthUser: options.noAuthUser });
    for (const [names, listener] of [
      [NAMES.websocket, websocket],
      [NAMES.mqtt, mqtt],
    ] as const) {
      if (listener === null || listener.port === 0) continue;
      yield* anybody(blockOf(root, ...names), options, listener);
    }
  },
};

/** A wish to keep people out that names nobody. nats-server takes it for none. */
export const nobodyNamed: Rule = {
  finds: "blocks that let nobody in",
  needsOptions: true,
  *find({ root, options }) {
    const { authorization } = options;
    if (authorization === null || asks(authorization) || allUsers(options).length > 0) return;
    if (authorization.authCallout !== null || authorization.oidc.length > 0) return;
    const block = optionOf(root, "authorization");
    for (const [what, place] of [
      ["a password without a user", optionOf(block, ...NAMES.password)],
      ["an empty list of users", optionOf(block, "users")],
    ] as const) {
      if (place === undefined) continue;
      yield {
        place,
        text: `${what} lets nobody in here, and everybody in nats-server`,
        hint: "add a user, or leave it out",
      };
    }
  },
};

/** Clients have to say who they are. */
function asksClients(options: Options): boolean {
  const { authorization, tls, allowNonTls } = options;
  if (asksForCredentials(options) || authorization?.proxyRequired) return true;
  return asksForCertificate(tls) && !allowNonTls;
}

function asks({ user, token }: Pick<SimpleAuth, "user" | "token">): boolean {
  return user !== "" || token !== "";
}

function asksForCertificate(tls: TlsOptions | null): boolean {
  return tls !== null && (tls.verify || tls.verifyAndMap);
}

function* openToClients(root: MapNode, options: Options): Iterable<Finding> {
  const { websocket, mqtt, leafnodes } = options;
  const hint = "add users to authorization or accounts, or listen on 127.0.0.1 only";
  yield* open(root, options, "anyone can connect to ADDRESS: there are no users", hint);
  for (const [names, listener] of [
    [NAMES.websocket, websocket],
    [NAMES.mqtt, mqtt],
  ] as const) {
    if (listener === null || asksForCertificate(listener.tls)) continue;
    if (listener.authorization !== null && asks(listener.authorization)) continue;
    const text = `anyone can connect to ${names[0]} at ADDRESS: there are no users`;
    yield* open(blockOf(root, ...names), listener, text, hint);
  }
  if (leafnodes === null || asksForCertificate(leafnodes.tls)) return;
  const { authorization } = leafnodes;
  if (authorization !== null) {
    const { user, nkey, users, proxyRequired } = authorization;
    if (user !== "" || nkey !== "" || users.length > 0 || proxyRequired) return;
  }
  yield* open(
    blockOf(root, ...NAMES.leafnodes),
    leafnodes,
    "any server can become a leafnode at ADDRESS: there are no users",
    "add leafnodes.authorization, or users of the server itself",
  );
}

function* openToServers(root: MapNode, options: Options): Iterable<Finding> {
  const links = { cluster: options.cluster, gateway: options.gateway };
  for (const [name, link] of Object.entries(links)) {
    const deed = name === "cluster" ? "join the cluster" : "connect a gateway";
    if (link === null || link.tls !== null || (link.authorization?.user ?? "") !== "") continue;
    // Routes are asked for a password even where there is no user.
    if (name === "cluster" && (link.authorization?.password ?? "") !== "") continue;
    yield* open(
      blockOf(root, name),
      link,
      `any server that can reach ADDRESS can ${deed}`,
      `add ${name}.authorization or ${name}.tls`,
    );
  }
}

function* openPages(root: MapNode, options: Options): Iterable<Finding> {
  const { httpPort, httpsPort, profPort } = options;
  const host = options.httpHost || options.host;
  const text = "anyone who can reach ADDRESS can read of connections, subjects and accounts there";
  const hint =
    "monitoring knows no users: listen on 127.0.0.1, or keep strangers off with a firewall";
  const places = {
    http: optionOf(root, "http", "http_port", "monitor_port") ?? root,
    https: optionOf(root, "https", "https_port") ?? root,
    prof: optionOf(root, "prof_port") ?? root,
  };
  yield* openAt(places.http, { host, port: httpPort }, text, hint);
  yield* openAt(places.https, { host, port: httpsPort }, text, hint);
  yield* openAt(
    places.prof,
    { host: options.host, port: profPort },
    "anyone who can reach ADDRESS can profile the server",
    "leave out prof_port where strangers can reach it",
  );
}

type Address = Pick<LinkListener, "host" | "port">;

/** @param text with ADDRESS for where it listens. */
function open(block: MapNode, at: Address, text: string, hint: string): Iterable<Finding> {
  return openAt(placeOf(block), at, text, hint);
}

function* openAt(
  place: ConfigNode,
  { host, port }: Address,
  text: string,
  hint: string,
): Iterable<Finding> {
  if (port === 0 || LOOPBACK.test(host)) return;
  yield { place, text: text.replace("ADDRESS", addressText(host, port)), hint };
}

function addressText(host: string, port: number): string {
  const shown = host === "" ? ANY_ADDRESS : host;
  const inBrackets = shown.includes(":") && !shown.startsWith("[") ? `[${shown}]` : shown;
  return port < 0 ? inBrackets : `${inBrackets}:${port}`;
}

/** Where a block says what it listens on. */
function placeOf(block: MapNode): ConfigNode {
  return optionOf(block, "listen", ...NAMES.host, "port") ?? block;
}

function blockOf(root: MapNode, ...names: string[]): MapNode {
  const block = optionOf(root, ...names);
  return block?.kind === "map" ? block : root;
}

function* anybody(
  block: MapNode,
  options: Options,
  { host, noAuthUser }: { host: string; noAuthUser: string },
): Iterable<Finding> {
  if (noAuthUser === "" || LOOPBACK.test(host) || !mayDoEverything(options, noAuthUser)) return;
  yield {
    place: optionOf(block, "no_auth_user") ?? block,
    text: "clients without credentials become a user who may publish and subscribe to everything",
    hint: "give that user permissions, or take another one",
  };
}

function mayDoEverything(options: Options, name: string): boolean {
  const user = userNamed(options, name);
  if (user === undefined || user.noWildcards || user.maxWildcardDepth > 0) return false;
  return isUnlimited(permissionsOf(options, user));
}

function isUnlimited(permissions: Permissions | null): boolean {
  if (permissions === null) return true;
  const { publish, subscribe, responses } = permissions;
  // The right to respond takes away the right to publish anything else.
  const canPublish = responses !== null && publish === null ? false : isEverything(publish);
  return canPublish && isEverything(subscribe);
}

function isEverything(permission: SubjectPermission | null): boolean {
  if (permission === null) return true;
  const { allow, deny } = permission;
  return (deny ?? []).length === 0 && (allow === null || allow.includes(">"));
}
