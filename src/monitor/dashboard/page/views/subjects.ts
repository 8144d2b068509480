/** Which subjects are busy. */

import type { SubjectRate, Tick } from "../../shapes.ts";
import { h } from "../dom.ts";
import { bytes, bytesPerSecond, perSecond } from "../format.ts";
import { empty, heading, type View } from "../parts.ts";
import { Table } from "../table.ts";

export class SubjectsView implements View {
  readonly title = "Subjects";
  readonly element: HTMLElement;
  #sum = 1;
  readonly #table = new Table<SubjectRate>({
    caption: "Subjects by messages per second",
    key: ({ subject }) => subject,
    columns: [
      { title: "Subject", isCode: true, text: ({ subject }) => subject },
      { title: "Messages", isNumber: true, text: ({ msgs }) => perSecond(msgs) },
      {
        title: "Share",
        isNumber: true,
        text: ({ msgs }) => `${((100 * msgs) / this.#sum).toFixed(1)}%`,
      },
      { title: "Data", isNumber: true, text: ({ bytes: size }) => bytesPerSecond(size) },
      {
        title: "Message size",
        isNumber: true,
        text: ({ bytes: size, msgs }) => bytes(Math.round(size / msgs)),
      },
    ],
  });
  readonly #nothing = empty(
    "No messages",
    "Subjects show up here as soon as something is published.",
    "subjects",
  );

  constructor() {
    this.element = h(
      "div",
      {},
      heading(
        "Subjects",
        "What is published, the busiest first. Rates are estimated: not every message is looked at. Inboxes count as one.",
      ),
      h("div", { class: "panel flush" }, this.#table.element, this.#nothing),
    );
    this.#table.element.hidden = true;
  }

  tick({ subjects }: Tick): void {
    this.#sum = subjects.reduce((sum, { msgs }) => sum + msgs, 0.001);
    this.#table.updateOr(subjects, this.#nothing);
  }
}
