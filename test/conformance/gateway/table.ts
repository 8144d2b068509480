/** The table of all cases: what is the same, and why what is not. */

const COLUMNS = ["ours = 2.15.1", "ours = 2.10.27", "2.15.1 = 2.10.27"] as const;

type Column = (typeof COLUMNS)[number];

export class Table {
  readonly #rows = new Map<string, Map<Column, string>>();

  /** @param reason why it differs on purpose. */
  add(name: string, column: Column, isSame: boolean, reason: string | undefined): void {
    const row = this.#rows.get(name) ?? new Map<Column, string>();
    row.set(column, isSame ? "yes" : (reason ?? "NO, AND NOBODY KNOWS WHY"));
    this.#rows.set(name, row);
  }

  print(): void {
    const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
    const lines = [line(["case", ...COLUMNS]), line(Array(COLUMNS.length + 1).fill("---"))];
    for (const [name, row] of this.#rows) {
      lines.push(line([name, ...COLUMNS.map((column) => row.get(column) ?? "")]));
    }
    process.stdout.write(`${lines.join("\n")}\n`);
  }
}
