/**
 * A table whose rows are kept: news change the text of cells and nothing else, so that the place of
 * the keyboard, a selection and a screen reader stay where they are.
 */

import { h, setAttribute, setText } from "./dom.ts";

/** Characters for which there is room. */
const CELL_LENGTH_MAX = 20;

export interface Column<Row> {
  readonly title: string;
  /** What the server sorts by; absent where it does not. */
  readonly sort?: string;
  /** A number: aligned to the right. */
  readonly isNumber?: boolean;
  /** Long text that may be broken anywhere, in letters of one width. */
  readonly isCode?: boolean;
  /** Sentences: they may be broken between words. */
  readonly isProse?: boolean;
  /** Left out on small screens. */
  readonly isExtra?: boolean;
  text(row: Row): string;
  /** Where the cell leads. */
  link?(row: Row): string;
  /** Appearance of the cell: `warn`, `bad`, `quiet` or "". */
  mark?(row: Row): string;
  hint?(row: Row): string;
}

export interface Sorting {
  readonly by: string;
  readonly isDescending: boolean;
}

export interface TableText<Row> {
  /** What the table shows, for those who cannot see what is around it. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  key(row: Row): string;
  /** The first click on a column of numbers shows the largest first. */
  onSort?(sorting: Sorting): void;
}

interface Shown {
  readonly tr: HTMLTableRowElement;
  /** Where the text of each cell stands. */
  readonly cells: readonly { readonly td: HTMLElement; readonly text: HTMLElement }[];
}

export class Table<Row> {
  readonly element: HTMLElement;
  readonly #text: TableText<Row>;
  readonly #body = h("tbody");
  readonly #headers: readonly (readonly [Column<Row>, HTMLElement])[];
  #rows = new Map<string, Shown>();
  #sorting: Sorting;

  constructor(text: TableText<Row>, sorting: Sorting = { by: "", isDescending: false }) {
    this.#text = text;
    this.#sorting = sorting;
    this.#headers = text.columns.map((column) => [column, this.#header(column)]);
    const head = h("thead", {}, h("tr", {}, ...this.#headers.map(([, th]) => th)));
    const caption = h("caption", { class: "unseen" }, text.caption);
    const table = h("table", {}, caption, head, this.#body);
    this.element = h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": text.caption },
      table,
    );
    this.#showSorting();
  }

  update(rows: readonly Row[]): void {
    const previous = this.#rows;
    this.#rows = new Map();
    let at = this.#body.firstElementChild;
    for (const row of rows) {
      const key = this.#text.key(row);
      const shown = previous.get(key) ?? this.#create(row);
      previous.delete(key);
      this.#rows.set(key, shown);
      this.#fill(shown, row);
      if (at === shown.tr) at = at.nextElementSibling;
      else this.#body.insertBefore(shown.tr, at);
    }
    for (const { tr } of previous.values()) tr.remove();
  }

  /** Shows the rows, or what is there in their place when there are none. */
  updateOr(rows: readonly Row[], none: HTMLElement): void {
    this.update(rows);
    this.element.hidden = rows.length === 0;
    none.hidden = rows.length > 0;
  }

  #create(row: Row): Shown {
    const cells = this.#text.columns.map((column, index) => {
      const { link } = column;
      const text = link === undefined ? h("span") : h("a", { href: link(row) });
      const kind = kindOf(column);
      const td = index === 0 ? h("th", { scope: "row", class: kind }) : h("td", { class: kind });
      td.append(text);
      return { td, text };
    });
    return { tr: h("tr", {}, ...cells.map(({ td }) => td)), cells };
  }

  #fill({ cells }: Shown, row: Row): void {
    for (const [index, column] of this.#text.columns.entries()) {
      const { td, text } = cells[index]!;
      setText(text, column.text(row));
      if (column.mark !== undefined) setAttribute(td, "data-mark", column.mark(row));
      if (column.link !== undefined) setAttribute(text, "href", column.link(row));
      const hint = column.hint?.(row) ?? long(text.textContent ?? "");
      if (hint !== "" || td.title !== "") setAttribute(td, "title", hint);
    }
  }

  #header(column: Column<Row>): HTMLElement {
    const { title, sort, isNumber = false } = column;
    const kind = kindOf(column).replace("code", "");
    if (sort === undefined) return h("th", { scope: "col", class: kind }, title);
    const onclick = (): void => {
      const { by, isDescending } = this.#sorting;
      this.#sorting = { by: sort, isDescending: by === sort ? !isDescending : isNumber };
      this.#showSorting();
      this.#text.onSort?.(this.#sorting);
    };
    return h("th", { scope: "col", class: kind }, h("button", { type: "button", onclick }, title));
  }

  #showSorting(): void {
    const { by, isDescending } = this.#sorting;
    for (const [{ sort }, th] of this.#headers) {
      if (sort === undefined) continue;
      const order = isDescending ? "descending" : "ascending";
      setAttribute(th, "aria-sort", sort === by ? order : "none");
    }
  }
}

function kindOf({ isNumber, isCode, isProse, isExtra }: Column<never>): string {
  const kind = isNumber ? "number" : isCode ? "code" : isProse ? "prose" : "";
  return isExtra ? `${kind} extra` : kind;
}

/** What may have no room in its cell. */
function long(text: string): string {
  return text.length > CELL_LENGTH_MAX ? text : "";
}
