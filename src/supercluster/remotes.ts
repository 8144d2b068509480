/** All other clusters that are known: those of the configuration, and those that others have told of. */

import { isSaneName } from "../cluster/sane-name.ts";
import type { EffectiveGateway } from "../config/options/effective-gateway.ts";
import { RemoteCluster } from "./remote-cluster.ts";

/** Clusters that others have told of; no more are learnt. */
const LEARNT_MAX = 1024;
/** The same of those that one source has told of. */
const LEARNT_PER_SOURCE_MAX = 256;

/** Somebody tells of a cluster. */
export interface Telling {
  readonly name: string;
  /** `host:port` of its servers. */
  readonly addresses: readonly string[];
  /** Id of the server that tells. */
  readonly teller: string;
  /** Stands for all of its kind: they are listened to only so much. */
  readonly source: string;
  /** It tells of its own cluster, and has come to this server. */
  readonly isThere: boolean;
}

export class Remotes {
  readonly #own: string;
  readonly #remotes = new Map<string, RemoteCluster>();

  constructor({ name, remotes }: EffectiveGateway) {
    this.#own = name;
    for (const { name: other, urls } of remotes) {
      this.#remotes.set(other, new RemoteCluster(other, urls));
    }
  }

  [Symbol.iterator](): IterableIterator<RemoteCluster> {
    return this.#remotes.values();
  }

  get(name: string): RemoteCluster | undefined {
    return this.#remotes.get(name);
  }

  /**
   * Takes note of what somebody tells.
   *
   * @param isIdle whether a cluster may be forgotten for the sake of one that is there.
   * @returns the cluster when it is a new one.
   */
  learn(
    { name, addresses, teller, source, isThere }: Telling,
    now: number,
    isIdle: (remote: RemoteCluster) => boolean,
  ): RemoteCluster | null {
    if (name === "" || name === this.#own || !isSaneName(name)) return null;
    const known = this.#remotes.get(name);
    if (known !== undefined) {
      known.add(addresses, teller);
      return null;
    }
    const remote = new RemoteCluster(name, [], { source, now });
    remote.add(addresses, teller);
    if (remote.urls.size === 0 || !this.#hasRoom(source, isThere, isIdle)) return null;
    this.#remotes.set(name, remote);
    return remote;
  }

  forget(remote: RemoteCluster): void {
    this.#remotes.delete(remote.name);
  }

  #hasRoom(source: string, isThere: boolean, isIdle: (remote: RemoteCluster) => boolean): boolean {
    let [all, told] = [0, 0];
    let idle: RemoteCluster | null = null;
    for (const remote of this.#remotes.values()) {
      if (remote.isExplicit) continue;
      all++;
      if (remote.source === source) told++;
      if (idle === null && isIdle(remote)) idle = remote;
    }
    if (told >= LEARNT_PER_SOURCE_MAX) return false;
    if (all < LEARNT_MAX) return true;
    if (!isThere || idle === null) return false;
    this.forget(idle);
    return true;
  }
}
