/**
 * URLs for clients that other servers have told. Several servers may tell the same one, which is gone
 * when the last of them is.
 */

/** Of one server; more are ignored. */
const URLS_PER_SERVER_MAX = 256;
/** Of all of them; more are ignored. */
const URLS_MAX = 4096;
/** Characters of all of them; more are ignored. Every client is told all, with each change. */
const CHARACTERS_MAX = 64 * 1024;
/** As long as a name may be, and its port. Others are ignored. */
const URL = /^\S{1,255}:\d{1,5}$/;
const CONTROL = /\p{C}/u;

export class ConnectUrls {
  readonly #counts = new Map<string, number>();
  #characters = 0;

  /** Each once, in the order in which they came. */
  get all(): readonly string[] {
    return [...this.#counts.keys()];
  }

  /**
   * @returns those that were taken, to be given to `remove` later, and whether any of them is new.
   */
  add(urls: readonly string[]): { taken: readonly string[]; hasChanged: boolean } {
    const taken: string[] = [];
    let hasChanged = false;
    for (const url of urls) {
      if (taken.length === URLS_PER_SERVER_MAX || !URL.test(url) || CONTROL.test(url)) continue;
      const count = this.#counts.get(url) ?? 0;
      if (count === 0 && !this.#hasRoomFor(url)) continue;
      this.#counts.set(url, count + 1);
      taken.push(url);
      if (count > 0) continue;
      this.#characters += url.length;
      hasChanged = true;
    }
    return { taken, hasChanged };
  }

  /** @returns whether any of them is gone. */
  remove(urls: readonly string[]): boolean {
    let hasChanged = false;
    for (const url of urls) {
      const count = this.#counts.get(url) ?? 0;
      if (count > 1) this.#counts.set(url, count - 1);
      else if (this.#counts.delete(url)) {
        this.#characters -= url.length;
        hasChanged = true;
      }
    }
    return hasChanged;
  }

  #hasRoomFor(url: string): boolean {
    const hasPlace = this.#counts.size < URLS_MAX;
    return hasPlace && this.#characters + url.length <= CHARACTERS_MAX;
  }
}
