/**
 * Why Go's decoder refuses a JSON text, in its words.
 *
 * Called only for texts that `JSON.parse` has refused, so that log lines read as nats-server's.
 */

const LITERALS: Readonly<Record<string, string>> = { t: "true", f: "false", n: "null" };

/** Go's message for the first fault of a text. */
export function goJsonFault(text: string): string {
  try {
    new FaultFinder(text).document();
  } catch (fault) {
    return (fault as Error).message;
  }
  return "invalid JSON";
}

class FaultFinder {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail("after top-level value");
  }

  #value(): void {
    this.#skipSpace();
    const char = this.#text[this.#at];
    if (char === "{") this.#members();
    else if (char === "[") this.#elements();
    else if (char === '"') this.#string();
    else if (char !== undefined && /[-0-9]/.test(char)) this.#number();
    else if (char !== undefined && char in LITERALS) this.#literal(LITERALS[char]!);
    else this.#fail("looking for beginning of value");
  }

  #members(): void {
    this.#at++;
    this.#skipSpace();
    if (this.#take("}")) return;
    for (;;) {
      this.#skipSpace();
      if (this.#text[this.#at] !== '"') this.#fail("looking for beginning of object key string");
      this.#string();
      this.#skipSpace();
      if (!this.#take(":")) this.#fail("after object key");
      this.#value();
      this.#skipSpace();
      if (this.#take("}")) return;
      if (!this.#take(",")) this.#fail("after object key:value pair");
    }
  }

  #elements(): void {
    this.#at++;
    this.#skipSpace();
    if (this.#take("]")) return;
    for (;;) {
      this.#value();
      this.#skipSpace();
      if (this.#take("]")) return;
      if (!this.#take(",")) this.#fail("after array element");
    }
  }

  #string(): void {
    this.#at++;
    while (!this.#take('"')) {
      const char = this.#text[this.#at];
      if (char === undefined || char < " ") this.#fail("in string literal");
      this.#at++;
      if (char === "\\") this.#escape();
    }
  }

  #escape(): void {
    if (!this.#take("u")) {
      if (!/["\\/bfnrt]/.test(this.#text[this.#at] ?? "")) this.#fail("in string escape code");
      this.#at++;
      return;
    }
    for (let digits = 0; digits < 4; digits++, this.#at++) {
      if (!/[0-9a-fA-F]/.test(this.#text[this.#at] ?? ""))
        this.#fail("in \\u hexadecimal character escape");
    }
  }

  #number(): void {
    if (this.#take("-") && !this.#isDigit()) this.#fail("in numeric literal");
    if (!this.#take("0")) this.#digits();
    if (this.#take(".")) {
      if (!this.#isDigit()) this.#fail("after decimal point in numeric literal");
      this.#digits();
    }
    if (this.#take("e") || this.#take("E")) {
      if (!this.#take("+")) this.#take("-");
      if (!this.#isDigit()) this.#fail("in exponent of numeric literal");
      this.#digits();
    }
  }

  #literal(word: string): void {
    for (const char of word) {
      if (!this.#take(char)) this.#fail(`in literal ${word} (expecting '${char}')`);
    }
  }

  #digits(): void {
    while (this.#isDigit()) this.#at++;
  }

  #isDigit(): boolean {
    return /[0-9]/.test(this.#text[this.#at] ?? "");
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? "")) this.#at++;
  }

  #fail(context: string): never {
    const char = this.#text[this.#at];
    if (char === undefined) throw new Error("unexpected end of JSON input");
    throw new Error(`invalid character ${quoteChar(char)} ${context}`);
  }
}

function quoteChar(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return "'\"'";
  return `'${JSON.stringify(char).slice(1, -1)}'`;
}
