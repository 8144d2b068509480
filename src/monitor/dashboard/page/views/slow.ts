/** Slow consumers: those that are about to be cut off, and what became of others. */

import type { SlowList, SlowNow, SlowPast } from "../../shapes.ts";
import { get } from "../api.ts";
import { h, setText } from "../dom.ts";
import { ago, bytes, bytesPerSecond, duration, moment } from "../format.ts";
import { Keyed } from "../keyed.ts";
import { empty, heading, Poll, panel, type View } from "../parts.ts";
import { placeOf, SlowCard, type SlowLimits, subjectsText } from "../slow-card.ts";
import { Table } from "../table.ts";

const PERIOD_MS = 1000;

const PREFIXES = { Client: "", Router: "route to ", Gateway: "gateway to " } as const;

export class SlowView implements View {
  readonly title = "Slow consumers";
  readonly element: HTMLElement;
  readonly #about = h("p", { class: "about" });
  readonly #now = h("div");
  #limits: SlowLimits = { writeDeadlineMs: 0, pendingBytesMax: 0 };
  readonly #cards = new Keyed<SlowNow>(
    this.#now,
    ({ cid }) => String(cid),
    (slow) => new SlowCard(slow, () => this.#limits),
  );
  readonly #none = empty(
    "No slow consumers",
    "Every client takes its messages as fast as they come. One that does not shows up here before it is cut off.",
  );
  readonly #past = new Table<SlowPast>({
    caption: "Slow consumers of the past, the latest first",
    key: ({ time, cid }) => `${time} ${cid}`,
    columns: [
      {
        title: "Client",
        text: ({ name, address, kind }) => `${PREFIXES[kind]}${name || address}`,
        link: placeOf,
      },
      { title: "When", text: ({ time }) => ago(time), hint: ({ time }) => moment(time) },
      {
        title: "Outcome",
        text: ({ outcome }) => outcome,
        mark: ({ outcome }) => (outcome.startsWith("closed") ? "bad" : "quiet"),
      },
      { title: "Waited", isNumber: true, text: ({ pendingBytes }) => bytes(pendingBytes) },
      { title: "Took", isNumber: true, text: ({ drainRate }) => bytesPerSecond(drainRate) },
      { title: "Blocked for", isNumber: true, text: ({ blockedMs }) => duration(blockedMs) },
      {
        title: "Mostly of subject",
        isCode: true,
        text: ({ subjects: [first] }) => first?.subject ?? "–",
        hint: ({ subjects }) => subjectsText(subjects),
      },
      { title: "User", isExtra: true, text: ({ user }) => user || "–" },
      { title: "Account", isExtra: true, text: ({ account }) => account },
    ],
  });
  readonly #noPast = empty("None so far", "No client was too slow since the server has started.");
  readonly #poll = new Poll(PERIOD_MS, async (signal) => {
    this.#show(await get<SlowList>("slow", signal));
  });

  constructor() {
    this.element = h(
      "div",
      {},
      heading(
        "Slow consumers",
        "Clients that do not take their messages as fast as they come. The server keeps what waits for them in memory, and cuts them off before that is too much.",
      ),
      panel("Now", "", this.#about, this.#none, this.#now),
      panel(
        "Before",
        "What became of those that were slow: the last 256.",
        this.#past.element,
        this.#noPast,
      ),
    );
  }

  show(): void {
    this.#poll.start();
  }

  hide(): void {
    this.#poll.stop();
  }

  #show({ now, past, writeDeadlineMs, pendingBytesMax }: SlowList): void {
    this.#limits = { writeDeadlineMs, pendingBytesMax };
    setText(
      this.#about,
      `A client is cut off when ${bytes(pendingBytesMax)} wait for it (max_pending), or when a write to it takes ${duration(writeDeadlineMs)} (write_deadline).`,
    );
    this.#none.hidden = now.length > 0;
    this.#cards.update(now);
    this.#past.updateOr(past, this.#noPast);
  }
}
