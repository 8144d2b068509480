/** A subscription for a test: messages appear as they come, the latest at the top. */

import type { ReceivedLine, SubscriptionNote } from "../shapes.ts";
import { AccountField } from "./account-field.ts";
import { send } from "./api.ts";
import { h, setText } from "./dom.ts";
import { bytes, clock, plural } from "./format.ts";
import { panel } from "./parts.ts";

/** Messages that are shown. */
const SHOWN_MAX = 100;

export class TestSubscription {
  readonly element: HTMLElement;
  readonly #account = new AccountField();
  readonly #subject = h("input", { name: "subject", required: true, spellcheck: "false" });
  readonly #button = h("button", { class: "main", type: "submit" }, "Subscribe");
  readonly #result = h("p", { class: "result", role: "status" });
  readonly #messages = h("ol", { class: "messages", tabindex: "0", "aria-label": "Messages" });
  #abort: AbortController | null = null;
  #count = 0;

  constructor() {
    const form = h(
      "form",
      {},
      this.#account.element,
      h("label", {}, "Subject, with wildcards", this.#subject),
      h("div", { class: "buttons" }, this.#result, this.#button),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#abort === null) void this.#run();
      else this.#abort.abort();
    });
    this.element = panel(
      "Subscribe",
      "Shows messages as they come: at most 50 a second and 1,000 in all.",
      form,
      this.#messages,
    );
  }

  async #run(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    this.#count = 0;
    this.#messages.replaceChildren();
    setText(this.#button, "Stop");
    this.#say("", false);
    try {
      const body = { account: this.#account.input.value, subject: this.#subject.value };
      const response = await send("subscribe", body, abort.signal);
      for await (const line of linesOf(response.body!)) this.#take(line);
    } catch (error) {
      if (abort.signal.aborted)
        this.#say(`Stopped after ${plural(this.#count, "message")}.`, false);
      else this.#say((error as Error).message, true);
    }
    this.#abort = null;
    setText(this.#button, "Subscribe");
  }

  #take(line: string): void {
    const value = JSON.parse(line) as ReceivedLine | SubscriptionNote;
    if ("note" in value) {
      if (value.note === "subscribed") this.#say(`Subscribed to ${this.#subject.value}.`, false);
      else if (value.note !== "") this.#say(value.note, false);
      return;
    }
    this.#count++;
    this.#messages.prepend(elementOf(value));
    while (this.#messages.childElementCount > SHOWN_MAX) this.#messages.lastElementChild!.remove();
  }

  #say(text: string, isFault: boolean): void {
    setText(this.#result, text);
    this.#result.classList.toggle("fault", isFault);
  }
}

function elementOf({
  subject,
  reply,
  headers,
  payload,
  bytes: size,
  isCut,
}: ReceivedLine): HTMLElement {
  const head = h("div", { class: "message-head" }, h("b", { class: "code" }, subject));
  head.append(h("small", {}, `${clock(Date.now())} · ${bytes(size)}`));
  const text = [reply === "" ? "" : `reply: ${reply}`, headers.trim(), payload]
    .filter((part) => part !== "")
    .join("\n");
  return h("li", {}, head, h("pre", {}, isCut ? `${text}…` : text));
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncIterable<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>);
  let rest = "";
  for await (const chunk of reader) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
