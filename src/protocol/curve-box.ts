/**
 * Boxes as nkeys' curve keys seal them: `xkv1`, 24 bytes of nonce, and what NaCl's box makes of the
 * message (X25519, XSalsa20-Poly1305).
 *
 * A key with which anybody could open what is sealed for it, such as one of zeros, is no key here;
 * nkeys takes it.
 */

import type { secretbox } from "tweetnacl";
import { decodePublicNkey, NkeyKind } from "./nkeys.ts";

const VERSION = Buffer.from("xkv1");
const NONCE_BYTES = 24;
const HEAD_BYTES = VERSION.length + NONCE_BYTES;
const KEY_BYTES = 32;
/** The few peers there are need no new agreement for each box. One costs less than a millisecond. */
const PEERS_MAX = 64;

/** What is needed of the library. */
interface Nacl {
  readonly scalarMult: (secret: Uint8Array, publicKey: Uint8Array) => Uint8Array;
  readonly box: { readonly before: (publicKey: Uint8Array, secret: Uint8Array) => Uint8Array };
  readonly secretbox: typeof secretbox;
}

/** Something cannot be sealed or opened; the message is nkeys' text. */
export class CurveError extends Error {}

/** Seals and opens with one secret key. */
export class CurveBox {
  readonly #nacl: Nacl;
  readonly #secret: Uint8Array;
  /** What was agreed on with a peer, the one used last at the end. */
  readonly #shared = new Map<string, Uint8Array>();

  private constructor(nacl: Nacl, secret: Uint8Array) {
    this.#nacl = nacl;
    this.#secret = secret;
  }

  /**
   * Loads the library, which takes some megabytes and milliseconds.
   *
   * @param secret 32 bytes of an X25519 key.
   */
  static async load(secret: Uint8Array): Promise<CurveBox> {
    const { default: nacl } = await import("tweetnacl");
    return new CurveBox(nacl, secret);
  }

  /**
   * @param recipient public key in text form.
   * @throws CurveError when it is none.
   */
  seal(message: Uint8Array, recipient: string): Buffer {
    const key = this.#sharedWith(recipient);
    if (key === null) throw new CurveError("nkeys: not a valid recipient public curve key");
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    return Buffer.concat([VERSION, nonce, this.#nacl.secretbox(message, nonce, key)]);
  }

  /**
   * @param sender public key in text form.
   * @throws CurveError when it has not sealed this.
   */
  open(sealed: Uint8Array, sender: string): Buffer {
    if (sealed.length <= HEAD_BYTES) throw new CurveError("nkeys: encrypted input is not valid");
    if (!VERSION.equals(sealed.subarray(0, VERSION.length))) {
      throw new CurveError("nkeys: encrypted input wrong version");
    }
    const key = this.#sharedWith(sender);
    if (key === null) throw new CurveError("nkeys: not a valid sender public curve key");
    const nonce = sealed.subarray(VERSION.length, HEAD_BYTES);
    const opened = this.#nacl.secretbox.open(sealed.subarray(HEAD_BYTES), nonce, key);
    if (opened === null) throw new CurveError("nkeys: could not decrypt input");
    return Buffer.from(opened.buffer, opened.byteOffset, opened.byteLength);
  }

  /** Null for a key that is none, or one that agrees on the same secret with everybody. */
  #sharedWith(peer: string): Uint8Array | null {
    const known = this.#shared.get(peer);
    const shared = known ?? this.#agree(peer);
    if (shared === null) return null;
    this.#shared.delete(peer);
    this.#shared.set(peer, shared);
    if (this.#shared.size > PEERS_MAX) this.#shared.delete(this.#shared.keys().next().value!);
    return shared;
  }

  #agree(peer: string): Uint8Array | null {
    const decoded = decodePublicNkey(peer);
    if (decoded?.kind !== NkeyKind.Curve || decoded.key.length !== KEY_BYTES) return null;
    const point = this.#nacl.scalarMult(this.#secret, decoded.key);
    if (point.every((byte) => byte === 0)) return null;
    return this.#nacl.box.before(decoded.key, this.#secret);
  }
}
