/** What somebody should look at, in order of urgency, and why; or that there is nothing. */

import type { ServerFacts, Tick } from "../shapes.ts";
import { announce } from "./announce.ts";
import { h, setAttribute, setText } from "./dom.ts";
import { ago, bytes, bytesPerSecond, duration, plural } from "./format.ts";
import { icon } from "./icons.ts";
import { Keyed, type Item as KeyedItem } from "./keyed.ts";
import { empty, panel } from "./parts.ts";
import { leftText, placeOf } from "./slow-card.ts";

/** A delay that clients notice. */
const LAG_MS = 100;
/** A full socket is nothing special before it has been so for a second, or much waits for it. */
const BLOCKED_MS = 1000;
const MUCH = 0.5;
/** Denials count as news for so long. */
const NEWS_MS = 60_000;
const CALM =
  "No slow consumers, nobody cut off in the last 10 minutes, no denied operations in the last minute, and all health checks pass.";

interface Item {
  /** What it is about; the same as long as that goes on. */
  readonly key: string;
  readonly kind: "bad" | "warn" | "calm";
  readonly title: string;
  readonly text: string;
  readonly href: string;
}

export class Attention {
  readonly element: HTMLElement;
  readonly #server: () => ServerFacts | null;
  readonly #list = h("ul", { class: "attention" });
  readonly #items = new Keyed<Item>(this.#list, ({ key }) => key, elementOf);
  readonly #calm = empty("Nothing needs attention", CALM);
  #denials = Number.POSITIVE_INFINITY;
  #deniedAt = Number.NEGATIVE_INFINITY;
  #freshDenials = 0;
  #urgent = "";

  constructor(server: () => ServerFacts | null) {
    this.#server = server;
    this.element = panel("Needs attention", "", this.#calm, this.#list);
    this.#list.hidden = true;
  }

  tick(tick: Tick): void {
    const items = [
      ...healthItems(tick),
      ...slowItems(tick),
      ...cutOffItems(tick),
      ...this.#denialItems(tick),
      ...lagItems(tick),
      ...accessItems(this.#server()),
    ];
    this.#announce(items);
    this.#list.hidden = items.length === 0;
    this.#calm.hidden = items.some(({ kind }) => kind !== "calm");
    this.#items.update(items);
  }

  /** Says what is new and urgent, once. */
  #announce(items: readonly Item[]): void {
    const urgent = items.filter(({ kind }) => kind === "bad").map(({ title }) => title);
    const text = urgent.join(". ");
    if (text === this.#urgent) return;
    this.#urgent = text;
    if (text !== "") announce(text);
  }

  #denialItems({ totals, sample }: Tick): Item[] {
    if (totals.denials > this.#denials) {
      this.#freshDenials += totals.denials - this.#denials;
      this.#deniedAt = sample.time;
    }
    this.#denials = totals.denials;
    if (sample.time - this.#deniedAt > NEWS_MS) {
      this.#freshDenials = 0;
      return [];
    }
    return [
      {
        key: "denials",
        kind: "warn",
        title: `${plural(this.#freshDenials, "operation")} denied`,
        text: "Clients have tried what their permissions do not allow.",
        href: "#/denials",
      },
    ];
  }
}

function healthItems({ health }: Tick): Item[] {
  return health.checks
    .filter(({ isGood }) => !isGood)
    .map(({ name, isWarning, reason }) => {
      const title = isWarning ? `${name}: not as it should be` : `${name}: failing`;
      const kind = isWarning ? "warn" : "bad";
      const href = /cluster$/i.test(name) ? "#/cluster" : "#/configuration";
      return { key: `health ${name}`, kind, title, text: reason, href };
    });
}

function slowItems({ slow }: Tick): Item[] {
  const lasting = slow.filter((each) => each.blockedMs >= BLOCKED_MS || each.pendingShare > MUCH);
  return lasting.map((each) => {
    const { cid, name, address, leftMs, pendingBytes, pendingShare } = each;
    const who = name || address;
    const speed = `It takes ${bytesPerSecond(each.drainRate)} and gets ${bytesPerSecond(each.queueRate)}`;
    const waiting = `${bytes(pendingBytes)} wait (${Math.round(pendingShare * 100)}% of the limit)`;
    const end = leftMs === null ? "" : `, ${leftText(leftMs)}`;
    return {
      key: `slow ${cid}`,
      kind: leftMs === null ? "warn" : "bad",
      title: leftMs === null ? `${who} is behind` : `${who} is about to be cut off`,
      text: `${each.why} ${speed}; ${waiting}${end}.`,
      href: placeOf(each),
    };
  });
}

function cutOffItems({ cutOff: { count, last, time } }: Tick): Item[] {
  if (count === 0) return [];
  return [
    {
      key: "cut off",
      kind: "warn",
      title: `${plural(count, "slow consumer")} cut off in the last 10 minutes`,
      text: `The last one was ${last}, ${ago(time)}.`,
      href: "#/slow",
    },
  ];
}

function lagItems({ sample }: Tick): Item[] {
  if (sample.lagMs < LAG_MS) return [];
  return [
    {
      key: "lag",
      kind: "warn",
      title: "The event loop was held up",
      text: `For ${duration(Math.round(sample.lagMs / 10) * 10)} no socket was looked at.`,
      href: "#/",
    },
  ];
}

function accessItems(server: ServerFacts | null): Item[] {
  if (server === null || server.needsLogin) return [];
  return [
    {
      key: "access",
      kind: "calm",
      title: "Open to everybody",
      text: `Whoever reaches port ${server.port} may publish and subscribe: no users are configured.`,
      href: "#/configuration",
    },
  ];
}

function elementOf({ kind, href }: Item): KeyedItem<Item> {
  const title = h("b");
  const text = h("span");
  const picture = icon(kind === "calm" ? "info" : "warning");
  const link = h("a", { href }, picture, h("span", {}, title, " ", text));
  const element = h("li", {}, link);
  return {
    element,
    update: (item) => {
      setAttribute(element, "class", item.kind);
      setText(title, item.title);
      setText(text, item.text);
    },
  };
}
