/** Finds the few largest of many, without sorting them all. Of equal ones those that came first count. */
export class Largest<Item> {
  /** The largest first. */
  readonly items: Item[] = [];
  readonly #max: number;
  readonly #isLarger: (one: Item, other: Item) => boolean;

  /** @param max how many are wanted; 0 or less for none. */
  constructor(max: number, isLarger: (one: Item, other: Item) => boolean) {
    this.#max = max;
    this.#isLarger = isLarger;
  }

  /** @returns what there is no room for: the item, or one that it takes the place of. */
  add(item: Item): Item | undefined {
    const { items } = this;
    const hasRoom = items.length < this.#max;
    if (!hasRoom && (this.#max <= 0 || !this.#isLarger(item, items.at(-1)!))) return item;
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#isLarger(item, items[middle]!)) high = middle;
      else low = middle + 1;
    }
    items.splice(low, 0, item);
    return hasRoom ? undefined : items.pop();
  }
}
