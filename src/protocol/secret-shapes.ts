/** Secrets that give themselves away wherever they stand: seeds, JWTs and bcrypt hashes. */

const SEED_OR_HASH = /\bS[UOANCX][A-Z2-7]{56}\b|\$2[abxy]\$\d\d\$[./\w]{20,}/g;
/** What stands before it in the same word is looked at once, lest a long word takes seconds. */
const JWT = /(?<![\w-])(?=[\w-]+\.[\w.-])([\w-]*?)\beyJ[\w-]+\.[\w.-]+/g;
/** What most texts have not got; ten thousand of them may be looked at in a row. */
const SUSPICIOUS = /eyJ|\$2|S[UOANCX][A-Z2-7]{56}/;
const REDACTED = "[REDACTED]";

const BCRYPT = /^\$2[abxy]\$\d\d\$/;

/** True for a password that does not stand there as it is. */
export function isBcryptHash(password: string): boolean {
  return BCRYPT.test(password);
}

/** Hides them in a message. */
export function withoutSecretShapes(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return text.replace(JWT, `$1${REDACTED}`).replace(SEED_OR_HASH, REDACTED);
}
