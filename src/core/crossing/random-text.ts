/** Hot path. Random characters that nobody can foresee, taken from the system many at a time. */

const DIGITS = Buffer.from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
/** Bytes asked for at a time. */
const STORE_BYTES = 4096;
/** The largest multiple of the number of digits that a byte can be below: more would favour some. */
const FAIR_BELOW = 256 - (256 % DIGITS.length);

export class RandomText {
  readonly #store = new Uint8Array(STORE_BYTES);
  #at = STORE_BYTES;

  /** Writes so many random letters and digits. */
  write(out: Uint8Array, at: number, length: number): void {
    for (let i = 0; i < length; ) {
      if (this.#at === STORE_BYTES) {
        crypto.getRandomValues(this.#store);
        this.#at = 0;
      }
      const byte = this.#store[this.#at]!;
      // Used up: what was given out is not kept.
      this.#store[this.#at++] = 0;
      if (byte < FAIR_BELOW) out[at + i++] = DIGITS[byte % DIGITS.length]!;
    }
  }
}
