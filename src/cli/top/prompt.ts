/** A question on the screen that keys answer: what to sort by, how many rows. */

import type { Key } from "./keys.ts";

const ANSWER_CHARS_MAX = 32;

export interface Question {
  readonly label: string;
  /** @returns what is wrong with an answer; "" when it was taken. */
  take(answer: string): string;
}

export class Prompt {
  readonly #question: Question;
  #answer = "";
  #fault = "";

  constructor(question: Question) {
    this.#question = question;
  }

  get text(): string {
    const fault = this.#fault === "" ? "" : `   ${this.#fault}`;
    return `${this.#question.label}: ${this.#answer}_${fault}`;
  }

  /** @returns whether the question is done with. */
  onKey(key: Key): boolean {
    if (key.kind === "escape") return true;
    if (key.kind === "enter") {
      if (this.#answer === "") return true;
      this.#fault = this.#question.take(this.#answer);
      return this.#fault === "";
    }
    this.#fault = "";
    if (key.kind === "backspace") this.#answer = this.#answer.slice(0, -1);
    else if (key.kind === "char" && this.#answer.length < ANSWER_CHARS_MAX) {
      this.#answer += key.char;
    }
    return false;
  }
}
