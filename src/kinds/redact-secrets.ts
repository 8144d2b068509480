/**
 * Takes the secrets out of the arguments of CONNECT before a log gets to see them.
 *
 * nats-server hides pass*, auth_token*, nkey, sig and proxy_sig. This hides jwt and token as well,
 * knows a name that is spelled with escapes or in another case, as the decoder does, and hides the
 * whole of a value, also one with quotes, commas or braces in it. Everything else stays byte for byte.
 *
 * The arguments need not be JSON: they are logged before they are parsed.
 */

const SECRET_NAME = /^(?:pass.*|auth_token.*|nkey|sig|proxy_sig|jwt|token)$/s;
const REDACTED = "[REDACTED]";

/** A quoted string, which may lack its end, or a run of anything that has no meaning of its own. */
const TOKEN = /"(?:[^"\\]|\\.)*["\\]?|[^\s"{}[\]:=,]+/gsy;
/** More of a string, after a quote in it that lacks its backslash. */
const STRING_REST = /(?:[^"]*")*?(?=\s*(?:[,}\]]|$))/gy;
const BLANKS = /\s*/gy;
const WORD = /[^\s"{}[\]:=,]+/gy;
const ASSIGNMENT = /"?\s*[:=]\s*"?/gy;
const WORD_VALUE = /[^",\r\n}]*/gy;

export function redactSecrets(args: string): string {
  const shown = redactValues(args);
  return isJson(args) ? shown : redactWords(shown);
}

/** Goes by the quotes. */
function redactValues(args: string): string {
  let shown = "";
  /** Where what has not been copied yet begins. */
  let from = 0;
  let i = 0;
  while (i < args.length) {
    const tokenEnd = endOf(TOKEN, args, i);
    if (tokenEnd === i) {
      i++;
      continue;
    }
    const isSecret = isSecretName(args.slice(i, tokenEnd));
    i = endOf(BLANKS, args, tokenEnd);
    if (args[i] !== ":" && args[i] !== "=") continue;
    i = endOf(BLANKS, args, i + 1);
    if (!isSecret) {
      // A string is only a value here, whatever it looks like.
      if (args[i] === '"') i = endOf(TOKEN, args, i);
      continue;
    }
    const end = endOfValue(args, i);
    const quote = args[i] === '"' ? '"' : "";
    shown += `${args.slice(from, i)}${quote}${REDACTED}${quote}`;
    from = end;
    i = end;
  }
  return shown + args.slice(from);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Goes by the names alone, as nats-server does: with one quote too many or too few, what is inside of
 * a string and what is outside cannot be told apart.
 */
function redactWords(args: string): string {
  let shown = "";
  let from = 0;
  let i = 0;
  while (i < args.length) {
    const wordEnd = endOf(WORD, args, i);
    if (wordEnd === i) {
      i++;
      continue;
    }
    const isSecret = isSecretName(`"${args.slice(i, wordEnd)}"`);
    i = wordEnd;
    const start = endOf(ASSIGNMENT, args, i);
    if (!isSecret || start === i) continue;
    i = endOf(WORD_VALUE, args, start);
    shown += `${args.slice(from, start)}${REDACTED}`;
    from = i;
  }
  return shown + args.slice(from);
}

/** Index after what the pattern finds at `at`; `at` when it finds nothing. */
function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** A string ends with its quote, an object or array with its bracket, the rest with a comma. */
function endOfValue(args: string, start: number): number {
  let depth = 0;
  let i = start;
  while (i < args.length) {
    const char = args[i]!;
    if (char === '"') {
      i = endOf(TOKEN, args, i);
      if (depth === 0) return endOf(STRING_REST, args, i);
      continue;
    }
    if (depth === 0 && (char === "," || char === "}" || char === "]")) return i;
    if (char === "{" || char === "[") depth++;
    if (char === "}" || char === "]") depth--;
    i++;
    if (depth === 0 && (char === "}" || char === "]")) return i;
  }
  return i;
}

/** @param token with its quotes, if it has any. */
function isSecretName(token: string): boolean {
  return SECRET_NAME.test(foldCase(unquote(token)).trim());
}

function unquote(token: string): string {
  if (!token.startsWith('"')) return token;
  try {
    return JSON.parse(token) as string;
  } catch {
    return token.replace(/^"|"$/g, "");
  }
}

/** The decoder of CONNECT compares names like this: two letters beyond ASCII count as s and k. */
function foldCase(name: string): string {
  return name.toLowerCase().replaceAll("\u017f", "s");
}
