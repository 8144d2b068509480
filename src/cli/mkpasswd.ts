/** `mkpasswd`: passwords for configuration files, and their bcrypt hashes. */

import { hash } from "bcrypt-ts";
import type { Report } from "./answer.ts";
import { ArgumentError } from "./command-arguments.ts";
import { InputError, readPassword } from "./password-input.ts";

const COST_MIN = 4;
const COST_MAX = 31;
/** bcrypt does not look at what follows. */
const PASSWORD_BYTES_MAX = 72;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** No character that a shell, a URL or a configuration file would need quotes for. */
const CHARACTERS = `${LETTERS}0123456789`;
/** 142 bits. */
const GENERATED_CHARACTERS = 24;

/**
 * Hashes a password.
 *
 * @param isGiven ask for it, instead of making one up, and print the hash alone.
 * @throws ArgumentError when the cost is none.
 */
export async function makePassword(isGiven: boolean, cost: string): Promise<Report> {
  const rounds = /^\d+$/.test(cost) ? Number(cost) : Number.NaN;
  if (!(rounds >= COST_MIN && rounds <= COST_MAX)) {
    throw new ArgumentError(`--cost is ${COST_MIN} to ${COST_MAX}, and not "${cost}"`);
  }
  try {
    const password = isGiven ? await readPassword() : generatePassword();
    checkLength(password);
    // Configuration files take this prefix for no variable, and bcrypt the two for the same.
    const hashed = (await hash(password, rounds)).replace(/^\$2b\$/, "$2a$");
    const stdout = isGiven ? `${hashed}\n` : `pass: ${password}\nbcrypt hash: ${hashed}\n`;
    return { stdout, stderr: "", code: 0 };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { stdout: "", stderr: `nats-server: ${error.message}\n`, code: 1 };
  }
}

function checkLength(password: string): void {
  if (password === "") throw new InputError("the password is empty");
  const length = Buffer.byteLength(password);
  if (length <= PASSWORD_BYTES_MAX) return;
  const excess = `it has ${length} bytes, and bcrypt takes ${PASSWORD_BYTES_MAX} at most`;
  throw new InputError(`the password is too long: ${excess}`);
}

/** Begins with a letter, so that a configuration file does not take it for a number. */
function generatePassword(): string {
  let password = "";
  while (password.length < GENERATED_CHARACTERS) {
    const known = password === "" ? LETTERS : CHARACTERS;
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    // A byte of the last, incomplete round would favour some characters.
    if (byte < 256 - (256 % known.length)) password += known[byte % known.length];
  }
  return password;
}
