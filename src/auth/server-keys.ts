/**
 * Who a server is: a key to sign with, and one that others seal what is meant for it.
 *
 * Only servers that ask callout services have private halves: those with `auth_callout`, and those of
 * an operator, whose accounts may have such services. Neither can be added by a reload, as in
 * nats-server. All others only show public keys, which are random bytes then: the cryptography library
 * would cost them 6 MB of memory and 7 ms of their start.
 */

import type { KeyObject } from "node:crypto";
import type { Options } from "../config/options/options.ts";
import { encodePublicNkey, NkeyKind } from "../protocol/nkeys.ts";

const KEY_BYTES = 32;

interface Secrets {
  readonly crypto: typeof import("node:crypto");
  readonly signing: KeyObject;
  readonly curve: Uint8Array;
}

export class ServerKeys {
  /** Public key `N…`. */
  readonly id: string;
  /** Public curve key `X…`. */
  readonly xkey: string;
  readonly #secrets: Secrets | null;

  private constructor(id: Uint8Array, xkey: Uint8Array, secrets: Secrets | null) {
    this.id = encodePublicNkey(NkeyKind.Server, id);
    this.xkey = encodePublicNkey(NkeyKind.Curve, xkey);
    this.#secrets = secrets;
  }

  /** New keys, public halves at once. */
  static create({ authorization, operators, trustedKeys }: Readonly<Options>): ServerKeys {
    const asks = (authorization?.authCallout ?? null) !== null;
    if (!asks && operators.length === 0 && trustedKeys.length === 0) {
      return new ServerKeys(randomBytes(), randomBytes(), null);
    }
    const crypto = process.getBuiltinModule("node:crypto");
    const signing = crypto.generateKeyPairSync("ed25519");
    const curve = crypto.generateKeyPairSync("x25519");
    return new ServerKeys(bytesOf(signing.publicKey, "x"), bytesOf(curve.publicKey, "x"), {
      crypto,
      signing: signing.privateKey,
      curve: bytesOf(curve.privateKey, "d"),
    });
  }

  /** Secret half of `xkey`. */
  get curveSecret(): Uint8Array {
    return this.#held.curve;
  }

  /** Signs beside the event loop: 64 bytes. */
  sign(text: string): Promise<Buffer> {
    const { crypto, signing } = this.#held;
    return new Promise((resolve, reject) => {
      crypto.sign(null, Buffer.from(text), signing, (error, signature) => {
        if (error === null) resolve(signature);
        else reject(error);
      });
    });
  }

  get #held(): Secrets {
    if (this.#secrets === null) throw new Error("this server has only public keys");
    return this.#secrets;
  }
}

function bytesOf(key: KeyObject, part: "d" | "x"): Uint8Array {
  return Buffer.from(key.export({ format: "jwk" })[part]!, "base64url");
}

function randomBytes(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(KEY_BYTES));
}
