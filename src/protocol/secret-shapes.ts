/** Secrets that give themselves away wherever they stand: seeds, JWTs and bcrypt hashes. */

export const SECRET_SHAPE =
  /\bS[UOANCX][A-Z2-7]{56}\b|\beyJ[\w-]+\.[\w.-]+|\$2[abxy]\$\d\d\$[./\w]{20,}/g;

const BCRYPT = /^\$2[abxy]\$\d\d\$/;

/** True for a password that does not stand there as it is. */
export function isBcryptHash(password: string): boolean {
  return BCRYPT.test(password);
}

/** Hides them in a message. */
export function withoutSecretShapes(text: string): string {
  return text.replace(SECRET_SHAPE, "[REDACTED]");
}
