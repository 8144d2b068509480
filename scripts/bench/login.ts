/** What clients of the load generator say of themselves. */

import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { encodePublicNkey, NkeyKind } from "../../src/protocol/nkeys.ts";

/** Whom a client claims to be; it can be sent to a worker process as JSON. */
export interface Login {
  /** Members of CONNECT. */
  readonly members: Readonly<Record<string, string>>;
  /** Private key in PKCS #8, base64, with which the nonce is signed. */
  readonly key?: string;
}

/** For servers that ask for nothing. */
export const NOBODY: Login = { members: {} };

export function userLogin(user: string, pass: string): Login {
  return { members: { user, pass } };
}

export function tokenLogin(token: string): Login {
  return { members: { auth_token: token } };
}

/** A new key pair as a login. The public key, as it stands in a configuration, is its `nkey`. */
export function nkeyLogin(): Login & { readonly members: { readonly nkey: string } } {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x!, "base64url");
  const key = privateKey.export({ format: "der", type: "pkcs8" }).toString("base64");
  return { members: { nkey: encodePublicNkey(NkeyKind.User, raw) }, key };
}

const USUAL = {
  verbose: false,
  pedantic: false,
  headers: true,
  no_responders: true,
  protocol: 1,
};

/** Makes the CONNECT lines of one login; all but the signature is prepared. */
export class ConnectLine {
  readonly #line: string;
  readonly #key: KeyObject | null;

  constructor({ members, key }: Login) {
    this.#line = `CONNECT ${JSON.stringify({ ...USUAL, ...members })}`;
    this.#key =
      key === undefined
        ? null
        : createPrivateKey({ key: Buffer.from(key, "base64"), format: "der", type: "pkcs8" });
  }

  /** @param info the INFO line that the server has begun with. */
  answer(info: string): string {
    if (this.#key === null) return `${this.#line}\r\n`;
    const nonce = /"nonce":"([^"]*)"/.exec(info)?.[1] ?? "";
    const signature = sign(null, Buffer.from(nonce), this.#key).toString("base64url");
    return `${this.#line.slice(0, -1)},"sig":"${signature}"}\r\n`;
  }
}
