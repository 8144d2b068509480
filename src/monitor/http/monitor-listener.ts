/**
 * The monitoring port. Paths, parameters, headers and bodies are nats-server's; HTTP itself is the
 * runtime's, which is stricter with heads of requests, and lets nobody take longer than some seconds
 * for one.
 */

import type { Server } from "bun";
import { monitorPortFault } from "../../config/validate/monitor-ports.ts";
import type { ServerView } from "../../documents/server-view.ts";
import { bindPort } from "../../net/bind.ts";
import type { ShownTls, TlsSettings } from "../../net/tls/settings.ts";
import { joinHostPort } from "../../protocol/host-port.ts";
import { Admission } from "./admission.ts";
import { busyAnswer, moved, notFound, textAnswer } from "./answers.ts";
import { countHit, endpointPages } from "./endpoints.ts";
import { linkList, prefersHtml } from "./index-page.ts";
import type { Page } from "./page.ts";
import { cleanPath, escapePath, normalBasePath, targetOf } from "./paths.ts";
import { tlsForHttp } from "./tls-for-http.ts";
import { isTrustedHost } from "./trusted-host.ts";

/** The port cannot be opened; the message is what nats-server says of it. */
export class MonitorError extends Error {}

export interface MonitorParts {
  /** Where certificates come from; null without TLS for clients. */
  readonly tls: TlsSettings | null;
  /** Pages beside nats-server's. One at `/` is for browsers, all others get the list of links there. */
  readonly pages: readonly Page[];
  /** What the process was started with, as far as it is this server's. */
  readonly commandLine: readonly string[];
}

/** Seconds that a connection may do nothing, or may take for a request after its first. */
const IDLE_SECONDS_MAX = 60;
/** Nothing that is sent to a page is longer. */
const BODY_BYTES_MAX = 1024 * 1024;
/** How long it takes until a port is tried again that was lost while certificates were changed. */
const REOPEN_MS = 1000;

const INDEX = "/";
const LINKS = "/links";
/** Why a browser gets the list of links. */
const UNTRUSTED =
  "There is a dashboard, but not under this name: use an address, or add the name to monitor_hosts.";

export class MonitorListener {
  readonly #view: ServerView;
  readonly #scheme: "http" | "https";
  readonly #host: string;
  readonly #base: string;
  readonly #tls: TlsSettings | null;
  readonly #pages: readonly Page[];
  readonly #byPath: ReadonlyMap<string, Page>;
  readonly #admission = new Admission();
  #server: Server<undefined>;
  /** Those with earlier certificates, while they have answers to end. */
  readonly #former = new Set<Server<undefined>>();
  #port: number;
  #reopening: Timer | undefined;
  #isStopped = false;

  private constructor(view: ServerView, { tls, pages, commandLine }: MonitorParts) {
    const { httpHost, host, httpPort, httpsPort, httpBasePath } = view.options;
    this.#view = view;
    this.#scheme = httpPort === 0 ? "https" : "http";
    this.#host = httpHost || host;
    this.#base = normalBasePath(httpBasePath);
    this.#tls = tls;
    this.#pages = pages;
    const all = [...endpointPages(view, commandLine), ...pages];
    this.#byPath = new Map(all.map((page) => [page.path, page]));
    const wanted = httpPort === 0 ? httpsPort : httpPort;
    this.#server = this.#listen(wanted === -1 ? 0 : wanted);
    this.#port = this.#server.port!;
    if (this.#scheme === "https" && tls !== null) tls.onChange = () => this.#renewTls();
  }

  /**
   * Opens the port that the options name.
   *
   * @returns null when they name none.
   * @throws MonitorError
   */
  static open(view: ServerView, parts: MonitorParts): MonitorListener | null {
    const { httpPort, httpsPort } = view.options;
    if (httpPort === 0 && httpsPort === 0) return null;
    const fault = monitorPortFault(view.options, (parts.tls?.shown ?? null) !== null);
    if (fault !== null) throw new MonitorError(fault);
    try {
      const listener = new MonitorListener(view, parts);
      const address = joinHostPort(listener.host, listener.port);
      view.log.info(`Starting ${listener.scheme} monitor on ${address}`);
      return listener;
    } catch (error) {
      throw new MonitorError(`can't listen to the monitor port: ${(error as Error).message}`);
    }
  }

  get scheme(): "http" | "https" {
    return this.#scheme;
  }

  /** As configured, which may be an address that stands for all. */
  get host(): string {
    return this.#host;
  }

  /** The one that is really bound. */
  get port(): number {
    return this.#port;
  }

  /** Closes the port and all connections. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#reopening);
    if (this.#tls !== null) this.#tls.onChange = null;
    for (const page of this.#pages) page.stop?.();
    for (const server of [this.#server, ...this.#former]) void server.stop(true);
  }

  /** @throws Error in nats-server's words. */
  #listen(port: number): Server<undefined> {
    const shown = this.#scheme === "https" ? (this.#tls?.shown ?? null) : null;
    return bindPort(this.#host, port, (host) => this.#serve(host, port, shown));
  }

  /** @throws Error of the system; one without a code for a name that has no address. */
  #serve(hostname: string, port: number, shown: ShownTls | null): Server<undefined> {
    try {
      return this.#open(hostname, port, shown);
    } catch (error) {
      // Of a name without an address the runtime says here whatever was last wrong elsewhere.
      Bun.listen({ hostname, port: 0, socket: { data() {} } }).stop();
      throw error;
    }
  }

  #open(hostname: string, port: number, shown: ShownTls | null): Server<undefined> {
    return Bun.serve({
      hostname,
      port,
      ...(shown === null ? {} : { tls: tlsForHttp(shown) }),
      idleTimeout: IDLE_SECONDS_MAX,
      maxRequestBodySize: BODY_BYTES_MAX,
      // Without development the port would be shared with whoever asks for it.
      development: false,
      reusePort: false,
      fetch: (request, server) => this.#answer(request, server),
      error: (error) => this.#fail(error),
    });
  }

  /** The runtime does not change certificates of an open port: it is closed and opened at once. */
  #renewTls(): void {
    // Without TLS nothing better is to be had than what there was.
    if (this.#isStopped || this.#tls?.shown == null) return;
    clearTimeout(this.#reopening);
    const former = this.#server;
    this.#former.add(former);
    void former.stop(false).then(() => this.#former.delete(former));
    try {
      this.#server = this.#listen(this.#port);
    } catch (error) {
      this.#view.log.error(`Can't reopen the monitor port: ${(error as Error).message}`);
      this.#reopening = setTimeout(() => this.#renewTls(), REOPEN_MS);
    }
  }

  #answer(request: Request, server: Server<undefined>): Response | Promise<Response> {
    const { path, search } = targetOf(request.url);
    if (path === undefined) return textAnswer(400, "400 Bad Request", { Connection: "close" });
    const clean = cleanPath(path);
    if (clean !== path) return moved(clean, search, request.method);
    const inner = this.#withinBase(path);
    if (inner === undefined) return notFound();
    if (inner === LINKS) return linkList("", this.#pages);
    const page = this.#byPath.get(inner);
    if (inner === INDEX) {
      countHit(this.#view, INDEX);
      const prefix = escapePath(this.#base.slice(this.#base.lastIndexOf("/")));
      if (page === undefined || !prefersHtml(request.headers.get("Accept"))) {
        return linkList(prefix, this.#pages);
      }
      if (!isTrustedHost(request.headers.get("Host"), this.#view.options)) {
        return linkList(prefix, this.#pages, UNTRUSTED);
      }
    }
    if (page === undefined) return notFound();
    const url = new URL(`http://monitor${escapePath(inner)}${search === "" ? "" : `?${search}`}`);
    if (!page.isCostly) return page.answer(request, url, server);
    const answer = this.#admission.run(() => {
      // Whoever has waited for too long may be gone.
      if (request.signal.aborted) return busyAnswer();
      return page.answer(request, url, server);
    });
    return answer ?? busyAnswer();
  }

  /** The path after the base path; undefined for what is not below it. */
  #withinBase(path: string): string | undefined {
    if (this.#base === "") return path;
    if (path === this.#base) return INDEX;
    const inner = path.slice(this.#base.length);
    return path.startsWith(`${this.#base}/`) && inner !== INDEX ? inner : undefined;
  }

  #fail(error: Error): Response {
    this.#view.log.error(`monitoring: ${error.message}`);
    return textAnswer(500, "Internal Server Error");
  }
}
