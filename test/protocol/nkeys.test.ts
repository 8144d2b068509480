/** Public keys of NATS are told from other texts. */

import { describe, expect, test } from "bun:test";
import {
  decodePublicNkey,
  encodePublicNkey,
  isPublicNkey,
  NkeyKind,
  publicNkeyFault,
} from "../../src/protocol/nkeys.ts";

/** From the documentation of nkeys. */
const USER = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";
const SEED = "SUAASCIJBEEQSCIJBEEQSCIJBEEQSCIJBEEQSCIJBEEQSCIJBEEQSCKHGM";

describe("a public key", () => {
  test("is of the kind that its first letter says", () => {
    for (const [name, kind] of Object.entries(NkeyKind)) {
      const key = encodePublicNkey(kind, new Uint8Array(32).fill(7));
      expect(decodePublicNkey(key)?.kind, name).toBe(kind);
      for (const other of Object.values(NkeyKind)) {
        expect(isPublicNkey(key, other), name).toBe(other === kind);
      }
    }
  });

  test("is none for a reason", () => {
    expect(publicNkeyFault(USER)).toBeNull();
    expect(publicNkeyFault("U")).toBe("nkeys: invalid encoded key");
    expect(publicNkeyFault("")).toBe("nkeys: invalid encoded key");
    expect(publicNkeyFault(`UD1${USER.slice(3)}`)).toBe("illegal base32 data at input byte 2");
    expect(publicNkeyFault(`A${USER.slice(1)}`)).toBe("nkeys: invalid checksum");
    expect(publicNkeyFault(SEED)).toBe("nkeys: invalid public key");
  });

  test("gives back the bytes that it was made of", () => {
    const { kind, key } = decodePublicNkey(USER)!;
    expect(kind).toBe(NkeyKind.User);
    expect(encodePublicNkey(kind, key)).toBe(USER);
    expect(key.length).toBe(32);
  });

  test("has no character changed, left out, added or in lower case", () => {
    for (let i = 0; i < USER.length; i++) {
      const other = USER[i] === "A" ? "B" : "A";
      expect(isPublicNkey(USER.slice(0, i) + other + USER.slice(i + 1))).toBe(false);
      expect(isPublicNkey(USER.slice(0, i) + USER.slice(i + 1))).toBe(false);
    }
    expect(isPublicNkey(`${USER}AA`)).toBe(false);
    expect(isPublicNkey(USER.toLowerCase())).toBe(false);
  });

  test("may be followed by characters that Go's decoder drops", () => {
    for (const rest of ["A", "AAA", "AAAAAA", "\n"]) expect(isPublicNkey(USER + rest)).toBe(true);
  });

  test("has 32 bytes, unless a certain kind is asked for", () => {
    const long = encodePublicNkey(NkeyKind.Operator, new Uint8Array(33));
    expect(isPublicNkey(long)).toBe(false);
    expect(isPublicNkey(long, NkeyKind.Operator)).toBe(true);
    expect(isPublicNkey(long, NkeyKind.Account)).toBe(false);
  });

  test("is not a seed, and no text of another kind", () => {
    for (const text of [SEED, "", "A", "nope", "é", "1".repeat(56), "A".repeat(55)]) {
      expect(isPublicNkey(text), text).toBe(false);
    }
  });
});
