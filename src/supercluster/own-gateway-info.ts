/** What this server tells other clusters of itself, and of the other servers of its own. */

import { ConnectUrls } from "../cluster/connect-urls.ts";
import type { EffectiveGateway } from "../config/options/effective-gateway.ts";
import { COMPATIBLE_VERSION, type ServerInfo } from "../protocol/info.ts";
import type { RouteInfo } from "../protocol/route-info.ts";
import { inOneLine } from "./gateway-url.ts";

/** Level of the protocol between servers: messages may be traced through several of them. */
const PROTOCOL_LEVEL = 3;

export class OwnGatewayInfo {
  readonly #serverInfo: ServerInfo;
  readonly #serverName: string;
  readonly #urls = new ConnectUrls();
  /** Of the other servers of this cluster, what was taken, by their ids. */
  readonly #taken = new Map<string, readonly string[]>();
  #told = { host: "", port: 0 };
  #url = "";

  /** @param serverName as configured: as in nats-server, an id that stands for it is not told. */
  constructor(serverInfo: ServerInfo, serverName: string) {
    this.#serverInfo = serverInfo;
    this.#serverName = serverName;
  }

  /** The address of this server is known. @param url the same as one text. */
  open(told: { host: string; port: number }, url: string): void {
    this.#told = told;
    this.#url = url;
    this.#urls.add([url]);
  }

  /** Another server of this cluster has come. @returns whether INFO is another one now. */
  peerCame(id: string, url: string): boolean {
    const isGone = this.peerLeft(id);
    if (url === "") return isGone;
    const { taken, hasChanged } = this.#urls.add([url]);
    this.#taken.set(id, taken);
    return hasChanged || isGone;
  }

  /** The last connection to another server of this cluster has ended. */
  peerLeft(id: string): boolean {
    const taken = this.#taken.get(id) ?? [];
    this.#taken.delete(id);
    return this.#urls.remove(taken);
  }

  /** INFO of gateways at this time. */
  info({ name, tls, authorization }: EffectiveGateway): RouteInfo {
    const { id, headers, maxPayload } = this.#serverInfo;
    return {
      server_id: id,
      server_name: this.#serverName,
      version: COMPATIBLE_VERSION,
      proto: PROTOCOL_LEVEL,
      go: "",
      ...this.#told,
      headers,
      auth_required: (authorization?.user ?? "") !== "",
      tls_required: tls !== null,
      tls_verify: tls !== null,
      max_payload: maxPayload,
      gateway: name,
      gateway_urls: inOneLine(this.#urls.all),
      gateway_url: this.#url,
      gateway_nrp: true,
      gateway_iom: true,
    };
  }
}
