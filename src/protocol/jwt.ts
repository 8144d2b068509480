/** JWTs of operators, accounts and users: read and verified as nats-server does, in its words. */

import { isSignedBy } from "./ed25519.ts";
import { goQuoteText } from "./go-quote.ts";
import { checkGoJson, decodeGoStruct, decodeValidJson, type GoRecord } from "./go-struct.ts";
import { goString, goStruct } from "./go-types.ts";
import {
  ANY_CLAIMS,
  CLAIMS,
  CLAIMS_V1,
  type ClaimsStruct,
  GENERIC_CLAIMS,
  IDENTIFIER,
} from "./jwt-fields.ts";
import { isPublicNkey, NkeyKind } from "./nkeys.ts";

/** What every JWT says. Times are seconds since 1970, 0 when there is none. */
export interface Jwt {
  readonly token: string;
  /** What it is a token of: `operator`, `account`, `user`…; any other word for one unknown to NATS. */
  readonly kind: string;
  /** Layout of the token. */
  readonly version: 1 | 2;
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly audience: string;
  readonly issuedAt: number;
  readonly notBefore: number;
  readonly expiresAt: number;
  readonly tags: readonly string[];
  /** Account that the signing key belongs to, for a token that can have one; empty for none. */
  readonly issuerAccount: string;
  /** What it says as the kind it is: only the fields that were given. */
  readonly nats: Readonly<GoRecord>;
}

/** A text that is no token, or one that nobody should trust. */
export class JwtError extends Error {}

const BYTES_MAX = 1024 * 1024;
/** Newest layout of tokens that is known. */
const VERSION_MAX = 2;
const CHUNKS = 3;

/** Who may sign a token, by its kind. */
const SIGNERS: Readonly<Record<string, readonly NkeyKind[]>> = {
  operator: [NkeyKind.Operator],
  account: [NkeyKind.Account, NkeyKind.Operator],
  user: [NkeyKind.Account],
  activation: [NkeyKind.Account, NkeyKind.Operator],
  authorization_request: [NkeyKind.Server],
  authorization_response: [NkeyKind.Account],
};
const SIGNER_NAMES: Readonly<Record<number, string>> = {
  [NkeyKind.Account]: "account",
  [NkeyKind.Operator]: "operator",
  [NkeyKind.Server]: "server",
};

const HEADER = goStruct("jwt.Header", { typ: goString(), alg: goString() });
/** Algorithm of the first layout. */
const ED25519 = "ed25519";

const DASHES = "---";
const TOKEN_LINE = /^[\w.=-]+$/;

/**
 * The token in a file as the tools of NATS write it, between two lines that begin and end with
 * dashes; all of a file that looks otherwise.
 */
export function undecoratedJwt(contents: string): string {
  const lines = contents.split(/\r?\n/);
  for (let i = 1; i < lines.length - 1; i++) {
    const isBetween = isRuled(lines[i - 1]!) && isRuled(lines[i + 1]!);
    if (isBetween && lines[i + 1]!.startsWith(DASHES) && TOKEN_LINE.test(lines[i]!)) {
      return lines[i]!;
    }
  }
  return contents;
}

/** Ends with dashes, and has other dashes in front of them. */
function isRuled(line: string): boolean {
  const first = line.indexOf(DASHES);
  return first >= 0 && first <= line.length - 2 * DASHES.length && line.endsWith(DASHES);
}

/**
 * Reads a token and verifies its signature with the key of the issuer that it names. Whether that
 * issuer is one to trust, and whether the token has expired, is not looked at.
 *
 * @throws JwtError with nats-server's text.
 */
export async function decodeJwt(token: string): Promise<Jwt> {
  const bytes = Buffer.byteLength(token);
  if (bytes > BYTES_MAX) {
    fail(`token size ${bytes} exceeds maximum of ${BYTES_MAX} bytes: token too large`);
  }
  const [header, claims, signature] = chunksOf(token);
  readHeader(header);
  const json = decodeBase64(claims).toString();
  const { kind, version, struct } = identify(json);
  const jwt = toJwt(
    token,
    kind,
    version,
    inGo(() => decodeValidJson(json, struct.type, struct.root)),
  );
  const signed = version === 1 ? claims : `${header}.${claims}`;
  if (!(await isSignedBy(jwt.issuer, signed, decodeBase64(signature)))) {
    fail(`claim failed V${version} signature verification`);
  }
  checkSigner(jwt);
  return jwt;
}

/**
 * The same without regard to the kind: neither what the token says about itself nor who may sign it
 * is looked at. The algorithm tells which layout it has.
 *
 * @throws JwtError with nats-server's text.
 */
export async function decodeAnyJwt(token: string): Promise<Jwt> {
  const [header, claims, signature] = chunksOf(token);
  const version = readHeader(header) === ED25519 ? 1 : VERSION_MAX;
  const json = decodeBase64(claims).toString();
  const given = inGo(() => decodeGoStruct(json, ANY_CLAIMS.type, ANY_CLAIMS.root));
  const nats = (given.nats ?? {}) as GoRecord;
  const jwt = toJwt(token, text(version === 1 ? given.type : nats.type), version, given);
  const signed = version === 1 ? claims : `${header}.${claims}`;
  if (!(await isSignedBy(jwt.issuer, signed, decodeBase64(signature)))) {
    fail(`claim failed V${version} signature verification`);
  }
  return jwt;
}

function fail(reason: string): never {
  throw new JwtError(reason);
}

/** Failures to decode are Go's own. */
function inGo<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    return fail((error as Error).message);
  }
}

function chunksOf(token: string): [string, string, string] {
  const chunks = token.split(".", CHUNKS + 1);
  if (chunks.length !== CHUNKS) fail(`expected ${CHUNKS} chunks`);
  return chunks as [string, string, string];
}

/** @returns the algorithm. */
function readHeader(chunk: string): string {
  const json = decodeBase64(chunk).toString();
  const header = inGo(() => decodeGoStruct(json, HEADER, "Header"));
  const [type, algorithm] = [text(header.typ), text(header.alg)];
  if (type.toUpperCase() !== "JWT") fail(`not supported type ${goQuoteText(type)}`);
  if (![ED25519, `${ED25519}-nkey`].includes(algorithm.toLowerCase())) {
    fail(`unexpected ${goQuoteText(algorithm)} algorithm`);
  }
  return algorithm;
}

interface Identity {
  readonly kind: string;
  readonly version: 1 | 2;
  readonly struct: ClaimsStruct;
}

function identify(json: string): Identity {
  inGo(() => checkGoJson(json));
  const claims = inGo(() => decodeValidJson(json, IDENTIFIER.type, IDENTIFIER.root)) ?? {};
  const nats = (claims.nats ?? {}) as GoRecord;
  // The first layout had the kind beside the part `nats`.
  const isFirstLayout = text(claims.type) !== "";
  const kind = isFirstLayout ? text(claims.type) : text(nats.type);
  const version = isFirstLayout ? 1 : number(nats.version);
  if (version > VERSION_MAX) fail("JWT was generated by a newer version ");
  if (kind === "cluster") fail("ClusterClaims are not supported");
  if (kind === "server") fail("ServerClaims are not supported");
  // Of what is unknown nats-server verifies the signature as that of the first layout.
  if (!Object.hasOwn(CLAIMS, kind)) return { kind, version: 1, struct: GENERIC_CLAIMS };
  const hasFirstLayout = Object.hasOwn(CLAIMS_V1, kind);
  if (hasFirstLayout && version < 1) {
    fail(`library supports version ${VERSION_MAX} or less - received ${version}`);
  }
  const struct = (version === 1 && CLAIMS_V1[kind]) || CLAIMS[kind]!;
  return { kind, version: version === 2 ? 2 : 1, struct };
}

function toJwt(token: string, kind: string, version: 1 | 2, claims: GoRecord = {}): Jwt {
  const nats = (claims.nats ?? {}) as GoRecord;
  const moved = version === 1 ? { ...nats, ...claims } : nats;
  return {
    token,
    kind,
    version,
    id: text(claims.jti),
    issuer: text(claims.iss),
    subject: text(claims.sub),
    name: text(claims.name),
    audience: text(claims.aud),
    issuedAt: number(claims.iat),
    notBefore: number(claims.nbf),
    expiresAt: number(claims.exp),
    tags: texts(moved.tags),
    issuerAccount: text(moved.issuer_account),
    nats,
  };
}

function checkSigner({ kind, issuer }: Jwt): void {
  const kinds = Object.hasOwn(SIGNERS, kind) ? SIGNERS[kind]! : null;
  if (kinds === null || kinds.some((each) => isPublicNkey(issuer, each))) return;
  const names = kinds.map((each) => SIGNER_NAMES[each]).join(" ");
  fail(`unable to validate expected prefixes - [${names}]`);
}

/** As Go reads it: line breaks do not count, and no padding may follow. */
function decodeBase64(chunk: string): Buffer<ArrayBuffer> {
  const strange = chunk.search(/[^\w\r\n-]/);
  if (strange >= 0) fail(`illegal base64 data at input byte ${strange}`);
  const digits = chunk.replace(/[\r\n]/g, "");
  if (digits.length % 4 === 1) fail(`illegal base64 data at input byte ${chunk.length - 1}`);
  return Buffer.from(digits, "base64url");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** Of what has no type the items may be anything. */
function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
