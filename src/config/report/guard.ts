/**
 * What messages quote of a broken file. There text may be taken for a key, or for a value, that is
 * none, so that it may be a secret.
 */

import type { Problem } from "../language/problem.ts";
import { isHarmlessWord, isRandom, isSwallowed } from "./harmless.ts";
import { MASK } from "./masked-line.ts";

const QUOTED = /"([^"\\]*(?:\\.[^"\\]*)*)"/g;
/** In messages of the language, which have quotes of their own. */
const NAMED = /((?:variable reference |cycle )for|include file|but got|integer|float) '(.*?)'/gs;
/** A value as it is, up to the end of the message. */
const GOT = /(, got:? |: )(.*)$/s;
const GO_TYPE = /^(?:string|int64|float64|bool|time\.Time|\[\]interface \{\}|map\[.*)$/s;
/** A name right behind that is no option's. */
const UNKNOWN = /unknown field \[?$/;
/** A URL that ends before the host: what stands for its port is too long to be one. */
const PASSWORD_FOR_PORT = /(:\/\/[^/@:[\]]*:)(?!\d{1,5}[/"])[^@[\]]{6,}$/;
const LONG_PORT = /(invalid port ":)[^"]{6,}"/;

/** A problem of the language that is not the first one: nats-server does not report it. */
export function guardSyntax(problem: Problem): Problem {
  const text = problem.text.replace(NAMED, (whole, what: string, word: string) =>
    isHarmlessWord(word) ? whole : `${what} '${MASK}'`,
  );
  return guardHint({ ...problem, text });
}

/** A problem with an option of a file whose syntax is broken: nats-server does not report it. */
export function guardStray(problem: Problem): Problem {
  const quoted = guardQuoted(problem.text);
  const text = quoted.replace(GOT, (whole, lead: string, value: string) =>
    lead === ": " || GO_TYPE.test(value) ? whole : lead + MASK,
  );
  return guardHint(guardOption({ ...problem, text }));
}

/**
 * A problem with an option. Its text is nats-server's, except where it quotes what swallowed others, or
 * what can hardly be meant.
 */
export function guardOption(problem: Problem): Problem {
  const quoted = problem.text.replace(QUOTED, (whole, inner: string, at: number) => {
    if (isSwallowed(inner)) return `"${MASK}"`;
    if (UNKNOWN.test(problem.text.slice(Math.max(0, at - 20), at)) && isRandom(inner))
      return `"${MASK}"`;
    return whole.replace(PASSWORD_FOR_PORT, `$1${MASK}"`);
  });
  const text = quoted.replace(GOT, (whole, lead: string, value: string) => {
    const isLong = lead === ": " ? value.includes("\n") : isSwallowed(value);
    return isLong && !GO_TYPE.test(value) ? lead + MASK : whole;
  });
  return withHint({ ...problem, text }, problem.hint?.replace(LONG_PORT, `$1${MASK}"`));
}

/** nats-server gives no hints, so that none has to be as it is. */
export function guardHint(problem: Problem): Problem {
  return withHint(problem, problem.hint === undefined ? undefined : guardQuoted(problem.hint));
}

/** One that repeats lines of a file helps nobody. */
function withHint({ hint: _, ...problem }: Problem, hint: string | undefined): Problem {
  return hint === undefined || hint.includes("\n") ? problem : { ...problem, hint };
}

function guardQuoted(text: string): string {
  return text.replace(QUOTED, (whole, word: string) =>
    isHarmlessWord(word) ? whole : `"${MASK}"`,
  );
}
