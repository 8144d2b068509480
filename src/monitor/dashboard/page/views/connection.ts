/** One connection: who it is, what it has subscribed to, what waits for it, what it was denied. */

import type { ConnectionDetail, SlowNow, SubscriptionRow } from "../../shapes.ts";
import { announce } from "../announce.ts";
import { find } from "../api.ts";
import { denialTable } from "../denial-table.ts";
import { h, setText } from "../dom.ts";
import { type Fact, Facts } from "../facts.ts";
import {
  ago,
  bytes,
  bytesPerSecond,
  duration,
  moment,
  perSecond,
  plural,
  whole,
} from "../format.ts";
import { Keyed } from "../keyed.ts";
import { badge, empty, heading, Poll, panel, setBadge, Tile, type View } from "../parts.ts";
import { confirmed, type Session } from "../session.ts";
import { SlowCard, type SlowLimits } from "../slow-card.ts";
import { Table } from "../table.ts";

const PERIOD_MS = 1000;

export class ConnectionView implements View {
  title = "Connection";
  readonly element: HTMLElement;
  readonly #session: Session;
  readonly #heading = heading("Connection", "");
  readonly #state = badge("", "calm");
  readonly #sends = new Tile("Sends", "in");
  readonly #receives = new Tile("Receives", "out");
  readonly #pending = new Tile("Waiting to be sent");
  readonly #rtt = new Tile("Round trip");
  readonly #about = new Facts();
  readonly #rules = new Facts();
  readonly #rulesPanel = panel(
    "Rules",
    "What its user's permissions allow and forbid. What is allowed and forbidden is forbidden.",
    this.#rules.element,
  );
  readonly #slow = h("div");
  #limits: SlowLimits = { writeDeadlineMs: 0, pendingBytesMax: 0 };
  readonly #cards = new Keyed<SlowNow>(
    this.#slow,
    ({ cid }) => String(cid),
    (slow) => new SlowCard(slow, () => this.#limits, false),
  );
  readonly #subjects = new Table<SubscriptionRow>({
    caption: "Subscriptions of this connection",
    key: ({ sid }) => sid,
    columns: [
      { title: "Subject", isCode: true, text: ({ subject }) => subject },
      { title: "Queue group", text: ({ queue }) => queue || "–" },
      { title: "Delivered", isNumber: true, text: ({ delivered }) => whole(delivered) },
      { title: "Ends after", isNumber: true, text: ({ max }) => (max === 0 ? "–" : whole(max)) },
      { title: "ID (sid)", isNumber: true, isExtra: true, text: ({ sid }) => sid },
    ],
  });
  readonly #noSubjects = empty("No subscriptions", "It only publishes, or waits.", "subjects");
  readonly #more = h("p", { class: "about" }, "There are more subscriptions than are shown.");
  readonly #denials = denialTable("What this connection was denied");
  readonly #noDenials = empty("Nothing was denied", "All it has tried was allowed.");
  readonly #body: HTMLElement;
  readonly #gone = empty("It is gone", "This connection has been closed.", "connections");
  readonly #poll = new Poll(PERIOD_MS, (signal) => this.#load(signal));
  #cid = "";

  constructor(session: Session) {
    this.#session = session;
    const close = h("button", {
      class: "danger",
      type: "button",
      onclick: () => void this.#kick(),
    });
    close.append("Close connection");
    session.listen(({ user }) => {
      close.hidden = user === "";
    });
    const tiles = [this.#sends, this.#receives, this.#pending, this.#rtt];
    this.#body = h(
      "div",
      {},
      this.#slow,
      h("div", { class: "tiles" }, ...tiles.map(({ element }) => element)),
      panel(
        "Who it is",
        "What the client says of itself, and what it was let in as.",
        this.#about.element,
      ),
      panel(
        "Subscriptions",
        "Subjects whose messages it receives.",
        this.#subjects.element,
        this.#more,
        this.#noSubjects,
      ),
      panel(
        "Denied",
        "What it has tried and must not do, with the rule that says so.",
        this.#denials.element,
        this.#noDenials,
      ),
      this.#rulesPanel,
    );
    this.#heading.append(this.#state, close);
    const back = h("a", { class: "back", href: "#/connections" }, "All connections");
    this.element = h("div", {}, back, this.#heading, this.#gone, this.#body);
  }

  show(argument: string): void {
    this.#cid = argument;
    this.#gone.hidden = true;
    this.#poll.start();
  }

  hide(): void {
    this.#poll.stop();
  }

  async #load(signal: AbortSignal): Promise<void> {
    const query = new URLSearchParams({ cid: this.#cid });
    const detail = await find<ConnectionDetail>(`connection?${query}`, signal);
    if (detail === null) this.#showGone();
    else this.#show(detail);
  }

  #showGone(): void {
    this.#gone.hidden = false;
    this.#body.classList.add("stale");
    setText(this.#heading.querySelector("h1")!, `Connection ${this.#cid}`);
    setBadge(this.#state, "closed", "calm");
    this.#poll.stop();
  }

  #show(detail: ConnectionDetail): void {
    const { connection, pendingBytesMax, subscriptions, denials, hasMore, slow, rules } = detail;
    const { name, cid, rate, total, pendingBytes, isBlocked, rttMs } = connection;
    this.title = name || `Connection ${cid}`;
    this.#body.classList.remove("stale");
    setText(this.#heading.querySelector("h1")!, this.title);
    setText(this.#heading.querySelector(".about")!, `Connection ${cid} from ${connection.address}`);
    this.#limits = detail;
    this.#cards.update(slow === null ? [] : [slow]);
    if (isBlocked) setBadge(this.#state, "behind", "bad");
    else setBadge(this.#state, "keeps up", "good");
    const { inMsgs = 0, outMsgs = 0, inBytes = 0, outBytes = 0 } = rate ?? {};
    this.#sends.set(perSecond(inMsgs), `${bytesPerSecond(inBytes)}, ${whole(total.inMsgs)} in all`);
    const received = `${bytesPerSecond(outBytes)}, ${whole(total.outMsgs)} in all`;
    this.#receives.set(perSecond(outMsgs), received);
    this.#pending.set(bytes(pendingBytes), `it is cut off at ${bytes(pendingBytesMax)}`);
    this.#rtt.set(rttMs === 0 ? "–" : duration(rttMs), "measured with the last PING");
    this.#about.update(factsOf(detail));
    this.#rulesPanel.hidden = rules === null;
    this.#rules.update(
      (rules ?? []).map(({ name: list, rules: some, more }) => {
        const all = some.length === 0 ? "nothing" : some.join("  ");
        return { name: list, text: more === 0 ? all : `${all}  and ${more} more`, isCode: true };
      }),
    );
    this.#subjects.updateOr(subscriptions, this.#noSubjects);
    this.#more.hidden = !hasMore;
    this.#denials.updateOr(denials, this.#noDenials);
  }

  async #kick(): Promise<void> {
    const text = "The client is disconnected; most clients connect again by themselves.";
    if (!(await confirmed(`Close ${this.title}?`, text, "Close connection"))) return;
    const fault = await this.#session.act("kick", { cid: Number(this.#cid) });
    announce(fault === "" ? "The connection is closed." : fault);
    this.#poll.start();
  }
}

function factsOf({ connection, stalls, rules }: ConnectionDetail): Fact[] {
  const { user, account, library, tls, startedAt, idleMs } = connection;
  const idle = idleMs < 1000 ? "just now" : `${duration(Math.floor(idleMs / 1000) * 1000)} ago`;
  const heldUp = stalls === 0 ? "never" : `${plural(stalls, "time")}, as receivers were behind`;
  return [
    { name: "Account", text: account },
    { name: "User", text: user || "none" },
    { name: "Library", text: library || "unknown" },
    { name: "Encryption", text: tls || "none" },
    { name: "Connected", text: ago(startedAt), hint: moment(startedAt) },
    { name: "Last activity", text: idle },
    { name: "Permissions", text: rules === null ? "everything is allowed" : "limited by rules" },
    { name: "Held up", text: heldUp },
  ];
}
