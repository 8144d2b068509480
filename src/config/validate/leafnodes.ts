/** Leafnodes: their users, their remotes, and the accounts they are bound to. */

import { GLOBAL_ACCOUNT, SYSTEM_ACCOUNT } from "../../protocol/account-names.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { withoutPassword } from "../../protocol/url-credentials.ts";
import type { LeafAuthorization, LeafnodesOptions, LeafRemote } from "../options/cluster.ts";
import type { Options } from "../options/options.ts";
import { compressionFaults } from "./compression.ts";

export function* leafnodeFaults(options: Options): Iterable<string> {
  const { leafnodes } = options;
  if (leafnodes === null) return;
  if (leafnodes.authorization !== null) yield* leafUserFaults(leafnodes.authorization);
  yield* duplicateRemotes(leafnodes.remotes);
  if (options.operators.length === 0) yield* accountFaults(options, leafnodes);
  else if ((leafnodes.authorization?.users.length ?? 0) > 0) {
    yield "operator mode does not allow specifying users in leafnode config";
  }
  yield* compressionFaults(leafnodes.compression, "s2_auto");
  for (const remote of leafnodes.remotes) yield* remoteFaults(remote);
  if (leafnodes.port === 0) return;
  const { gateway, systemAccount } = options;
  const hasGateway = gateway !== null && (gateway.name !== "" || gateway.port !== 0);
  if (hasGateway && systemAccount === "") {
    yield "leaf nodes and gateways (both being defined) require a system account to also be configured";
  }
}

export function* leafUserFaults({ user, nkey, users }: LeafAuthorization): Iterable<string> {
  if (users.length === 0) return;
  if (user !== "") yield "can not have a single user/pass and a users array";
  if (nkey !== "") yield "can not have a single nkey and a users array";
  const seen = new Set<string>();
  for (const each of users) {
    if (seen.has(each.user)) {
      yield `duplicate user ${goQuoteText(each.user)} detected in leafnode authorization`;
    }
    seen.add(each.user);
  }
}

function* duplicateRemotes(remotes: readonly LeafRemote[]): Iterable<string> {
  const seen = new Set<string>();
  for (const remote of remotes) {
    const identity = remoteIdentity(remote);
    if (seen.has(identity)) yield `duplicate remote ${remoteName(remote)}`;
    seen.add(identity);
  }
}

/** Two remotes with the same text are one. */
export function remoteIdentity({ urls, account, credentials, nkey }: LeafRemote): string {
  return JSON.stringify([urls, account || GLOBAL_ACCOUNT, credentials, nkey]);
}

/** What a remote is called in messages, without its secrets. */
export function remoteName(remote: LeafRemote): string {
  const urls = remote.urls.map((url) => goQuoteText(withoutPassword(url))).join(" ");
  const account = goQuoteText(remote.account || GLOBAL_ACCOUNT);
  let identity = "";
  if (remote.credentials !== "") identity = `, credentials=${goQuoteText(remote.credentials)}`;
  else if (remote.nkey !== "") identity = ', nkey="[REDACTED]"';
  return `urls=[${urls}], account=${account}${identity}`;
}

function* accountFaults(options: Options, leafnodes: LeafnodesOptions): Iterable<string> {
  const known = new Set(["", GLOBAL_ACCOUNT, ...options.accounts.map(({ name }) => name)]);
  if (options.systemAccount === "" && !options.noSystemAccount) known.add(SYSTEM_ACCOUNT);
  const { authorization, remotes } = leafnodes;
  const bound = [
    ["authorization", authorization?.account ?? ""],
    ...(authorization?.users ?? []).map(({ account }) => ["authorization", account]),
    ...remotes.map(({ account }) => ["remote", account]),
  ] as [string, string][];
  for (const [where, account] of bound) {
    if (!known.has(account)) {
      yield `cannot find local account ${goQuoteText(account)} specified in leafnode ${where}`;
    }
  }
}

function* remoteFaults(remote: LeafRemote): Iterable<string> {
  const kinds = new Set(remote.urls.map((url) => /^wss?:/i.test(url)));
  if (kinds.size > 1) {
    const urls = remote.urls.map((url) => goQuoteText(withoutPassword(url))).join(" ");
    yield `remote leaf node configuration cannot have a mix of websocket and non-websocket urls: [${urls}]`;
  }
  yield* compressionFaults(remote.compression, "s2_auto");
}
