/** What becomes of routes when options change. */

import type { EffectiveCluster } from "../config/options/effective-cluster.ts";
import type { Account } from "../core/account.ts";
import type { PermissionSet } from "../core/permissions/permission-set.ts";
import type { Route } from "../kinds/route/route.ts";
import type { RouteSettings } from "../kinds/route/route-host.ts";
import { ClosedReason, ERR_AUTHORIZATION } from "../protocol/errors.ts";
import type { AccountMoves } from "./account-moves.ts";
import type { ClusterState } from "./cluster-state.ts";
import { shownUrl } from "./route-url.ts";

const INSECURE =
  "TLS certificate chain and hostname of solicited routes will not be verified. " +
  "DO NOT USE IN PRODUCTION!";
/** Level from which on servers take INFO at any time. */
const ASYNC_INFO_LEVEL = 1;

/** What a reload asks of the cluster. */
export interface ReloadActions {
  /** Something has changed that INFO and routes show. Returns what routes are to go by now. */
  refresh(): RouteSettings;
  /** Dials servers of the configuration, for accounts or, where that is "", for the pool. */
  dial(urls: readonly string[], accounts: readonly string[]): void;
}

export class ClusterReload {
  readonly #state: ClusterState;
  readonly #moves: AccountMoves;
  readonly #actions: ReloadActions;

  constructor(state: ClusterState, moves: AccountMoves, actions: ReloadActions) {
    this.#state = state;
    this.#moves = moves;
    this.#actions = actions;
  }

  /** Does what follows from the difference between the options in force and others. */
  async take(to: EffectiveCluster): Promise<void> {
    const state = this.#state;
    const from = state.settings;
    state.settings = to;
    const { permissions } = this.#actions.refresh();
    if (!Bun.deepEquals(from.compression, to.compression)) this.#compress(to);
    if (state.name.configure(to.name)) this.nameChanged();
    if (!Bun.deepEquals(ofAddress(from), ofAddress(to))) this.warnOfInsecureTls();
    this.#changeRoutes(from, to);
    if (!Bun.deepEquals(from.authorization, to.authorization)) this.#expelUnauthorized(to);
    if (!Bun.deepEquals(from.permissions, to.permissions)) this.#changePermissions(permissions);
    await this.#rearrange(from, to);
  }

  /** The name has become another one. */
  nameChanged(): void {
    const { host, name } = this.#state;
    this.#actions.refresh();
    host.onClusterName(name.text);
    host.log.info(`Cluster name updated to ${name.text}`);
  }

  warnOfInsecureTls(): void {
    const { host, settings } = this.#state;
    if (settings.tls?.insecure === true) host.log.warn(INSECURE);
  }

  /** Routes whose compression was agreed on have to agree again; others just send otherwise. */
  #compress({ compression }: EffectiveCluster): void {
    const { mode } = compression;
    for (const route of this.#routes()) {
      if (route.compression === "not supported" || route.compression === mode) continue;
      const needsAgreement = route.compression === "off" || mode === "off" || mode === "accept";
      if (needsAgreement) route.close(ClosedReason.ClientClosed);
      else route.recompress();
    }
  }

  #changeRoutes(from: EffectiveCluster, to: EffectiveCluster): void {
    for (const url of from.routes) if (!to.routes.includes(url)) this.#removeRoutes(url);
    const added = to.routes.filter((url) => !from.routes.includes(url));
    this.#actions.dial(added, ["", ...to.accounts]);
  }

  #removeRoutes(url: string): void {
    const { host, open } = this.#state;
    for (const route of [...open.keys()]) {
      if (route.dialled?.url !== url) continue;
      route.mayReconnect = false;
      const { isRegistered } = route;
      route.close(ClosedReason.RouteRemoved);
      if (isRegistered) host.log.info(`Removed route ${shownUrl(url)}`);
    }
  }

  /** What servers have said to come in is not kept: where that has changed, they have to say it again. */
  #expelUnauthorized({ authorization }: EffectiveCluster): void {
    if (authorization === null) return;
    for (const route of this.#routes()) {
      if (route.isSolicited) continue;
      route.mayReconnect = false;
      route.closeWithError(ERR_AUTHORIZATION, ClosedReason.AuthenticationViolation);
    }
  }

  #changePermissions(permissions: PermissionSet | null): void {
    const { host } = this.#state;
    for (const route of this.#routes()) {
      if ((route.remote?.proto ?? 0) < ASYNC_INFO_LEVEL) {
        route.close(ClosedReason.RouteRemoved);
        continue;
      }
      const before = route.permissions;
      route.permissions = permissions;
      // What is wanted already may match more than is exported now.
      route.outbound.filter = permissions;
      route.sendInfo({});
      host.interest.permissionsChanged(route, before);
    }
  }

  async #rearrange(from: EffectiveCluster, to: EffectiveCluster): Promise<void> {
    const state = this.#state;
    const added = to.accounts.filter((each) => !from.accounts.includes(each));
    const removed = from.accounts.filter((each) => !to.accounts.includes(each));
    const isResized = from.poolSize !== to.poolSize;
    if (added.length === 0 && removed.length === 0 && !isResized) return;
    state.isRearranging = true;
    try {
      if (added.length > 0) await this.#moves.move(added);
      if (state.isStopped) return;
      this.#closeChanged(removed, isResized);
      for (const account of removed) state.peers.unpin(account);
      if (isResized) state.peers.poolSize = Math.max(to.poolSize, 1);
      state.host.interest.slotsChanged();
      if (!isResized) for (const account of removed) this.#returnToPool(account);
    } finally {
      state.isRearranging = false;
    }
    if (isResized || added.length > 0) this.#actions.dial(to.routes, ["", ...added]);
  }

  #closeChanged(removed: readonly string[], isResized: boolean): void {
    const { peers } = this.#state;
    for (const account of removed) {
      for (const route of [...(peers.pinned(account)?.values() ?? [])]) {
        route.mayReconnect = false;
        route.close(ClosedReason.RouteRemoved);
      }
    }
    if (!isResized) return;
    for (const peer of [...peers]) {
      for (const route of peer.routes) route.close(ClosedReason.RouteRemoved);
    }
  }

  #returnToPool(name: string): void {
    const { host, peers } = this.#state;
    const account: Account | null = host.accountNamed(name);
    if (account === null) return;
    const slot = peers.slotOf(account);
    for (const peer of peers) {
      const route = peer.at(slot);
      if (route !== null) host.interest.tellAccount(route, account);
    }
  }

  #routes(): Route[] {
    return [...this.#state.peers.routes()];
  }
}

/** Options without those about who is connected to whom. */
function ofAddress(settings: EffectiveCluster): unknown {
  const others = { routes: [], authorization: null, permissions: null, poolSize: 0, accounts: [] };
  return { ...settings, ...others };
}
