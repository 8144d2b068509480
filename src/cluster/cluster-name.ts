/**
 * What the cluster is called. A server without a name in its configuration has made one up, which gives
 * way to a real one, or for the greatest of those that were made up: so all of them end with the same.
 */

/** Longer names are not taken over. */
const NAME_LENGTH_MAX = 512;
/** No configuration may have such names; logs show them as they are. */
const ODD = /[\s\p{Cc}]/u;

export class ClusterName {
  #name: string;
  #isDynamic: boolean;

  /** @param isDynamic it was made up. */
  constructor(name: string, isDynamic: boolean) {
    this.#name = name;
    this.#isDynamic = isDynamic;
  }

  get text(): string {
    return this.#name;
  }

  /** It was made up, here or by another server. */
  get isDynamic(): boolean {
    return this.#isDynamic;
  }

  /** @returns whether it is another one than before. */
  configure(name: string): boolean {
    if (name === "") return false;
    const isOther = name !== this.#name;
    this.#name = name;
    this.#isDynamic = false;
    return isOther;
  }

  /** @returns whether the name of another server is this server's as well from now on. */
  adopt(name: string, isDynamic: boolean): boolean {
    if (!this.#isDynamic || name === "" || name.length > NAME_LENGTH_MAX) return false;
    if (ODD.test(name)) return false;
    const isGreater = Buffer.compare(Buffer.from(this.#name), Buffer.from(name)) < 0;
    if (isDynamic && !isGreater) return false;
    this.#name = name;
    this.#isDynamic = isDynamic;
    return true;
  }
}
