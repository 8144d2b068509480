/** A slow consumer: what is the matter with it, how long it may go on, and where to look. */

import type { SlowNow, SubjectBytes } from "../shapes.ts";
import { h, setAttribute, setText } from "./dom.ts";
import { Facts } from "./facts.ts";
import { bytes, bytesPerSecond, duration } from "./format.ts";
import { badge, setBadge } from "./parts.ts";

/** Below, a time is only "about to". */
const SOON_MS = 1000;

export interface SlowLimits {
  readonly writeDeadlineMs: number;
  readonly pendingBytesMax: number;
}

export class SlowCard {
  readonly element: HTMLElement;
  readonly #left = badge("", "warn");
  readonly #why = h("b");
  readonly #advice = h("span");
  readonly #pending = new Limit("Waiting bytes");
  readonly #time = new Limit("Time of the write");
  readonly #facts = new Facts();
  readonly #subjects = h("p", { class: "about" });
  readonly #limits: () => SlowLimits;

  /** @param isNamed with its name, that leads to its own page. */
  constructor(slow: SlowNow, limits: () => SlowLimits, isNamed = true) {
    this.#limits = limits;
    const title = isNamed ? h("a", { href: placeOf(slow) }, slow.name || slow.address) : "Slow";
    const head = h("div", { class: "slow-head" }, h("h3", {}, title), this.#left);
    const why = h("p", {}, this.#why, " ", this.#advice);
    const meters = h("div", { class: "limits" }, this.#pending.element, this.#time.element);
    const parts = [head, why, meters, this.#facts.element, this.#subjects];
    this.element = h("article", { class: "slow" }, ...parts);
  }

  update(slow: SlowNow): void {
    const { leftMs, pendingShare, deadlineShare, blockedMs } = slow;
    const { writeDeadlineMs, pendingBytesMax } = this.#limits();
    setBadge(this.#left, leftText(leftMs), leftMs === null ? "warn" : "bad");
    setText(this.#why, slow.why);
    setText(this.#advice, slow.advice);
    this.#pending.set(pendingShare, `${bytes(slow.pendingBytes)} of ${bytes(pendingBytesMax)}`);
    const deadline = duration(writeDeadlineMs);
    this.#time.set(deadlineShare, `${duration(deadlineShare * writeDeadlineMs)} of ${deadline}`);
    this.#facts.update([
      { name: "Takes", text: bytesPerSecond(slow.drainRate) },
      { name: "Gets", text: bytesPerSecond(slow.queueRate) },
      { name: "Blocked for", text: duration(blockedMs) },
      { name: "User", text: slow.user || "none" },
      { name: "Account", text: slow.account },
      { name: "Library", text: slow.library || "unknown" },
    ]);
    this.#subjects.hidden = slow.subjects.length === 0;
    setText(this.#subjects, `Waiting, by subject: ${subjectsText(slow.subjects)}`);
  }
}

/** Where there is more to see of it. */
export function placeOf({ cid, kind }: Pick<SlowNow, "cid" | "kind">): string {
  return kind === "Client" ? `#/connection/${cid}` : "#/cluster";
}

/** How near a limit is. */
class Limit {
  readonly element: HTMLElement;
  readonly #text = h("b");
  readonly #meter = h("meter", { min: "0", max: "1", low: "0.5", high: "0.8", optimum: "0" });

  constructor(name: string) {
    const words = h("span", { class: "limit-head" }, h("span", {}, name), this.#text);
    this.element = h("label", { class: "limit" }, words, this.#meter);
  }

  set(share: number, text: string): void {
    setAttribute(this.#meter, "value", String(Math.min(share, 1)));
    setText(this.#text, `${text} (${Math.round(share * 100)}%)`);
  }
}

export function leftText(leftMs: number | null): string {
  if (leftMs === null) return "will catch up";
  return leftMs < SOON_MS ? "about to be cut off" : `cut off in ${duration(leftMs)}`;
}

export function subjectsText(subjects: readonly SubjectBytes[]): string {
  return subjects.map(({ subject, bytes: size }) => `${subject} (${bytes(size)})`).join(", ");
}
