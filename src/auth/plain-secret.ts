/** Secrets that are configured in clear. */

/**
 * Whether the two are the same. The time it takes depends on the length of what was given alone, so
 * it tells nothing about the secret, not even how long that is.
 */
export function isSameSecret(secret: string, given: string): boolean {
  const known = secret.length;
  const { length } = given;
  let difference = known ^ length;
  for (let i = 0; i < length; i++) {
    difference |= given.charCodeAt(i) ^ secret.charCodeAt(i < known ? i : 0);
  }
  return difference === 0;
}
