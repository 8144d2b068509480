/**
 * A list whose elements are kept as long as what they stand for is there: news change them in place,
 * so that the keyboard, a selection and a screen reader stay where they are.
 */

export interface Item<Row> {
  readonly element: HTMLElement;
  update(row: Row): void;
}

export class Keyed<Row> {
  readonly #parent: HTMLElement;
  readonly #keyOf: (row: Row) => string;
  readonly #make: (row: Row) => Item<Row>;
  #items = new Map<string, Item<Row>>();

  constructor(parent: HTMLElement, keyOf: (row: Row) => string, make: (row: Row) => Item<Row>) {
    this.#parent = parent;
    this.#keyOf = keyOf;
    this.#make = make;
  }

  update(rows: readonly Row[]): void {
    const previous = this.#items;
    this.#items = new Map();
    let at = this.#parent.firstElementChild;
    for (const row of rows) {
      const key = this.#keyOf(row);
      const item = previous.get(key) ?? this.#make(row);
      previous.delete(key);
      this.#items.set(key, item);
      item.update(row);
      if (at === item.element) at = at.nextElementSibling;
      else this.#parent.insertBefore(item.element, at);
    }
    for (const { element } of previous.values()) element.remove();
  }
}
