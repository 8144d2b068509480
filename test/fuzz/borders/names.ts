/** Which of the server's reply subjects stands for which of the model's. Both are compared by words. */

/** Random words of the server. */
const REAL = /^[A-Za-z0-9]{6}x?$/;
/** Words of the model. */
const OWN = /^(?:n\d+x?|R\w*T\d+)$/;

export class Names {
  readonly #own = new Map<string, string>();
  readonly #real = new Map<string, string>();

  /** Subject with all words of chance left out. */
  shape(subject: string): string {
    return subject
      .split(".")
      .map((word) => (REAL.test(word) || OWN.test(word) ? "?" : word))
      .join(".");
  }

  /** Takes down that both are the same; tells whether that is new. */
  bind(own: string, real: string): boolean {
    const others = real.split(".");
    let isNew = false;
    for (const [i, word] of own.split(".").entries()) {
      if (!OWN.test(word) || this.#real.has(word)) continue;
      isNew = true;
      this.#real.set(word, others[i]!);
      this.#own.set(others[i]!, word);
    }
    return isNew;
  }

  /** Whether both can be the same, by what is known. */
  agree(own: string, real: string): boolean {
    if (this.shape(own) !== this.shape(real)) return false;
    const others = real.split(".");
    return own.split(".").every((word, i) => {
      const other = others[i]!;
      if (!OWN.test(word)) return word === other;
      return (this.#real.get(word) ?? other) === other && (this.#own.get(other) ?? word) === word;
    });
  }

  /** The server's subject for one of the model; null when a word of it has not been seen. */
  real(own: string): string | null {
    const words = own.split(".").map((word) => (OWN.test(word) ? this.#real.get(word) : word));
    return words.includes(undefined) ? null : words.join(".");
  }
}
