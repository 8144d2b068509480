/** What the explain commands share in what they print. */

/** Exit code of an answer that is no. */
export const DENIED_CODE = 2;

/** For programs: one value, without characters that could do something to a terminal. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2).replace(/[\x7f-\x9f\u2028\u2029]/g, escaped);
  return `${text}\n`;
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
