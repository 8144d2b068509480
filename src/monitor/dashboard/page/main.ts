/** The dashboard's page: its frame, its sections, and the feed that they live on. */

import type { ServerFacts, Tick } from "../shapes.ts";
import { announce } from "./announce.ts";
import { BASE } from "./api.ts";
import { h, setAttribute, setText } from "./dom.ts";
import { clock, duration } from "./format.ts";
import { type IconName, icon } from "./icons.ts";
import { Live, type LiveState } from "./live.ts";
import { badge, type View } from "./parts.ts";
import { Session } from "./session.ts";
import { themeButton } from "./theme.ts";
import { AccountView } from "./views/account.ts";
import { AccountsView } from "./views/accounts.ts";
import { ClusterView } from "./views/cluster.ts";
import { ConfigurationView } from "./views/configuration.ts";
import { ConnectionView } from "./views/connection.ts";
import { ConnectionsView } from "./views/connections.ts";
import { DenialsView } from "./views/denials.ts";
import { LogView } from "./views/log.ts";
import { OverviewView } from "./views/overview.ts";
import { SlowView } from "./views/slow.ts";
import { SubjectsView } from "./views/subjects.ts";
import { ToolsView } from "./views/tools.ts";

interface Section {
  readonly name: IconName;
  readonly title: string;
  make(): View;
}

const STATES: Readonly<Record<LiveState, string>> = {
  connecting: "Connecting …",
  live: "Live",
  lost: "Reconnecting …",
};

/** Pages of single things, with the sections that lead to them. */
const DETAILS: Readonly<Record<string, IconName>> = {
  connection: "connections",
  account: "accounts",
};

class Dashboard {
  readonly #session = new Session();
  readonly #live: Live;
  readonly #main = document.getElementById("main")!;
  readonly #name = h("strong", {}, "NATS");
  readonly #facts = h("span", { class: "server-facts" });
  readonly #state = h("span", { class: "feed connecting" }, STATES.connecting);
  readonly #health = h("span");
  readonly #links = new Map<string, { link: HTMLElement; mark: HTMLElement }>();
  readonly #views = new Map<string, View>();
  readonly #sections: readonly Section[] = [
    { name: "overview", title: "Overview", make: () => new OverviewView(this.#live) },
    { name: "connections", title: "Connections", make: () => new ConnectionsView() },
    { name: "subjects", title: "Subjects", make: () => new SubjectsView() },
    { name: "slow", title: "Slow consumers", make: () => new SlowView() },
    { name: "denials", title: "Denials", make: () => new DenialsView() },
    { name: "accounts", title: "Accounts", make: () => new AccountsView() },
    { name: "cluster", title: "Cluster", make: () => new ClusterView() },
    {
      name: "configuration",
      title: "Configuration",
      make: () => new ConfigurationView(this.#live),
    },
    { name: "log", title: "Log", make: () => new LogView() },
    { name: "tools", title: "Tools", make: () => new ToolsView(this.#session) },
  ];
  readonly #lost = h("p", { class: "lost-bar", hidden: true });
  #shown: View | null = null;
  #server: ServerFacts | null = null;
  #tick: Tick | null = null;

  constructor() {
    document.getElementById("top")!.append(...this.#top());
    document.getElementById("nav")!.append(this.#menu());
    this.#live = new Live({
      onHello: (server) => this.#greet(server),
      onTick: (tick) => this.#take(tick),
      onState: (state) => this.#showState(state),
    });
    addEventListener("hashchange", () => this.#route(true));
    // The frame is painted first.
    setTimeout(() => this.#route(false));
    void this.#session.refresh();
  }

  #top(): HTMLElement[] {
    const user = h("span", { class: "who" });
    const button = h("button", { class: "plain", type: "button" });
    button.addEventListener("click", () => {
      if (this.#session.isLoggedIn) void this.#session.logOut();
      else this.#session.logIn();
    });
    this.#session.listen((state) => {
      button.hidden = !state.canLogIn;
      setText(button, state.user === "" ? "Log in" : "Log out");
      setText(user, state.user);
    });
    const mark = h("span", { class: "mark", "aria-hidden": "true" }, "N");
    const brand = h("a", { class: "brand", href: "#/" }, mark, this.#name);
    const end = h("div", { class: "end" }, this.#health, this.#state, user, button, themeButton());
    return [brand, this.#facts, end];
  }

  #menu(): HTMLElement {
    const list = h("ul");
    for (const { name, title } of this.#sections) {
      const kind = name === "slow" ? "count-mark bad" : "count-mark";
      const mark = h("span", { class: kind, hidden: true });
      const link = h("a", { href: addressOf(name) }, icon(name), h("span", {}, title), mark);
      this.#links.set(name, { link, mark });
      list.append(h("li", {}, link));
    }
    const programs = h("a", { class: "quiet", href: `${BASE}/links` }, "Endpoints");
    programs.title = "What programs ask: varz, connz, metrics and the others";
    list.append(h("li", {}, programs));
    return list;
  }

  /** @param isMove somebody has gone there: the keyboard goes along. */
  #route(isMove: boolean): void {
    // The link that skips the menu leads to no section.
    if (location.hash === "#main" && this.#shown !== null) return;
    const { name, argument } = placeOf(location.hash);
    const wanted = this.#nearest(name);
    if (wanted !== name) history.replaceState(null, "", addressOf(wanted));
    const view = this.#viewOf(wanted);
    if (view !== this.#shown) {
      this.#shown?.hide?.();
      this.#shown = view;
      this.#main.replaceChildren(this.#lost, view.element);
      scrollTo(0, 0);
    } else view.hide?.();
    view.show?.(argument);
    if (this.#tick !== null) view.tick?.(this.#tick);
    const current = DETAILS[wanted] ?? wanted;
    for (const [each, { link }] of this.#links) {
      if (each !== current) link.removeAttribute("aria-current");
      else {
        link.setAttribute("aria-current", "page");
        bringIntoSight(link);
      }
    }
    this.#showTitle();
    if (isMove) view.element.querySelector("h1")?.focus();
  }

  /** The section of that name, or one whose name is like it. */
  #nearest(name: string): string {
    if (name === "") return "overview";
    if (Object.hasOwn(DETAILS, name)) return name;
    const names = this.#sections.map((section) => section.name);
    const exact = names.find((each) => each === name);
    const like = names.find((each) => each.startsWith(name) || name.startsWith(each));
    return exact ?? like ?? "overview";
  }

  #viewOf(name: string): View {
    const known = this.#views.get(name);
    if (known !== undefined) return known;
    const section = this.#sections.find((each) => each.name === name);
    const view = section?.make() ?? this.#detail(name);
    this.#views.set(name, view);
    return view;
  }

  #detail(name: string): View {
    return name === "account" ? new AccountView() : new ConnectionView(this.#session);
  }

  #greet(server: ServerFacts): void {
    // Another version has another page.
    if (this.#server !== null && this.#server.version !== server.version) location.reload();
    const isOther = this.#server !== null && this.#server.id !== server.id;
    this.#server = server;
    setText(this.#name, server.name === server.id ? `${server.name.slice(0, 12)}…` : server.name);
    setAttribute(this.#name, "title", server.name);
    if (isOther) {
      announce("The server was started anew.");
      for (const view of this.#views.values()) view.restart?.();
    }
    void this.#session.refresh();
    this.#showTitle();
  }

  #take(tick: Tick): void {
    this.#tick = tick;
    const { health, slow, totals } = tick;
    this.#mark("slow", slow.length);
    this.#mark("denials", totals.denials);
    const state = health.isHealthy ? "Healthy" : "Unhealthy";
    if (this.#health.textContent !== state) {
      const reasons = health.checks.map(({ name, reason }) => `${name}: ${reason}`).join("\n");
      this.#health.replaceChildren(badge(state, health.isHealthy ? "good" : "bad"));
      this.#health.title = reasons;
      if (!health.isHealthy) announce(reasons);
    }
    if (this.#server !== null) {
      const { compatible, startedAt, port } = this.#server;
      const up = duration(Math.max(Date.now() - startedAt, 1000));
      setText(this.#facts, `nats-server ${compatible} · port ${port} · up ${up}`);
    }
    this.#shown?.tick?.(tick);
    this.#showTitle();
  }

  #mark(section: string, count: number): void {
    const { mark } = this.#links.get(section)!;
    mark.hidden = count === 0;
    setText(mark, count > 999 ? "999+" : String(count));
  }

  #showState(state: LiveState): void {
    const wasLost = this.#state.classList.contains("lost");
    // A try that fails again is no news.
    if (state === "connecting" && wasLost) return;
    if (state === "lost" && !wasLost) announce(STATES.lost);
    if (state === "live" && wasLost) announce("Connected again");
    this.#state.className = `feed ${state}`;
    setText(this.#state, STATES[state]);
    this.#lost.hidden = state !== "lost";
    if (state !== "lost" || wasLost) return;
    const time = this.#tick === null ? "" : ` since ${clock(this.#tick.sample.time)}`;
    setText(this.#lost, `No news from the server${time}. The page tries again by itself.`);
  }

  #showTitle(): void {
    const server = this.#server?.name ?? "NATS";
    const title = `${this.#shown?.title ?? ""} · ${server}`;
    if (document.title !== title) document.title = title;
  }
}

/** What an address asks for, even when somebody has typed it from memory. */
function placeOf(hash: string): { name: string; argument: string } {
  const [name = "", ...rest] = hash.replace(/^[#/]+/, "").split("/");
  return { name: decoded(name).toLowerCase(), argument: decoded(rest.join("/")) };
}

/** Moves a menu that has no room for all its links; the keyboard stays where it is. */
function bringIntoSight(link: HTMLElement): void {
  const menu = document.getElementById("nav")!;
  const { left, width } = link.getBoundingClientRect();
  menu.scrollLeft += left + width / 2 - menu.clientWidth / 2;
}

function addressOf(section: string): string {
  return section === "overview" ? "#/" : `#/${section}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

new Dashboard();
