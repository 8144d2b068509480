/** What a case of the configuration corpus is, and short ways to write one. */

export interface ConfigCase {
  name: string;
  /** The file that `-c` names: `test.conf`. */
  text: string | Uint8Array;
  /**
   * Parts of what nats-server complains of, each in some line; none for a valid file. They prove that
   * the case is about what it says. What counts is that both servers print the same.
   */
  says: readonly string[];
  /** Further files, by path. A path that ends with a slash is a folder. */
  files?: Record<string, string | Uint8Array>;
  env?: Record<string, string>;
  /** Another name for `-c` than the file's own. */
  path?: string;
  /**
   * nats-server reads blocks in random order. `some`: it leaves a block at the first value of a wrong
   * type, and so reports only some of the problems. `one`: it reports one problem, in one of several
   * ways. `says` has an entry for each problem, or way, there is.
   */
  random?: "some" | "one";
}

type Details = Omit<ConfigCase, "name" | "text" | "says">;

/** A valid file. */
export function valid(name: string, text: string | Uint8Array, details: Details = {}): ConfigCase {
  return { name, text, says: [], ...details };
}

/** A file that `-t` refuses. */
export function broken(
  name: string,
  text: string | Uint8Array,
  says: string | readonly string[],
  details: Details = {},
): ConfigCase {
  return { name, text, says: typeof says === "string" ? [says] : says, ...details };
}

/** A valid file that needs no name but itself. */
export function accepts(text: string, details: Details = {}): ConfigCase {
  return valid(`accepts ${visible(text)}`, text, details);
}

/** A broken file that needs no name but itself. */
export function refuses(
  text: string,
  says: string | readonly string[],
  details: Details = {},
): ConfigCase {
  return broken(`refuses ${visible(text)}`, text, says, details);
}

/** A file with an option in the place of `OPTION`. */
export function fill(frame: string, option: string): string {
  return frame.replace("OPTION", option);
}

/**
 * One case for each option, given a value of a type it does not take.
 *
 * @param frame a file with `OPTION` in place of the option.
 */
export function mistyped(
  frame: string,
  names: string,
  value: string,
  says: string | readonly string[],
): ConfigCase[] {
  return words(names).map((name) => refuses(fill(frame, `${name}: ${value}`), says));
}

export function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** Lines of a file that begins on its first line and ends with a line break. */
export function lines(...texts: string[]): string {
  return `${texts.join("\n")}\n`;
}

/** A text on one line, as a name. */
export function visible(text: string): string {
  return text
    .trim()
    .replace(/\n\s*/g, "⏎")
    .replace(/[^\x20-\x7e⏎]/g, (char) => `<${char.codePointAt(0)!.toString(16)}>`);
}
