/** A password from a terminal, which does not show it, or from a pipe. */

/** What was entered is no password. */
export class InputError extends Error {}

/** Far above what a password may have. */
const INPUT_BYTES_MAX = 64 * 1024;

const INTERRUPT = "\u0003";
const END = "\u0004";
const BACKSPACE = "\b";
const DELETE = "\u007f";
const ERASE_LINE = "\u0015";

/**
 * Asks twice on a terminal; otherwise takes the one line that there is.
 *
 * @throws InputError when nothing of use comes.
 */
export async function readPassword(): Promise<string> {
  if (!process.stdin.isTTY) return readLine();
  using keyboard = new Keyboard();
  const first = await keyboard.ask("Password: ");
  if (first !== (await keyboard.ask("Once more: "))) {
    throw new InputError("the passwords differ");
  }
  return first;
}

async function readLine(): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > INPUT_BYTES_MAX) throw new InputError("the password is too long");
  }
  const [line = "", ...others] = decode(Buffer.concat(chunks)).split(/\r?\n/);
  if (others.some((other) => other !== "")) throw new InputError("there is more than one line");
  return line;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new InputError("the password is no UTF-8");
  }
}

/** A terminal whose characters are not shown, and which leaves editing to us. */
class Keyboard implements Disposable {
  readonly #lines: string[] = [];
  #text: string[] = [];
  #waiting: PromiseWithResolvers<string> | undefined;
  #isInterrupted = false;
  readonly #onData = (data: string): void => {
    for (const char of data) this.#onCharacter(char);
    this.#deliver();
  };

  constructor() {
    const { stdin } = process;
    stdin.setRawMode(true);
    stdin.setEncoding("utf8");
    stdin.on("data", this.#onData);
  }

  /** Asks on standard error, so that standard output has nothing but the result. */
  async ask(question: string): Promise<string> {
    process.stderr.write(question);
    this.#waiting = Promise.withResolvers();
    this.#deliver();
    try {
      return await this.#waiting.promise;
    } finally {
      this.#waiting = undefined;
      process.stderr.write("\n");
    }
  }

  [Symbol.dispose](): void {
    const { stdin } = process;
    stdin.off("data", this.#onData);
    stdin.setRawMode(false);
    stdin.pause();
  }

  #onCharacter(char: string): void {
    if (char === INTERRUPT || char === END) this.#isInterrupted = true;
    else if (char === "\r" || char === "\n") {
      this.#lines.push(this.#text.join(""));
      this.#text = [];
    } else if (char === BACKSPACE || char === DELETE) this.#text.pop();
    else if (char === ERASE_LINE) this.#text = [];
    else this.#text.push(char);
  }

  #deliver(): void {
    if (this.#waiting === undefined) return;
    if (this.#isInterrupted) this.#waiting.reject(new InputError("interrupted"));
    else if (this.#lines.length > 0) this.#waiting.resolve(this.#lines.shift()!);
  }
}
