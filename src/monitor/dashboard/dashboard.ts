/**
 * The dashboard: a page for people, and the answers that it lives on.
 *
 * Everything here refuses hosts that are not trusted and pages of other origins. What it shows is as
 * open as the other monitoring pages; what it can do needs a login, which `monitor_auth` makes possible.
 */

import type { Server } from "bun";
import type { InternalMessaging } from "../../core/internal-messaging.ts";
import type { ServerControl } from "../../documents/server-control.ts";
import type { ServerView } from "../../documents/server-view.ts";
import type { TlsSettings } from "../../net/tls/settings.ts";
import { isTrustedHost } from "../http/trusted-host.ts";
import { accountDetail } from "./accounts/detail.ts";
import { accountList } from "./accounts/list.ts";
import { type Actor, kick, lameDuck, publish, reload } from "./actions/actions.ts";
import { TestSubscriptions } from "./actions/subscribe.ts";
import { json, RefusedError, wholeNumber } from "./answers.ts";
import { clusterMap } from "./cluster/cluster-map.ts";
import { type Asking, OtherServers } from "./cluster/other-servers.ts";
import { configurationView } from "./configuration.ts";
import { connectionDetail } from "./connections/detail.ts";
import { connectionList } from "./connections/list.ts";
import { ConnectionRates } from "./connections/rates.ts";
import type { DashboardPath } from "./dashboard-pages.ts";
import { denialList } from "./denials.ts";
import { healthOf, serverFacts } from "./facts.ts";
import { LiveFeed } from "./live/live-feed.ts";
import { pageAnswer } from "./page-text.ts";
import { Login, type Visit } from "./security/login.ts";
import { refuseOtherOrigins } from "./security/same-origin.ts";
import type { LogLines } from "./shapes.ts";
import { slowList } from "./slow.ts";

export interface DashboardHost {
  readonly view: ServerView;
  /** Null when there is nobody who could: the server is a part of another program. */
  readonly control: ServerControl | null;
  readonly messaging: InternalMessaging & Asking;
  /** Null without TLS for clients. */
  readonly tls: TlsSettings | null;
}

/** A request as the monitoring port hands it on. */
export interface Question {
  readonly request: Request;
  /** Without the base path. */
  readonly url: URL;
  readonly server: Server<undefined>;
}

type Answer = Response | Promise<Response>;
/** Answers what comes with one method. */
type Handler = (visit: Visit, query: URLSearchParams) => Answer;
type Handlers = Readonly<Record<string, Handler>>;

export class Dashboard {
  readonly #host: DashboardHost;
  readonly #rates = new ConnectionRates();
  readonly #live: LiveFeed;
  readonly #login: Login;
  readonly #others: OtherServers;
  readonly #tests: TestSubscriptions;
  readonly #handlers: Readonly<Record<DashboardPath, Handlers>>;

  constructor(host: DashboardHost) {
    const { view } = host;
    this.#host = host;
    this.#others = new OtherServers(view, host.messaging);
    this.#login = new Login(view, host.control === null);
    this.#tests = new TestSubscriptions(host);
    this.#live = new LiveFeed({
      view,
      rates: this.#rates,
      facts: () => serverFacts(view),
      health: () => healthOf(host),
    });
    this.#handlers = {
      "/": { GET: () => pageAnswer() },
      "/api/live": { GET: () => this.#live.watch() },
      "/api/connections": reading((query) => connectionList(view, this.#rates, query)),
      "/api/connection": reading((query) => this.#connection(query)),
      "/api/slow": reading(() => slowList(view)),
      "/api/denials": reading(() => denialList(view)),
      "/api/accounts": reading((query) => accountList(view, query)),
      "/api/account": reading((query) => this.#account(query)),
      "/api/cluster": reading(() => clusterMap(view, this.#rates, this.#others)),
      "/api/configuration": reading(() => configurationView(view)),
      "/api/log": reading((query) => this.#log(query)),
      "/api/session": { GET: (visit) => json(this.#login.state(visit)) },
      "/api/login": { POST: (visit) => this.#login.logIn(visit) },
      "/api/logout": { POST: (visit) => this.#login.logOut(visit) },
      "/api/publish": this.#action((actor) => publish(host, actor)),
      "/api/subscribe": this.#action((actor) => this.#tests.begin(actor)),
      "/api/kick": this.#action((actor) => kick(host, actor)),
      "/api/reload": this.#action((actor) => reload(host, actor)),
      "/api/lame-duck": this.#action((actor) => lameDuck(host, actor)),
    };
  }

  async answer(path: DashboardPath, question: Question): Promise<Response> {
    try {
      return await this.#answer(this.#handlers[path], question);
    } catch (error) {
      if (error instanceof RefusedError) return error.response;
      throw error;
    }
  }

  /** Who watches just now. */
  get viewerCount(): number {
    return this.#live.viewerCount;
  }

  /** Ends what goes on: answers that never end would hold up the end of the server. */
  stop(): void {
    this.#live.stop();
    this.#tests.stop();
    this.#others.stop();
    this.#login.stop();
  }

  #answer(handlers: Handlers, { request, url, server }: Question): Answer {
    if (!isTrustedHost(request.headers.get("host"), this.#host.view.options)) {
      throw new RefusedError(403, "This name does not belong to the server: see monitor_hosts.");
    }
    const isPage = url.pathname === "/";
    // Some answers never end, and a HEAD has no end of its own.
    const method = request.method === "HEAD" && isPage ? "GET" : request.method;
    const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
    if (handler === undefined) {
      const allowed = Object.keys(handlers).join(", ");
      throw new RefusedError(405, "This cannot be done here.", { Allow: allowed });
    }
    // A link from anywhere may lead to the page; what it lives on is for the page alone.
    if (!isPage) refuseOtherOrigins(request);
    const ip = server.requestIP(request)?.address ?? "";
    return handler({ request, ip, isSecure: server.protocol === "https" }, url.searchParams);
  }

  #action(act: (actor: Actor) => Promise<Response>): Handlers {
    return { POST: (visit) => act({ ...visit, session: this.#login.demand(visit) }) };
  }

  #connection(query: URLSearchParams): unknown {
    const cid = wholeNumber(query.get("cid"), 0, Number.MAX_SAFE_INTEGER);
    const detail = connectionDetail(this.#host.view, this.#rates, cid);
    if (detail === null) throw new RefusedError(404, `There is no connection ${cid} any more.`);
    return detail;
  }

  async #account(query: URLSearchParams): Promise<unknown> {
    const detail = await accountDetail(this.#host.view, query.get("name") ?? "");
    if (detail === null) throw new RefusedError(404, "There is no such account.");
    return detail;
  }

  #log(query: URLSearchParams): LogLines {
    const after = wholeNumber(query.get("after"), 0, Number.MAX_SAFE_INTEGER);
    return { lines: this.#host.view.log.tail?.after(after) ?? [] };
  }
}

function reading(read: (query: URLSearchParams) => unknown): Handlers {
  return { GET: async (_visit, query) => json(await read(query)) };
}
