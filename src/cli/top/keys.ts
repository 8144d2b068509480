/** Keys, as a terminal sends them. */

export type Key =
  | { readonly kind: "char"; readonly char: string }
  | { readonly kind: "enter" | "escape" | "backspace" | "interrupt" }
  | { readonly kind: "scroll"; readonly by: "line" | "page" | "all"; readonly direction: 1 | -1 };

/** What follows an escape character: cursor keys and the like, with parameters or without. */
const SEQUENCE = /^(?:\[[0-9;?]*[ -/]*[@-~]|O[A-Za-z]|[^[O])/;
const ESCAPE = "\u001b";

const SEQUENCES: ReadonlyMap<string, Key> = new Map([
  ...scrolls(["[A", "OA"], "line", -1),
  ...scrolls(["[B", "OB"], "line", 1),
  ...scrolls(["[5~"], "page", -1),
  ...scrolls(["[6~"], "page", 1),
  ...scrolls(["[H", "OH", "[1~"], "all", -1),
  ...scrolls(["[F", "OF", "[4~"], "all", 1),
]);

const CONTROLS: Readonly<Record<string, Key>> = {
  "\r": { kind: "enter" },
  "\n": { kind: "enter" },
  "\u007f": { kind: "backspace" },
  "\b": { kind: "backspace" },
  "\u0003": { kind: "interrupt" },
  "\u0004": { kind: "interrupt" },
};

/** The keys in what was read at once; what means nothing is left out. */
export function readKeys(text: string): Key[] {
  const keys: Key[] = [];
  for (let rest = text; rest !== ""; ) {
    const char = String.fromCodePoint(rest.codePointAt(0)!);
    const sequence = char === ESCAPE ? (SEQUENCE.exec(rest.slice(1))?.[0] ?? "") : "";
    const isEscape = char === ESCAPE && sequence === "";
    const cursor = SEQUENCES.get(sequence);
    if (isEscape) keys.push({ kind: "escape" });
    else if (cursor !== undefined) keys.push(cursor);
    else if (CONTROLS[char] !== undefined) keys.push(CONTROLS[char]);
    else if (char >= " ") keys.push({ kind: "char", char });
    rest = rest.slice(char.length + sequence.length);
  }
  return keys;
}

function scrolls(
  sequences: readonly string[],
  by: "line" | "page" | "all",
  direction: 1 | -1,
): [string, Key][] {
  return sequences.map((sequence) => [sequence, { kind: "scroll", by, direction }]);
}
