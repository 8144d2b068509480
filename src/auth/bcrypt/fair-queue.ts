/**
 * Work that waits, in turn between the addresses that it is for: whoever sends much of it holds up
 * nobody else. It has a limit for each address and one for all, and at the latter the address with
 * the most work makes room for those with less.
 */

export interface QueuedWork {
  /** Whom it is for. */
  readonly address: string;
  /** Nobody waits for it any more. */
  isAbandoned(): boolean;
  /** It will not be done. */
  drop(): void;
}

/** More than can be done before those who wait give up; the rest had better come again. */
export const WAITING_MAX = 512;
export const WAITING_OF_ADDRESS_MAX = 64;

export class FairQueue<Work extends QueuedWork> {
  /** The address whose turn it is comes first. */
  readonly #lists = new Map<string, Work[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Whether there is room for it. */
  add(work: Work): boolean {
    if (this.#waitingOf(work.address) >= WAITING_OF_ADDRESS_MAX) this.#dropAbandoned(work.address);
    const own = this.#waitingOf(work.address);
    if (own >= WAITING_OF_ADDRESS_MAX) return false;
    if (this.#size >= WAITING_MAX && !this.#makeRoom(own)) return false;
    const list = this.#lists.get(work.address);
    if (list === undefined) this.#lists.set(work.address, [work]);
    else list.push(work);
    this.#size++;
    return true;
  }

  /** Takes out what is next and still wanted. */
  take(): Work | undefined {
    for (const [address, list] of this.#lists) {
      const work = list.shift()!;
      this.#size--;
      this.#lists.delete(address);
      // Its next turn comes after all others.
      if (list.length > 0) this.#lists.set(address, list);
      if (!work.isAbandoned()) return work;
      work.drop();
    }
    return undefined;
  }

  /** Drops everything. */
  clear(): void {
    const lists = [...this.#lists.values()];
    this.#lists.clear();
    this.#size = 0;
    for (const work of lists.flat()) work.drop();
  }

  #waitingOf(address: string): number {
    return this.#lists.get(address)?.length ?? 0;
  }

  /** @param own work that the address has already that needs the room. */
  #makeRoom(own: number): boolean {
    for (const address of [...this.#lists.keys()]) this.#dropAbandoned(address);
    if (this.#size < WAITING_MAX) return true;
    const lists = [...this.#lists.values()];
    const longest = lists.reduce((most, list) => (list.length > most.length ? list : most));
    if (longest.length <= own + 1) return false;
    this.#size--;
    longest.pop()!.drop();
    return true;
  }

  #dropAbandoned(address: string): void {
    const list = this.#lists.get(address) ?? [];
    const wanted = list.filter((work) => !work.isAbandoned());
    if (wanted.length === list.length) return;
    this.#size -= list.length - wanted.length;
    if (wanted.length > 0) this.#lists.set(address, wanted);
    else this.#lists.delete(address);
    for (const work of list) if (work.isAbandoned()) work.drop();
  }
}
