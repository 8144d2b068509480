/** Paths of included files, joined as Go joins them. `node:path` would do, but costs memory. */

const VOLUME = /^[A-Za-z]:/;

interface Style {
  readonly separator: "/" | "\\";
  readonly separators: RegExp;
}

export const POSIX: Style = { separator: "/", separators: /\/+/ };
export const WINDOWS: Style = { separator: "\\", separators: /[/\\]+/ };
const NATIVE = process.platform === "win32" ? WINDOWS : POSIX;

/** The shortest path to the same file that can be told from the text alone. */
export function cleanPath(path: string, style = NATIVE): string {
  const volume = style === WINDOWS ? (VOLUME.exec(path)?.[0] ?? "") : "";
  const parts = path.slice(volume.length).split(style.separators);
  const root = parts.length > 1 && parts[0] === "" ? style.separator : "";
  const kept: string[] = [];
  for (const part of parts) {
    if (part === "" || part === ".") continue;
    if (part !== "..") kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (root === "") kept.push(part);
  }
  return volume + root + kept.join(style.separator) || ".";
}

/** A path in the folder of a file, absolute paths too. */
export function besidePath(file: string, path: string, style = NATIVE): string {
  return cleanPath(`${file}${style.separator}..${style.separator}${path}`, style);
}
