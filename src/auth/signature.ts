/** Signatures of nonces, as clients and trusted proxies send them. */

import { decodePublicNkey } from "../protocol/nkeys.ts";

/** Anything but the alphabet; no `=` may follow. */
const NOT_RAW_URL = /[^\w-]/;
const STANDARD = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const LINE_BREAKS = /[\r\n]+/g;

/** Base64 for URLs without padding, as Go reads it: line breaks do not count. Null when it is none. */
export function decodeRawUrlBase64(text: string): Buffer | null {
  const digits = text.replace(LINE_BREAKS, "");
  if (digits.length % 4 === 1 || NOT_RAW_URL.test(digits)) return null;
  return Buffer.from(digits, "base64url");
}

/** The same, or else standard base64 with padding. */
export function decodeSignature(text: string): Buffer | null {
  const signature = decodeRawUrlBase64(text);
  if (signature !== null) return signature;
  const digits = text.replace(LINE_BREAKS, "");
  return STANDARD.test(digits) ? Buffer.from(digits, "base64") : null;
}

/** What stands in front of the 32 bytes of an Ed25519 key that is encoded in DER. */
const KEY_HEADER = Buffer.from("302a300506032b6570032100", "hex");
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Verifies signatures with the runtime's own cryptography. */
export class SignatureVerifier {
  readonly #crypto: typeof import("node:crypto");

  private constructor(library: typeof import("node:crypto")) {
    this.#crypto = library;
  }

  /** Costs some megabytes of memory, so it is for servers that have to verify something. */
  static async load(): Promise<SignatureVerifier> {
    return new SignatureVerifier(await import("node:crypto"));
  }

  /** Whether the owner of a public key has signed the text. False for anything that is no key. */
  verify(nkey: string, text: string, signature: Uint8Array): boolean {
    const key = this.#keyOf(nkey, signature);
    return key !== null && this.#crypto.verify(null, Buffer.from(text), key, signature);
  }

  /** The same beside the event loop, for what takes some 50 µs and may be asked often. */
  verifyAside(nkey: string, text: string, signature: Uint8Array): Promise<boolean> {
    const key = this.#keyOf(nkey, signature);
    if (key === null) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#crypto.verify(null, Buffer.from(text), key, signature, (error, isGood) =>
        resolve(error === null && isGood),
      );
    });
  }

  #keyOf(nkey: string, signature: Uint8Array): import("node:crypto").KeyObject | null {
    const key = decodePublicNkey(nkey)?.key;
    if (key?.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return null;
    const encoded = Buffer.concat([KEY_HEADER, key]);
    return this.#crypto.createPublicKey({ key: encoded, format: "der", type: "spki" });
  }
}
