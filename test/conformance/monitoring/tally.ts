/** Counts what was compared, for a table of all documents. */

interface Counts {
  fields: number;
  /** Fields compared by a rule: in their kind only. */
  byRule: number;
  differences: number;
}

export class Tally {
  readonly #rows = new Map<string, Counts & { cases: number }>();

  add(document: string, counts: Readonly<Counts>): void {
    const row = this.#rows.get(document) ?? { cases: 0, fields: 0, byRule: 0, differences: 0 };
    this.#rows.set(document, {
      cases: row.cases + 1,
      fields: row.fields + counts.fields,
      byRule: row.byRule + counts.byRule,
      differences: row.differences + counts.differences,
    });
  }

  /** In Markdown. */
  table(): string {
    const rows = [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1));
    const all = { cases: 0, fields: 0, byRule: 0, differences: 0 };
    const lines = rows.map(([document, row]) => {
      for (const name of ["cases", "fields", "byRule", "differences"] as const) {
        all[name] += row[name];
      }
      return lineOf(document, row);
    });
    const head = "| document | cases | fields compared | of them exactly | differences listed |";
    return [head, "|---|---|---|---|---|", ...lines, lineOf("all", all)].join("\n");
  }
}

function lineOf(name: string, { cases, fields, byRule, differences }: Counts & { cases: number }) {
  return `| ${name} | ${cases} | ${fields} | ${fields - byRule} | ${differences} |`;
}
