/** Tokens that the server makes itself. */

/** What every token says, as a token has it; empty texts and zeros are left out. */
export interface CommonFields {
  readonly aud?: string;
  /** Seconds since 1970. */
  readonly exp?: number;
  readonly iat: number;
  /** Public key of whoever signs. */
  readonly iss: string;
  readonly name?: string;
  readonly nbf?: number;
  readonly sub: string;
}

const VERSION = 2;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** Go escapes them in every JSON text that it writes. */
const GO_ESCAPED = /[<>&\u2028\u2029]/g;
const HEADER = encodePart({ typ: "JWT", alg: "ed25519-nkey" });

/**
 * A signed token of the newest layout. Its id is the one that nats-server would give it.
 *
 * @param type `authorization_request` and the like.
 * @param nats what it says as the kind it is, without type and version.
 * @param sign gives the 64 bytes of the signature of a text.
 */
export async function encodeClaims(
  type: string,
  common: CommonFields,
  nats: Readonly<Record<string, unknown>>,
  sign: (text: string) => Uint8Array | Promise<Uint8Array>,
): Promise<string> {
  const { aud, exp, iat, iss, name, nbf, sub } = common;
  const jti = idOf(withoutEmpty({ aud, exp, iat, iss, name, nbf, sub }));
  const fields = withoutEmpty({ aud, exp, jti, iat, iss, name, nbf, sub });
  const claims = encodePart({ ...fields, nats: { ...nats, type, version: VERSION } });
  const signed = `${HEADER}.${claims}`;
  return `${signed}.${Buffer.from(await sign(signed)).toString("base64url")}`;
}

function withoutEmpty(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value));
}

function encodePart(value: object): string {
  return Buffer.from(goJson(value)).toString("base64url");
}

function goJson(value: object): string {
  return JSON.stringify(value).replace(
    GO_ESCAPED,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Base32 of a hash, without padding. */
function idOf(claims: object): string {
  const hash = new Bun.CryptoHasher("sha512-256").update(goJson(claims)).digest();
  let bits = "";
  for (const byte of hash) bits += byte.toString(2).padStart(8, "0");
  const groups = bits.match(/.{1,5}/g)!;
  return groups.map((group) => ALPHABET[Number.parseInt(group.padEnd(5, "0"), 2)]).join("");
}
