/** Subjects as lists of words: what a pattern matches, what a route makes of it. Written for plainness. */

/** Tells whether a published subject matches a pattern. */
export function matches(pattern: string, subject: string): boolean {
  const wanted = pattern.split(".");
  const words = subject.split(".");
  if (words.includes("")) return false;
  if (wanted.at(-1) === ">") {
    const fixed = wanted.slice(0, -1);
    return (
      words.length > fixed.length && fixed.every((each, i) => each === "*" || each === words[i])
    );
  }
  return (
    words.length === wanted.length && wanted.every((each, i) => each === "*" || each === words[i])
  );
}

/** Tells whether everything that one pattern matches is matched by the other too. */
export function covers(wide: string, narrow: string): boolean {
  const [outer, inner] = [wide.split("."), narrow.split(".")];
  for (const [i, each] of outer.entries()) {
    if (each === ">") return inner.length > i;
    if (inner[i] === undefined || inner[i] === ">") return false;
    if (each !== "*" && each !== inner[i]) return false;
  }
  return inner.length === outer.length;
}

/** Tells whether some subject matches both. */
export function overlap(a: string, b: string): boolean {
  const [first, second] = [a.split("."), b.split(".")];
  for (let i = 0; ; i++) {
    const [one, other] = [first[i], second[i]];
    if (one === undefined || other === undefined) return one === other;
    if (one === ">" || other === ">") return true;
    if (one !== "*" && other !== "*" && one !== other) return false;
  }
}

/** What the stars of a pattern, and the `>` at its end, stand for in a subject that matches. */
function capture(pattern: string, subject: string): { stars: string[]; rest: string[] } {
  const wanted = pattern.split(".");
  const words = subject.split(".");
  const stars = wanted.flatMap((each, i) => (each === "*" ? [words[i]!] : []));
  return { stars, rest: wanted.at(-1) === ">" ? words.slice(wanted.length - 1) : [] };
}

/** The subject that a destination with `$1` and so on makes of one that matches the source. */
export function rewrite(source: string, destination: string, subject: string): string {
  const { stars, rest } = capture(source, subject);
  const words = destination.split(".").flatMap((word) => {
    if (word === ">") return rest;
    return /^\$\d+$/.test(word) ? [stars[Number(word.slice(1)) - 1]!] : [word];
  });
  return words.join(".");
}

/** The way back: the subject that `rewrite` would have made this one of. */
export function rewriteBack(source: string, destination: string, subject: string): string {
  const pattern = destination.replace(/\$\d+/g, "*");
  const { stars, rest } = capture(pattern, subject);
  const order = destination.split(".").filter((word) => /^\$\d+$/.test(word));
  let star = 0;
  const words = source.split(".").flatMap((word) => {
    if (word === ">") return rest;
    if (word !== "*") return [word];
    star++;
    return [stars[order.indexOf(`$${star}`)]!];
  });
  return words.join(".");
}
