/**
 * Another cluster, and where its servers are: as the configuration says, as the cluster itself has told,
 * and as others have.
 *
 * What the cluster tells takes the place of all that was told before. What the configuration says stays.
 */

import { addressOf } from "../cluster/route-url.ts";
import type { OutboundGateway } from "../kinds/gateway/outbound-gateway.ts";
import { toldUrl } from "./gateway-url.ts";

/** URLs that a cluster tells of itself; more are ignored. */
const OWN_MAX = 256;
/** The same of what one other server tells of it. */
const RUMOURS_MAX = 64;
/** Servers that have told of it. Of more, what the first one has told is forgotten. */
const TELLERS_MAX = 64;
/** URLs that all of them together have told: of more, what the first one has told is forgotten. */
const ALL_RUMOURS_MAX = 512;
/** URLs that others have told, tried in one round: those that lead nowhere must not keep it long. */
const TRIED_MAX = 64;

export class RemoteCluster {
  readonly name: string;
  /** It stands in the configuration. */
  readonly isExplicit: boolean;
  /** Stands for those who have told of it; "" for the configuration. */
  readonly source: string;
  /** The connection to it that is registered. */
  outbound: OutboundGateway | null = null;
  /** When there was a connection last, or it was told of. */
  seenAt: number;
  /** There was a connection to it that has lasted. */
  wasConnected = false;
  /** Connections that have ended early, one after another. */
  failures = 0;
  readonly #configured: ReadonlyMap<string, string>;
  #own: readonly string[] = [];
  readonly #rumours = new Map<string, readonly string[]>();
  /** What follows from all that; null when it has changed. */
  #urls: ReadonlyMap<string, string> | null = null;

  /** @param urls of the configuration; none for a cluster that others have told of. */
  constructor(name: string, urls: readonly string[], { source = "", now = 0 } = {}) {
    this.name = name;
    this.isExplicit = source === "";
    this.source = source;
    this.seenAt = now;
    this.#configured = new Map(urls.map((url) => [addressOf(url), url]));
  }

  /** What to dial, each once, by `host:port`. */
  get urls(): ReadonlyMap<string, string> {
    this.#urls ??= this.#allUrls();
    return this.#urls;
  }

  #allUrls(): ReadonlyMap<string, string> {
    const urls = new Map(this.#configured);
    for (const list of [this.#own, ...this.#rumours.values()]) {
      for (const url of list) {
        const address = addressOf(url);
        if (!urls.has(address)) urls.set(address, url);
      }
    }
    return urls;
  }

  /** `host:port` of all its servers that are known. */
  get addresses(): string[] {
    return [...this.urls.keys()];
  }

  /** What is dialled in one round, in an order by chance. */
  round(random: () => number): string[] {
    const tried = new Set(this.#configured.values());
    const told = shuffled([...this.urls.values()], random).filter((url) => !tried.has(url));
    return shuffled([...tried, ...told.slice(0, TRIED_MAX)], random);
  }

  /** The cluster itself has told where its servers are. */
  replace(addresses: readonly string[]): void {
    this.#urls = null;
    this.#rumours.clear();
    this.#own = usable(addresses, OWN_MAX);
  }

  /** Somebody else has. @param teller id of that server. */
  add(addresses: readonly string[], teller: string): void {
    const urls = usable(addresses, RUMOURS_MAX);
    if (urls.length === 0) return;
    this.#urls = null;
    this.#rumours.delete(teller);
    this.#rumours.set(teller, urls);
    let count = 0;
    for (const { length } of this.#rumours.values()) count += length;
    for (const [first, { length }] of this.#rumours) {
      if (this.#rumours.size <= TELLERS_MAX && count <= ALL_RUMOURS_MAX) return;
      this.#rumours.delete(first);
      count -= length;
    }
  }
}

function usable(addresses: readonly string[], max: number): string[] {
  const urls: string[] = [];
  for (const address of addresses) {
    if (urls.length === max) break;
    const url = toldUrl(address);
    if (url !== null) urls.push(url);
  }
  return urls;
}

function shuffled(urls: string[], random: () => number): string[] {
  for (let i = urls.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [urls[i], urls[other]] = [urls[other]!, urls[i]!];
  }
  return urls;
}
